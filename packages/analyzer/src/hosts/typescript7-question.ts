/** Questions to the process of TypeScript 7. A message costs as much as hundreds of answers, so questions travel together. */
import type { AnyAPIRequestGenerator, API } from "typescript7/sync";

/** Something that is asked in messages to the compiler's process: what its methods' `gen` makes. */
export type Request<Answer = unknown> = Generator<unknown, Answer, never>;

/** Sends requests in one message, or in as many as their answers need. */
export type Ask = (requests: readonly Request[]) => void;

/** How many requests one message has at most, and how many keys a request: their answers are in memory together. */
const messageSize = 4_000;

/**
 * @param compiler the compiler as an error names it, `TypeScript 7.1.0`
 * @returns what sends requests; it throws an internal error when the process has ended or cannot answer
 */
export function askOf(api: API, compiler: string): Ask {
  return (requests) => {
    try {
      for (const part of partsOf(requests)) api.batch(...(part as readonly AnyAPIRequestGenerator[]));
    } catch (error) {
      throw compilerError(compiler, error);
    }
  };
}

export function compilerError(compiler: string, error: unknown): Error {
  const why = error instanceof Error ? error.message : String(error);
  return new Error(`Internal error: ${compiler} could not answer: ${why}`, { cause: error });
}

/** One kind of question. Each is asked once: nothing changes while a project is open. */
export abstract class Question<Key, Answer> {
  readonly #send: Ask;
  readonly #answers = new Map<Key, Answer>();

  constructor(send: Ask) {
    this.#send = send;
  }

  of(key: Key): Answer {
    if (!this.#answers.has(key)) this.#send(this.requests([key]));
    return this.#answers.get(key) as Answer;
  }

  /** The answer, where it was asked for already. */
  known(key: Key): Answer | undefined {
    return this.#answers.get(key);
  }

  /** Requests for what was not asked yet. */
  requests(keys: Iterable<Key>): readonly Request[] {
    return this.request([...new Set(keys)].filter((key) => !this.#answers.has(key)));
  }

  protected learn(key: Key, answer: Answer): void {
    this.#answers.set(key, answer);
  }

  protected abstract request(keys: readonly Key[]): readonly Request[];
}

/** A question about one key. */
export class SingleQuestion<Key, Answer> extends Question<Key, Answer> {
  readonly #ask: (key: Key) => Request<Answer>;

  constructor(send: Ask, ask: (key: Key) => Request<Answer>) {
    super(send);
    this.#ask = ask;
  }

  protected override request(keys: readonly Key[]): readonly Request[] {
    return keys.map((key) => this.#request(key));
  }

  *#request(key: Key): Request<void> {
    this.learn(key, yield* this.#ask(key));
  }
}

/** A question that takes many keys in one request. */
export class ListQuestion<Key, Answer> extends Question<Key, Answer> {
  readonly #ask: (keys: readonly Key[]) => Request<readonly Answer[]>;

  constructor(send: Ask, ask: (keys: readonly Key[]) => Request<readonly Answer[]>) {
    super(send);
    this.#ask = ask;
  }

  protected override request(keys: readonly Key[]): readonly Request[] {
    return partsOf(keys).map((part) => this.#request(part));
  }

  *#request(keys: readonly Key[]): Request<void> {
    const answers = yield* this.#ask(keys);
    for (const [index, key] of keys.entries()) this.learn(key, answers[index] as Answer);
  }
}

function partsOf<Item>(items: readonly Item[]): readonly (readonly Item[])[] {
  const parts: (readonly Item[])[] = [];
  for (let start = 0; start < items.length; start += messageSize)
    parts.push(items.slice(start, start + messageSize));
  return parts;
}
