import type { Home, HomeRequest } from "../home.js";
import { isStream, type Rows, rowShape, rowsOf, tableOf } from "../rows.js";
import { resolve, type Shape } from "../shape/shape.js";
import { type ReadColumn, readColumns, type StoredColumn, toRows } from "./read-columns.js";
import type { ColumnBatch, TableStore } from "./table-store.js";
import { toBatch, writeColumns, writtenTable } from "./write-columns.js";

/** Rows that are converted and written at a time: as many as DuckDB's vectors hold. */
const batchRows = 2048;

/** The home of datasets that are a table: of rows that are objects, a column for each property. */
export class TableHome implements Home {
  readonly place: string;
  readonly format: string;
  readonly #store: TableStore;
  readonly #payload: Shape;

  constructor(store: TableStore, { payload }: HomeRequest) {
    this.place = store.place;
    this.format = store.format;
    this.#store = store;
    this.#payload = payload;
  }

  async load(payload: Shape): Promise<unknown> {
    if (resolve(payload).kind === "stream") {
      // One that is not there is met here. What is there is read anew for each iteration.
      readColumns(payload, await this.#store.columns());
      return { [Symbol.asyncIterator]: () => this.#rows(payload) };
    }
    const rows: unknown[] = [];
    for await (const batch of this.#batches(payload)) for (const row of batch) rows.push(row);
    return rows;
  }

  async save(value: unknown, payload: Shape) {
    const { limits } = this.#store;
    const table = writtenTable(payload, limits);
    const groups = inGroups(rowsOf(value));
    try {
      const first = await groups.next();
      const columns = writeColumns(table, first.done ? undefined : first.value[0], limits);
      let rows = 0;
      const encode = (group: readonly unknown[]) => {
        const batch = toBatch(group, columns, rows);
        rows += group.length;
        return batch;
      };
      async function* batches(): AsyncGenerator<ColumnBatch> {
        if (first.done) return;
        yield encode(first.value);
        for await (const group of groups) yield encode(group);
      }
      const sizeBytes = await this.#store.replace(columns, batches());
      return { rows, sizeBytes };
    } finally {
      await groups.return(undefined);
    }
  }

  async version(known: (mark: string) => string | undefined) {
    const row = rowShape(this.#payload);
    const table = row && tableOf(row);
    const names = table && !table.rest ? table.columns.map(({ name }) => name).sort() : undefined;
    // Where nothing names the columns, all are read. One that is missing is met when the rows are.
    const isRead = ({ name }: StoredColumn) => !names || names.includes(name);
    // The version is that of some columns, and the mark that of all.
    const marked = (mark: string) => `${mark} ${JSON.stringify(names)}`;
    const found = await this.#store.version(
      (available) => available.filter(isRead),
      (mark) => known(marked(mark)),
    );
    return { ...found, ...(found.mark !== undefined && { mark: marked(found.mark) }) };
  }

  async *#rows(payload: Shape): AsyncGenerator<unknown> {
    for await (const batch of this.#batches(payload)) yield* batch;
  }

  /** Some rows at a time: waiting for each row would take longer than to read it. */
  async *#batches(payload: Shape): AsyncGenerator<unknown[]> {
    let columns: readonly ReadColumn[] = [];
    let rows = 0;
    const batches = this.#store.read((available) => {
      columns = readColumns(payload, available);
      return columns.map(({ stored }) => stored);
    });
    for await (const batch of batches) {
      yield toRows(batch, columns, rows);
      rows += batch.count;
    }
  }
}

async function* inGroups(rows: Rows): AsyncGenerator<readonly unknown[], undefined> {
  if (!isStream(rows)) {
    const all = Array.isArray(rows) ? rows : [...rows];
    for (let start = 0; start < all.length; start += batchRows) yield all.slice(start, start + batchRows);
    return;
  }
  let group: unknown[] = [];
  for await (const row of rows) {
    if (group.push(row) < batchRows) continue;
    yield group;
    group = [];
  }
  if (group.length > 0) yield group;
}
