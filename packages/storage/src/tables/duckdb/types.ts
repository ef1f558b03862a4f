/** DuckDB's types. */
import type { DuckDBType, DuckDBValue } from "@duckdb/node-api";
import type { Content } from "../read-columns.js";
import type { Limits } from "../table-store.js";
import type { ColumnType } from "../write-columns.js";
import type { DuckDb } from "./database-file.js";

/** `BIGNUM`, as a bigint may have any number of digits. */
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

/** What a column of such a type holds. */
export function contentOf(type: string): Content {
  if (/^(STRUCT|MAP|UNION)\(|\]$/s.test(type)) return "json";
  const [name = ""] = type.split("(");
  return contents[name] ?? "text";
}

/** The expression that gives a column's content; NULL stays NULL. */
export function selectOf(column: string, type: string): string {
  const content = contentOf(type);
  switch (content) {
    case "time":
    case "day":
      return `CASE isfinite(${column}) WHEN true THEN epoch_ms(${column})::DOUBLE WHEN false THEN 'infinity'::DOUBLE END`;
    case "text":
    case "decimal":
    case "json":
      // As bytes: the binding takes the mark U+FEFF off texts.
      return `encode(${textOf(column, type)})`;
    default:
      return column;
  }
}

/** The expressions whose hash is another one when the content is. */
export function hashedOf(column: string, type: string): string {
  switch (contentOf(type)) {
    case "number":
      // 0 and -0 have one hash.
      return `${column}, signbit(${column})`;
    case "text":
    case "decimal":
    case "json":
      return textOf(column, type);
    default:
      return column;
  }
}

function textOf(column: string, type: string): string {
  const isNested = contentOf(type) === "json" && type !== "JSON";
  return `${isNested ? `to_json(${column})` : column}::VARCHAR`;
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
