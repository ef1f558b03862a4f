import type { SchemaElement } from "hyparquet";
import { ByteWriter, ParquetWriter } from "hyparquet-writer";
import { describeValue, Misfit, NotEncodable, pointer } from "../../problems.js";
import { isStream, orderColumns, type Rows, rowShape, rowsOf, type Table, tableOf } from "../../rows.js";
import type { Convert } from "../../shape/codec.js";
import { describeShape } from "../../shape/describe.js";
import { isRecord, ownProperty } from "../../shape/fits.js";
import type { Shape } from "../../shape/shape.js";
import type { Encoded } from "../format.js";
import { storeAs } from "./write-column.js";

/** Rows of one row group: what is held in memory while a stream is written. */
const groupRows = 100_000;

export function encodeGroups(value: unknown, payload: Shape): Encoded {
  const row = rowShape(payload);
  const table = row && tableOf(row);
  if (!table || table.columns.length === 0 || table.rest) {
    throw new NotEncodable(
      "",
      `${whatIs(payload)}, and parquet holds rows that are objects of known properties`,
    );
  }
  // A type that Parquet does not have is reported before the rows are made.
  columnsOf(table, undefined);
  let count = 0;

  async function* chunks(): AsyncGenerator<Uint8Array> {
    const bytes = new ByteWriter();
    let output: { readonly writer: ParquetWriter; readonly columns: readonly WriteColumn[] } | undefined;
    for await (const group of inGroups(rowsOf(value))) {
      output ??= openWriter(bytes, columnsOf(table as Table, group[0]));
      const columnData = output.columns.map((column) => ({
        name: column.name,
        data: group.map((item, index) => convertCell(item, column, count + index)),
      }));
      output.writer.write({ columnData, rowGroupSize: groupRows });
      count += group.length;
      yield drain(bytes);
    }
    output ??= openWriter(bytes, columnsOf(table as Table, undefined));
    output.writer.finish();
    yield drain(bytes);
  }

  return { chunks: chunks(), rows: () => count };
}

interface WriteColumn {
  readonly name: string;
  readonly elements: readonly SchemaElement[];
  readonly convert: Convert;
}

function columnsOf(table: Table, firstRow: unknown): readonly WriteColumn[] {
  return orderColumns(table.columns, firstRow).map(({ name, shape, isRequired }) => ({
    name,
    ...storeAs(name, shape, isRequired, `/*${pointer([name])}`),
  }));
}

function openWriter(bytes: ByteWriter, columns: readonly WriteColumn[]) {
  const schema = [
    { name: "root", num_children: columns.length },
    ...columns.flatMap(({ elements }) => elements),
  ];
  return { writer: new ParquetWriter({ writer: bytes, schema, createdBy: "glacier" }), columns };
}

function convertCell(row: unknown, { name, convert }: WriteColumn, index: number): unknown {
  if (!isRecord(row)) throw new NotEncodable(`/${index}`, `found ${describeValue(row)}, expected an object`);
  try {
    return convert(ownProperty(row, name));
  } catch (error) {
    if (!(error instanceof Misfit)) throw error;
    throw new NotEncodable(pointer([index, name, ...error.path]), error.why);
  }
}

/** Takes what was written so far; `offset` goes on counting, for the places in the file's metadata. */
function drain(bytes: ByteWriter): Uint8Array {
  const written = bytes.getBytes().slice();
  bytes.index = 0;
  return written;
}

async function* inGroups(rows: Rows): AsyncGenerator<readonly unknown[]> {
  if (Array.isArray(rows)) {
    for (let start = 0; start < rows.length; start += groupRows) yield rows.slice(start, start + groupRows);
    return;
  }
  let group: unknown[] = [];
  for await (const row of isStream(rows) ? rows : [...rows]) {
    if (group.push(row) < groupRows) continue;
    yield group;
    group = [];
  }
  if (group.length > 0) yield group;
}

function whatIs(payload: Shape): string {
  const row = rowShape(payload);
  if (!row) return `the dataset is ${describeShape(payload)}`;
  return tableOf(row)
    ? "the type of the rows does not name the columns"
    : `its rows are ${describeShape(row)}`;
}
