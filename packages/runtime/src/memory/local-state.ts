import type { JsonObject, RunRequest, TaskId } from "@glacier-ts/core";
import type { State, StoredResult } from "../state/index.js";
import { readCachePolicy } from "./cache-policy.js";
import { type DecidedResult, KeptResults } from "./kept-results.js";
import type { RememberedRun } from "./run-memory.js";

/** What a local run keeps for later ones, and what it may use of former ones. */
export interface LocalState {
  readonly state: State;
  /** Versions of the tasks' code, by task id; a task without one runs each time. See `codeVersions`. */
  readonly codeVersions?: ReadonlyMap<string, string>;
  /** Tasks that run although a former result is current; true for all. */
  readonly force?: boolean | ReadonlySet<TaskId>;
  /** The id of a run to go on with: what is finished there does not run again, whatever has changed since. */
  readonly resume?: string;
  /** By task: results that a forecast has found to be current. */
  readonly current?: ReadonlyMap<TaskId, StoredResult>;
}

/** Begins to record a run. */
export function recordRun(local: LocalState, request: RunRequest, run: RememberedRun): KeptResults {
  const { graph, selected } = request;
  const recorder = local.state.beginRun({
    runId: run.runId,
    pipeline: graph.name,
    pipelineId: graph.id,
    params: Object.fromEntries(request.params ?? []) as JsonObject,
    startedAt: new Date().toISOString(),
    ...(selected && { selected: [...selected] }),
    ...(local.resume !== undefined && { resumedFrom: local.resume }),
  });
  return keptResults(local, request, run, recorder);
}

/** @param recorder undefined to look only */
export function keptResults(
  local: LocalState,
  request: RunRequest,
  run: RememberedRun,
  recorder?: ReturnType<State["beginRun"]>,
): KeptResults {
  const { state, codeVersions = new Map(), force = false, resume, current = new Map() } = local;
  const finishedBefore = resume === undefined ? new Map() : finishedIn(state, resume);
  return new KeptResults({
    ...run,
    state,
    recorder,
    params: request.params ?? new Map(),
    codeVersions,
    policyOf: ({ id, manifest }) => readCachePolicy(manifest, request.functions.get(id)),
    isForced: (task) => force === true || (force !== false && force.has(task)),
    decided: new Map([...decided(current, true), ...decided(finishedBefore, false)]),
  });
}

function decided(
  results: ReadonlyMap<string, StoredResult>,
  isThere: boolean,
): readonly (readonly [string, DecidedResult])[] {
  return Array.from(results, ([task, result]) => [task, { result, isThere }]);
}

/** Whether the code of a task is another one than that of its newest result, or is not known, or has not run. */
export function isCodeChanged(
  { state, codeVersions }: Pick<LocalState, "state" | "codeVersions">,
  pipelineId: string,
  task: TaskId,
): boolean {
  const code = codeVersions?.get(task);
  return code === undefined || state.lastResult(pipelineId, task)?.parts.code !== code;
}

/** The results of the tasks that are finished in a run, or were so in a run that it went on with. */
function finishedIn(state: State, runId: string): ReadonlyMap<string, StoredResult> {
  const finished = new Map<string, StoredResult>();
  for (
    let run = state.run(runId);
    run;
    run = run.resumedFrom === undefined ? undefined : state.run(run.resumedFrom)
  ) {
    for (const { id, status, key } of run.tasks) {
      if (finished.has(id) || key === undefined || (status !== "succeeded" && status !== "cached")) continue;
      const result = state.result(id, key);
      if (result) finished.set(id, result);
    }
  }
  return finished;
}
