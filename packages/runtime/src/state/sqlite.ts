/** `node:sqlite`, without the warning that Node 22 prints when it is loaded: it is meant for who writes the import. */
import process from "node:process";

const { emitWarning } = process;
process.emitWarning = () => {};
export const { DatabaseSync } = process.getBuiltinModule("node:sqlite");
process.emitWarning = emitWarning;

export type Database = import("node:sqlite").DatabaseSync;
export type Statement = import("node:sqlite").StatementSync;

/**
 * Runs `change` in one transaction, which has the database for itself from the start: so nothing that it read can have
 * changed when it writes.
 *
 * @param end `ROLLBACK` takes everything back
 */
export function inTransaction<T>(
  database: Database,
  change: () => T,
  end: "COMMIT" | "ROLLBACK" = "COMMIT",
): T {
  database.exec("BEGIN IMMEDIATE");
  try {
    const value = change();
    database.exec(end);
    return value;
  } catch (error) {
    try {
      database.exec("ROLLBACK");
    } catch {
      // SQLite has done so itself, as it does where the disk is full.
    }
    throw error;
  }
}

/** SQLite's number for what went wrong, without its extension; undefined where `error` is none of SQLite's. */
export function sqliteErrorNumber(error: unknown): number | undefined {
  return error instanceof Error && "errcode" in error && typeof error.errcode === "number"
    ? error.errcode & 0xff
    : undefined;
}
