import { arrow } from "./arrow.js";
import { bytes } from "./bytes.js";
import { csv } from "./csv.js";
import type { Format } from "./format.js";
import { json } from "./json.js";
import { ndjson } from "./ndjson.js";
import { parquet } from "./parquet.js";
import { text } from "./text.js";
import { tsv } from "./tsv.js";

const formats = new Map<string, Format>(
  [json, ndjson, csv, tsv, parquet, arrow, text, bytes].map((each) => [each.name, each]),
);

/** @returns undefined for a format that cannot be read and written yet */
export function findFormat(name: string): Format | undefined {
  return formats.get(name);
}
