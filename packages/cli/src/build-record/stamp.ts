/** Whether files and folders are as they were. */
import { createHash } from "node:crypto";
import { type Dirent, readdirSync, readFileSync, type Stats, statSync } from "node:fs";
import path from "node:path";

/** A file or a folder as it was; null where there was none. The same sizes and times mean the same content. */
export type Stamp = {
  readonly sizeBytes: number;
  /** Milliseconds since 1970, as is `changedMs`. */
  readonly modifiedMs: number;
  /** When the content or anything else about it was changed, which no program can set. */
  readonly changedMs: number;
  /** SHA-256 of the content. Of a folder: of the names in it that a compiler looks at. */
  readonly hash: string;
} | null;

export const stampFile = (file: string): Stamp => stampOf(file, hashFile);
export const stampFolder = (folder: string): Stamp => stampOf(folder, hashNames);
export const isSameFile = (file: string, stamp: Stamp): boolean => isSame(file, stamp, hashFile);
export const isSameFolder = (folder: string, stamp: Stamp): boolean => isSame(folder, stamp, hashNames);

/**
 * Whether a file may have been changed since a time: also when the clock of its file system is coarse.
 * @param sinceMs milliseconds since 1970
 */
export function isChangedSince(stamp: Stamp, sinceMs: number): boolean {
  if (stamp === null) return false;
  // Some file systems keep seconds, or two; others are a few milliseconds behind.
  const isCoarse = stamp.changedMs % 1000 === 0;
  return stamp.changedMs >= sinceMs - (isCoarse ? 2000 : 20);
}

export const isSource = (file: string): boolean => /\.[cm]?[jt]sx?$/.test(file);

/** What a compiler may look at in a folder: sources, package.json and folders, without installed packages. */
export function sourceEntries(folder: string): readonly Dirent[] {
  return readdirSync(folder, { withFileTypes: true }).filter((entry) => {
    if (!entry.isFile()) return !entry.name.startsWith(".") && entry.name !== "node_modules";
    return isSource(entry.name) || entry.name === "package.json";
  });
}

/** The files that a compiler may look at in folders, those that are there. */
export function sourceFiles(folders: readonly string[]): readonly string[] {
  return folders
    .filter((folder) => statSync(folder, { throwIfNoEntry: false })?.isDirectory())
    .flatMap((folder) => sourceEntries(folder).filter((entry) => entry.isFile()))
    .map((entry) => path.join(entry.parentPath, entry.name));
}

function stampOf(at: string, hash: (at: string, stats: Stats) => string | undefined): Stamp {
  const stats = statSync(at, { throwIfNoEntry: false });
  const content = stats && hash(at, stats);
  if (!stats || content === undefined) return null;
  return { sizeBytes: stats.size, modifiedMs: stats.mtimeMs, changedMs: stats.ctimeMs, hash: content };
}

function isSame(at: string, stamp: Stamp, hash: (at: string, stats: Stats) => string | undefined): boolean {
  const stats = statSync(at, { throwIfNoEntry: false });
  const isUntouched =
    stats?.size === stamp?.sizeBytes &&
    stats?.mtimeMs === stamp?.modifiedMs &&
    stats?.ctimeMs === stamp?.changedMs;
  return isUntouched || (stats && hash(at, stats)) === stamp?.hash;
}

/** Undefined for what is no file. */
function hashFile(file: string, stats: Stats): string | undefined {
  return stats.isFile() ? sha256(readFileSync(file)) : undefined;
}

/** Undefined for what is no folder. */
function hashNames(folder: string, stats: Stats): string | undefined {
  if (!stats.isDirectory()) return undefined;
  const names = sourceEntries(folder).map((entry) => `${entry.isFile() ? "" : path.sep}${entry.name}`);
  return sha256(names.sort().join("\n"));
}

function sha256(content: string | Uint8Array): string {
  return createHash("sha256").update(content).digest("hex");
}
