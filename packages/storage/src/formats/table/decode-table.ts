import type { ByteSource } from "@glacier-ts/core";
import { CsvError, parse } from "csv-parse/sync";
import { assertUtf8 } from "../../bytes.js";
import { describeValue, Malformed, Misfit } from "../../problems.js";
import { absent, appendRows, type Column, missingColumn, type Table } from "../../rows.js";
import { describeShape } from "../../shape/describe.js";
import type { Shape } from "../../shape/shape.js";
import { tableFor } from "../assert-holds.js";
import { type CellCodec, compileCell } from "./cell.js";
import { findCell } from "./cell-place.js";
import type { Dialect } from "./dialect.js";

/** Reads a table whose first record is the header. Columns that the payload does not mention are left out. */
export async function decodeTable(source: ByteSource, payload: Shape, dialect: Dialect): Promise<unknown[]> {
  const table = tableFor(dialect.name, payload);
  const bytes = await source.read(0, source.sizeBytes);
  assertUtf8(bytes);
  const reader = new TableReader(table, bytes, dialect);
  const needsQuotes =
    table.rest !== undefined || table.columns.some((column) => compileCell(column)?.needsQuotes);
  parseRecords(bytes, dialect, needsQuotes && bytes.includes(quote), (cells) => reader.read(cells));
  return reader.finish();
}

const quote = '"'.charCodeAt(0);

/** Rows that are collected by column before they are made. */
const batchRows = 4096;

/** A quoted cell, where quotes matter; all other cells are strings. */
class Quoted {
  constructor(readonly text: string) {}
}

type Cell = string | Quoted;

interface ReadColumn {
  readonly name: string;
  readonly codec: CellCodec;
  /** Position in the header. */
  readonly position: number;
}

class TableReader {
  readonly #rows: unknown[] = [];
  #header: readonly string[] | undefined;
  #columns: readonly ReadColumn[] = [];
  #batch: unknown[][] = [];
  #count = 0;
  #hasAbsent = false;
  /** Records before the current one, with the header. */
  #record = 0;

  constructor(
    readonly table: Table,
    readonly bytes: Uint8Array,
    readonly dialect: Dialect,
  ) {}

  read(cells: readonly Cell[]): void {
    if (this.#header) this.#readRow(cells, this.#header);
    else this.#readHeader(cells.map((cell) => (typeof cell === "string" ? cell : cell.text)));
    this.#record++;
  }

  finish(): unknown[] {
    if (!this.#header) this.#readHeader([]);
    this.#flush();
    return this.#rows;
  }

  /** Matches the declared columns with the header. */
  #readHeader(header: readonly string[]): void {
    this.#header = header;
    const { columns, rest } = this.table;
    const declared = new Set(columns.map(({ name }) => name));
    const others = rest ? header.filter((name) => !declared.has(name)) : [];
    this.#columns = [
      ...columns,
      ...others.map((name) => ({ name, shape: rest as Shape, isRequired: true })),
    ].flatMap((column) => this.#readColumn(column, header));
    this.#batch = this.#columns.map(() => []);
  }

  #readColumn(column: Column, header: readonly string[]): readonly ReadColumn[] {
    const { name, shape, isRequired } = column;
    const position = header.indexOf(name);
    if (position < 0) {
      if (isRequired) this.#fail(0, () => missingColumn(name, header));
      return [];
    }
    const last = header.lastIndexOf(name);
    if (last !== position)
      this.#fail(last, (line) => `line ${line}: the header has the column '${name}' twice`);
    const codec = compileCell(column);
    if (codec) return [{ name, codec, position }];
    return this.#fail(
      position,
      () => `column '${name}' is declared as ${describeShape(shape)}, which a cell cannot hold`,
    );
  }

  #readRow(cells: readonly Cell[], header: readonly string[]): void {
    // An empty line has one empty cell.
    if (cells.length === 1 && cells[0] === "" && header.length > 1) return;
    if (cells.length !== header.length) {
      this.#fail(0, (line) => `line ${line} has ${cells.length} cells, but the header has ${header.length}`);
    }
    for (let index = 0; index < this.#columns.length; index++) {
      const { codec, position, name } = this.#columns[index] as ReadColumn;
      const cell = cells[position] as Cell;
      try {
        const value = typeof cell === "string" ? codec.decode(cell, false) : codec.decode(cell.text, true);
        if (value === absent) this.#hasAbsent = true;
        this.#batch[index]?.push(value);
      } catch (error) {
        if (!(error instanceof Misfit)) throw error;
        const { value, expected } = error;
        const found = value === "" ? "an empty cell" : describeValue(value);
        this.#fail(
          position,
          (line) => `line ${line}, column '${name}': found ${found}, expected ${expected}`,
        );
      }
    }
    if (++this.#count === batchRows) this.#flush();
  }

  #flush(): void {
    const names = this.#columns.map(({ name }) => name);
    appendRows(this.#rows, names, this.#batch, this.#count, this.#hasAbsent);
    this.#batch = this.#columns.map(() => []);
    this.#count = 0;
    this.#hasAbsent = false;
  }

  #fail(cell: number, why: (line: number) => string): never {
    const place = findCell(this.bytes, this.dialect.delimiter, { record: this.#record, cell });
    throw new Malformed(why(place.line), place);
  }
}

function parseRecords(
  bytes: Uint8Array,
  { delimiter }: Dialect,
  keepQuotes: boolean,
  onRecord: (cells: readonly Cell[]) => void,
): void {
  try {
    parse<null, Cell[]>(bytes, {
      columns: false,
      delimiter,
      bom: true,
      relax_column_count: true,
      // Writers of tab-separated values often leave quotes inside of cells as they are.
      relax_quotes: delimiter === "\t",
      // Without null the parser would keep all records.
      on_record: (record: Cell[]) => {
        onRecord(record);
        return null;
      },
      ...(keepQuotes && {
        cast: (text: string, { quoting }: { quoting: boolean }) => (quoting ? new Quoted(text) : text),
      }),
    } as never);
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    const line = Number(error.lines);
    throw new Malformed(`line ${line}: ${mistakes[error.code] ?? error.message}`, { line, column: 1 });
  }
}

const mistakes: { readonly [code: string]: string } = {
  CSV_INVALID_CLOSING_QUOTE: "found text behind a quoted cell, expected a delimiter",
  INVALID_OPENING_QUOTE: "found a quote inside of a cell that is not quoted",
  CSV_QUOTE_NOT_CLOSED: "found a quoted cell without a closing quote",
};
