import { type ByteSource, StorageError } from "@glacier-ts/core";
import {
  type AsyncBuffer,
  type FileMetaData,
  type ParquetScan,
  parquetMetadataAsync,
  parquetScan,
  parquetSchema,
  type SchemaTree,
} from "hyparquet";
import { Malformed } from "../../problems.js";
import type { Shape } from "../../shape/shape.js";
import { makeRows, readColumnsOf } from "../columns/read-rows.js";
import { checkPages, startOf } from "./check-pages.js";
import { decompressors } from "./codecs.js";
import { storedTypeOf } from "./stored-type.js";

/**
 * Reads the rows of one row group at a time, and of their columns only those that the payload mentions.
 *
 * Columns are decoded whole and converted in one loop each. 3 million rows of 5 columns take about as long as with
 * hyparquet's own rows (`rowFormat: "object"`), which leave the types to be converted.
 */
export async function* readGroups(source: ByteSource, payload: Shape): AsyncGenerator<unknown[]> {
  const file = fileOf(source);
  const { metadata, root } = await readMetadata(source, file);
  const stored = new Map(root.children.map((child) => [child.element.name, storedTypeOf(child)]));
  const columns = readColumnsOf("parquet", stored, payload);
  if (columns.length === 0) {
    for (const { num_rows } of metadata.row_groups)
      yield Array.from({ length: Number(num_rows) }, () => ({}));
    return;
  }
  const names = columns.map(({ name }) => name);
  const scan = await parquetScan({
    file: checked(file, metadata),
    metadata,
    compressors: decompressors,
    columns: names,
    parsers,
    // Bytes are bytes; strings are annotated, or become strings where the payload says so.
    utf8: false,
    useOffsetIndex: false,
  });
  for (const [group, range] of scan.ranges.entries()) {
    const count = range.rowEnd - range.rowStart;
    const values: ArrayLike<unknown>[] = [];
    for (const { name } of columns) values.push(await readColumn(scan, group, range, name));
    yield makeRows(columns, values, range.rowStart, count);
  }
}

async function readColumn(
  scan: ParquetScan,
  group: number,
  range: ParquetScan["ranges"][number],
  column: string,
): Promise<ArrayLike<unknown>> {
  let values: ArrayLike<unknown>;
  try {
    values = await scan.readColumn({ column, ...range });
  } catch (error) {
    if (error instanceof StorageError) throw error;
    throw new Malformed(`column '${column}' of row group ${group + 1} is damaged (${messageOf(error)})`);
  }
  const expected = range.rowEnd - range.rowStart;
  if (values.length === expected) return values;
  throw new Malformed(
    `column '${column}' of row group ${group + 1} has ${values.length} values, expected ${expected}`,
  );
}

async function readMetadata(
  source: ByteSource,
  file: AsyncBuffer,
): Promise<{ readonly metadata: FileMetaData; readonly root: SchemaTree }> {
  const mark = "PAR1";
  if (source.sizeBytes < 12) throw new Malformed(`not a Parquet file: it has only ${source.sizeBytes} bytes`);
  const [start, end] = [await source.read(0, 4), await source.read(source.sizeBytes - 4, source.sizeBytes)];
  const text = (bytes: Uint8Array) => Buffer.from(bytes).toString("latin1");
  if (text(start) !== mark) throw new Malformed(`not a Parquet file: no ${mark} at the start`);
  if (text(end) !== mark)
    throw new Malformed(`not a Parquet file: no ${mark} at the end; it may have been cut off`);
  try {
    const metadata = withoutMaps(await parquetMetadataAsync(file));
    if (metadata.schema.some(({ name }) => typeof name !== "string")) throw new Error("a column has no name");
    return { metadata, root: parquetSchema(metadata) };
  } catch (error) {
    if (error instanceof StorageError) throw error;
    throw new Malformed(`the file's metadata is damaged (${messageOf(error)})`);
  }
}

/**
 * hyparquet makes plain objects of maps, which turns keys into strings and sorts some of them. Without the annotation it
 * gives the list of entries that the file has.
 */
function withoutMaps(metadata: FileMetaData): FileMetaData {
  const schema = metadata.schema.map((element) => {
    if (element.converted_type !== "MAP" && element.logical_type?.type !== "MAP") return element;
    const { converted_type: _, ...rest } = element;
    return { ...rest, logical_type: { type: "MAP" as const } };
  });
  return { ...metadata, schema };
}

/** Times become numbers: cheaper than dates, and rows whose time is stored once do not come to share a Date object. */
const parsers = {
  timestampFromMilliseconds: (value: bigint) => Number(value) as unknown as Date,
  timestampFromMicroseconds: (value: bigint) => Math.floor(Number(value) / 1000) as unknown as Date,
  timestampFromNanoseconds: (value: bigint) => Number(value / 1_000_000n) as unknown as Date,
  dateFromDays: (value: number) => (value * 86_400_000) as unknown as Date,
  // The default one takes a byte order mark off, which is part of the string here.
  stringFromBytes: (bytes: Uint8Array) => bytes && utf8.decode(bytes),
};

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** The same file, whose column chunks are checked when they are read. */
function checked(file: AsyncBuffer, metadata: FileMetaData): AsyncBuffer {
  const chunks = metadata.row_groups.flatMap(({ columns }) =>
    columns.flatMap(({ meta_data }) => meta_data ?? []),
  );
  const byStart = new Map(chunks.map((chunk) => [startOf(chunk), chunk]));
  const read = async (start: number, end?: number) => {
    const bytes = await file.slice(start, end);
    const chunk = byStart.get(start);
    if (chunk) checkPages(bytes, chunk);
    return bytes;
  };
  return {
    byteLength: file.byteLength,
    slice(start, end) {
      const bytes = read(start, end);
      // hyparquet reads ahead and may fail before it looks at what it read; that rejection must not end the process.
      bytes.catch(() => {});
      return bytes;
    },
  };
}

function fileOf(source: ByteSource): AsyncBuffer {
  return {
    byteLength: source.sizeBytes,
    async slice(start: number, end = source.sizeBytes): Promise<ArrayBuffer> {
      if (!(start >= 0 && start <= end && end <= source.sizeBytes))
        throw new Error("it is outside of the file");
      const bytes = await source.read(start, end);
      const { buffer, byteOffset, byteLength } = bytes;
      if (byteOffset === 0 && byteLength === buffer.byteLength) return buffer as ArrayBuffer;
      return buffer.slice(byteOffset, byteOffset + byteLength) as ArrayBuffer;
    },
  };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message.replace(/^parquet /, "") : String(error);
}
