/** What `glacier init` does to the .gitignore: runs keep their state in `.glacier/`. */
import path from "node:path";
import { type Diagnostic, fail, type Result, succeed } from "@glacier-ts/core";
import { readText } from "../file-change.js";
import { filesAbove, type PlannedFile, planFile, readForEdit } from "./planned-file.js";

export function planGitignore(folder: string): Result<PlannedFile, readonly Diagnostic[]> {
  const file = path.join(folder, ".gitignore");
  const text = readForEdit(file);
  if (!text.ok) return fail([text.failure]);
  const before = text.value;
  const above = filesAbove(folder, ".gitignore");
  const isIgnored = above.some((candidate) => {
    const isOwn = candidate === file;
    const lines = (readText(candidate) ?? "").split(/\r?\n/).map((line) => line.trim());
    // A pattern that begins with a slash is about its own folder only.
    return lines.some(
      (line) => /^(\*\*\/)?\.glacier\/?$/.test(line) || (isOwn && /^\/\.glacier\/?$/.test(line)),
    );
  });
  if (isIgnored) return succeed({ file, change: undefined, changes: [], notes: [] });
  if (before === undefined && above.length === 0) {
    const lines = ["node_modules/", "dist/", ".glacier/"];
    return succeed(planFile(file, before, `${lines.join("\n")}\n`, [`created, with ${lines.join(", ")}`]));
  }
  const end = before?.includes("\r\n") ? "\r\n" : "\n";
  const isOpen = before !== undefined && before !== "" && !before.endsWith("\n");
  const after = `${before ?? ""}${isOpen ? end : ""}.glacier/${end}`;
  return succeed(planFile(file, before, after, [".glacier/ added"]));
}
