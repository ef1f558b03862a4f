import { type ByteSource, type ObjectStat, StorageError } from "@glacier-ts/core";

/**
 * Asks for the bytes from `start` up to, but not including, `end`, of the version that was opened. Rejects with a
 * StorageError; what the bytes throw is a connection that broke, unless it is a StorageError.
 */
export type GetBytes = (start: number, end: number) => Promise<AsyncIterable<Uint8Array>>;

/** How often the same stretch of an object is asked for before its connection counts as broken. */
const attemptsPerStretch = 3;
const stretchBytes = 8 * 2 ** 20;

/** An object on a server that is open for reading: nothing but its size and mark is known until it is read. */
export class RemoteObject implements ByteSource {
  readonly sizeBytes: number;
  readonly mark?: string;
  readonly #get: GetBytes;

  constructor({ sizeBytes, mark }: ObjectStat, get: GetBytes) {
    this.sizeBytes = sizeBytes;
    if (mark !== undefined) this.mark = mark;
    this.#get = get;
  }

  async read(start: number, end: number): Promise<Uint8Array> {
    const bytes = new Uint8Array(end - start);
    let filled = 0;
    for await (const chunk of this.#bytes(start, end)) {
      bytes.set(chunk, filled);
      filled += chunk.length;
    }
    return bytes;
  }

  stream(): AsyncIterable<Uint8Array> {
    return this.#bytes(0, this.sizeBytes);
  }

  /** Nothing stays open: a request ends with the iteration of its bytes. */
  async close(): Promise<void> {}

  /** Goes on where the connection broke; a slow reader's is closed by servers sooner or later. */
  async *#bytes(start: number, end: number): AsyncGenerator<Uint8Array> {
    let position = start;
    let stretchStart = start;
    let attempts = 0;
    while (position < end) {
      if (attempts === attemptsPerStretch) {
        throw new StorageError("unreachable", "the connection broke again and again");
      }
      const body = await this.#get(position, end);
      try {
        for await (const chunk of body) {
          position += chunk.length;
          if (position > end) throw new StorageError("failed", "the server sends more than it was asked for");
          yield chunk;
        }
      } catch (error) {
        if (error instanceof StorageError) throw error;
        // Else the connection broke.
      }
      if (position - stretchStart >= stretchBytes) {
        stretchStart = position;
        attempts = 0;
      }
      attempts++;
    }
  }
}
