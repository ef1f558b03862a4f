/** DuckDB's types. */
import type { DuckDBType, DuckDBValue } from "@duckdb/node-api";
import type { Content } from "../read-columns.js";
import type { Limits } from "../table-store.js";
import type { ColumnType } from "../write-columns.js";
import type { DuckDb } from "./database-file.js";

/** `BIGNUM`, as a bigint may have any number of digits; a query can say `column::HUGEINT`. */
export const typeNames: Readonly<Record<ColumnType, string>> = {
  boolean: "BOOLEAN",
  number: "DOUBLE",
  integer: "BIGINT",
  bigint: "BIGNUM",
  text: "VARCHAR",
  time: "TIMESTAMPTZ",
  bytes: "BLOB",
  json: "JSON",
};

/** The way of a column's values to DuckDB. */
export interface VectorType {
  readonly type: DuckDBType;
  /** Values that are not null. */
  readonly toValue?: (value: never) => DuckDBValue;
}

export function vectorTypes(duckdb: DuckDb): Readonly<Record<ColumnType, VectorType>> {
  const { BOOLEAN, DOUBLE, BIGNUM, VARCHAR, TIMESTAMPTZ, BLOB } = duckdb;
  return {
    boolean: { type: BOOLEAN },
    number: { type: DOUBLE },
    // Made an integer by DuckDB: sooner than a bigint of each.
    integer: { type: DOUBLE },
    bigint: { type: BIGNUM },
    text: { type: VARCHAR },
    time: {
      type: TIMESTAMPTZ,
      toValue: (value: number) => new duckdb.DuckDBTimestampTZValue(BigInt(value) * 1000n),
    },
    bytes: { type: BLOB, toValue: (value: Uint8Array) => new duckdb.DuckDBBlobValue(value) },
    json: { type: VARCHAR },
  };
}

/** What a column of such a type holds, how to ask for it, and how for its hash. */
export function contentOf(type: string): {
  readonly content: Content;
  readonly select: (column: string) => string;
  readonly hashed: (column: string) => string;
} {
  const [name = ""] = type.split("(");
  const content = /^(STRUCT|MAP|UNION)\(|\]$/s.test(type) ? "json" : (contents[name] ?? "text");
  const text = (column: string) => `${column}::VARCHAR`;
  switch (content) {
    case "time":
    case "day":
      return { content, select: milliseconds, hashed: (column) => column };
    case "number":
      // 0 and -0 have one hash.
      return { content, select: (column) => column, hashed: (column) => `${column}, signbit(${column})` };
    case "json": {
      const select = name === "JSON" ? text : (column: string) => `to_json(${column})::VARCHAR`;
      return { content, select, hashed: select };
    }
    case "decimal":
    case "text":
      return { content, select: name === "VARCHAR" ? (column) => column : text, hashed: text };
    default:
      return { content, select: (column) => column, hashed: (column) => column };
  }
}

const contents: { readonly [type: string]: Content } = {
  BOOLEAN: "boolean",
  TINYINT: "integer",
  SMALLINT: "integer",
  INTEGER: "integer",
  BIGINT: "integer",
  HUGEINT: "integer",
  UTINYINT: "integer",
  USMALLINT: "integer",
  UINTEGER: "integer",
  UBIGINT: "integer",
  UHUGEINT: "integer",
  BIGNUM: "integer",
  DOUBLE: "number",
  // What is shown as 0.1 would be 0.10000000149011612 as a number of twice the size.
  FLOAT: "decimal",
  DECIMAL: "decimal",
  BLOB: "bytes",
  JSON: "json",
  DATE: "day",
  TIMESTAMP: "time",
  TIMESTAMP_S: "time",
  TIMESTAMP_MS: "time",
  TIMESTAMP_NS: "time",
  "TIMESTAMP WITH TIME ZONE": "time",
};

/** NULL stays NULL. */
function milliseconds(column: string): string {
  return `CASE isfinite(${column}) WHEN true THEN epoch_ms(${column})::DOUBLE WHEN false THEN 'infinity'::DOUBLE END`;
}

export function isName(name: string): boolean {
  return name !== "" && !name.includes("\0") && name.isWellFormed();
}

export const limits: Limits = {
  columnNames: (names) => {
    const bad = names.find((name) => !isName(name));
    if (bad !== undefined) return { name: bad, why: "DuckDB has no column of such a name" };
    const seen = new Map<string, string>();
    for (const name of names) {
      const other = seen.get(name.toLowerCase());
      if (other !== undefined) return { name, why: `DuckDB does not tell it from '${other}'` };
      seen.set(name.toLowerCase(), name);
    }
    return undefined;
  },
  values: {},
};
