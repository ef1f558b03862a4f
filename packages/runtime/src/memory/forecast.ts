import type { RunRequest, TaskId } from "@glacier-ts/core";
import { type PlannedTask, planOf } from "../plan.js";
import { RunScope } from "../scope.js";
import type { StoredResult } from "../state/index.js";
import { type DatasetAccess, StoredDatasets } from "../stored-datasets.js";
import { keptResults, type LocalState } from "./local-state.js";
import type { Staleness } from "./staleness.js";

/** What a run would do with a task. */
export type Forecast =
  | { readonly does: "use-again"; readonly result: StoredResult }
  | { readonly does: "run"; readonly why: Staleness }
  /** An input that it needs is null. */
  | { readonly does: "skip"; readonly dataset: string };

/**
 * Says what a run would do, without running anything. What comes after a task that would run may yet be current, where
 * that task makes the same as before.
 *
 * @returns by task, each after all tasks that it reads from
 */
export async function forecast(
  local: LocalState,
  request: RunRequest,
  storage?: DatasetAccess,
): Promise<ReadonlyMap<TaskId, Forecast>> {
  const plan = planOf(request.graph);
  const scope = new RunScope(plan, request);
  const results = keptResults(local, request, {
    runId: "",
    plan,
    stored: new StoredDatasets(request.projectRoot, storage, undefined),
    isMade: (dataset) => scope.makes(dataset),
  });
  const forecasts = new Map<TaskId, Forecast>();
  /** By dataset: what the task that makes it would do; null where it would make nothing. */
  const made: (PlannedTask | null | undefined)[] = [];
  for (const [index, task] of plan.tasks.entries()) {
    if (!scope.has(index)) continue;
    const found = await forecastTask(task);
    forecasts.set(task.id, found);
    if (found.does === "skip") results.note(task, "skipped", { attempts: 0, durationMs: 0 });
    for (const { dataset } of task.outputs) {
      if (found.does === "run") made[dataset] = task;
      else if (results.isNothing(dataset)) made[dataset] = null;
    }
  }
  return forecasts;

  async function forecastTask(task: PlannedTask): Promise<Forecast> {
    const missing = task.inputs.find(
      ({ dataset, nullable, optional }) => made[dataset] === null && !nullable && !optional,
    );
    if (missing) return { does: "skip", dataset: plan.datasets[missing.dataset]?.name ?? "" };
    const waitsFor = task.inputs.flatMap(({ dataset }) => made[dataset]?.manifest.name ?? []);
    if (waitsFor.length > 0)
      return { does: "run", why: { reason: "upstream", tasks: [...new Set(waitsFor)] } };
    const found = await results.examine(task);
    return found.isCurrent ? { does: "use-again", result: found.result } : { does: "run", why: found.why };
  }
}
