import { type Chunks, StorageError } from "@glacier-ts/core";

export interface ChunkLimit {
  readonly largestBytes: number;
  /** For people: "78 GiB". */
  readonly largest: string;
}

/** Chunks on their way: counts their bytes, and keeps what they throw, which an SDK may wrap or lose. */
export class WatchedChunks implements AsyncIterable<Uint8Array> {
  sizeBytes = 0;
  failure: { readonly error: unknown } | undefined;
  readonly #chunks: Chunks;
  readonly #limit: ChunkLimit;

  constructor(chunks: Chunks, limit: ChunkLimit) {
    this.#chunks = chunks;
    this.#limit = limit;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    // A stream that is given up throws that in here; the iteration of the chunks is only told to end.
    for await (const chunk of this.#watched()) {
      this.sizeBytes += chunk.length;
      if (this.sizeBytes > this.#limit.largestBytes) throw this.#tooLarge();
      yield chunk;
    }
  }

  #tooLarge(): StorageError {
    const why = `it is larger than ${this.#limit.largest}, the most that one object is written with`;
    const error = new StorageError("failed", why);
    this.failure = { error };
    return error;
  }

  async *#watched(): AsyncGenerator<Uint8Array> {
    try {
      yield* this.#chunks;
    } catch (error) {
      this.failure = { error };
      throw new Error("The chunks failed");
    }
  }
}
