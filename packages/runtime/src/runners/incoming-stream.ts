import type { StreamMessage } from "./messages.js";

/** Batches that are asked for ahead: one to read, one on its way. */
const batchesAhead = 2;

interface Reader {
  readonly resolve: (result: IteratorResult<unknown>) => void;
  readonly reject: (error: unknown) => void;
}

/** A stream of the other side. Like a generator, it can be read once. */
export class IncomingStream implements AsyncIterableIterator<unknown> {
  readonly #id: number;
  readonly #post: (message: StreamMessage) => void;
  readonly #batches: (readonly unknown[])[] = [];
  /** The next item in the first batch. */
  #position = 0;
  /** Calls of `next` that wait for an item. */
  readonly #readers: Reader[] = [];
  #isOpen = false;
  #hasEnded = false;
  #failure: { readonly error: unknown } | undefined;
  #closing: Promise<void> | undefined;
  #closer: { resolve(): void; reject(error: unknown): void } | undefined;

  constructor(id: number, post: (message: StreamMessage) => void) {
    this.#id = id;
    this.#post = post;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  next(): Promise<IteratorResult<unknown>> {
    if (!this.#isOpen && !this.#hasEnded && !this.#closing) {
      this.#isOpen = true;
      this.#post({ type: "pull", stream: this.#id, batches: batchesAhead });
    }
    return new Promise((resolve, reject) => {
      this.#readers.push({ resolve, reject });
      this.#serve();
    });
  }

  /** Closes the source; resolves when that is done. */
  async return(value?: unknown): Promise<IteratorResult<unknown>> {
    this.#batches.length = 0;
    this.#failure = undefined;
    if (!this.#hasEnded && !this.#closing) {
      this.#closing = new Promise((resolve, reject) => {
        this.#closer = { resolve, reject };
      });
      this.#post({ type: "cancel", stream: this.#id });
    }
    this.#serve();
    await this.#closing;
    return { value, done: true };
  }

  receive(items: readonly unknown[]): void {
    if (this.#closing) return;
    this.#batches.push(items);
    this.#serve();
  }

  /** No more items come: the source has ended, has failed, or cannot be reached. */
  end(failure?: { readonly error: unknown }): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    if (!this.#closer) this.#failure = failure;
    else if (failure) this.#closer.reject(failure.error);
    else this.#closer.resolve();
    this.#serve();
  }

  #serve(): void {
    while (this.#readers.length > 0) {
      const [batch] = this.#batches;
      if (batch) this.#readers.shift()?.resolve({ value: this.#take(batch), done: false });
      else if (this.#failure) {
        this.#readers.shift()?.reject(this.#failure.error);
        this.#failure = undefined;
      } else if (this.#hasEnded || this.#closing)
        this.#readers.shift()?.resolve({ value: undefined, done: true });
      else return;
    }
  }

  #take(batch: readonly unknown[]): unknown {
    const item = batch[this.#position++];
    if (this.#position === batch.length) {
      this.#position = 0;
      this.#batches.shift();
      if (!this.#hasEnded) this.#post({ type: "pull", stream: this.#id, batches: 1 });
    }
    return item;
  }
}
