import { describeValue, Misfit, NotEncodable, pointer } from "../../problems.js";
import { orderColumns, rowShape, rowsOf, type Table, tableOf } from "../../rows.js";
import { isRecord, ownProperty } from "../../shape/fits.js";
import type { Shape } from "../../shape/shape.js";
import { assertHolds } from "../assert-holds.js";
import type { Encoded } from "../format.js";
import { encodeLines } from "../lines.js";
import { type CellCodec, compileCell, type Quote } from "./cell.js";
import type { Dialect } from "./dialect.js";

interface WriteColumn {
  readonly name: string;
  readonly codec: CellCodec;
}

/** Writes a table with a header. */
export function encodeTable(value: unknown, payload: Shape, dialect: Dialect): Encoded {
  const { name, delimiter } = dialect;
  assertHolds(name, payload);
  const table = tableOf(rowShape(payload) as Shape) as Table;
  const special = delimiter === "," ? /[",\r\n]/ : /["\t\r\n]/;
  // Some readers take spaces at the edges away.
  const quote: Quote = (text, must) =>
    must || special.test(text) || text.trim() !== text ? `"${text.replaceAll('"', '""')}"` : text;
  const headerLine = (header: readonly WriteColumn[]) =>
    `${header.map(({ name }) => quote(name, name === "")).join(delimiter)}\n`;

  let columns: readonly WriteColumn[] | undefined;
  return encodeLines(rowsOf(value), {
    line: (row, index) => {
      if (!isRecord(row))
        throw new NotEncodable(`/${index}`, `found ${describeValue(row)}, expected an object`);
      let text = columns ? "" : headerLine(writeColumns(table, row));
      columns ??= writeColumns(table, row);
      for (let column = 0; column < columns.length; column++) {
        if (column > 0) text += delimiter;
        text += encodeCell(row, columns[column] as WriteColumn, index, quote);
      }
      return `${text}\n`;
    },
    end: (rows) => (rows === 0 ? headerLine(writeColumns(table, undefined)) : ""),
  });
}

function encodeCell(
  row: Record<string, unknown>,
  { name, codec }: WriteColumn,
  index: number,
  quote: Quote,
): string {
  try {
    return codec.encode(ownProperty(row, name), quote);
  } catch (error) {
    if (!(error instanceof Misfit)) throw error;
    throw new NotEncodable(pointer([index, name]), error.why);
  }
}

/** Columns that no type names are those of the first row. */
function writeColumns({ columns, rest }: Table, firstRow: object | undefined): readonly WriteColumn[] {
  const declared = new Set(columns.map(({ name }) => name));
  const others = rest && firstRow ? Object.keys(firstRow).filter((name) => !declared.has(name)) : [];
  const all = [...columns, ...others.map((name) => ({ name, shape: rest as Shape, isRequired: true }))];
  return orderColumns(all, firstRow).map((column) => {
    // What cells cannot hold was refused before.
    return { name: column.name, codec: compileCell(column) as CellCodec };
  });
}
