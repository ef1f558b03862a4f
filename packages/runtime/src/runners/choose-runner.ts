import { type JsonObject, type ManifestTask, type TaskFunction, taskMetadata } from "@glacier-ts/core";
import { optionValue } from "../task-policy.js";

/** Where a task's function is called. */
export type RunnerChoice =
  | { readonly kind: "in-process" }
  | { readonly kind: "thread" }
  | { readonly kind: "process"; readonly memoryMb: number | undefined };

/**
 * Chooses where a task is called on this machine. A `container` or `serverless` function with a memory limit gets a
 * process, where the limit holds and only the task itself can fall over it; without one, it gets a thread, and so does
 * a `local` task that asks for `workers`. Other tasks are called in the process of the run.
 *
 * A run calls a task once, so how many workers it asks for does not matter.
 *
 * @param options.isolate every task gets a process
 */
export function chooseRunner(
  manifest: ManifestTask,
  run: TaskFunction,
  options: { readonly isolate: boolean },
): RunnerChoice {
  const atRunTime = taskMetadata(run)?.options as JsonObject | undefined;
  const compute = optionValue(manifest.compute, atRunTime?.compute) as JsonObject | undefined;
  const { memory } = compute ?? {};
  const memoryMb = typeof memory === "number" && memory > 0 ? memory : undefined;
  if (options.isolate || memoryMb !== undefined) return { kind: "process", memoryMb };
  if (!compute || (compute.kind === "local" && !compute.workers)) return { kind: "in-process" };
  return { kind: "thread" };
}
