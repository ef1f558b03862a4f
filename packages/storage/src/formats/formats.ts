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

/** The name of a dataset's format: as declared, or as the path's ending says, else json. */
export function formatName(declared: string | undefined, path: string): string {
  const ending = /\.([^./\\]+)$/.exec(path)?.[1]?.toLowerCase();
  return declared ?? (ending && endings.get(ending)) ?? "json";
}

/** @returns undefined for a format that cannot be read and written yet */
export function findFormat(name: string): Format | undefined {
  return formats.get(name);
}
