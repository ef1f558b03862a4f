/** Which buffers of a record batch belong to which column. */
import { DataType, UnionMode } from "apache-arrow";
import type { BatchHeader } from "./metadata.js";

/** A position among the nodes and buffers of a record batch. */
export interface Cursor {
  node: number;
  buffer: number;
  variadic: number;
}

/** Moves the cursor behind a column. */
export function skipColumn(cursor: Cursor, type: DataType, header: BatchHeader): void {
  cursor.node++;
  cursor.buffer += bufferCount(type);
  if (isView(type)) cursor.buffer += header.variadicCounts[cursor.variadic++] ?? 0;
  // The values of a dictionary are a message of their own.
  if (DataType.isDictionary(type)) return;
  for (const child of type.children ?? []) skipColumn(cursor, child.type, header);
}

export function isView(type: DataType): boolean {
  return DataType.isUtf8View(type) || DataType.isBinaryView(type);
}

/** The buffers of a column without those of its parts. @see https://arrow.apache.org/docs/format/Columnar.html */
function bufferCount(type: DataType): number {
  if (DataType.isNull(type)) return 0;
  if (DataType.isUnion(type)) return type.mode === UnionMode.Dense ? 2 : 1;
  if (DataType.isStruct(type) || DataType.isFixedSizeList(type)) return 1;
  const hasOffsets =
    DataType.isUtf8(type) ||
    DataType.isLargeUtf8(type) ||
    DataType.isBinary(type) ||
    DataType.isLargeBinary(type);
  return hasOffsets ? 3 : 2;
}

/** The part of the body that has a column's buffers: [start, end). */
export function bodyRange(header: BatchHeader, from: Cursor, to: Cursor, bodyLength: number) {
  let start = bodyLength;
  let end = 0;
  for (const { offset, length } of header.buffers.slice(from.buffer, to.buffer)) {
    if (!(offset >= 0 && length >= 0 && offset + length <= bodyLength))
      throw new Error("a buffer is outside of its record batch");
    if (length === 0) continue;
    start = Math.min(start, offset);
    end = Math.max(end, offset + length);
  }
  return { start: Math.min(start, end), end };
}
