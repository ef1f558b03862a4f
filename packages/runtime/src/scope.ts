import type { RunRequest } from "@glacier-ts/core";
import type { Plan, PlannedDataset } from "./plan.js";

/**
 * Which tasks of a plan a run calls, by number: the selected ones, without those that make only what is given, and
 * without those that only serve such tasks.
 */
export class RunScope {
  readonly #plan: Plan;
  readonly #given: RunRequest["given"];
  /** By task; undefined where the run calls all. */
  readonly #isCalled: readonly boolean[] | undefined;

  constructor(plan: Plan, request: Pick<RunRequest, "selected" | "given" | "keep">) {
    this.#plan = plan;
    this.#given = request.given;
    this.#isCalled = calledTasks(plan, request);
  }

  has(task: number): boolean {
    return this.#isCalled?.[task] ?? true;
  }

  /** The number of tasks in it. */
  get size(): number {
    return this.#isCalled?.filter(Boolean).length ?? this.#plan.tasks.length;
  }

  /** A task of the run makes the dataset, or the run was given it. */
  makes({ name, producer }: PlannedDataset): boolean {
    return (producer !== undefined && this.has(producer)) || this.#given?.has(name) === true;
  }

  /** By task: the number of tasks in the scope that it reads from. */
  countUpstream(): Int32Array {
    const { tasks } = this.#plan;
    if (!this.#isCalled) return Int32Array.from(tasks, (task) => task.upstream);
    const counts = new Int32Array(tasks.length);
    for (const [index, task] of tasks.entries()) {
      if (!this.has(index)) continue;
      for (const reader of task.downstream) counts[reader] = (counts[reader] as number) + 1;
    }
    return counts;
  }
}

function calledTasks(
  plan: Plan,
  { selected, given, keep }: Pick<RunRequest, "selected" | "given" | "keep">,
): readonly boolean[] | undefined {
  if (!selected && !given?.size) return undefined;
  const isCalled = plan.tasks.map(({ id }) => selected?.has(id) ?? true);
  if (!given?.size) return isCalled;
  const kept = new Set(keep);
  const tasksReading = (dataset: number) =>
    plan.datasets[dataset]?.readers.filter((reader) => !plan.tasks[reader]?.manifest.check) ?? [];
  // From the end: tasks come before their readers.
  for (let number = plan.tasks.length - 1; number >= 0; number--) {
    const outputs = plan.tasks[number]?.outputs ?? [];
    const isNeeded = outputs.some(({ dataset }) => {
      const { name } = plan.datasets[dataset] as PlannedDataset;
      if (given.has(name)) return false;
      const readers = tasksReading(dataset);
      return readers.length === 0 || kept.has(name) || readers.some((reader) => isCalled[reader]);
    });
    if (outputs.length > 0 && !isNeeded) isCalled[number] = false;
  }
  // No task is called, and nothing loaded, for a check alone.
  const isThere = (dataset: number) => {
    const { name, producer } = plan.datasets[dataset] as PlannedDataset;
    if (given.has(name)) return true;
    if (producer !== undefined) return isCalled[producer] === true;
    return tasksReading(dataset).some((reader) => isCalled[reader]);
  };
  for (const [number, { manifest, inputs }] of plan.tasks.entries()) {
    if (manifest.check && !inputs.every((input) => isThere(input.dataset))) isCalled[number] = false;
  }
  return isCalled;
}
