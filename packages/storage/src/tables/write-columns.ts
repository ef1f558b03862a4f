/** The declared types as columns of a database, and the way from rows to columns. */
import { stringifyJson } from "../formats/json-text.js";
import { describeValue, Misfit, NotEncodable, pointer } from "../problems.js";
import { type Column, orderColumns, rowShape, type Table, tableOf } from "../rows.js";
import { describeShape } from "../shape/describe.js";
import { isRecord, ownProperty } from "../shape/fits.js";
import { compileReplace } from "../shape/replace.js";
import { type Shape, splitNull } from "../shape/shape.js";
import type { ColumnBatch, Limits, ValueLimit } from "./table-store.js";

/** What columns hold, and as what a database is given their values; all of them can be null, too. */
export type ColumnType =
  | "boolean"
  | "number"
  /** A safe integer, as a number. */
  | "integer"
  /** Any integer, as a bigint. */
  | "bigint"
  | "text"
  /** Milliseconds since 1970. */
  | "time"
  | "bytes"
  /** JSON's text: whatever has parts, and what may be of several types. */
  | "json";

export interface NewColumn {
  readonly name: string;
  readonly type: ColumnType;
  readonly isNullable: boolean;
}

/** Makes a column's values of those of rows; throws a Misfit. */
export interface WriteColumn extends NewColumn {
  /** @param path where the value is in the dataset */
  readonly convert: (value: unknown, path: readonly (string | number)[]) => unknown;
}

/** @throws NotEncodable where the payload is no rows of known properties, or the database cannot have such columns */
export function writtenTable(payload: Shape, limits: Limits): Table {
  const row = rowShape(payload);
  const table = row && tableOf(row);
  if (!row || !table) {
    const found = row ? `its rows are ${describeShape(row)}` : `the dataset is ${describeShape(payload)}`;
    throw new NotEncodable("", `${found}, and a table holds rows that are objects`);
  }
  if (table.rest) {
    throw new NotEncodable("", "the type of the rows does not name the columns, and a table has columns");
  }
  if (table.columns.length === 0) throw new NotEncodable("", "its rows have no properties");
  const bad = limits.columnNames(table.columns.map(({ name }) => name));
  if (bad) throw new NotEncodable(`/*${pointer([bad.name])}`, bad.why);
  return table;
}

/** The columns in the order of the first row's properties. */
export function writeColumns(table: Table, firstRow: unknown, limits: Limits): readonly WriteColumn[] {
  return orderColumns(table.columns, firstRow).map((column) => {
    const { branches, isNullable } = splitNull(column.shape);
    const type = typeOf(branches);
    return {
      name: column.name,
      type,
      isNullable: isNullable || !column.isRequired,
      convert:
        type === "json" ? jsonConvert(column) : plainConvert(column, type, isNullable, limits.values[type]),
    };
  });
}

function typeOf(branches: readonly Shape[]): ColumnType {
  const types = new Set(branches.flatMap(typesOf));
  // An integer is a number, too.
  if (types.has("number")) types.delete("integer");
  const [only] = types;
  return types.size === 1 && only ? only : "json";
}

function typesOf(shape: Shape): readonly ColumnType[] {
  switch (shape.kind) {
    case "boolean":
    case "number":
    case "integer":
    case "bigint":
    case "bytes":
      return [shape.kind];
    case "string":
      return ["text"];
    case "Date":
      return ["time"];
    case "literal":
      return shape.values.map((value) => literalTypes[typeof value] ?? "json");
    default:
      return ["json"];
  }
}

const literalTypes: { readonly [type: string]: ColumnType } = {
  string: "text",
  number: "number",
  boolean: "boolean",
};

const plain: Readonly<Record<Exclude<ColumnType, "json">, (value: unknown) => boolean>> = {
  boolean: (value) => typeof value === "boolean",
  number: (value) => typeof value === "number",
  integer: Number.isSafeInteger,
  bigint: (value) => typeof value === "bigint",
  text: (value) => typeof value === "string" && value.isWellFormed(),
  time: (value) => value instanceof Date && !Number.isNaN(value.getTime()),
  bytes: (value) => value instanceof Uint8Array,
};

const expectations: { readonly [Type in ColumnType]?: string } = {
  integer: "a safe integer",
  bigint: "a bigint",
  text: "well-formed text",
  time: "a valid Date",
};

function plainConvert(
  { shape, isRequired }: Column,
  type: Exclude<ColumnType, "json">,
  isNullable: boolean,
  limit: ValueLimit | undefined,
): WriteColumn["convert"] {
  const test = plain[type];
  const expected = expectations[type] ?? describeShape(shape);
  return (value, path) => {
    if (value === null && isNullable) return null;
    if (value === undefined && !isRequired) {
      if (!isNullable) return null;
      throw new NotEncodable(
        pointer(path),
        "the property is absent, which a column that holds null, too, cannot tell from null: write null, or take null out of its type",
      );
    }
    if (!test(value)) throw new Misfit(expected, value);
    const stored = type === "time" ? (value as Date).getTime() : value;
    if (limit && !limit.test(stored as never)) throw new Misfit(limit.expected, value);
    return stored;
  };
}

/** Where both can be, what is absent is NULL, and null is JSON's. */
function jsonConvert({ shape, isRequired }: Column): WriteColumn["convert"] {
  const replace = compileReplace(shape);
  return (value, path) => {
    if (isRequired ? value === null : value === undefined) return null;
    return stringifyJson(value, replace, path);
  };
}

/**
 * Turns rows into columns.
 *
 * @param start the number of the first row
 * @throws NotEncodable where a value is not what the column says
 */
export function toBatch(
  rows: readonly unknown[],
  columns: readonly WriteColumn[],
  start: number,
): ColumnBatch {
  for (const [index, row] of rows.entries()) {
    if (isRecord(row)) continue;
    throw new NotEncodable(`/${start + index}`, `found ${describeValue(row)}, expected an object`);
  }
  const records = rows as readonly Record<string, unknown>[];
  return { count: rows.length, columns: columns.map((column) => toColumn(records, column, start)) };
}

function toColumn(
  rows: readonly Record<string, unknown>[],
  { name, convert }: WriteColumn,
  start: number,
): unknown[] {
  const values: unknown[] = new Array(rows.length);
  const path: [number, string] = [start, name];
  try {
    for (let index = 0; index < rows.length; index++) {
      path[0] = start + index;
      values[index] = convert(ownProperty(rows[index] as Record<string, unknown>, name), path);
    }
  } catch (error) {
    if (!(error instanceof Misfit)) throw error;
    throw new NotEncodable(pointer([...path, ...error.path]), error.why);
  }
  return values;
}
