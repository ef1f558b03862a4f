import { tmpdir } from "node:os";
import { type Position, StreamLog } from "./stream-log.js";

export interface SharedStreamOptions<Reader> {
  /** Who reads the stream, and whether that reader may begin again. */
  readonly readers: Iterable<readonly [reader: Reader, mayReplay: boolean]>;
  /** Where the items go that do not fit in memory; by default the system's folder for temporary files. */
  readonly spoolFolder?: string;
  /** How many items are held in memory, besides what each reader is at; 1000 by default. */
  readonly window?: number;
}

/**
 * A stream that several readers, known ahead, each get from the first item to the last.
 *
 * The source is read when a reader wants an item that is not there yet, so it is never ahead of the fastest reader.
 * Items that others still need are held in a window; once the slowest reader is further behind, the oldest are moved to
 * disk, and the fastest waits for that. It does not wait for the slowest itself: that one may not have begun, or may be
 * waiting for something that the fastest has to do first, and both would wait forever. Readers that keep within the
 * window use no disk.
 *
 * A reader that may begin again, or that has not begun, needs all items. One that has ended, or was released, needs none;
 * when no reader needs any, the source is closed. An error of the source is thrown to each reader after the items before
 * it. Items are shared as values are, see `SharedValue`.
 */
export class SharedStream<T, Reader> {
  readonly #source: AsyncIterable<T>;
  readonly #log: StreamLog;
  readonly #spoolFolder: string;
  readonly #slots = new Map<Reader, Slot>();
  #iterator: AsyncIterator<T> | undefined;
  #isSourceOver = false;
  #pulling: Promise<void> | undefined;
  /** What comes after the last item. */
  #end: { readonly isError: boolean; readonly error?: unknown } | undefined;
  #closing: Promise<void> | undefined;

  constructor(source: AsyncIterable<T>, options: SharedStreamOptions<Reader>) {
    const { readers, spoolFolder = tmpdir(), window = 1000 } = options;
    this.#source = source;
    this.#spoolFolder = spoolFolder;
    this.#log = new StreamLog(window, spoolFolder);
    for (const [reader, mayReplay] of readers)
      this.#slots.set(reader, {
        mayReplay,
        first: this.#log.open(),
        hasBegun: false,
        readings: new Set(),
      });
  }

  /**
   * The stream for a reader; what the reader was given before ends. It can be iterated once; again only where the reader
   * may begin again.
   */
  read(reader: Reader): AsyncIterable<T> {
    const slot = this.#slots.get(reader);
    if (!slot) throw new Error("Internal error: the stream has no such reader");
    this.#endReadings(slot);
    slot.hasBegun = false;
    return { [Symbol.asyncIterator]: () => this.#begin(slot) };
  }

  /** The reader will not begin again. What it is reading, or was given and has not begun, goes on. */
  settle(reader: Reader): void {
    const slot = this.#slots.get(reader);
    if (!slot) return;
    slot.mayReplay = false;
    if (slot.hasBegun) this.#dropFirst(slot);
    this.#closeUnheard();
  }

  /** The reader needs nothing any more: what it still reads ends with an error. */
  release(reader: Reader): void {
    const slot = this.#slots.get(reader);
    if (!slot) return;
    this.#slots.delete(reader);
    this.#endReadings(slot);
    this.#dropFirst(slot);
    this.#closeUnheard();
  }

  #begin(slot: Slot): AsyncIterableIterator<T, undefined> {
    if (!slot.first)
      throw new Error(
        "This stream was read already. A task reads a stream once: keep what is needed of it, or take the dataset as a second parameter",
      );
    const position = this.#log.open(slot.first);
    slot.hasBegun = true;
    slot.readings.add(position);
    if (!slot.mayReplay) this.#dropFirst(slot);

    const items = this.#items(slot, position);
    return {
      next: () => items.next(),
      // The body of a generator that was not begun is never run: its `finally` cannot do this.
      return: async () => {
        await items.return(undefined);
        await this.#endReading(slot, position);
        return { done: true, value: undefined };
      },
      [Symbol.asyncIterator]() {
        return this;
      },
    };
  }

  async *#items(slot: Slot, position: Position): AsyncGenerator<T, undefined> {
    try {
      for (;;) {
        const items = await this.#log.itemsAt(position);
        for (let index = 0; ; index++) {
          while (index === items.length && this.#log.isLast(position) && !this.#end) await this.#pull();
          const item = items[index];
          if (!item) break;
          yield item.read() as T;
          this.#checkOpen(position);
        }
        this.#checkOpen(position);
        if (this.#end && this.#log.isLast(position)) break;
        this.#log.moveOn(position);
      }
      if (this.#end?.isError) throw this.#end.error;
      return undefined;
    } finally {
      await this.#endReading(slot, position);
    }
  }

  #checkOpen(position: Position): void {
    if (!this.#log.isOpen(position)) throw new Error("The task that read this stream is over");
  }

  /** Gets one item of the source, for all readers that wait for it. Never rejects. */
  #pull(): Promise<void> {
    this.#pulling ??= this.#pullOne();
    return this.#pulling;
  }

  async #pullOne(): Promise<void> {
    try {
      // Opened by the first reader only: a source that nobody reads must not start.
      this.#iterator ??= this.#source[Symbol.asyncIterator]();
      const result = await this.#iterator.next();
      if (this.#end) return;
      if (result.done) {
        this.#isSourceOver = true;
        this.#end = { isError: false };
        return;
      }
      const writing = this.#log.append(result.value);
      if (writing) await writing.catch((cause) => this.#cannotSpool(cause));
    } catch (error) {
      this.#isSourceOver = true;
      this.#end ??= { isError: true, error };
    } finally {
      this.#pulling = undefined;
    }
  }

  #cannotSpool(cause: unknown): void {
    const error = new Error(`Cannot keep the items of a stream in '${this.#spoolFolder}'`, { cause });
    this.#end ??= { isError: true, error };
  }

  #dropFirst(slot: Slot): void {
    if (slot.first) this.#log.close(slot.first);
    slot.first = undefined;
  }

  #endReadings(slot: Slot): void {
    for (const position of slot.readings) this.#log.close(position);
    slot.readings.clear();
  }

  #endReading(slot: Slot, position: Position): Promise<void> {
    this.#log.close(position);
    slot.readings.delete(position);
    return this.#closeUnread();
  }

  /** For when no reader waits for it, and could hear of an error. */
  #closeUnheard(): void {
    this.#closeUnread().catch(() => {});
  }

  async #closeUnread(): Promise<void> {
    if (!this.#log.isUnread) return;
    this.#closing ??= this.#close();
    await this.#closing;
  }

  async #close(): Promise<void> {
    this.#end ??= { isError: false };
    try {
      if (!this.#isSourceOver) await this.#iterator?.return?.();
    } finally {
      await this.#log.closeSpool();
    }
  }
}

/** What the stream knows of a reader. */
interface Slot {
  mayReplay: boolean;
  /** The beginning of the stream, for as long as the reader may begin. */
  first: Position | undefined;
  /** It has begun to read what it was given last. */
  hasBegun: boolean;
  readonly readings: Set<Position>;
}
