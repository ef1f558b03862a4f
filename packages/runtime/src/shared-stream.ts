/**
 * A stream that can be read more than once: every reader gets all items from the first one on. Items are held in memory
 * for as long as the stream itself is, so that a late reader or a second attempt finds them.
 *
 * A reader that stops early does not close the source, as others may still read.
 */
export class SharedStream<T> implements AsyncIterable<T> {
  readonly #source: AsyncIterable<T>;
  #iterator: AsyncIterator<T> | undefined;
  #first: Item<T> | undefined;

  constructor(source: AsyncIterable<T>) {
    this.#source = source;
  }

  [Symbol.asyncIterator](): AsyncIterator<T> {
    let item: Item<T> | undefined;
    return {
      next: () => {
        item = item ? this.#after(item) : this.#start();
        return item.result;
      },
    };
  }

  #start(): Item<T> {
    this.#first ??= this.#pull();
    return this.#first;
  }

  #after(item: Item<T>): Item<T> {
    item.next ??= this.#pull();
    return item.next;
  }

  #pull(): Item<T> {
    // Opened by the first reader only: a source that nobody reads must not start.
    this.#iterator ??= this.#source[Symbol.asyncIterator]();
    return { result: this.#iterator.next(), next: undefined };
  }
}

/** The items that were read make a linked list: what only the readers hold on to can be let go. */
interface Item<T> {
  readonly result: Promise<IteratorResult<T>>;
  next: Item<T> | undefined;
}
