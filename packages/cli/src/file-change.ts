/** Changes of the user's files: worked out first, shown as a diff, and written all or none. */
import {
  chmodSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import path from "node:path";
import process from "node:process";
import { type Diagnostic, report } from "@glacier-ts/core";
import { FILE_HEADERS_ONLY, formatPatch, structuredPatch } from "diff";
import type { Channel } from "./channel.js";
import { pictureText } from "./escape.js";
import { fromWorkingDirectory } from "./render-problems.js";

/** One file as it is and as it will be. */
export interface FileChange {
  /** Absolute. */
  readonly file: string;
  /** Undefined for a file that is not there yet. */
  readonly before: string | undefined;
  readonly after: string;
}

/** The changes as a unified diff, with paths from the working directory, so that `git apply` and `patch -p1` take it. */
export function unifiedDiff(changes: readonly FileChange[]): string {
  return changes
    .map(({ file, before, after }) => {
      const name = fromWorkingDirectory("", file);
      const from = before === undefined ? "/dev/null" : `a/${name}`;
      return formatPatch(
        structuredPatch(from, `b/${name}`, before ?? "", after, undefined, undefined, { context: 3 }),
        FILE_HEADERS_ONLY,
      );
    })
    .join("");
}

/** The diff for a reader: in colors, and on a terminal without characters that could move its cursor. */
export function paintedDiff(diff: string, channel: Channel): string {
  const paint = (line: string): string => {
    const safe = channel.isTerminal ? pictureText(line) : line;
    if (line.startsWith("--- ") || line.startsWith("+++ ")) return channel.paint("strong", safe);
    if (line.startsWith("@@")) return channel.paint("place", safe);
    if (line.startsWith("+")) return channel.paint("good", safe);
    return line.startsWith("-") ? channel.paint("error", safe) : safe;
  };
  return diff.trimEnd().split("\n").map(paint).join("\n");
}

/**
 * Writes changes: each file in one step, and none of them when one cannot be written.
 * @returns GLA4021 for the file that could not be written
 */
export function writeChanges(changes: readonly FileChange[]): Diagnostic | undefined {
  const aside: { readonly temporary: string; readonly target: string; readonly change: FileChange }[] = [];
  const folders: string[] = [];
  const replaced: FileChange[] = [];
  let current = "";
  try {
    for (const change of changes) {
      current = change.file;
      if (readText(change.file) !== change.before) throw new Error("it was changed in the meantime");
      const folder = mkdirSync(path.dirname(change.file), { recursive: true });
      if (folder !== undefined) folders.push(folder);
      // A symbolic link stays one, and a mode stays as it is.
      const target = change.before === undefined ? change.file : realpathSync(change.file);
      const temporary = `${target}.${process.pid}.tmp`;
      aside.push({ temporary, target, change });
      writeFileSync(temporary, change.after);
      if (change.before !== undefined) chmodSync(temporary, statSync(target).mode);
    }
    for (const { temporary, target, change } of aside) {
      current = change.file;
      renameSync(temporary, target);
      replaced.push(change);
    }
    return undefined;
  } catch (error) {
    for (const { temporary } of aside) rmSync(temporary, { force: true });
    for (const { file, before } of replaced) {
      if (before === undefined) rmSync(file, { force: true });
      else writeFileSync(file, before);
    }
    for (const folder of folders) rmSync(folder, { recursive: true, force: true });
    return report("fileUnwritable", {
      file: fromWorkingDirectory("", current),
      why: (error as Error).message,
    });
  }
}

/** The text of a file; undefined where there is none. @throws where it cannot be read */
export function readText(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}
