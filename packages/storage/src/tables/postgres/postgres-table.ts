import { createHash } from "node:crypto";
import type { Client } from "pg";
import type { HomeVersion } from "../../home.js";
import type { StoredColumn } from "../read-columns.js";
import { type Choose, type ColumnBatch, consume, quoteName, type TableStore } from "../table-store.js";
import type { NewColumn } from "../write-columns.js";
import { close, type Database } from "./connect.js";
import { decodeCopy } from "./decode-copy.js";
import { refusal } from "./refusal.js";
import { replaceTable, type TableName } from "./replace.js";
import { type CatalogType, contentOf, limits, qualified } from "./types.js";

/** A table, or a view, of a PostgreSQL database. Each operation has a connection of its own. */
export class PostgresTable implements TableStore {
  readonly format = "PostgreSQL";
  readonly limits = limits;
  readonly place: string;
  readonly #database: Database;
  readonly #name: TableName;

  constructor(database: Database, name: TableName, place: string) {
    this.#database = database;
    this.#name = name;
    this.place = place;
  }

  async columns(): Promise<readonly StoredColumn[]> {
    return this.#use((client) => this.#begin(client));
  }

  async *read(choose: Choose): AsyncGenerator<ColumnBatch> {
    const client = await this.#database.open();
    try {
      // They are of those that were given.
      const columns = choose(await this.#begin(client)) as readonly PostgresColumn[];
      const selected = columns.map(({ select }) => select).join(", ");
      const sql = `COPY (SELECT ${selected} FROM ${this.#table}) TO STDOUT (FORMAT binary)`;
      const contents = columns.map(({ content }) => content);
      yield* decodeCopy(contents, client.query(this.#database.copyTo(sql)));
    } catch (error) {
      throw refusal(error);
    } finally {
      await close(client);
    }
  }

  async replace(columns: readonly NewColumn[], batches: AsyncIterable<ColumnBatch>): Promise<number> {
    const client = await this.#database.open();
    try {
      return await consume(
        batches,
        (watched) => replaceTable(client, this.#database, this.#name, columns, watched),
        refusal,
      );
    } finally {
      await close(client);
    }
  }

  /** The sum of the rows' hashes: a table has no order. There is no mark: nothing cheap changes with each change. */
  async version(choose: Choose): Promise<HomeVersion> {
    return this.#use(async (client) => {
      const columns = choose(await this.#begin(client));
      const names = columns.map(({ name }) => quoteName(name)).join(", ");
      const found = await client.query(
        `SELECT count(*)::text AS count, sum(hashtextextended(content, 0))::text AS one, sum(hashtextextended(content, 1))::text AS two
           FROM (SELECT ROW(${names})::text COLLATE "C" AS content FROM ${this.#table}) AS rows`,
      );
      const size = await client.query("SELECT pg_table_size($1::regclass)::float8 AS bytes", [this.#table]);
      const { count, one, two } = found.rows[0];
      const described = columns.map(({ name, type }) => [name, type]);
      const version = createHash("sha256")
        .update(JSON.stringify([described, count, one, two]))
        .digest("hex");
      return { version, sizeBytes: size.rows[0].bytes };
    });
  }

  get #table(): string {
    return qualified(this.#name.schema, this.#name.table);
  }

  /** Begins a transaction in which the table stays as it is, with the settings that values are written by. */
  async #begin(client: Client): Promise<readonly PostgresColumn[]> {
    await client.query(`BEGIN READ ONLY; ${settings}`);
    // Locks the table, also for those who may read some of its columns only.
    await client.query(`SELECT FROM ${this.#table} LIMIT 0`);
    const { rows } = await client.query<CatalogColumn>(columnsSql, [this.#table]);
    return rows.map((row) => {
      const { content, select } = contentOf({ name: row.base, category: row.category });
      return { name: row.name, type: row.type, content, select: select(quoteName(row.name)) };
    });
  }

  async #use<T>(use: (client: Client) => Promise<T>): Promise<T> {
    const client = await this.#database.open();
    try {
      return await use(client);
    } catch (error) {
      throw refusal(error);
    } finally {
      await close(client);
    }
  }
}

interface PostgresColumn extends StoredColumn {
  /** The expression that gives the content. */
  readonly select: string;
}

interface CatalogColumn {
  readonly name: string;
  readonly type: string;
  readonly base: CatalogType["name"];
  readonly category: CatalogType["category"];
}

const settings = [
  "client_encoding = 'UTF8'",
  "extra_float_digits = 3",
  "datestyle = 'ISO, YMD'",
  "intervalstyle = 'iso_8601'",
  "timezone = 'UTC'",
  "bytea_output = 'hex'",
  // Both would give the rows in another order than they were written in.
  "synchronize_seqscans = off",
  "max_parallel_workers_per_gather = 0",
]
  .map((setting) => `SET LOCAL ${setting}`)
  .join("; ");

const columnsSql = `
SELECT attname AS name, format_type(atttypid, atttypmod) AS type, base.typname AS base, base.typcategory AS category
FROM pg_attribute
JOIN pg_type AS own ON own.oid = atttypid
JOIN pg_type AS base ON base.oid = CASE own.typtype WHEN 'd' THEN own.typbasetype ELSE own.oid END
WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped
ORDER BY attnum`;
