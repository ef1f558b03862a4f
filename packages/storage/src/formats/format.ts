import type { ByteSource, Chunks } from "@glacier-ts/core";
import type { Compression } from "@glacier-ts/core/storage";
import type { Shape } from "../shape/shape.js";

/**
 * Turns bytes into values and values into bytes, as the payload's shape says. A stream payload is handled as an array.
 *
 * Decoding throws Malformed where the bytes are not what they should be, and StorageError where they cannot be had; so do
 * the rows while they are iterated. Encoding throws NotEncodable, at once or from the chunks.
 */
export interface Format {
  readonly name: string;
  decode(source: ByteSource, payload: Shape): Promise<unknown>;
  /** Row by row, where the format can be read so. */
  decodeRows?(source: ByteSource, payload: Shape): AsyncIterable<unknown>;
  /** `decodeRows` goes through `readChunks` only, so that the size of the source need not be known. */
  readonly readsInOrder?: true;
  /** @param compression of the parts of a file, where the format has such */
  encode(value: unknown, payload: Shape, compression?: Compression): Encoded;
}

export interface Encoded {
  readonly chunks: Chunks;
  /** Number of rows; known when the chunks have been consumed, undefined where the value is no rows. */
  rows(): number | undefined;
}
