import { StorageError } from "@glacier-ts/core";

/** Another process has the file, and one of both writes. */
export function isLocked(error: unknown): boolean {
  return error instanceof Error && error.message.includes("Could not set lock on file");
}

/** What DuckDB refuses; every other error as it is. Its own words about files have their paths in them. */
export function refusal(error: unknown): unknown {
  if (error instanceof StorageError || !(error instanceof Error)) return error;
  const [first = ""] = error.message.split("\n");
  const [, kind, why] = /^([A-Z][A-Za-z -]*) Error: (.*)$/.exec(first) ?? [];
  if (kind === undefined || why === undefined) return error;
  if (isLocked(error)) return new StorageError("failed", "another process has the database open");
  if (kind === "Catalog" && /^Table with name .* does not exist/.test(why)) {
    return new StorageError("not-found", "there is no such table");
  }
  if (kind === "Catalog" && /is of type View/.test(why)) return new StorageError("failed", "it is a view");
  if (why.includes("Permission denied")) return new StorageError("denied", "permission denied");
  if (why.includes("read-only")) return new StorageError("denied", "the file may only be read");
  if (kind === "IO") return new StorageError("failed", ioWords(why));
  return new StorageError("failed", `DuckDB says "${why}"`);
}

function ioWords(why: string): string {
  if (why.includes("No space left")) return "no space left on the device";
  if (why.includes("Is a directory")) return "it is a directory";
  return "DuckDB cannot read or write the file: it is damaged, of another version of DuckDB, or the disk fails";
}
