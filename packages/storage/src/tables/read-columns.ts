/** The way from what a database's columns hold to the declared values, compiled once for a column. */
import { parseDate } from "../date-text.js";
import { parseJson } from "../formats/json-text.js";
import { Malformed, Misfit, pointer } from "../problems.js";
import { absent, appendRows, type Column, missingColumn, rowShape, tableOf } from "../rows.js";
import type { Convert } from "../shape/codec.js";
import { describeShape } from "../shape/describe.js";
import { compileFits } from "../shape/fits.js";
import { compileRevive, hasBigint } from "../shape/revive.js";
import { type Shape, splitNull } from "../shape/shape.js";
import type { ColumnBatch } from "./table-store.js";

/** As what a database gives the values of a column; each can be null, too. */
export type Content =
  | "boolean"
  | "number"
  /** A number, or a bigint. */
  | "integer"
  /** A number's text, exact. */
  | "decimal"
  | "text"
  /** Milliseconds since 1970, or an infinity. */
  | "time"
  /** The same of a day's beginning. */
  | "day"
  | "bytes"
  /** JSON's text. */
  | "json";

export interface StoredColumn {
  readonly name: string;
  /** As the database calls it. */
  readonly type: string;
  readonly content: Content;
}

/** A stored column that is read. */
export interface ReadColumn {
  readonly stored: StoredColumn;
  readonly convert: Convert;
}

/**
 * Matches the declared columns with those of the table. Where no type names the columns, all are read.
 *
 * @throws Malformed where a column is missing, or holds something else
 */
export function readColumns(payload: Shape, available: readonly StoredColumn[]): readonly ReadColumn[] {
  const row = rowShape(payload);
  const table = row && tableOf(row);
  if (!table) {
    const found = row ? `its rows are ${describeShape(row)}` : `the dataset is ${describeShape(payload)}`;
    throw new Malformed(`${found}, and a table holds rows that are objects`);
  }
  const byName = new Map(available.map((column) => [column.name, column]));
  const found: ReadColumn[] = [];
  for (const column of table.columns) {
    const stored = byName.get(column.name);
    if (stored) found.push({ stored, convert: compileColumn(column, stored) });
    else if (column.isRequired) throw new Malformed(missingColumn(column.name, [...byName.keys()]));
    byName.delete(column.name);
  }
  const { rest } = table;
  if (!rest) return found;
  const others = [...byName.values()].map((stored) => {
    return { stored, convert: compileColumn({ name: stored.name, shape: rest, isRequired: true }, stored) };
  });
  return [...found, ...others];
}

/**
 * Makes rows of columns.
 *
 * @param start how many rows there were before
 * @throws Malformed where a value is not what its type says
 */
export function toRows(
  { count, columns }: ColumnBatch,
  read: readonly ReadColumn[],
  start: number,
): unknown[] {
  let hasAbsent = false;
  const values = read.map(({ stored, convert }, index) => {
    const converted = toValues(columns[index] as ArrayLike<unknown>, count, stored.name, convert, start);
    hasAbsent ||= converted.includes(absent);
    return converted;
  });
  const rows: unknown[] = [];
  const names = read.map(({ stored }) => stored.name);
  appendRows(rows, names, values, count, hasAbsent);
  return rows;
}

function toValues(
  stored: ArrayLike<unknown>,
  count: number,
  name: string,
  convert: Convert,
  start: number,
): unknown[] {
  const values: unknown[] = new Array(count);
  let index = 0;
  try {
    for (; index < count; index++) values[index] = convert(stored[index]);
  } catch (error) {
    const row = `row ${start + index + 1}, column '${name}'`;
    if (error instanceof Malformed) throw new Malformed(`${row}: ${error.why}`);
    if (!(error instanceof Misfit)) throw error;
    const inner = error.path.length === 0 ? "" : ` at '${pointer(error.path)}'`;
    throw new Malformed(`${row}${inner}: ${error.why}`);
  }
  return values;
}

function compileColumn({ name, shape, isRequired }: Column, { content, type }: StoredColumn): Convert {
  const { branches, isNullable } = splitNull(shape);
  const convert = content === "json" ? readJson(shape) : readPlain(branches, content);
  const expected = describeShape(shape);
  if (!convert) throw new Malformed(`column '${name}' is ${type}, expected ${expected}`);
  // See `jsonConvert` of write-columns.ts.
  const isAbsent = !isRequired && (content === "json" || !isNullable);
  return (value) => {
    if (value !== null) return convert(value);
    if (isAbsent) return absent;
    if (isNullable) return null;
    throw new Misfit(expected, null);
  };
}

function readJson(shape: Shape): Convert {
  const revive = compileRevive(shape);
  const isExact = hasBigint(shape);
  const fits = compileFits(shape, { form: "value" });
  const expected = describeShape(shape);
  const scalar = splitNull(shape).branches.every(({ kind }) => !nestedKinds.has(kind));
  return (text) => {
    const value = parseJson(text as string, revive, isExact);
    if (fits(value)) return value;
    throw new Misfit(scalar ? expected : `a value that fits its type, ${expected}`, value);
  };
}

const nestedKinds = new Set<Shape["kind"]>(["array", "tuple", "object", "Map", "Set", "stream"]);

function readPlain(branches: readonly Shape[], content: Content): Convert | undefined {
  if (branches.length === 0) return notNull;
  for (const branch of branches) {
    const convert = readAs(branch, content);
    if (convert) return convert;
  }
  return undefined;
}

const notNull: Convert = (value) => {
  throw new Misfit("null", value);
};

const same: Convert = (value) => value;

function readAs(shape: Shape, content: Content): Convert | undefined {
  switch (shape.kind) {
    case "any":
      return anything[content] ?? same;
    case "boolean":
      return content === "boolean" ? same : undefined;
    case "number":
      return content === "number" ? same : numberOf[content];
    case "integer": {
      const number = content === "number" ? same : numberOf[content];
      return number && ((value) => integer(number(value)));
    }
    case "bigint":
      return bigintOf[content];
    case "string":
      return textOf[content];
    case "Date":
      return dateOf[content];
    case "bytes":
      return content === "bytes" ? same : undefined;
    case "literal":
      return readLiteral(shape, content);
    default:
      return undefined;
  }
}

type Converts = { readonly [Each in Content]?: Convert };

const numberOf: Converts = {
  integer: Number,
  decimal: (text) => Number(text),
};

function integer(value: unknown): unknown {
  if (!Number.isInteger(value)) throw new Misfit("an integer", value);
  return value;
}

const bigintOf: Converts = {
  integer: (value) => BigInt(value as number | bigint),
  number: (value) => BigInt(integer(value) as number),
  decimal: (text) => {
    const [, digits] = /^(-?\d+)(?:\.0*)?$/.exec(text as string) ?? [];
    if (digits === undefined) throw new Misfit("an integer", text);
    return BigInt(digits);
  },
};

const textOf: Converts = {
  text: same,
  decimal: same,
  time: (value) => date(value).toISOString(),
  day: (value) => date(value).toISOString().replace("T00:00:00.000Z", ""),
};

const dateOf: Converts = {
  time: date,
  day: date,
  text: (text) => {
    const found = parseDate(text as string);
    if (!found) throw new Misfit(describeShape({ kind: "Date" }), text);
    return found;
  },
};

function date(value: unknown): Date {
  const found = new Date(value as number);
  if (Number.isNaN(found.getTime())) throw new Misfit("a time that a Date can be", value);
  return found;
}

/** Without a declared type: what comes closest in JavaScript. */
const anything: Converts = {
  integer: (value) => (Number.isSafeInteger(Number(value)) ? Number(value) : value),
  time: date,
  day: date,
};

function readLiteral(shape: Shape & { kind: "literal" }, content: Content): Convert | undefined {
  const plain = content === "boolean" || content === "number" ? same : (numberOf[content] ?? textOf[content]);
  const type =
    content === "boolean" ? "boolean" : content === "number" || numberOf[content] ? "number" : "string";
  if (!plain || !shape.values.some((value) => typeof value === type)) return undefined;
  const known = new Set<unknown>(shape.values);
  const expected = describeShape(shape);
  return (stored) => {
    const value = plain(stored);
    if (!known.has(value)) throw new Misfit(expected, value);
    return value;
  };
}
