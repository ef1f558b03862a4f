import { randomBytes } from "node:crypto";
import { rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import process from "node:process";
import { type ColumnBatch, quoteName } from "../table-store.js";
import type { NewColumn } from "../write-columns.js";
import type { DuckDb } from "./database-file.js";
import { typeNames, vectorTypes } from "./types.js";

/** The table of a file that `stageRows` has written. */
export const stagedTable = "rows";

/** The columns of a table in SQL. */
export function definitions(columns: readonly NewColumn[]): string {
  return columns
    .map(
      ({ name, type, isNullable }) => `${quoteName(name)} ${typeNames[type]}${isNullable ? "" : " NOT NULL"}`,
    )
    .join(", ");
}

/**
 * Writes rows to a database file of their own, beside the one that they are for, and removes it after `use`.
 *
 * @param use is given the file's path
 */
export async function stageRows<T>(
  duckdb: DuckDb,
  target: string,
  columns: readonly NewColumn[],
  batches: AsyncIterable<ColumnBatch>,
  use: (path: string) => Promise<T>,
): Promise<T> {
  const name = `.${basename(target).slice(0, 48)}.${process.pid}-${randomBytes(6).toString("hex")}.tmp`;
  const path = join(dirname(target), name);
  try {
    await writeRows(duckdb, path, columns, batches);
    return await use(path);
  } finally {
    for (const ending of ["", ".wal", ".tmp"]) {
      await rm(`${path}${ending}`, { force: true, recursive: true }).catch(() => {});
    }
  }
}

async function writeRows(
  duckdb: DuckDb,
  path: string,
  columns: readonly NewColumn[],
  batches: AsyncIterable<ColumnBatch>,
): Promise<void> {
  const instance = await duckdb.DuckDBInstance.create(path);
  try {
    const connection = await instance.connect();
    await connection.run("BEGIN");
    await connection.run(`CREATE TABLE ${stagedTable} (${definitions(columns)})`);
    const appender = await connection.createAppender(stagedTable);
    const byType = vectorTypes(duckdb);
    const vectors = columns.map(({ type }) => byType[type]);
    const types = vectors.map(({ type }) => type);
    for await (const batch of batches) {
      const chunk = duckdb.DuckDBDataChunk.create(types, batch.count);
      for (const [index, { toValue }] of vectors.entries()) {
        const values = batch.columns[index] as (never | null)[];
        chunk.setColumnValues(
          index,
          toValue ? values.map((value) => (value === null ? null : toValue(value))) : values,
        );
      }
      appender.appendDataChunk(chunk);
    }
    appender.closeSync();
    await connection.run("COMMIT");
    connection.closeSync();
  } finally {
    instance.closeSync();
  }
}
