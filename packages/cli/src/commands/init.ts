import { readFileSync } from "node:fs";
import type { ExitCode } from "../exit-code.js";
import { paintedDiff, unifiedDiff, writeChanges } from "../file-change.js";
import { type InitPlan, planInit } from "../init/plan-init.js";
import { fromWorkingDirectory } from "../render-problems.js";
import type { Terminal } from "../terminal.js";

export interface InitCommandOptions {
  /** Print the diff, write nothing. */
  readonly dryRun?: true;
}

/** `glacier init`: adds Glacier to a project, and says what it changed. */
export function init(at: string, options: InitCommandOptions, terminal: Terminal): ExitCode {
  const planned = planInit(at, ownVersion());
  if (!planned.ok) return terminal.report({ problems: planned.failure, sources: workingDirectory });
  const plan = planned.value;
  const changes = plan.files.flatMap(({ change }) => change ?? []);
  const failure = options.dryRun ? undefined : writeChanges(changes);
  if (failure) return terminal.report({ problems: [failure] });
  const diff = options.dryRun ? unifiedDiff(changes) : "";
  return terminal.report({
    problems: [],
    text: [
      ...(diff === "" ? [] : [paintedDiff(diff, terminal.stdout), ""]),
      ...describe(plan, options.dryRun === true),
    ].join("\n"),
    json: {
      files: plan.files.map(({ file, change, changes }) => ({
        file: fromWorkingDirectory("", file),
        status: !change ? "unchanged" : change.before === undefined ? "created" : "changed",
        changes,
      })),
      notes: plan.files.flatMap(({ notes }) => notes),
      next: plan.next,
      ...(options.dryRun && { diff }),
    },
  });
}

/** Diagnostics of this command name files from the working directory. */
const workingDirectory = {
  root: "",
  readSource: (file: string) => readFileSync(file, "utf8"),
};

function describe({ files, next }: InitPlan, isDryRun: boolean): readonly string[] {
  const changed = files.filter(({ change }) => change !== undefined);
  const notes = files.flatMap((file) => file.notes.map((note) => `note: ${note}`));
  const lines = changed.flatMap(({ file, changes }) => [
    fromWorkingDirectory("", file),
    ...changes.map((change) => `  ${change}`),
  ]);
  if (changed.length === 0) return ["Nothing to change: Glacier is set up here.", ...notes];
  return [
    isDryRun ? "Would change:" : "Changed:",
    "",
    ...lines,
    "",
    ...notes,
    ...(isDryRun ? ["Nothing was written."] : ["Next:", ...next.map((command) => `  ${command}`)]),
  ];
}

function ownVersion(): string {
  const text = readFileSync(new URL("../../package.json", import.meta.url), "utf8");
  return (JSON.parse(text) as { version: string }).version;
}
