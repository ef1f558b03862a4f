import { open, realpath, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import type { DuckDBConnection, DuckDBInstance } from "@duckdb/node-api";
import { StorageError } from "@glacier-ts/core";
import { systemErrorCode, systemErrorText } from "../../stores/system-error.js";
import { isLocked, refusal } from "./refusal.js";

export type DuckDb = typeof import("@duckdb/node-api");

/** What the file is called in SQL, whatever its name is. */
export const catalog = "dataset";

/** How long another process may have the file to itself. */
const lockTimeoutMs = 5_000;
const lockPollMs = 50;

/** A file that is open in this process. */
interface OpenFile {
  readonly instance: Promise<DuckDBInstance>;
  readonly isShared: boolean;
  users: number;
  readonly closed: Promise<void>;
  readonly close: () => void;
}

const openFiles = new Map<string, OpenFile>();

/**
 * A database file, which many processes may read, or one may write. In a process it is open once at most: the system's
 * locks are the process's, and would not keep a writer here from a reader here.
 */
export class DatabaseFile {
  readonly #duckdb: DuckDb;
  readonly #path: string;

  /** @param path absolute */
  constructor(duckdb: DuckDb, path: string) {
    this.#duckdb = duckdb;
    this.#path = path;
  }

  /** Opens the file for reading; `close` has to be called. */
  async openShared(): Promise<{ readonly connection: DuckDBConnection; close(): void }> {
    return this.#open(await this.#realPath(), true);
  }

  /** Opens the file for writing, alone; makes it where there is none. */
  async openAlone(): Promise<{ readonly connection: DuckDBConnection; close(): void }> {
    const folder = await realpath(dirname(this.#path));
    const path = await this.#realPath().catch((error: unknown) => {
      if (error instanceof StorageError && error.reason === "not-found")
        return join(folder, basename(this.#path));
      throw error;
    });
    return this.#open(path, false);
  }

  /** Another one when anything in the file is another. */
  async mark(): Promise<string> {
    const path = await this.#realPath();
    const stats = await Promise.all(
      [path, `${path}.wal`].map((file) => stat(file, { bigint: true }).catch(() => undefined)),
    );
    return stats
      .map((each) => (each ? [each.size, each.mtimeNs, each.ctimeNs, each.ino].join("-") : ""))
      .join(" ");
  }

  /** @throws StorageError where it is no database */
  async #realPath(): Promise<string> {
    try {
      const path = await realpath(this.#path);
      const file = await open(path);
      try {
        // DuckDB would take a table of it for the database where it is of another format that it knows.
        const { buffer } = await file.read(Buffer.alloc(4), 0, 4, 8);
        if (buffer.toString("latin1") !== "DUCK")
          throw new StorageError("failed", "it is no DuckDB database");
      } finally {
        await file.close();
      }
      return path;
    } catch (error) {
      const why = systemErrorText(error);
      if (why === undefined) throw error;
      const code = systemErrorCode(error);
      throw new StorageError(code === "ENOENT" ? "not-found" : code === "EACCES" ? "denied" : "failed", why);
    }
  }

  async #open(path: string, isShared: boolean) {
    let file = openFiles.get(path);
    while (file && !(isShared && file.isShared)) {
      await file.closed;
      file = openFiles.get(path);
    }
    if (!file) {
      let close = () => {};
      const closed = new Promise<void>((resolve) => {
        close = resolve;
      });
      file = { instance: this.#attach(path, isShared), isShared, users: 0, closed, close };
      openFiles.set(path, file);
    }
    const opened = file;
    opened.users++;
    let instance: DuckDBInstance | undefined;
    const release = () => {
      if (--opened.users > 0) return;
      openFiles.delete(path);
      instance?.closeSync();
      opened.close();
    };
    try {
      instance = await opened.instance;
      const connection = await instance.connect();
      return {
        connection,
        close: () => {
          connection.closeSync();
          release();
        },
      };
    } catch (error) {
      release();
      throw error;
    }
  }

  /** As a part of a database in memory: so its name, and what else is at its path, means nothing to SQL. */
  async #attach(path: string, isShared: boolean): Promise<DuckDBInstance> {
    const instance = await this.#duckdb.DuckDBInstance.create(":memory:");
    const connection = await instance.connect();
    try {
      await connection.run("SET TimeZone = 'UTC'");
      const mode = isShared ? "READ_ONLY" : "READ_WRITE";
      const sql = `ATTACH ${quoteText(path)} AS ${catalog} (TYPE duckdb, ${mode})`;
      for (const end = performance.now() + lockTimeoutMs; ; await wait(lockPollMs)) {
        try {
          await connection.run(sql);
          break;
        } catch (error) {
          if (!isLocked(error) || performance.now() > end) throw error;
        }
      }
    } catch (error) {
      instance.closeSync();
      throw refusal(error);
    } finally {
      connection.closeSync();
    }
    return instance;
  }
}

export function quoteText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
