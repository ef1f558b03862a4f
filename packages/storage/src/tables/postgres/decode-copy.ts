import type { Content } from "../read-columns.js";
import type { ColumnBatch } from "../table-store.js";
import { epochMs } from "./encode-copy.js";
import { getInt64, getThousands } from "./int64.js";

/** Signature, flags and the length of an extension, which PostgreSQL leaves empty. */
const headerBytes = 19;

/** Reads rows in the binary format of COPY: those of a chunk at a time. See `encodeCopy`. */
export async function* decodeCopy(
  contents: readonly Content[],
  chunks: AsyncIterable<Uint8Array>,
): AsyncGenerator<ColumnBatch> {
  const readers = contents.map((content) => readersByContent[content]);
  // A row that is not whole waits for its end; its bytes are joined when enough are there, however many chunks it spans.
  let pending: Uint8Array[] = [];
  let pendingBytes = 0;
  let neededBytes = headerBytes;
  let isBegun = false;
  for await (const chunk of chunks) {
    pending.push(chunk);
    pendingBytes += chunk.length;
    if (pendingBytes < neededBytes) continue;
    const bytes = pending.length === 1 ? chunk : Buffer.concat(pending);
    const batch = decodeRows(bytes, isBegun ? 0 : headerBytes, readers);
    isBegun = true;
    pendingBytes = bytes.length - batch.end;
    pending = pendingBytes > 0 ? [bytes.subarray(batch.end)] : [];
    neededBytes = batch.neededBytes;
    if (batch.count > 0) yield batch;
  }
}

interface DecodedRows extends ColumnBatch {
  /** Where the rows that are whole end. */
  readonly end: number;
  /** How many bytes the next row has at least. */
  readonly neededBytes: number;
}

function decodeRows(bytes: Uint8Array, start: number, readers: readonly Reader[]): DecodedRows {
  const input = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const columns: unknown[][] = readers.map(() => []);
  let count = 0;
  let end = start;
  for (;;) {
    // Fields and their lengths; a field that is cut off is met again with its whole row.
    let at = end + 2;
    if (at > bytes.length) return { count, columns, end, neededBytes: at - end };
    // The mark of the end.
    if (view.getInt16(end) === -1) return { count, columns, end: at, neededBytes: 2 };
    for (let column = 0; column < readers.length; column++) {
      const valueStart = at + 4;
      if (valueStart > bytes.length) return { count, columns, end, neededBytes: valueStart - end };
      const length = view.getInt32(at);
      at = valueStart + Math.max(length, 0);
      if (at > bytes.length) return { count, columns, end, neededBytes: at - end };
      (columns[column] as unknown[])[count] =
        length < 0 ? null : readers[column]?.(view, input, valueStart, length);
    }
    end = at;
    count++;
  }
}

type Reader = (view: DataView, input: Buffer, start: number, length: number) => unknown;

const readText: Reader = (_, input, start, length) => input.toString("utf8", start, start + length);

const readersByContent: Readonly<Record<Content, Reader>> = {
  boolean: (view, _, start) => view.getUint8(start) !== 0,
  number: (view, _, start) => view.getFloat64(start),
  integer: (view, _, start, length) => {
    if (length === 8) return getInt64(view, start);
    return length === 4 ? view.getInt32(start) : view.getInt16(start);
  },
  decimal: readText,
  text: readText,
  json: readText,
  time: (view, _, start) => {
    // The largest and the smallest integer stand for the infinities.
    const high = view.getInt32(start);
    const low = view.getUint32(start + 4);
    if (high === 2 ** 31 - 1 && low === 2 ** 32 - 1) return Number.POSITIVE_INFINITY;
    if (high === -(2 ** 31) && low === 0) return Number.NEGATIVE_INFINITY;
    return getThousands(view, start) + epochMs;
  },
  day: (view, _, start) => {
    const days = view.getInt32(start);
    if (days === 2 ** 31 - 1) return Number.POSITIVE_INFINITY;
    return days === -(2 ** 31) ? Number.NEGATIVE_INFINITY : days * 86_400_000 + epochMs;
  },
  bytes: (_, input, start, length) => new Uint8Array(input.subarray(start, start + length)),
};
