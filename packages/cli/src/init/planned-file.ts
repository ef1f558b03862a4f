import path from "node:path";
import { type Diagnostic, fail, type Result, report, succeed } from "@glacier-ts/core";
import { type FileChange, readText } from "../file-change.js";
import { fromWorkingDirectory } from "../render-problems.js";

/** What `glacier init` does with one file. */
export interface PlannedFile {
  /** Absolute. */
  readonly file: string;
  /** Undefined where the file has everything already. */
  readonly change: FileChange | undefined;
  /** What changes, for people; empty where nothing does. */
  readonly changes: readonly string[];
  /** What Glacier leaves to the user. */
  readonly notes: readonly string[];
}

/** A file with its new text; no change where the text stays the same. */
export function planFile(
  file: string,
  before: string | undefined,
  after: string,
  changes: readonly string[],
  notes: readonly string[] = [],
): PlannedFile {
  if (before === after) return { file, change: undefined, changes: [], notes };
  return { file, change: { file, before, after }, changes, notes };
}

/** The text of a file, undefined where there is none; GLA4020 where it cannot be read. */
export function readForEdit(file: string): Result<string | undefined, Diagnostic> {
  try {
    return succeed(readText(file));
  } catch (error) {
    const why =
      (error as NodeJS.ErrnoException).code === "EISDIR" ? "it is a folder" : (error as Error).message;
    return fail(report("fileUneditable", { file: fromWorkingDirectory("", file), why }));
  }
}

/** The files of these names in a folder and in the folders around it, nearest first, up to the repository's root. */
export function filesAbove(folder: string, name: string): readonly string[] {
  const found: string[] = [];
  for (let at = folder; ; at = path.dirname(at)) {
    found.push(path.join(at, name));
    const isEnd = path.dirname(at) === at || readTextOrNothing(path.join(at, ".git/HEAD")) !== undefined;
    if (isEnd) return found.filter((file) => readTextOrNothing(file) !== undefined);
  }
}

/** The text of a file; undefined where there is none, or it cannot be read. */
export function readTextOrNothing(file: string): string | undefined {
  try {
    return readText(file);
  } catch {
    return undefined;
  }
}
