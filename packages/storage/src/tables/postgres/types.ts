/** PostgreSQL's types. */
import type { Content } from "../read-columns.js";
import { type Limits, quoteName } from "../table-store.js";
import type { ColumnType } from "../write-columns.js";

/**
 * - `numeric`, as a bigint may have any number of digits.
 * - `json`, as `jsonb` refuses texts with U+0000 and half surrogate pairs, and forgets the order of properties, which
 *   Maps and records have. A query can say `column::jsonb`.
 */
export const typeNames: Readonly<Record<ColumnType, string>> = {
  boolean: "boolean",
  number: "double precision",
  integer: "bigint",
  bigint: "numeric",
  text: "text",
  time: "timestamp with time zone",
  bytes: "bytea",
  json: "json",
};

/** A type as the catalogue has it; that of a domain is the type below. */
export interface CatalogType {
  readonly name: string;
  /** `A` for arrays, `C` for rows. */
  readonly category: string;
}

/** What a column of such a type holds, and how to ask for it. */
export function contentOf({ name, category }: CatalogType): {
  readonly content: Content;
  readonly select: (column: string) => string;
} {
  const content = contents[name];
  if (content) return { content, select: (column) => (asText.has(name) ? `${column}::text` : column) };
  if (category === "A" || category === "C") {
    return { content: "json", select: (column) => `to_json(${column})::text` };
  }
  return { content: "text", select: (column) => `${column}::text` };
}

const contents: { readonly [type: string]: Content } = {
  bool: "boolean",
  int2: "integer",
  int4: "integer",
  int8: "integer",
  // What is shown as 0.1 would be 0.10000000149011612 as a number of twice the size.
  float4: "decimal",
  float8: "number",
  numeric: "decimal",
  text: "text",
  varchar: "text",
  bpchar: "text",
  bytea: "bytes",
  json: "json",
  jsonb: "json",
  timestamptz: "time",
  timestamp: "time",
  date: "day",
};

const asText = new Set(["float4", "numeric", "json", "jsonb"]);

/** Bytes that a name may have; PostgreSQL cuts off the rest without an error. */
const nameBytes = 63;

export function isName(name: string): boolean {
  return name !== "" && !name.includes("\0") && name.isWellFormed() && Buffer.byteLength(name) <= nameBytes;
}

export const nameRule = `a name of 1 to ${nameBytes} bytes`;

const systemColumns = new Set(["tableoid", "xmin", "cmin", "xmax", "cmax", "ctid"]);

/** Julian day 0: November 24th of the year 4714 BC. */
const earliestMs = -210_866_803_200_000;

export const limits: Limits = {
  columnNames: (names) => {
    const long = names.find((name) => !isName(name));
    if (long !== undefined) return { name: long, why: `PostgreSQL wants ${nameRule} for a column` };
    const own = names.find((name) => systemColumns.has(name));
    return own === undefined ? undefined : { name: own, why: "PostgreSQL has such a column in each table" };
  },
  values: {
    text: {
      test: (value: string) => !value.includes("\0"),
      expected: "text without U+0000, which PostgreSQL cannot hold",
    },
    time: { test: (value: number) => value >= earliestMs, expected: "a Date from 4714 BC on" },
    bigint: {
      test: (value: bigint) => String(value).length <= 131_072,
      expected: "a bigint of at most 131072 digits",
    },
  },
};

/** A table with its schema, in SQL. */
export function qualified(schema: string, table: string): string {
  return `${quoteName(schema)}.${quoteName(table)}`;
}
