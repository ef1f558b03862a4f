/** Numbers of Arrow's buffers. Everything throws an Error where a buffer is too short. */
import { DataType, type Date_, DateUnit, type Decimal, type Timestamp, TimeUnit } from "apache-arrow";

interface TypedArray<T> {
  new (buffer: ArrayBufferLike, byteOffset: number, length: number): T;
  readonly BYTES_PER_ELEMENT: number;
}

/** The first values of a buffer. */
export function typed<T>(bytes: Uint8Array, Type: TypedArray<T>, length: number): T {
  if (bytes.byteLength < length * Type.BYTES_PER_ELEMENT) throw new Error("a buffer is too short");
  // A file may have been read to any place in memory; wide values must begin at a multiple of their width.
  const { buffer, byteOffset } =
    bytes.byteOffset % Type.BYTES_PER_ELEMENT === 0 ? bytes : new Uint8Array(bytes);
  return new Type(buffer, byteOffset, length);
}

/** Integers as numbers; as bigints where a number cannot hold them. */
export function integersOf(
  bytes: Uint8Array,
  bitWidth: number,
  isSigned: boolean,
  length: number,
): unknown[] {
  switch (bitWidth) {
    case 8:
      return Array.from(typed<ArrayLike<number>>(bytes, isSigned ? Int8Array : Uint8Array, length));
    case 16:
      return Array.from(typed<ArrayLike<number>>(bytes, isSigned ? Int16Array : Uint16Array, length));
    case 32:
      return Array.from(typed<ArrayLike<number>>(bytes, isSigned ? Int32Array : Uint32Array, length));
    case 64:
      return wideIntegers(bytes, isSigned, length);
    default:
      throw new Error(`integers of ${bitWidth} bits cannot be read`);
  }
}

/** By halves: a bigint for each would take three times as long. */
function wideIntegers(bytes: Uint8Array, isSigned: boolean, length: number): unknown[] {
  const low = typed(bytes, Uint32Array, length * 2);
  const high = isSigned ? new Int32Array(low.buffer, low.byteOffset, low.length) : low;
  const values: unknown[] = new Array(length);
  for (let index = 0; index < length; index++) {
    const [left, right] = [low[2 * index] as number, high[2 * index + 1] as number];
    const value = right * 2 ** 32 + left;
    values[index] = Number.isSafeInteger(value) ? value : (BigInt(right) << 32n) | BigInt(left);
  }
  return values;
}

/** Dates and timestamps in milliseconds since 1970; what is finer is left out. */
export function millisecondsOf(bytes: Uint8Array, type: Date_ | Timestamp, length: number): unknown[] {
  if (DataType.isDate(type)) {
    return type.unit === DateUnit.DAY
      ? integersOf(bytes, 32, true, length).map((day) => (day as number) * 86_400_000)
      : integersOf(bytes, 64, true, length).map(Number);
  }
  const values = integersOf(bytes, 64, true, length);
  switch (type.unit) {
    case TimeUnit.SECOND:
      return values.map((value) => Number(value) * 1000);
    case TimeUnit.MILLISECOND:
      return values.map(Number);
    case TimeUnit.MICROSECOND:
      return values.map((value) => Math.floor(Number(value) / 1000));
    default:
      return values.map((value) => Number(BigInt(value as number) / 1_000_000n));
  }
}

/** The nearest numbers. */
export function decimalOf(bytes: Uint8Array, { bitWidth, scale }: Decimal, length: number): unknown[] {
  const words = bitWidth / 32;
  const low = typed(bytes, Uint32Array, length * words);
  return Array.from({ length }, (_, index) => {
    let value = 0n;
    for (let word = words - 1; word >= 0; word--)
      value = (value << 32n) | BigInt(low[index * words + word] as number);
    return Number(BigInt.asIntN(bitWidth, value)) / 10 ** scale;
  });
}
