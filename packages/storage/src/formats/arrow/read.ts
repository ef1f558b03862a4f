import type { ByteSource } from "@glacier-ts/core";
import { DataType } from "apache-arrow";
import type { Shape } from "../../shape/shape.js";
import { makeRows, readColumnsOf } from "../columns/read-rows.js";
import { ColumnDecoder } from "./column-decoder.js";
import { bodyRange, type Cursor, skipColumn } from "./layout.js";
import type { BatchHeader, FileSchema } from "./metadata.js";
import { damaged, openFile } from "./open-file.js";

/** Reads the rows of one record batch at a time, and of their columns only those that the payload mentions. */
export async function* readBatches(source: ByteSource, payload: Shape): AsyncGenerator<unknown[]> {
  const { schema, messages } = await openFile(source);
  const stored = new Map(schema.columns.map((column) => [column.name, column.stored]));
  const columns = readColumnsOf("arrow", stored, payload);
  const wanted = new Set(columns.map(({ name }) => name));
  const reader = new BatchReader(source, schema, wanted);
  let rowStart = 0;
  let batchNumber = 0;
  for await (const { message, bodyStart } of messages()) {
    const body = { start: bodyStart, length: message.bodyLength };
    if (message.kind === "dictionary") await reader.readDictionary(message, body);
    if (message.kind !== "batch") continue;
    const { batch } = message;
    const values = await reader.readColumns(batch, body, ++batchNumber);
    const decoded = columns.map(({ name }) => values.get(name) ?? []);
    yield columns.length > 0
      ? makeRows(columns, decoded, rowStart, batch.length)
      : Array.from({ length: batch.length }, () => ({}));
    rowStart += batch.length;
  }
}

/** Where the buffers of a message are in the file. */
interface Body {
  readonly start: number;
  readonly length: number;
}

interface NamedType {
  readonly name: string;
  readonly type: DataType;
}

class BatchReader {
  readonly #source: ByteSource;
  readonly #schema: FileSchema;
  readonly #wanted: ReadonlySet<string>;
  /** Of the dictionaries that the wanted columns need. */
  readonly #ids: ReadonlySet<number>;
  readonly #dictionaries = new Map<number, unknown[]>();

  constructor(source: ByteSource, schema: FileSchema, wanted: ReadonlySet<string>) {
    this.#source = source;
    this.#schema = schema;
    this.#wanted = wanted;
    const used = schema.columns.filter(({ name }) => wanted.has(name));
    this.#ids = new Set(used.flatMap(({ type }) => dictionaryIds(type)));
  }

  async readDictionary(
    { id, isDelta, batch }: { readonly id: number; readonly isDelta: boolean; readonly batch: BatchHeader },
    body: Body,
  ): Promise<void> {
    const type = this.#schema.dictionaries.get(id);
    if (!type || !this.#ids.has(id)) return;
    const [values] = await this.#decode(
      batch,
      body,
      [{ name: "", type }],
      () => true,
      () => `dictionary ${id}`,
    );
    const former = isDelta ? (this.#dictionaries.get(id) ?? []) : [];
    for (const value of values?.[1] ?? []) former.push(value);
    this.#dictionaries.set(id, former);
  }

  /** @returns the decoded values by the names of their columns */
  async readColumns(batch: BatchHeader, body: Body, number: number): Promise<ReadonlyMap<string, unknown[]>> {
    const name = (column: string) => `column '${column}' of record batch ${number}`;
    return new Map(
      await this.#decode(batch, body, this.#schema.columns, (each) => this.#wanted.has(each), name),
    );
  }

  async #decode(
    header: BatchHeader,
    body: Body,
    columns: readonly NamedType[],
    isWanted: (name: string) => boolean,
    describe: (name: string) => string,
  ): Promise<(readonly [string, unknown[]])[]> {
    const decoded: (readonly [string, unknown[]])[] = [];
    const cursor: Cursor = { node: 0, buffer: 0, variadic: 0 };
    for (const { name, type } of columns) {
      const first = { ...cursor };
      skipColumn(cursor, type, header);
      if (!isWanted(name)) continue;
      const what = `${describe(name)} is`;
      const { start, end } = damaged(what, () => bodyRange(header, first, cursor, body.length));
      const bytes = await this.#source.read(body.start + start, body.start + end);
      const decoder = new ColumnDecoder(header, bytes, start, first, this.#dictionaries);
      decoded.push([name, damaged(what, () => decoder.decode(type, header.length))]);
    }
    return decoded;
  }
}

/** The dictionaries of a column and of its parts. */
function dictionaryIds(type: DataType): number[] {
  if (DataType.isDictionary(type)) return [type.id, ...dictionaryIds(type.dictionary)];
  return (type.children ?? []).flatMap((child) => dictionaryIds(child.type));
}
