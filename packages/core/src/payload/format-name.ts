/** Which format and which compression a dataset has: as declared, or as the name of its object ends. */
import type { Compression, Format } from "../storage.js";
import { resolve, type Shape, splitNull } from "./shape.js";
import { tableOf } from "./table.js";

/** By the ending of the name, in lower case. The first one of a format is what objects without a name get. */
const formatEndings = new Map<string, Format>([
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

const compressionEndings = new Map<string, Compression>([
  ["gz", "gzip"],
  ["zst", "zstd"],
]);

/**
 * The name of a dataset's format: as declared, or as the ending of its object's name says, or what fits its payload: rows
 * of plain values become parquet, streams ndjson, everything else json.
 *
 * @param name of the object, which may be a whole path
 */
export function formatName(declared: string | undefined, name: string, payload: Shape): string {
  const [last, before] = endingsOf(name);
  const ending = compressionEndings.has(last ?? "") ? before : last;
  return declared ?? formatEndings.get(ending ?? "") ?? formatOf(payload);
}

/** How a dataset is compressed: its whole file, or the parts inside of it; undefined for not at all. */
export interface CompressionNames {
  readonly outer: string | undefined;
  readonly inner: string | undefined;
}

/**
 * Says how a dataset is compressed: as declared, or as the ending of its object's name says. Parquet and Arrow compress
 * the parts of a file, so that a part can be read without the rest; there only an ending means the whole file.
 */
export function compressionNames(
  format: string,
  declared: string | undefined,
  name: string,
): CompressionNames {
  const [last] = endingsOf(name);
  const ending = last === undefined ? undefined : compressionEndings.get(last);
  return compressesItself(format)
    ? { outer: ending, inner: declared }
    : { outer: declared ?? ending, inner: undefined };
}

/** The parts of a name behind its dots in lower case, the last one first. */
function endingsOf(name: string): readonly string[] {
  const base = name.slice(Math.max(name.lastIndexOf("/"), name.lastIndexOf("\\")) + 1);
  return base.toLowerCase().split(".").slice(1).reverse();
}

function formatOf(payload: Shape): Format {
  const shape = resolve(payload);
  if (shape.kind === "stream") return "ndjson";
  const table = shape.kind === "array" ? tableOf(shape.items) : undefined;
  const isFlat = table && !table.rest && table.columns.every((column) => isPlain(column.shape));
  return isFlat ? "parquet" : "json";
}

/** One type of values that a column of any table can hold, and null. */
function isPlain(shape: Shape): boolean {
  const [only, ...others] = splitNull(shape).branches;
  return only !== undefined && others.length === 0 && plainKinds.has(only.kind);
}

const plainKinds = new Set(["boolean", "number", "integer", "string", "Date", "bigint", "bytes", "literal"]);

/** What the name of an object ends with that has no name of its own: `csv`, `csv.gz`. */
export function objectEnding(format: string, compression: string | undefined): string {
  const ending = [...formatEndings].find(([, name]) => name === format)?.[0] ?? format;
  // Where the format compresses its own parts, the file is still one of that format.
  const outer = compressesItself(format)
    ? undefined
    : [...compressionEndings].find(([, name]) => name === compression)?.[0];
  return outer === undefined ? ending : `${ending}.${outer}`;
}

function compressesItself(format: string): boolean {
  return format === "parquet" || format === "arrow";
}
