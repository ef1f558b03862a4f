/**
 * The values of a column, decoded in one loop each. (The library's vectors take each value through several calls, and
 * believe the lengths and offsets of damaged files.) Everything throws an Error that says what is wrong.
 */
import { isAscii, isUtf8 } from "node:buffer";
import { CompressionType, DataType, type Int, Precision } from "apache-arrow";
import { uint16ToFloat64 } from "apache-arrow/util/math";
import { decompressPart } from "../../compression/compression.js";
import { type Cursor, isView } from "./layout.js";
import type { BatchHeader } from "./metadata.js";
import { decimalOf, integersOf, millisecondsOf, typed } from "./numbers.js";
import { isText, nameOf } from "./stored-type.js";

type Values = unknown[];

/** Decodes columns of one record batch, from left to right. */
export class ColumnDecoder {
  readonly #header: BatchHeader;
  /** A part of the batch's body. */
  readonly #bytes: Uint8Array;
  /** Where that part begins. */
  readonly #start: number;
  readonly #cursor: Cursor;
  /** The values of dictionaries by id. */
  readonly #dictionaries: ReadonlyMap<number, readonly unknown[]>;

  constructor(
    header: BatchHeader,
    bytes: Uint8Array,
    start: number,
    cursor: Cursor,
    dictionaries: ReadonlyMap<number, readonly unknown[]>,
  ) {
    this.#header = header;
    this.#bytes = bytes;
    this.#start = start;
    this.#cursor = { ...cursor };
    this.#dictionaries = dictionaries;
  }

  /**
   * @param count how many values there must be; the parts of lists have as many as they say
   * @returns as `StoredType` says, with null where there is no value
   */
  decode(type: DataType, count?: number): Values {
    const node = this.#header.nodes[this.#cursor.node++];
    if (!node || !(node.length >= 0) || (count !== undefined && node.length !== count))
      throw new Error(`it has ${node?.length ?? "no"} values, expected ${count}`);
    const { length, nullCount } = node;
    if (DataType.isNull(type)) return new Array(length).fill(null);
    const validity = this.#buffer();
    const values = this.#values(type, length);
    const found = validity.length > 0 || nullCount !== 0 ? markNulls(values, validity) : 0;
    if (found !== nullCount) throw new Error(`${found} of its values are null, expected ${nullCount}`);
    // Only now: where there is no value, the index may be anything.
    if (DataType.isDictionary(type) && values.includes(undefined))
      throw new Error("an index is outside of its dictionary");
    return values;
  }

  #values(type: DataType, length: number): Values {
    if (DataType.isDictionary(type)) return this.#dictionary(type.id, this.#integers(type.indices, length));
    if (DataType.isBool(type)) return booleans(this.#buffer(), length);
    if (DataType.isInt(type)) return this.#integers(type, length);
    if (DataType.isFloat(type)) return floats(this.#buffer(), type.precision, length);
    if (DataType.isTime(type)) return integersOf(this.#buffer(), type.bitWidth, true, length);
    if (DataType.isDuration(type)) return integersOf(this.#buffer(), 64, true, length);
    if (DataType.isDate(type) || DataType.isTimestamp(type))
      return millisecondsOf(this.#buffer(), type, length);
    if (DataType.isDecimal(type)) return decimalOf(this.#buffer(), type, length);
    if (DataType.isFixedSizeBinary(type)) return this.#fixedBinaries(type.byteWidth, length);
    if (isView(type)) return this.#views(isText(type), length);
    if (isText(type)) return this.#texts(DataType.isLargeUtf8(type), length);
    if (DataType.isBinary(type) || DataType.isLargeBinary(type))
      return this.#binaries(DataType.isLargeBinary(type), length);
    if (DataType.isStruct(type)) return this.#structs(type.children, length);
    if (DataType.isMap(type)) return this.#maps(type, length);
    if (DataType.isList(type) || DataType.isLargeList(type)) {
      const offsets = this.#offsets(DataType.isLargeList(type), length);
      const items = this.decode(childOf(type));
      return slices(offsets, items.length, (start, end) => items.slice(start, end));
    }
    if (DataType.isFixedSizeList(type)) {
      const { listSize } = type;
      const items = this.decode(childOf(type), length * listSize);
      return Array.from({ length }, (_, index) => items.slice(index * listSize, (index + 1) * listSize));
    }
    throw new Error(`${type} cannot be read`);
  }

  #integers(type: Int, length: number): Values {
    return integersOf(this.#buffer(), type.bitWidth, type.isSigned, length);
  }

  #dictionary(id: number, indexes: Values): Values {
    const dictionary = this.#dictionaries.get(id);
    if (!dictionary) throw new Error(`dictionary ${id} is missing`);
    return indexes.map((index) => dictionary[index as number]);
  }

  #texts(isLarge: boolean, length: number): Values {
    const offsets = this.#offsets(isLarge, length);
    return slices(offsets, Number.MAX_SAFE_INTEGER, textOf(this.#buffer()));
  }

  #binaries(isLarge: boolean, length: number): Values {
    const offsets = this.#offsets(isLarge, length);
    const bytes = this.#buffer();
    // Copies: a row that is kept must not keep the whole batch.
    return slices(offsets, bytes.length, (start, end) => new Uint8Array(bytes.subarray(start, end)));
  }

  #fixedBinaries(width: number, length: number): Values {
    const bytes = this.#buffer();
    if (bytes.length < width * length) throw new Error("a buffer is too short");
    return Array.from({ length }, (_, index) => bytes.slice(index * width, (index + 1) * width));
  }

  /** Short values are in the view itself, others in one of the buffers behind it. */
  #views(areTexts: boolean, length: number): Values {
    const views = this.#buffer();
    if (views.length < 16 * length) throw new Error("a buffer is too short");
    const count = this.#header.variadicCounts[this.#cursor.variadic++] ?? 0;
    const buffers = [views, ...Array.from({ length: count }, () => this.#buffer())];
    const read = areTexts
      ? buffers.map(textOf)
      : buffers.map((bytes) => (start: number, end: number) => new Uint8Array(bytes.subarray(start, end)));
    const view = new DataView(views.buffer, views.byteOffset, views.byteLength);
    return Array.from({ length }, (_, index) => {
      const size = view.getInt32(16 * index, true);
      const isInline = size <= 12;
      const buffer = isInline ? 0 : view.getInt32(16 * index + 8, true) + 1;
      const start = isInline ? 16 * index + 4 : view.getInt32(16 * index + 12, true);
      const isInside = size >= 0 && start >= 0 && start + size <= (buffers[buffer]?.length ?? -1);
      if (!isInside) throw new Error("a value is outside of its buffer");
      return read[buffer]?.(start, start + size);
    });
  }

  #structs(fields: DataType["children"], length: number): Values {
    const columns = fields.map((field) => ({ name: nameOf(field), values: this.decode(field.type, length) }));
    return Array.from({ length }, (_, index) =>
      Object.fromEntries(columns.map(({ name, values }) => [name, values[index]])),
    );
  }

  /** To pairs of key and value. */
  #maps(type: DataType, length: number): Values {
    const offsets = this.#offsets(false, length);
    const entries = this.#header.nodes[this.#cursor.node++];
    this.#buffer();
    const [keys, values] = childOf(type).children.map((part) => this.decode(part.type, entries?.length));
    return slices(offsets, keys?.length ?? 0, (start, end) =>
      keys?.slice(start, end).map((key, index) => [key, values?.[start + index]]),
    );
  }

  /** The places between `length` values. */
  #offsets(isLarge: boolean, length: number): ArrayLike<number> {
    const buffer = this.#buffer();
    // A column without values may lack its only offset.
    if (length === 0) return [0];
    if (!isLarge) return typed(buffer, Int32Array, length + 1);
    return Array.from(typed(buffer, BigInt64Array, length + 1), Number);
  }

  #buffer(): Uint8Array {
    const region = this.#header.buffers[this.#cursor.buffer++];
    if (!region) throw new Error("a buffer is missing");
    const start = region.offset - this.#start;
    const bytes = region.length === 0 ? new Uint8Array() : this.#bytes.subarray(start, start + region.length);
    if (bytes.length < region.length) throw new Error("a buffer is missing");
    const { codec } = this.#header;
    return codec === undefined || bytes.length === 0 ? bytes : decompress(bytes, codec);
  }
}

/** A buffer begins with the length that it has without compression, or -1 where it is as it was. */
function decompress(bytes: Uint8Array, codec: number): Uint8Array {
  if (codec !== CompressionType.ZSTD) throw new Error("it is compressed with LZ4; Zstandard can be read");
  if (bytes.length < 8) throw new Error("a buffer is too short");
  const length = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigInt64(0, true));
  const body = bytes.subarray(8);
  if (length === -1) return body;
  if (!(length > 0)) throw new Error("the length of a buffer is damaged");
  const plain = decompressPart(body, "zstd", length);
  if (plain.length !== length) throw new Error("the length of a buffer is damaged");
  return plain;
}

/**
 * @param validity a bit for each value
 * @returns how many values are null
 */
function markNulls(values: Values, validity: Uint8Array): number {
  const isThere = booleans(validity, values.length);
  let count = 0;
  for (let index = 0; index < values.length; index++) {
    if (isThere[index]) continue;
    values[index] = null;
    count++;
  }
  return count;
}

function childOf(type: DataType): DataType {
  const child: DataType | undefined = type.children[0]?.type;
  if (!child) throw new Error(`${type} has no items`);
  return child;
}

function booleans(bytes: Uint8Array, length: number): boolean[] {
  if (bytes.length * 8 < length) throw new Error("a buffer is too short");
  const values: boolean[] = new Array(length);
  for (let index = 0; index < length; index++)
    values[index] = ((bytes[index >> 3] as number) & (1 << (index & 7))) !== 0;
  return values;
}

function floats(bytes: Uint8Array, precision: Precision, length: number): Values {
  switch (precision) {
    case Precision.HALF:
      return Array.from(typed(bytes, Uint16Array, length), uint16ToFloat64);
    case Precision.SINGLE:
      return Array.from(typed(bytes, Float32Array, length));
    default:
      return Array.from(typed(bytes, Float64Array, length));
  }
}

/** What is between each offset and the next one. */
function slices(
  offsets: ArrayLike<number>,
  size: number,
  slice: (start: number, end: number) => unknown,
): Values {
  const length = offsets.length - 1;
  const values: Values = new Array(length);
  let start = offsets[0] as number;
  if (!(start >= 0)) throw new Error("an offset is damaged");
  for (let index = 0; index < length; index++) {
    const end = offsets[index + 1] as number;
    if (!(end >= start && end <= size)) throw new Error("an offset is damaged");
    values[index] = slice(start, end);
    start = end;
  }
  return values;
}

/** Reads texts of a buffer. All of it is checked at once; then a text is sound where it is cut between characters. */
function textOf(bytes: Uint8Array): (start: number, end: number) => string {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const { length } = buffer;
  if (isAscii(buffer)) {
    return (start, end) => {
      if (end > length) throw new Error("an offset is damaged");
      return buffer.toString("latin1", start, end);
    };
  }
  // Views have texts between other bytes.
  const isSound = isUtf8(buffer);
  return (start, end) => {
    const isCut = end > length || isContinuation(buffer[start]) || isContinuation(buffer[end]);
    if (isSound ? isCut && start < end : !isUtf8(buffer.subarray(start, end)))
      throw new Error("a text is not UTF-8");
    return buffer.toString("utf8", start, end);
  };
}

function isContinuation(byte: number | undefined): boolean {
  return byte !== undefined && (byte & 0xc0) === 0x80;
}
