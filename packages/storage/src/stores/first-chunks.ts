import type { WatchedChunks } from "./watched-chunks.js";

/**
 * Takes chunks until it is known whether they are more than `limitBytes`.
 *
 * @returns all of them, or everything once more from the beginning in `rest`, whose iteration ends that of the chunks
 */
export async function firstOf(
  source: WatchedChunks,
  limitBytes: number,
): Promise<{ readonly first: readonly Buffer[]; readonly rest?: AsyncIterable<Buffer> }> {
  const chunks = source[Symbol.asyncIterator]();
  const first: Buffer[] = [];
  while (source.sizeBytes <= limitBytes) {
    const { done, value } = await chunks.next();
    if (done) return { first };
    first.push(bufferOf(value));
  }
  return { first, rest: joined(first, chunks) };
}

async function* joined(first: readonly Buffer[], rest: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  for (const chunk of first) yield chunk;
  for await (const chunk of rest) yield bufferOf(chunk);
}

/** SDKs take buffers only. */
function bufferOf({ buffer, byteOffset, byteLength }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}
