/** What happens in a run, as plain JSON-shaped data. One stream feeds displays, logs, `--json` and lineage. */

import type { Failure } from "./failure.js";
import type { TaskId } from "./graph.js";

export type RunEvent =
  | RunStarted
  | TaskStarted
  | TaskRetrying
  | TaskSucceeded
  | TaskFailed
  | TaskSkipped
  | TaskCancelled
  | TaskLogged
  | TaskProgressed
  | DatasetLoaded
  | DatasetStored
  | RunFinished;

interface Event<Type extends string> {
  readonly type: Type;
  readonly runId: string;
  /** ISO 8601, UTC. */
  readonly at: string;
}

export interface RunStarted extends Event<"run-started"> {
  readonly pipeline: string;
  /** Number of tasks. */
  readonly tasks: number;
}

export interface TaskStarted extends Event<"task-started"> {
  readonly task: TaskId;
  /** 1 for the first attempt. */
  readonly attempt: number;
}

export interface TaskRetrying extends Event<"task-retrying"> {
  readonly task: TaskId;
  /** The attempt that failed. */
  readonly attempt: number;
  /** How long the executor waits before the next attempt. */
  readonly delayMs: number;
  readonly failure: Failure;
}

export interface TaskSucceeded extends Event<"task-succeeded"> {
  readonly task: TaskId;
  readonly attempt: number;
  readonly durationMs: number;
}

export interface TaskFailed extends Event<"task-failed"> {
  readonly task: TaskId;
  readonly failure: Failure;
}

/** The task did not run because an input that it needs was not produced. */
export interface TaskSkipped extends Event<"task-skipped"> {
  readonly task: TaskId;
  /** The dataset that is null. */
  readonly dataset: string;
}

/** The task did not run, or was stopped, because the run failed or was cancelled. */
export interface TaskCancelled extends Event<"task-cancelled"> {
  readonly task: TaskId;
}

export interface TaskLogged extends Event<"task-logged"> {
  readonly task: TaskId;
  readonly message: string;
}

export interface TaskProgressed extends Event<"task-progressed"> {
  readonly task: TaskId;
  readonly done: number;
  readonly total: number;
}

/** An external dataset was read from its storage. */
export interface DatasetLoaded extends Event<"dataset-loaded"> {
  readonly dataset: string;
  /** Where it was read from, for people. */
  readonly place: string;
  /** Absent where the dataset is no table. */
  readonly rows?: number;
  readonly durationMs: number;
}

/** A dataset was written to its storage. */
export interface DatasetStored extends Event<"dataset-stored"> {
  readonly dataset: string;
  /** Where it was written to, for people. */
  readonly place: string;
  readonly rows?: number;
  readonly sizeBytes: number;
  readonly durationMs: number;
}

export interface RunFinished extends Event<"run-finished"> {
  readonly status: RunStatus;
  readonly durationMs: number;
}

export type RunStatus = "succeeded" | "failed" | "cancelled";
