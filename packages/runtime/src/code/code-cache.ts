/** What is known of the code of tasks, so that only what has changed is bundled again. */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import path from "node:path";
import type { TaskId } from "@glacier-ts/core";
import type { InstalledPackages } from "./installed-packages.js";

/** The version of a task's code. */
export interface CodeVersion {
  /** Equal where a task does the same: a hash of what follows. */
  readonly version: string;
  /** Hash of the task's own code: its function and everything that it uses, without packages. */
  readonly own: string;
  /** The packages that it uses, `pg@8.1.0+2f3a…`: with a digest of what they depend on; sorted. */
  readonly packages: readonly string[];
}

/** JSON; paths are relative to the project's folder, with `/`. */
export interface CodeCache {
  readonly tasks: { readonly [task: TaskId]: CachedTask };
  /** The files that tasks are made of. */
  readonly files: { readonly [file: string]: CodeFile };
}

export interface CachedTask {
  readonly file: string;
  /** Names on the way to the function. */
  readonly path: readonly string[];
  readonly code: CodeVersion;
}

/** A file as it was when it was bundled. */
export interface CodeFile {
  /** SHA-256 of its content; empty where there was no file. */
  readonly hash: string;
  /** Files that it imports. */
  readonly imports: readonly string[];
  /** The identity of each package that it imports, by name; empty where there was none. */
  readonly packages: { readonly [name: string]: string };
  /** The nearest package.json and its content. */
  readonly scope: string;
}

/** The cache without what has changed since, and all that is made of that. */
export function currentPart(cache: CodeCache, root: string, installed: InstalledPackages): CodeCache {
  const importers = new Map<string, string[]>();
  for (const [file, { imports }] of Object.entries(cache.files)) {
    for (const imported of imports) importers.set(imported, [...(importers.get(imported) ?? []), file]);
  }
  const open = Object.keys(cache.files).filter(
    (file) => !isCurrent(path.resolve(root, file), cache.files[file], installed),
  );
  const stale = new Set(open);
  for (const file of open) {
    for (const importer of importers.get(file) ?? []) {
      if (stale.has(importer)) continue;
      stale.add(importer);
      open.push(importer);
    }
  }
  const tasks = Object.entries(cache.tasks).filter(([, { file }]) => file in cache.files && !stale.has(file));
  const files = Object.entries(cache.files).filter(([file]) => !stale.has(file));
  return { tasks: Object.fromEntries(tasks), files: Object.fromEntries(files) };
}

function isCurrent(file: string, known: CodeFile | undefined, installed: InstalledPackages): boolean {
  const folder = path.dirname(file);
  return (
    known !== undefined &&
    known.hash === contentHash(readFile(file)) &&
    known.scope === installed.scope(folder) &&
    Object.entries(known.packages).every(
      ([name, identity]) => identity === (installed.find(folder, name)?.identity ?? ""),
    )
  );
}

/** Hash of a file's content; empty where there is none. */
export function contentHash(content: Uint8Array | undefined): string {
  return content === undefined ? "" : createHash("sha256").update(content).digest("hex");
}

/** @returns undefined where there is no such file, or none that can be read */
export function readFile(file: string): Uint8Array | undefined {
  try {
    return readFileSync(file);
  } catch {
    return undefined;
  }
}
