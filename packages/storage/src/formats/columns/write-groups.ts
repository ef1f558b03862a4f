/** Rows as groups of columns: what a file of columns is written of. */
import { type ColumnType, columnTypeOf, FormatGap, type Shape } from "@glacier-ts/core/payload";
import { describeValue, Misfit, NotEncodable, pointer } from "../../problems.js";
import { isStream, orderColumns, type Rows, rowShape, rowsOf, type Table, tableOf } from "../../rows.js";
import type { Convert } from "../../shape/codec.js";
import { isRecord, ownProperty } from "../../shape/fits.js";
import { compileWrite, type WrittenLeaves } from "./write-value.js";

export interface WriteColumn {
  readonly name: string;
  readonly type: ColumnType;
}

/** The converted values of some rows, column by column. */
export interface ColumnGroup {
  readonly count: number;
  readonly values: readonly (readonly unknown[])[];
}

export interface GroupOptions extends WrittenLeaves {
  /** What is held in memory while a stream is written. */
  readonly groupRows: number;
}

/** Rows on their way into a file. */
export interface WriteGroups {
  /** In the order of the first row's properties; known when the first group is, or when there is none. */
  columns(): readonly WriteColumn[];
  /** How many rows there were so far. */
  rows(): number;
  groups(): AsyncIterable<ColumnGroup>;
}

/** @param payload one that the format can hold */
export function writeGroups(
  value: unknown,
  payload: Shape,
  { groupRows, ...leaves }: GroupOptions,
): WriteGroups {
  let columns = columnsOf(payload);
  const rows = rowsOf(value);
  let count = 0;

  async function* groups(): AsyncGenerator<ColumnGroup> {
    let writers: readonly CellWriter[] | undefined;
    for await (const group of inGroups(rows, groupRows)) {
      if (!writers) {
        columns = orderColumns(columns, group[0]);
        writers = columns.map(({ name, type }) => ({ name, convert: compileWrite(type, leaves) }));
      }
      const values = writers.map((column) =>
        group.map((row, index) => writeCell(row, column, count + index)),
      );
      count += group.length;
      yield { count: group.length, values };
    }
  }

  return { columns: () => columns, rows: () => count, groups };
}

function columnsOf(payload: Shape): readonly WriteColumn[] {
  const { columns } = tableOf(rowShape(payload) as Shape) as Table;
  return columns.map(({ name, shape, isRequired }) => {
    const type = columnTypeOf(shape, isRequired, ["*", name]);
    if (type instanceof FormatGap) throw new Error(`Internal error: ${type.why}.`);
    return { name, type };
  });
}

interface CellWriter {
  readonly name: string;
  readonly convert: Convert;
}

function writeCell(row: unknown, { name, convert }: CellWriter, index: number): unknown {
  if (!isRecord(row)) throw new NotEncodable(`/${index}`, `found ${describeValue(row)}, expected an object`);
  try {
    return convert(ownProperty(row, name));
  } catch (error) {
    if (!(error instanceof Misfit)) throw error;
    throw new NotEncodable(pointer([index, name, ...error.path]), error.why);
  }
}

async function* inGroups(rows: Rows, groupRows: number): AsyncGenerator<readonly unknown[]> {
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
