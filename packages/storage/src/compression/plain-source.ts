import type { ByteSource } from "@glacier-ts/core";
import type { Compression } from "@glacier-ts/core/storage";
import { readChunks } from "../bytes.js";
import { decompress } from "./compression.js";

/** A compressed source as formats read it that need all of it, or parts in any order. */
export async function wholeSource(source: ByteSource, compression: Compression): Promise<ByteSource> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of decompress(readChunks(source), compression)) chunks.push(chunk);
  const bytes = Buffer.concat(chunks);
  return {
    sizeBytes: bytes.length,
    read: async (start, end) => new Uint8Array(bytes.subarray(start, end)),
    close: async () => {},
  };
}

/** A compressed source as formats read it that go from its start to its end. Nobody knows its size. */
export function flowingSource(source: ByteSource, compression: Compression): ByteSource {
  return {
    sizeBytes: Number.NaN,
    read: async () => {
      throw new Error("Internal error: a compressed stream is read in order.");
    },
    stream: () => decompress(readChunks(source), compression),
    close: async () => {},
  };
}
