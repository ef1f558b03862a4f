/** The way from declared values to those that a column holds. Compiled once for a column. */
import type { ColumnContent, ColumnType } from "@glacier-ts/core/payload";
import { Misfit, within } from "../../problems.js";
import type { Convert } from "../../shape/codec.js";
import { describeShape } from "../../shape/describe.js";
import { isRecord, ownProperty } from "../../shape/fits.js";

/** What a writer takes in place of some values; by default they stay as they are. */
export interface WrittenLeaves {
  readonly integer?: (value: number) => unknown;
  readonly Date?: (value: Date) => unknown;
}

/** Compiles the check and conversion of a value; throws a Misfit. Missing values become null. */
export function compileWrite(type: ColumnType, leaves: WrittenLeaves): Convert {
  const { isRequired, isNullable, shape } = type;
  const convert = compileContent(type, leaves);
  const expected = describeShape(shape);
  return (value) => {
    if (value === undefined && !isRequired) return null;
    if (value === null && isNullable) return null;
    if (value === null || value === undefined) throw new Misfit(expected, value);
    return convert(value);
  };
}

function compileContent({ content, shape }: ColumnType, leaves: WrittenLeaves): Convert {
  const expected = describeShape(shape);
  switch (content.kind) {
    case "boolean":
      return checked((value) => typeof value === "boolean", expected);
    case "number":
      return checked((value) => typeof value === "number", expected);
    case "integer":
      return checked(Number.isSafeInteger, "a safe integer", leaves.integer as Convert);
    case "bigint":
      return checked(isInt64, "a bigint of 64 bits");
    case "string":
      return checked(isText, "well-formed text");
    case "Date":
      return checked(isDate, "a valid Date", leaves.Date as Convert);
    case "bytes":
      return checked((value) => value instanceof Uint8Array, expected);
    case "list":
      return compileList(content, expected, leaves);
    case "map":
      return compileMap(content, leaves);
    case "struct":
      return compileStruct(content, leaves);
    default:
      return content satisfies never;
  }
}

function checked(test: (value: unknown) => boolean, expected: string, convert?: Convert): Convert {
  if (convert) return (value) => (test(value) ? convert(value) : fail(expected, value));
  return (value) => (test(value) ? value : fail(expected, value));
}

function compileList(
  list: ColumnContent & { kind: "list" },
  expected: string,
  leaves: WrittenLeaves,
): Convert {
  const item = compileWrite(list.item, leaves);
  return (value) => {
    if (list.of === "Set" ? !(value instanceof Set) : !Array.isArray(value)) fail(expected, value);
    return Array.from(value as Iterable<unknown>, (each, index) => at(index, () => item(each)));
  };
}

/** To the list of its entries. */
function compileMap(map: ColumnContent & { kind: "map" }, leaves: WrittenLeaves): Convert {
  const key = compileWrite(map.key, leaves);
  const value = compileWrite(map.value, leaves);
  return (given) => {
    const entries = map.of === "Map" ? entriesOfMap(given) : entriesOfObject(given);
    return entries.map(([left, right], index) => at(index, () => ({ key: key(left), value: value(right) })));
  };
}

function entriesOfMap(value: unknown): [unknown, unknown][] {
  return value instanceof Map ? [...value] : fail("a Map", value);
}

function entriesOfObject(value: unknown): [unknown, unknown][] {
  return isRecord(value) ? Object.entries(value) : fail("an object", value);
}

function compileStruct(struct: ColumnContent & { kind: "struct" }, leaves: WrittenLeaves): Convert {
  const fields = [...struct.fields].map(([name, type]) => ({ name, convert: compileWrite(type, leaves) }));
  return (value) => {
    if (!isRecord(value)) return fail("an object", value);
    return Object.fromEntries(
      fields.map(({ name, convert }) => [name, at(name, () => convert(ownProperty(value, name)))]),
    );
  };
}

function isInt64(value: unknown): boolean {
  return typeof value === "bigint" && BigInt.asIntN(64, value) === value;
}

function isText(value: unknown): boolean {
  return typeof value === "string" && value.isWellFormed();
}

function isDate(value: unknown): boolean {
  return value instanceof Date && !Number.isNaN(value.getTime());
}

function fail(expected: string, value: unknown): never {
  throw new Misfit(expected, value);
}

function at<T>(key: string | number, convert: () => T): T {
  try {
    return convert();
  } catch (error) {
    throw within(error, key);
  }
}
