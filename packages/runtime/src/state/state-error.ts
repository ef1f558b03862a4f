import { accessSync, constants } from "node:fs";
import { dirname } from "node:path";
import { GlacierError, report } from "@glacier-ts/core";
import { systemErrorText } from "@glacier-ts/storage/system-error";
import { sqliteErrorNumber } from "./sqlite.js";

/** @see https://sqlite.org/rescode.html */
const sqliteTexts: Readonly<Record<number, string>> = {
  3: "permission denied",
  5: "another process has locked it for too long",
  6: "another process has locked it for too long",
  8: "it is read-only",
  10: "the device failed or is full",
  13: "no space left on the device",
  14: "its database cannot be opened or written",
  22: "the file system cannot hold files of that size",
};

/** What is wrong with a database whose tables are not those that the migrations make. */
export const otherTables = "its tables are not as they should be";

const damageTexts: Readonly<Record<number, string>> = {
  11: "it is malformed or was cut off",
  26: "it is no database",
};

/** SQLite's number for all that has no number of its own. */
const otherError = 1;

/** What it says where the names of tables and columns were damaged, or the number of the file's format. */
const schemaError =
  /no such (table|column)|already exists|has no column|foreign key mismatch|unsupported file format/;

/** What is wrong with the database file itself; undefined for every other error. */
export function damageText(error: unknown): string | undefined {
  const number = sqliteErrorNumber(error);
  if (number === otherError && schemaError.test((error as Error).message)) return otherTables;
  return damageTexts[number ?? 0];
}

/** Errors of the system and of SQLite become GLA5026; all others are errors of Glacier and stay what they are. */
export function stateError(folder: string, error: unknown): unknown {
  const why = sqliteTexts[sqliteErrorNumber(error) ?? 0] ?? systemErrorText(error);
  if (why !== undefined) return stateUnusable(folder, accessText(folder) ?? why);
  const damage = damageText(error);
  if (damage === undefined) return error;
  return stateUnusable(folder, `its database is damaged: ${damage}`, "run again: a new one is begun then");
}

/** Why the folder cannot be written. Errors often do not tell: SQLite's never do. */
function accessText(folder: string): string | undefined {
  for (const place of [folder, dirname(folder)]) {
    try {
      accessSync(place, constants.W_OK);
      return undefined;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") return systemErrorText(error);
    }
  }
  return undefined;
}

export function stateUnusable(
  folder: string,
  why: string,
  remedy = "check the permissions and the free space; `glacier cache gc` frees what is not needed",
): GlacierError {
  return new GlacierError([report("stateUnusable", { folder, why, remedy })]);
}
