import { tableOf } from "../rows.js";
import { resolve, type Shape, splitNull } from "../shape/shape.js";
import { bytes } from "./bytes.js";
import { csv } from "./csv.js";
import type { Format } from "./format.js";
import { json } from "./json.js";
import { ndjson } from "./ndjson.js";
import { parquet } from "./parquet.js";
import { text } from "./text.js";
import { tsv } from "./tsv.js";

const formats = new Map<string, Format>(
  [json, ndjson, csv, tsv, parquet, text, bytes].map((each) => [each.name, each]),
);

/** By the ending of the path, in lower case. */
const endings = new Map([
  ["json", "json"],
  ["ndjson", "ndjson"],
  ["jsonl", "ndjson"],
  ["csv", "csv"],
  ["tsv", "tsv"],
  ["parquet", "parquet"],
  ["arrow", "arrow"],
  ["txt", "text"],
  ["bin", "bytes"],
]);

/**
 * The name of a dataset's format: as declared, or as the ending of its object's name says, or what fits its payload: rows
 * of plain values become parquet, streams ndjson, everything else json.
 */
export function formatName(declared: string | undefined, name: string, payload: Shape): string {
  const ending = /\.([^./\\]+)$/.exec(name)?.[1]?.toLowerCase();
  return declared ?? (ending && endings.get(ending)) ?? formatOf(payload);
}

function formatOf(payload: Shape): string {
  const shape = resolve(payload);
  if (shape.kind === "stream") return ndjson.name;
  const table = shape.kind === "array" ? tableOf(shape.items) : undefined;
  const isFlat = table && !table.rest && table.columns.every((column) => isPlain(column.shape));
  return isFlat ? parquet.name : json.name;
}

/** One type of values that a column of any table can hold, and null. */
function isPlain(shape: Shape): boolean {
  const [only, ...others] = splitNull(shape).branches;
  return only !== undefined && others.length === 0 && plainKinds.has(only.kind);
}

const plainKinds = new Set(["boolean", "number", "integer", "string", "Date", "bigint", "bytes", "literal"]);

/** What the name of an object ends with that has no name of its own. */
export function formatEnding(format: string): string {
  return [...endings].find(([, name]) => name === format)?.[0] ?? format;
}

/** @returns undefined for a format that cannot be read and written yet */
export function findFormat(name: string): Format | undefined {
  return formats.get(name);
}
