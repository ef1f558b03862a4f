/** What formats can hold: the same for the compiler, which reports it, and for the formats, which refuse it. */
import { columnTypeOf } from "./column-type.js";
import { describeShape } from "./describe.js";
import { FormatGap } from "./format-gap.js";
import { resolve, type Shape, splitNull } from "./shape.js";
import { type Column, rowShape, type Table, tableOf } from "./table.js";

/**
 * The first part of a payload that a format cannot hold.
 *
 * @param use a dataset that is only read may have parts that could not be written: a table whose columns are not known
 * @returns undefined where the format can hold it, and for formats that do not exist
 */
export function findFormatGap(format: string, payload: Shape, use: "read" | "write"): FormatGap | undefined {
  switch (format) {
    case "ndjson":
      return rowShape(payload) ? undefined : noRows(format, payload);
    case "csv":
    case "tsv": {
      const table = readTable(format, payload);
      return table instanceof FormatGap ? table : findCellGap(table, use);
    }
    case "parquet":
    case "arrow": {
      const table = readTable(format, payload);
      if (table instanceof FormatGap) return table;
      return use === "read" ? undefined : findColumnGap(table);
    }
    case "text":
      return isText(payload) ? undefined : new FormatGap([], describeShape(payload), "text holds a string");
    case "bytes":
      return isBytes(payload)
        ? undefined
        : new FormatGap([], describeShape(payload), "bytes holds a Uint8Array");
    default:
      return undefined;
  }
}

/** Why a format cannot be compressed so; undefined where it can. */
export function findCompressionGap(format: string, compression: string): string | undefined {
  if (format !== "arrow" || compression === "zstd") return undefined;
  return "Arrow files are compressed with zstd only";
}

/** The formats that can hold a payload, for hints. */
export function formatsFor(payload: Shape): readonly string[] {
  return ["json", "ndjson", "csv", "parquet", "arrow", "text", "bytes"].filter(
    (format) => !findFormatGap(format, payload, "write"),
  );
}

/** The payload as a table, or why it is none. */
export function readTable(format: string, payload: Shape): Table | FormatGap {
  const row = rowShape(payload);
  if (!row) return noRows(format, payload);
  return tableOf(row) ?? new FormatGap(["*"], describeShape(row), `${format} holds rows that are objects`);
}

function noRows(format: string, payload: Shape): FormatGap {
  return new FormatGap([], describeShape(payload), `${format} holds rows`);
}

function findCellGap({ columns, rest }: Table, use: "read" | "write"): FormatGap | undefined {
  const others: readonly Column[] = rest ? [{ name: "*", shape: rest, isRequired: false }] : [];
  // A file to read lacks what no file can have.
  const checked = use === "read" ? columns.filter(({ isRequired }) => isRequired) : [...columns, ...others];
  const column = checked.find(({ shape }) => !isCell(shape));
  return (
    column && new FormatGap(["*", column.name], describeShape(column.shape), "a cell holds one plain value")
  );
}

function isCell(shape: Shape): boolean {
  return splitNull(shape).branches.every((branch) =>
    branch.kind === "literal"
      ? branch.values.every((value) => typeof value !== "object")
      : cellKinds.has(branch.kind),
  );
}

const cellKinds = new Set(["any", "boolean", "number", "integer", "bigint", "string", "Date", "bytes"]);

function findColumnGap({ columns, rest }: Table): FormatGap | undefined {
  if (rest || columns.length === 0) {
    const found = "an object whose properties are not all named";
    return new FormatGap(["*"], found, "each column needs a name and a type");
  }
  for (const { name, shape, isRequired } of columns) {
    const type = columnTypeOf(shape, isRequired, ["*", name]);
    if (type instanceof FormatGap) return type;
  }
  return undefined;
}

function isText(payload: Shape): boolean {
  return splitNull(payload).branches.every(
    (branch) =>
      branch.kind === "string" ||
      branch.kind === "any" ||
      (branch.kind === "literal" && branch.values.every((value) => typeof value === "string")),
  );
}

function isBytes(payload: Shape): boolean {
  const shape = resolve(payload);
  const { kind } = shape.kind === "stream" ? resolve(shape.items) : shape;
  return kind === "bytes" || kind === "any";
}
