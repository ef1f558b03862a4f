import { existsSync, rmSync } from "node:fs";
import { type Database, DatabaseSync, sqliteErrorNumber } from "./sqlite.js";

const busy = 5;
const cannotOpen = 14;

/**
 * A lock that the system gives up when its process is gone, however that ended. It is SQLite's lock of an empty file:
 * other than the number of a process, it cannot be mistaken after a restart, and it works between containers.
 */
export class ProcessLock {
  readonly #file: string;
  readonly #database: Database;

  private constructor(file: string, database: Database) {
    this.#file = file;
    this.#database = database;
  }

  /**
   * @param waitMs how long to wait for another holder
   * @throws an error of SQLite where the lock is not to be had
   */
  static take(file: string, waitMs: number): ProcessLock {
    const database = new DatabaseSync(file, { timeout: waitMs });
    try {
      database.exec("BEGIN EXCLUSIVE");
      return new ProcessLock(file, database);
    } catch (error) {
      database.close();
      throw error;
    }
  }

  /** Whether a process, perhaps this one, holds the lock. */
  static isHeld(file: string): boolean {
    if (!existsSync(file)) return false;
    let database: Database | undefined;
    try {
      database = new DatabaseSync(file, { timeout: 0, readOnly: true });
      // Reading disturbs no other reader, but is refused while the lock is held.
      database.prepare("SELECT 1 FROM sqlite_schema").get();
      return false;
    } catch (error) {
      const number = sqliteErrorNumber(error);
      if (number === cannotOpen) return false; // released at this moment
      if (number === busy) return true;
      throw error;
    } finally {
      database?.close();
    }
  }

  /** Removes what a killed process has left of a lock: the file, and SQLite's journal of it. */
  static removeLeft(file: string): void {
    for (const left of [`${file}-journal`, file]) rmSync(left, { force: true });
  }

  /** @param keepsFile for a lock that others may be waiting for: they have the file open */
  release(keepsFile = false): void {
    this.#database.close();
    if (keepsFile) return;
    try {
      rmSync(this.#file, { force: true });
    } catch {
      // The folder has become read-only. What stays is a file, and no lock.
    }
  }
}
