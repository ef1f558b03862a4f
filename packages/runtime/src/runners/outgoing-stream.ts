import type { RemoteFailure, StreamMessage } from "./messages.js";
import { failureOf, untransferable } from "./remote-failure.js";
import { roughSize } from "./rough-size.js";

/** A batch is sent when it has so many items, or about so many bytes, or when the source makes a pause. */
const batchItems = 1000;
const batchBytes = 256 * 1024;

/** Reads a source for the other side: as many batches as that asks for, and one item more. */
export class OutgoingStream {
  /** Resolves when the source has ended or is closed. */
  readonly closed: Promise<void>;
  readonly #id: number;
  readonly #source: AsyncIterable<unknown>;
  readonly #post: (message: StreamMessage) => void;
  #iterator: AsyncIterator<unknown> | undefined;
  /** Batches that may be sent. There are items in `#items` only while there are such. */
  #credit = 0;
  #items: unknown[] = [];
  #sizeBytes = 0;
  #pause: NodeJS.Immediate | undefined;
  #isReading = false;
  #isClosed = false;
  #onCredit: () => void = () => {};
  #onClosed!: () => void;

  constructor(id: number, source: AsyncIterable<unknown>, post: (message: StreamMessage) => void) {
    this.#id = id;
    this.#source = source;
    this.#post = post;
    this.closed = new Promise((resolve) => {
      this.#onClosed = resolve;
    });
  }

  pull(batches: number): void {
    this.#credit += batches;
    this.#onCredit();
    if (!this.#isReading && !this.#isClosed) void this.#read();
  }

  /** Closes the source, also one that was never read. */
  async cancel(failure?: RemoteFailure): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#onCredit();
    let closing = failure;
    try {
      await this.#open().return?.();
    } catch (error) {
      closing ??= failureOf(error);
    }
    this.#end(closing);
  }

  async #read(): Promise<void> {
    this.#isReading = true;
    let failure: RemoteFailure | undefined;
    try {
      const iterator = this.#open();
      for (;;) {
        const result = await iterator.next();
        if (this.#credit === 0) await this.#nextCredit();
        if (this.#isClosed) return;
        if (result.done) break;
        this.#add(result.value);
      }
    } catch (error) {
      failure = failureOf(error);
    }
    this.#flush();
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#end(failure);
  }

  #open(): AsyncIterator<unknown> {
    this.#iterator ??= this.#source[Symbol.asyncIterator]();
    return this.#iterator;
  }

  #nextCredit(): Promise<void> {
    return new Promise((resolve) => {
      this.#onCredit = resolve;
    });
  }

  #add(item: unknown): void {
    this.#items.push(item);
    this.#sizeBytes += roughSize(item);
    if (this.#items.length >= batchItems || this.#sizeBytes >= batchBytes) this.#flush();
    // Turns of the event loop come when the source waits for something.
    else this.#pause ??= setImmediate(() => this.#flush());
  }

  #flush(): void {
    if (this.#pause) clearImmediate(this.#pause);
    this.#pause = undefined;
    if (this.#isClosed || this.#items.length === 0) return;
    const items = this.#items;
    this.#items = [];
    this.#sizeBytes = 0;
    this.#credit--;
    try {
      this.#post({ type: "items", stream: this.#id, items });
    } catch (error) {
      void this.cancel(failureOf(untransferable("an item of a stream", error)));
    }
  }

  #end(failure: RemoteFailure | undefined): void {
    this.#post({ type: "end", stream: this.#id, failure });
    this.#onClosed();
  }
}
