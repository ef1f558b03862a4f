/** Bytes from and to texts. */
import { constants, isUtf8 } from "node:buffer";
import { type ByteSource, StorageError } from "@glacier-ts/core";
import { Malformed } from "./problems.js";

const chunkBytes = 256 * 1024;

/** The bytes of a source in order, in pieces that are small enough to hold. */
export async function* readChunks(source: ByteSource): AsyncGenerator<Uint8Array> {
  if (source.stream) return yield* source.stream();
  const { sizeBytes } = source;
  const read = (start: number) => {
    const chunk = source.read(start, Math.min(start + chunkBytes, sizeBytes));
    // Where it fails, it does so when it is asked for.
    chunk.catch(() => {});
    return chunk;
  };
  let next = sizeBytes > 0 ? read(0) : undefined;
  try {
    for (let end = chunkBytes; next; end += chunkBytes) {
      const chunk = await next;
      // The next one is read while this one is used.
      next = end < sizeBytes ? read(end) : undefined;
      yield chunk;
    }
  } finally {
    // Who stops early closes the source.
    await next?.catch(() => {});
  }
}

/**
 * The whole source as text, without a byte order mark.
 *
 * @throws Malformed where it is not UTF-8, StorageError where it is larger than a string can be
 */
export async function readText(source: ByteSource, options: { keepMark?: boolean } = {}): Promise<string> {
  if (source.sizeBytes > constants.MAX_STRING_LENGTH) {
    throw new StorageError(
      "failed",
      `it has ${source.sizeBytes} bytes, and a text of more than ${constants.MAX_STRING_LENGTH} cannot be held; ndjson, csv and parquet can be larger`,
    );
  }
  const bytes = await source.read(0, source.sizeBytes);
  assertUtf8(bytes);
  return new TextDecoder("utf-8", { ignoreBOM: options.keepMark ?? false }).decode(bytes);
}

/** @throws Malformed where the bytes are not UTF-8, with the place */
export function assertUtf8(bytes: Uint8Array): void {
  if (isUtf8(bytes)) return;
  // The longest start that is UTF-8, found by halving: [0, good) is, [0, bad) is not.
  let good = 0;
  let bad = bytes.length;
  while (bad - good > 1) {
    const middle = (good + bad) >>> 1;
    if (isStartOfUtf8(bytes.subarray(0, middle))) good = middle;
    else bad = middle;
  }
  // A character that broke off is wrong from its first byte on.
  while (!isUtf8(bytes.subarray(0, good))) good--;
  const before = bytes.subarray(0, good);
  const lineStart = before.lastIndexOf(10) + 1;
  const line = countLines(before) + 1;
  const column = new TextDecoder().decode(before.subarray(lineStart)).length + 1;
  const found = `0x${(bytes[good] ?? 0).toString(16).padStart(2, "0")}`;
  throw new Malformed(`line ${line}, column ${column}: byte ${found} is not UTF-8`, { line, column });
}

function isStartOfUtf8(bytes: Uint8Array): boolean {
  try {
    new TextDecoder("utf-8", { fatal: true }).decode(bytes, { stream: true });
    return true;
  } catch {
    return false;
  }
}

function countLines(bytes: Uint8Array): number {
  let count = 0;
  for (let index = bytes.indexOf(10); index >= 0; index = bytes.indexOf(10, index + 1)) count++;
  return count;
}
