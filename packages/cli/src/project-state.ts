import { existsSync, statSync } from "node:fs";
import path from "node:path";
import { type Diagnostic, fail, type Result, report, succeed } from "@glacier-ts/core";
import { State } from "@glacier-ts/runtime/state";
import type { ExitCode } from "./exit-code.js";
import type { Report, Terminal } from "./terminal.js";

/**
 * Answers a question about former runs, for which the project's folder is enough.
 *
 * @param at a tsconfig, or a folder
 * @param answer gets no state where nothing was run yet; its report lacks what the state itself has to tell
 */
export function reportOnState(
  at: string,
  terminal: Terminal,
  answer: (state: State | undefined) => Report,
): ExitCode {
  const opened = openProjectState(at);
  if (!opened.ok) return terminal.report({ problems: [opened.failure] });
  const { state, warnings } = opened.value;
  try {
    const found = answer(state);
    return terminal.report({ ...found, problems: [...warnings, ...found.problems] });
  } finally {
    state?.close();
  }
}

export interface ProjectState {
  /** Undefined where nothing was run yet. */
  readonly state: State | undefined;
  readonly warnings: readonly Diagnostic[];
}

/** @returns GLA4008 where there is no such project, GLA5026 where its state cannot be used */
export function openProjectState(at: string): Result<ProjectState, Diagnostic> {
  const stats = statSync(at, { throwIfNoEntry: false });
  if (!stats)
    return fail(report("projectUnreadable", { file: path.resolve(at), why: "there is no such file." }));
  const folder = path.join(path.resolve(stats.isDirectory() ? at : path.dirname(at)), ".glacier");
  if (!existsSync(path.join(folder, "state.db"))) return succeed({ state: undefined, warnings: [] });
  return State.open(folder);
}
