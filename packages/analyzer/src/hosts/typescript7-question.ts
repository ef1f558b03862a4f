/** Questions to the process of TypeScript 7. A message costs as much as hundreds of answers, so questions travel together. */
import type { APIRequest, APIResponse } from "typescript7/proto";
import type { API, APIRequestGenerator } from "typescript7/sync";

/** Something that is asked in messages to the compiler's process: what its methods' `gen` makes. */
export type Request<Answer = unknown> = Generator<unknown, Answer, never>;

/** A request that was not sent yet, and what is done with its answer. */
export interface Inquiry {
  readonly request: Request;
  learn(answer: unknown): void;
}

/** Sends inquiries in one message, or in as many as their answers need. */
export type Ask = (inquiries: readonly Inquiry[]) => void;

/** How many inquiries one message has at most, and how many keys one has: their answers are in memory together. */
const messageSize = 4_000;

/**
 * @param compiler the compiler as an error names it, `TypeScript 7.1.0`
 * @returns what asks; it throws an internal error when the process has ended or cannot answer
 */
export function askOf(api: API, compiler: string): Ask {
  return (inquiries) => {
    try {
      for (const part of partsOf(inquiries)) api.batch(inMessages(part));
    } catch (error) {
      throw compilerError(compiler, error);
    }
  };
}

export function compilerError(compiler: string, error: unknown): Error {
  const why = error instanceof Error ? error.message : String(error);
  return new Error(`Internal error: ${compiler} could not answer: ${why}`, { cause: error });
}

/** All that inquiries need next is one message. Many have their answer after one, or know it without. */
function* inMessages(inquiries: readonly Inquiry[]): APIRequestGenerator<void> {
  let steps = inquiries.map((inquiry) => ({ inquiry, step: inquiry.request.next() }));
  for (;;) {
    for (const { inquiry, step } of steps) if (step.done) inquiry.learn(step.value);
    const open = steps.filter(({ step }) => !step.done);
    if (open.length === 0) return;
    const responses: readonly APIResponse[] = yield open.map(({ step }) => step.value as APIRequest);
    steps = open.map(({ inquiry }, index) => {
      const { result, error } = responses[index] as APIResponse;
      if (error !== undefined) throw new Error(error);
      return { inquiry, step: inquiry.request.next(result as never) };
    });
  }
}

/** One kind of question. Each is asked once: nothing changes while a project is open. */
export abstract class Question<Key, Answer> {
  readonly #ask: Ask;
  readonly #answers = new Map<Key, Answer>();

  constructor(ask: Ask) {
    this.#ask = ask;
  }

  of(key: Key): Answer {
    if (!this.#answers.has(key)) this.#ask(this.inquire([key]));
    return this.#answers.get(key) as Answer;
  }

  /** The answer, where it was asked for already. */
  known(key: Key): Answer | undefined {
    return this.#answers.get(key);
  }

  /** Inquiries for what was not asked yet. */
  about(keys: Iterable<Key>): readonly Inquiry[] {
    return this.inquire([...new Set(keys)].filter((key) => !this.#answers.has(key)));
  }

  protected learn(key: Key, answer: Answer): void {
    this.#answers.set(key, answer);
  }

  protected abstract inquire(keys: readonly Key[]): readonly Inquiry[];
}

/** A question about one key. */
export class SingleQuestion<Key, Answer> extends Question<Key, Answer> {
  readonly #request: (key: Key) => Request<Answer>;

  constructor(ask: Ask, request: (key: Key) => Request<Answer>) {
    super(ask);
    this.#request = request;
  }

  protected override inquire(keys: readonly Key[]): readonly Inquiry[] {
    return keys.map((key) => ({
      request: this.#request(key),
      learn: (answer) => this.learn(key, answer as Answer),
    }));
  }
}

/** A question that takes many keys in one request. */
export class ListQuestion<Key, Answer> extends Question<Key, Answer> {
  readonly #request: (keys: readonly Key[]) => Request<readonly Answer[]>;

  constructor(ask: Ask, request: (keys: readonly Key[]) => Request<readonly Answer[]>) {
    super(ask);
    this.#request = request;
  }

  protected override inquire(keys: readonly Key[]): readonly Inquiry[] {
    return partsOf(keys).map((part) => ({
      request: this.#request(part),
      learn: (answers) => {
        for (const [index, answer] of (answers as readonly Answer[]).entries())
          this.learn(part[index] as Key, answer);
      },
    }));
  }
}

function partsOf<Item>(items: readonly Item[]): readonly (readonly Item[])[] {
  const parts: (readonly Item[])[] = [];
  for (let start = 0; start < items.length; start += messageSize)
    parts.push(items.slice(start, start + messageSize));
  return parts;
}
