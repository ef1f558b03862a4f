import { createHash } from "node:crypto";
import { mkdir } from "node:fs/promises";
import { dirname } from "node:path";
import type { DuckDBBlobVector, DuckDBConnection, DuckDBDataChunk } from "@duckdb/node-api";
import { StorageError } from "@glacier-ts/core";
import type { HomeVersion } from "../../home.js";
import { systemErrorText } from "../../stores/system-error.js";
import type { Content, StoredColumn } from "../read-columns.js";
import { type Choose, type ColumnBatch, consume, quoteName, type TableStore } from "../table-store.js";
import type { NewColumn } from "../write-columns.js";
import { catalog, DatabaseFile, type DuckDb, quoteText } from "./database-file.js";
import { refusal } from "./refusal.js";
import { definitions, stagedTable, stageRows } from "./stage-rows.js";
import { contentOf, hashedOf, limits, selectOf } from "./types.js";

/**
 * A table, or a view, of a DuckDB database file.
 *
 * A table is replaced in one transaction, of rows that were written to a file beside the database before. So the
 * database is closed to others for a moment only, and the rows may come from the same database.
 */
export class DuckDbTable implements TableStore {
  readonly format = "DuckDB";
  readonly limits = limits;
  readonly place: string;
  readonly #duckdb: DuckDb;
  readonly #path: string;
  readonly #file: DatabaseFile;
  readonly #table: string;

  /** @param path absolute */
  constructor(duckdb: DuckDb, path: string, table: string, place: string) {
    this.place = place;
    this.#duckdb = duckdb;
    this.#path = path;
    this.#file = new DatabaseFile(duckdb, path);
    this.#table = `${catalog}.main.${quoteName(table)}`;
  }

  async columns(): Promise<readonly StoredColumn[]> {
    return this.#use((connection) => this.#columns(connection));
  }

  async *read(choose: Choose): AsyncGenerator<ColumnBatch> {
    const file = await this.#file.openShared();
    try {
      const columns = choose(await this.#columns(file.connection));
      // Rows without columns are rows all the same.
      const selected = columns.map(({ name, type }) => selectOf(quoteName(name), type)).join(", ") || "NULL";
      const result = await file.connection.stream(`SELECT ${selected} FROM ${this.#table}`);
      for (;;) {
        const chunk = await result.fetchChunk();
        if (!chunk || chunk.rowCount === 0) return;
        yield {
          count: chunk.rowCount,
          columns: columns.map(({ content }, index) => columnOf(chunk, index, content)),
        };
      }
    } catch (error) {
      throw refusal(error);
    } finally {
      file.close();
    }
  }

  async replace(columns: readonly NewColumn[], batches: AsyncIterable<ColumnBatch>): Promise<number> {
    await mkdir(dirname(this.#path), { recursive: true }).catch((error: unknown) => {
      throw new StorageError("failed", systemErrorText(error) ?? "its folder cannot be made");
    });
    const write = (watched: AsyncIterable<ColumnBatch>) =>
      stageRows(this.#duckdb, this.#path, columns, watched, (staged) => this.#takeOver(columns, staged));
    return consume(batches, write, refusal);
  }

  /** The sum of the rows' hashes: a table has no order. */
  async version(choose: Choose, known: (mark: string) => string | undefined): Promise<HomeVersion> {
    const mark = await this.#file.mark();
    return this.#use(async (connection) => {
      const columns = choose(await this.#columns(connection));
      const sizeBytes = await this.#sizeBytes(connection);
      return { version: known(mark) ?? (await this.#hash(connection, columns)), sizeBytes, mark };
    });
  }

  async #takeOver(columns: readonly NewColumn[], staged: string): Promise<number> {
    const file = await this.#file.openAlone();
    const { connection } = file;
    try {
      await connection.run(`ATTACH ${quoteText(staged)} AS staged (TYPE duckdb, READ_ONLY)`);
      await connection.run("BEGIN");
      await connection.run(`CREATE OR REPLACE TABLE ${this.#table} (${definitions(columns)})`);
      await connection.run(`INSERT INTO ${this.#table} FROM staged.main.${stagedTable}`);
      await connection.run("COMMIT");
      await connection.run("DETACH staged");
      await connection.run(`CHECKPOINT ${catalog}`);
      return await this.#sizeBytes(connection);
    } finally {
      file.close();
    }
  }

  async #columns(connection: DuckDBConnection): Promise<readonly StoredColumn[]> {
    const described = await connection.runAndReadAll(`DESCRIBE FROM ${this.#table}`);
    return described.getRowObjects().map(({ column_name, column_type }) => {
      const [name, type] = [String(column_name), String(column_type)];
      return { name, type, content: contentOf(type) };
    });
  }

  async #hash(connection: DuckDBConnection, columns: readonly StoredColumn[]): Promise<string> {
    const hashed = columns.map(({ name, type }) => hashedOf(quoteName(name), type)).join(", ") || "NULL";
    const found = await connection.runAndReadAll(
      `SELECT count(*)::VARCHAR, sum(hash(${hashed}))::VARCHAR FROM ${this.#table}`,
    );
    const described = columns.map(({ name, type }) => [name, type]);
    return createHash("sha256")
      .update(JSON.stringify([described, ...found.getRows()]))
      .digest("hex");
  }

  /** That of the whole database: DuckDB does not say it of a table. */
  async #sizeBytes(connection: DuckDBConnection): Promise<number> {
    const found = await connection.runAndReadAll(
      `SELECT (used_blocks * block_size)::DOUBLE FROM pragma_database_size() WHERE database_name = '${catalog}'`,
    );
    return Number(found.getRows()[0]?.[0]);
  }

  async #use<T>(use: (connection: DuckDBConnection) => Promise<T>): Promise<T> {
    const file = await this.#file.openShared();
    try {
      return await use(file.connection);
    } catch (error) {
      throw refusal(error);
    } finally {
      file.close();
    }
  }
}

const utf8 = new TextDecoder("utf-8", { ignoreBOM: true });

function columnOf(chunk: DuckDBDataChunk, index: number, content: Content): readonly unknown[] {
  if (!inBytes.has(content)) return chunk.getColumnValues(index);
  const vector = chunk.getColumnVector(index) as DuckDBBlobVector;
  return Array.from({ length: chunk.rowCount }, (_, row) => {
    const value = vector.getItemBytes(row);
    // Bytes may be a view of those of the chunk, or a Buffer.
    return value && (content === "bytes" ? new Uint8Array(value) : utf8.decode(value));
  });
}

/** See `selectOf`. */
const inBytes: ReadonlySet<Content> = new Set(["bytes", "text", "decimal", "json"]);
