import type { CheckOutcome, Failure, Graph, RunEvent, TaskId, TaskStatus } from "@glacier-ts/core";
import { getTask } from "@glacier-ts/core";

/** Where a task of the run stands. */
export interface TrackedTask {
  readonly id: TaskId;
  readonly name: string;
  status: "waiting" | "running" | "retrying" | TaskStatus;
  /** The attempt that runs or ran last; 0 before the first. */
  attempt: number;
  /** Start of the first attempt, in milliseconds since 1970. */
  startedAtMs?: number;
  /** From the start of the first attempt to the end of the last one. */
  durationMs?: number;
  progress?: { readonly done: number; readonly total: number };
  /** Start of the next attempt, in milliseconds since 1970. */
  nextAttemptAtMs?: number;
  /** Why the last attempt, or the task, failed. */
  failure?: Failure;
  /** The dataset that was null. */
  missing?: string;
}

/** A dataset that the run read from, or wrote to, its storage. */
export interface TrackedDataset {
  readonly dataset: string;
  readonly direction: "read" | "written";
  readonly place: string;
  readonly rows?: number;
  readonly sizeBytes?: number;
}

/** What a run has come to, event by event. Displays and the summary read it. */
export class RunTracker {
  readonly pipeline: string;
  /** In order of execution. */
  readonly tasks: ReadonlyMap<TaskId, TrackedTask>;
  readonly datasets: TrackedDataset[] = [];
  readonly checks: CheckOutcome[] = [];
  startedAtMs = Date.now();

  /** @param tasks those of the run */
  constructor(graph: Graph, tasks: Iterable<TaskId>) {
    this.pipeline = graph.name;
    const inRun = new Set(tasks);
    this.tasks = new Map(
      graph.order
        .filter((id) => inRun.has(id))
        .map((id) => [id, { id, name: getTask(graph, id).name, status: "waiting", attempt: 0 }]),
    );
  }

  task(id: TaskId): TrackedTask {
    const task = this.tasks.get(id);
    if (!task) throw new Error(`Internal error: an event of task '${id}', which is not in the run`);
    return task;
  }

  count(...statuses: readonly TrackedTask["status"][]): number {
    return [...this.tasks.values()].filter((task) => statuses.includes(task.status)).length;
  }

  apply(event: RunEvent): void {
    const atMs = Date.parse(event.at);
    switch (event.type) {
      case "run-started":
        this.startedAtMs = atMs;
        return;
      case "task-started": {
        const task = this.task(event.task);
        task.status = "running";
        task.attempt = event.attempt;
        task.startedAtMs ??= atMs;
        return;
      }
      case "task-retrying": {
        const task = this.task(event.task);
        task.status = "retrying";
        task.failure = event.failure;
        task.nextAttemptAtMs = atMs + event.delayMs;
        delete task.progress;
        return;
      }
      case "task-progressed":
        this.task(event.task).progress = { done: event.done, total: event.total };
        return;
      case "task-succeeded": {
        const task = this.#finish(event.task, "succeeded", atMs);
        // Of one attempt the executor knows the time to a fraction of a millisecond.
        if (event.attempt === 1) task.durationMs = event.durationMs;
        return;
      }
      case "task-failed":
        this.#finish(event.task, "failed", atMs).failure = event.failure;
        return;
      case "task-skipped":
        this.#finish(event.task, "skipped", atMs).missing = event.dataset;
        return;
      case "task-cached":
        this.#finish(event.task, "cached", atMs);
        return;
      case "task-cancelled":
        this.#finish(event.task, "cancelled", atMs);
        return;
      case "dataset-loaded":
        this.datasets.push({ ...event, direction: "read" });
        return;
      case "dataset-stored":
        this.datasets.push({ ...event, direction: "written" });
        return;
      case "datasets-checked":
        this.checks.push(event);
        return;
      case "task-logged":
      case "dataset-versioned":
      case "resource-opened":
      case "resource-closed":
      case "run-finished":
        return;
      default:
        event satisfies never;
    }
  }

  #finish(id: TaskId, status: TaskStatus, atMs: number): TrackedTask {
    const task = this.task(id);
    task.status = status;
    if (task.startedAtMs !== undefined) task.durationMs = atMs - task.startedAtMs;
    return task;
  }
}
