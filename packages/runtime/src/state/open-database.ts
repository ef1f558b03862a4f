import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Diagnostic, report } from "@glacier-ts/core";
import { applicationId, latestVersion, migrate, versionOf } from "./migrations.js";
import { ProcessLock } from "./process-lock.js";
import { RunningRuns } from "./running-runs.js";
import { type Database, DatabaseSync } from "./sqlite.js";
import { damageText, otherTables, stateUnusable } from "./state-error.js";

/** How long a process waits while another one writes. */
const busyTimeoutMs = 30_000;

/** Larger databases are not read whole only because a process was killed. */
const quickCheckBytes = 64 * 2 ** 20;

/** What SQLite keeps beside a database while it is open. */
const companions = ["-wal", "-shm"];

/** The name of a database that is being made. */
const making = "state.db.new";

export interface OpenedDatabase {
  readonly database: Database;
  /** GLA5027 where a damaged database was put aside. */
  readonly warnings: readonly Diagnostic[];
}

/**
 * Opens the database in a folder; makes it where there is none, or where the one that is there is damaged, which is
 * put aside then. One process at a time: SQLite finds the log of a database by its name, and would take that of the new
 * one for the log of a database that was put aside between two of its steps.
 *
 * @throws GlacierError for GLA5026, and errors of SQLite and the system
 */
export function openDatabase(folder: string): OpenedDatabase {
  mkdirSync(folder, { recursive: true });
  const lock = ProcessLock.take(join(folder, "opening.lock"), busyTimeoutMs);
  try {
    const { database, damage } = openExisting(folder);
    if (database) return { database, warnings: [] };
    const warnings = damage === undefined ? [] : [putAside(folder, damage)];
    makeDatabase(folder);
    const made = openExisting(folder);
    if (!made.database) throw new Error(`Internal error: the new database ${made.damage ?? "is not there"}`);
    return { database: made.database, warnings };
  } finally {
    lock.release(true);
  }
}

/** Has the next process that opens the database look at all of it. */
export function suspectDamage(folder: string): void {
  try {
    writeFileSync(suspicionIn(folder), "");
  } catch {
    // The damage is reported all the same, and met again.
  }
}

const fileIn = (folder: string) => join(folder, "state.db");
const suspicionIn = (folder: string) => join(folder, "state.db.suspect");

/** Neither a database nor a damage where there is no file. */
interface Existing {
  readonly database?: Database;
  readonly damage?: string;
}

function openExisting(folder: string): Existing {
  const file = fileIn(folder);
  if (!existsSync(file)) return {};
  const database = new DatabaseSync(file, { timeout: busyTimeoutMs });
  try {
    const damage = prepareDatabase(database, folder);
    if (damage === undefined) return { database };
    database.close();
    return { damage };
  } catch (error) {
    database.close();
    const damage = damageText(error);
    if (damage === undefined) throw error;
    return { damage };
  }
}

/** @returns what is wrong with it */
function prepareDatabase(database: Database, folder: string): string | undefined {
  const found = database.prepare("PRAGMA application_id").get()?.application_id;
  if (found !== applicationId) return "it is not one of Glacier's";
  const version = versionOf(database);
  if (version > latestVersion) {
    const why = `it was written by a newer version of Glacier (it has version ${version}, this one knows ${latestVersion})`;
    throw stateUnusable(folder, why, "use the newer one, or delete the folder: runs make it again");
  }
  // A commit survives the end of the process; that of the machine may take the last ones, and leaves the others whole.
  database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL");
  // A run changes the same pages again and again: the log takes 16 MB of them before it is copied to the database.
  database.exec("PRAGMA cache_size = -16000; PRAGMA wal_autocheckpoint = 4000");
  migrate(database);
  return checkTables(database) ?? checkAfterTrouble(database, folder);
}

function checkAfterTrouble(database: Database, folder: string): string | undefined {
  if (existsSync(suspicionIn(folder))) {
    const damage = check(database, "integrity_check");
    if (damage === undefined) rmSync(suspicionIn(folder), { force: true });
    return damage;
  }
  const running = new RunningRuns(folder);
  const interrupted = running.interrupted(database);
  if (interrupted.length === 0) return undefined;
  if (statSync(fileIn(folder)).size <= quickCheckBytes) {
    const damage = check(database, "quick_check");
    if (damage !== undefined) return damage;
  }
  running.markInterrupted(database, interrupted);
  return undefined;
}

function check(database: Database, pragma: "quick_check" | "integrity_check"): string | undefined {
  const found = Object.values(database.prepare(`PRAGMA ${pragma}(1)`).get() ?? {})[0];
  return found === "ok" ? undefined : "its pages do not fit together";
}

/** To SQLite, a name that was damaged is a name. This takes half a millisecond. */
function checkTables(database: Database): string | undefined {
  const select = "SELECT type, name, tbl_name, sql FROM sqlite_schema";
  const rowsOf = (one: Database) => Array.from(one.prepare(select).all(), (row) => JSON.stringify(row));
  const sound = new DatabaseSync(":memory:");
  try {
    migrate(sound);
    const found = new Set(rowsOf(database));
    return rowsOf(sound).every((row) => found.has(row)) ? undefined : otherTables;
  } finally {
    sound.close();
  }
}

function makeDatabase(folder: string): void {
  // What is left of a database that somebody has deleted would be taken for part of the new one.
  for (const companion of companions) rmSync(fileIn(folder) + companion, { force: true });
  // The lock is held, so whatever else is being made is left of a killed process.
  for (const name of readdirSync(folder))
    if (name.startsWith(making)) rmSync(join(folder, name), { force: true });
  const temporary = join(folder, making);
  const database = new DatabaseSync(temporary);
  try {
    database.exec(`PRAGMA auto_vacuum = INCREMENTAL; PRAGMA application_id = ${applicationId}`);
    migrate(database);
    database.exec("PRAGMA journal_mode = WAL");
    database.close();
    renameSync(temporary, fileIn(folder));
  } catch (error) {
    if (database.isOpen) database.close();
    for (const ending of ["", "-journal", ...companions]) rmSync(temporary + ending, { force: true });
    throw error;
  }
}

/** @returns GLA5027 */
function putAside(folder: string, why: string): Diagnostic {
  let number = 1;
  while (existsSync(`${fileIn(folder)}.damaged-${number}`)) number++;
  const to = `state.db.damaged-${number}`;
  for (const companion of companions) {
    if (existsSync(fileIn(folder) + companion)) {
      renameSync(fileIn(folder) + companion, join(folder, to + companion));
    }
  }
  renameSync(fileIn(folder), join(folder, to));
  rmSync(suspicionIn(folder), { force: true });
  return report("stateDamaged", { file: fileIn(folder), why, movedTo: to });
}
