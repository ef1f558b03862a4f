/** What commands need of a run that is over: its name, and the names of its tasks. */
import { type Diagnostic, fail, type Result, report, succeed, suggest } from "@glacier-ts/core";
import type { RunRecord, State } from "@glacier-ts/runtime/state";

const shortLength = 8;

/** The beginning of a run's id, which is enough to name it. */
export const shortRunId = (id: string) => id.slice(0, shortLength);

/** The name of a task, or of another declaration, by its id: `clean` for `src/tasks.ts#clean`. */
export function nameOfId(id: string): string {
  const [file = "", path = ""] = id.split("#");
  if (path !== "default") return path.split(".").at(-1) || id;
  // A default export is named after its file.
  return (file.split("/").at(-1) ?? file).replace(/\.[cm]?[jt]sx?$/, "");
}

/** @param id a run's id or the beginning of it, or `last`; @returns GLA5028 where there is none */
export function findRun(state: State | undefined, id: string): Result<RunRecord, Diagnostic> {
  const run = state?.run(id);
  if (run) return succeed(run);
  const known = state?.runs().flatMap((run) => [shortRunId(run.id), run.id]) ?? [];
  return fail(report("unknownRun", { run: id, suggestion: suggest(id, ["last", ...known]) }));
}
