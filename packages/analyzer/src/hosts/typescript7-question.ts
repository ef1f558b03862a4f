/** Questions to the process of TypeScript 7. A message costs as much as hundreds of answers, so questions travel together. */
import type { AnyAPIRequestGenerator, API } from "typescript7/sync";

/** Something that is asked in messages to the compiler's process: what its methods' `gen` makes. */
export type Request<Answer = unknown> = Generator<unknown, Answer, never>;

/** Sends requests in one message, or in as many as their answers need. */
export type Ask = (requests: readonly Request[]) => void;

/** How many requests one message has at most: their answers are in memory together. */
const messageSize = 4_000;

/**
 * @param compiler the compiler as an error names it, `TypeScript 7.1.0`
 * @returns what sends requests; it throws an internal error when the process has ended or cannot answer
 */
export function askOf(api: API, compiler: string): Ask {
  return (requests) => {
    try {
      for (let sent = 0; sent < requests.length; sent += messageSize)
        api.batch(...(requests.slice(sent, sent + messageSize) as readonly AnyAPIRequestGenerator[]));
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
export class Question<Key, Answer> {
  readonly #send: Ask;
  readonly #ask: (key: Key) => Request<Answer>;
  readonly #answers = new Map<Key, Answer>();

  constructor(send: Ask, ask: (key: Key) => Request<Answer>) {
    this.#send = send;
    this.#ask = ask;
  }

  of(key: Key): Answer {
    if (!this.#answers.has(key)) this.#send([this.#request(key)]);
    return this.#answers.get(key) as Answer;
  }

  /** The answer, where it was asked for already. */
  known(key: Key): Answer | undefined {
    return this.#answers.get(key);
  }

  /** Requests for what was not asked yet. */
  requests(keys: Iterable<Key>): readonly Request[] {
    return [...new Set(keys)].filter((key) => !this.#answers.has(key)).map((key) => this.#request(key));
  }

  *#request(key: Key): Request<void> {
    this.#answers.set(key, yield* this.#ask(key));
  }
}
