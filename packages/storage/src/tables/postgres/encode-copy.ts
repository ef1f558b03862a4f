import type { ColumnBatch } from "../table-store.js";
import type { ColumnType } from "../write-columns.js";
import { setInt64 } from "./int64.js";

/** PostgreSQL counts from 2000-01-01. */
export const epochMs = Date.UTC(2000, 0, 1);

const signature = Buffer.from("PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0", "latin1");
const trailer = Buffer.from([0xff, 0xff]);

/**
 * Writes rows in the binary format of COPY: exact without text that has to be escaped, and in three quarters of the time.
 *
 * @see https://www.postgresql.org/docs/current/sql-copy.html#SQL-COPY-FILE-FORMATS-BINARY
 */
export async function* encodeCopy(
  types: readonly ColumnType[],
  batches: AsyncIterable<ColumnBatch>,
): AsyncGenerator<Uint8Array> {
  yield signature;
  for await (const batch of batches) yield encodeBatch(types, batch);
  yield trailer;
}

function encodeBatch(types: readonly ColumnType[], { count, columns }: ColumnBatch): Uint8Array {
  const output = new Output();
  const writers = types.map((type) => writersByType[type]);
  for (let row = 0; row < count; row++) {
    output.int16(types.length);
    for (let column = 0; column < writers.length; column++) {
      const value = columns[column]?.[row];
      if (value === null) output.int32(-1);
      else writers[column]?.(output, value as never);
    }
  }
  return output.bytes();
}

/** Bytes that become more. */
class Output {
  #buffer = Buffer.allocUnsafeSlow(64 * 1024);
  #view = new DataView(this.#buffer.buffer);
  #length = 0;

  int16(value: number): void {
    const at = this.#take(2);
    this.#view.setInt16(at, value);
  }

  int32(value: number): void {
    const at = this.#take(4);
    this.#view.setInt32(at, value);
  }

  int64(value: number, factor: number): void {
    const at = this.#take(8);
    setInt64(this.#view, at, value, factor);
  }

  byte(value: number): void {
    const at = this.#take(1);
    this.#view.setUint8(at, value);
  }

  double(value: number): void {
    const at = this.#take(8);
    this.#view.setFloat64(at, value);
  }

  /** With its length before it. */
  text(value: string): void {
    const room = 4 + value.length * 3;
    const start = this.#take(room);
    const length = this.#buffer.write(value, start + 4, "utf8");
    this.#view.setInt32(start, length);
    this.#length -= room - 4 - length;
  }

  /** With its length before it. */
  block(value: Uint8Array): void {
    this.int32(value.length);
    const at = this.#take(value.length);
    this.#buffer.set(value, at);
  }

  bytes(): Uint8Array {
    return this.#buffer.subarray(0, this.#length);
  }

  #take(count: number): number {
    const start = this.#length;
    this.#length += count;
    if (this.#length > this.#buffer.length) this.#grow();
    return start;
  }

  #grow(): void {
    const larger = Buffer.allocUnsafeSlow(Math.max(this.#length, this.#buffer.length * 2));
    this.#buffer.copy(larger);
    this.#buffer = larger;
    this.#view = new DataView(larger.buffer);
  }
}

type Writer = (output: Output, value: never) => void;

const writeText = (output: Output, value: string) => output.text(value);

const writersByType: Readonly<Record<ColumnType, Writer>> = {
  boolean: (output, value: boolean) => {
    output.int32(1);
    output.byte(value ? 1 : 0);
  },
  number: (output, value: number) => {
    output.int32(8);
    output.double(value);
  },
  integer: (output, value: number) => {
    output.int32(8);
    output.int64(value, 1);
  },
  bigint: writeNumeric,
  text: writeText,
  json: writeText,
  time: (output, value: number) => {
    output.int32(8);
    // In microseconds.
    output.int64(value - epochMs, 1000);
  },
  bytes: (output, value: Uint8Array) => output.block(value),
};

/** `numeric` has digits to the base 10,000, the first one with the highest weight. */
function writeNumeric(output: Output, value: bigint): void {
  const isNegative = value < 0n;
  const decimal = String(isNegative ? -value : value);
  const digits = Math.ceil(decimal.length / 4);
  const padded = decimal.padStart(digits * 4, "0");
  output.int32(8 + digits * 2);
  output.int16(digits);
  output.int16(digits - 1);
  output.int16(isNegative ? 0x4000 : 0);
  // No digits after the point.
  output.int16(0);
  for (let index = 0; index < digits; index++) {
    output.int16(Number(padded.slice(index * 4, index * 4 + 4)));
  }
}
