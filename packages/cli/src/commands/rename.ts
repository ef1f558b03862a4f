import { isUtf8 } from "node:buffer";
import { readFileSync } from "node:fs";
import {
  applyEdits,
  type DatasetNames,
  type RenameOutcome,
  renameDataset,
} from "@glacier-ts/analyzer/rename";
import { codeOf, type Diagnostic, fail, type Result, report, succeed } from "@glacier-ts/core";
import { type ExitCode, exitCode } from "../exit-code.js";
import { type FileChange, paintedDiff, unifiedDiff, writeChanges } from "../file-change.js";
import { distinctProblems, sortProblems } from "../problem.js";
import { fromWorkingDirectory } from "../render-problems.js";
import type { Terminal } from "../terminal.js";
import { countText } from "../units.js";

export interface RenameCommandOptions {
  /** Apply the diff. */
  readonly write?: true;
}

/** `glacier rename dataset`: prints the diff of a rename, or applies it. */
export function rename(
  path: string,
  names: DatasetNames,
  options: RenameCommandOptions,
  terminal: Terminal,
): ExitCode {
  const opened = renameDataset(path, names);
  if (!opened.ok) return terminal.report({ problems: [opened.failure] });
  const { root, result } = opened.value;
  if (!result.ok) {
    const problems = sortProblems(distinctProblems(result.failure));
    const code = terminal.report({ problems, sources: opened.value });
    // The new name is part of the command line.
    return problems.some((problem) => isAboutNewName(problem)) ? exitCode.usage : code;
  }
  const { edits, warnings, untouched } = result.value;
  const changes = readChanges(edits);
  if (!changes.ok) return terminal.report({ problems: [changes.failure], sources: opened.value });
  const failure = options.write ? writeChanges(changes.value) : undefined;
  if (failure) return terminal.report({ problems: [failure], sources: opened.value });

  const diff = unifiedDiff(changes.value);
  const places = [...edits.values()].reduce((sum, list) => sum + list.length, 0);
  const size = `${countText(places, "place")} in ${countText(edits.size, "file")}`;
  return terminal.report({
    problems: warnings,
    sources: opened.value,
    text: [
      paintedDiff(diff, terminal.stdout),
      "",
      ...untouched.map(
        ({ file, line, column }) =>
          `${fromWorkingDirectory(root, file)}:${line}:${column} has the same text, means something else and stays.`,
      ),
      options.write
        ? `Renamed dataset '${names.from}' to '${names.to}' in ${size}. Build the project again.`
        : `Would rename dataset '${names.from}' to '${names.to}' in ${size}; --write does it.`,
    ].join("\n"),
    json: {
      files: changes.value.map(({ file }) => fromWorkingDirectory("", file)),
      isWritten: options.write === true,
      untouched,
      diff,
    },
  });
}

/** The edits as changes of the files on disk; GLA4020 for a file that the compiler reads otherwise than as UTF-8. */
function readChanges(edits: EditsOfRename): Result<readonly FileChange[], Diagnostic> {
  const changes: FileChange[] = [];
  for (const [file, list] of edits) {
    const bytes = readFileSync(file);
    const before = bytes.toString("utf8");
    const mark = before.startsWith("\ufeff") ? "\ufeff" : "";
    if (!isUtf8(bytes)) {
      const details = { file: fromWorkingDirectory("", file), why: "it is not written in UTF-8" };
      return fail(report("fileUneditable", details));
    }
    changes.push({ file, before, after: mark + applyEdits(before.slice(mark.length), list) });
  }
  return succeed(changes);
}

type EditsOfRename = Extract<RenameOutcome["result"], { ok: true }>["value"]["edits"];

function isAboutNewName({ code, location }: Diagnostic): boolean {
  return code === codeOf("badName") && location === undefined;
}
