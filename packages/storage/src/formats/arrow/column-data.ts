/**
 * The buffers of a column, filled in one loop each. (The library's builders take each value through several calls: five
 * times as long.)
 */
import type { ColumnType } from "@glacier-ts/core/payload";
import { type Data, type DataType, makeData } from "apache-arrow";
import { NotEncodable } from "../../problems.js";

type Values = readonly unknown[];

/**
 * @param values as `compileWrite` gives them
 * @param place for the message of a column that is too large
 */
export function dataOf(type: DataType, column: ColumnType, values: Values, place: string): Data {
  const { content } = column;
  const make = (buffers: object) =>
    makeData({ type, length: values.length, ...validity(values), ...buffers } as never) as Data;
  switch (content.kind) {
    case "boolean":
      return make({ data: bits(values, (value) => value === true) });
    case "number":
      return make({ data: Float64Array.from(values as number[], (value) => value ?? 0) });
    case "bigint":
      return make({ data: BigInt64Array.from(values as bigint[], (value) => value ?? 0n) });
    case "integer":
      return make({ data: integers(values, (value) => value as number) });
    case "Date":
      return make({ data: integers(values, (value) => (value as Date).getTime()) });
    case "string":
      return make(texts(values as (string | null)[], place));
    case "bytes":
      return make(blobs(values as (Uint8Array | null)[], place));
    case "list": {
      const { valueOffsets, items } = lists(values as (Values | null)[]);
      const child = dataOf(childType(type, 0), content.item, items, place);
      return make({ valueOffsets, child });
    }
    case "map": {
      const { valueOffsets, items } = lists(values as (Values | null)[]);
      const entryType = childType(type, 0);
      const entries = items as readonly { readonly key: unknown; readonly value: unknown }[];
      const parts = [entries.map(({ key }) => key), entries.map(({ value }) => value)];
      const children = [content.key, content.value].map((part, index) =>
        dataOf(childType(entryType, index), part, parts[index] as Values, place),
      );
      const child = makeData({ type: entryType, length: items.length, nullCount: 0, children } as never);
      return make({ valueOffsets, child });
    }
    case "struct": {
      const structs = values as readonly ({ readonly [name: string]: unknown } | null)[];
      const children = [...content.fields].map(([name, part], index) => {
        const inner = structs.map((struct) => struct?.[name] ?? null);
        return dataOf(childType(type, index), part, inner, place);
      });
      return make({ children });
    }
    default:
      return content satisfies never;
  }
}

function childType(type: DataType, index: number): DataType {
  const child = type.children?.[index];
  if (!child) throw new Error(`Internal error: ${type} has no part ${index}.`);
  return child.type;
}

function validity(values: Values) {
  let nullCount = 0;
  for (let index = 0; index < values.length; index++) if (values[index] === null) nullCount++;
  return nullCount === 0 ? { nullCount } : { nullCount, nullBitmap: bits(values, (value) => value !== null) };
}

function bits(values: Values, test: (value: unknown) => boolean): Uint8Array {
  const bytes = new Uint8Array((values.length + 7) >> 3);
  for (let index = 0; index < values.length; index++) {
    if (test(values[index])) (bytes[index >> 3] as number) |= 1 << (index & 7);
  }
  return bytes;
}

/** Safe integers as 64 bits, by halves: a bigint for each would take twice as long. */
function integers(values: Values, read: (value: unknown) => number): BigInt64Array {
  const result = new BigInt64Array(values.length);
  const halves = new Int32Array(result.buffer);
  for (let index = 0; index < values.length; index++) {
    const value = values[index];
    if (value === null) continue;
    const integer = read(value);
    halves[2 * index] = integer;
    halves[2 * index + 1] = Math.floor(integer / 2 ** 32);
  }
  return result;
}

function texts(values: readonly (string | null)[], place: string) {
  const valueOffsets = new Int32Array(values.length + 1);
  let data = Buffer.allocUnsafe(values.reduce((sum, text) => sum + (text?.length ?? 0), 0));
  let end = 0;
  for (const [index, text] of values.entries()) {
    if (text) {
      // A UTF-16 code unit takes three bytes at most.
      if (data.length - end < text.length * 3) data = grown(data, end + text.length * 3);
      end += data.write(text, end);
      assertSize(end, place);
    }
    valueOffsets[index + 1] = end;
  }
  return { valueOffsets, data: data.subarray(0, end) };
}

function grown(data: Buffer, size: number): Buffer<ArrayBuffer> {
  const larger = Buffer.allocUnsafe(Math.max(size, Math.ceil(data.length * 1.5)));
  data.copy(larger);
  return larger;
}

function blobs(values: readonly (Uint8Array | null)[], place: string) {
  const valueOffsets = new Int32Array(values.length + 1);
  let end = 0;
  for (const [index, bytes] of values.entries()) {
    end += bytes?.length ?? 0;
    assertSize(end, place);
    valueOffsets[index + 1] = end;
  }
  const data = new Uint8Array(end);
  for (const [index, bytes] of values.entries()) if (bytes) data.set(bytes, valueOffsets[index]);
  return { valueOffsets, data };
}

/** Offsets have 31 bits. */
function assertSize(sizeBytes: number, place: string): void {
  if (sizeBytes > 2 ** 31 - 1)
    throw new NotEncodable("", `${place}: a record batch holds less than 2 GiB of a column`);
}

function lists(values: readonly (Values | null)[]) {
  const valueOffsets = new Int32Array(values.length + 1);
  const items: unknown[] = [];
  for (const [index, list] of values.entries()) {
    for (const item of list ?? []) items.push(item);
    valueOffsets[index + 1] = items.length;
  }
  return { valueOffsets, items };
}
