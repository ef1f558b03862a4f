/** What happens in a run, as plain JSON-shaped data. One stream feeds displays, logs, `--json` and lineage. */

import type { CheckOutcome } from "./check.js";
import type { LogLevel } from "./context.js";
import type { Diagnostic } from "./diagnostic.js";
import type { Failure } from "./failure.js";
import type { TaskId } from "./graph.js";
import type { JsonObject } from "./json.js";

export type RunEvent =
  | RunStarted
  | TaskStarted
  | TaskRetrying
  | TaskSucceeded
  | TaskFailed
  | TaskSkipped
  | TaskCached
  | TaskCancelled
  | TaskLogged
  | TaskProgressed
  | DatasetLoaded
  | DatasetStored
  | DatasetVersioned
  | DatasetsChecked
  | ResourceOpened
  | ResourceClosed
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

/** The task did not run: a former result of it is current. Its outputs are versioned as if it had. */
export interface TaskCached extends Event<"task-cached"> {
  readonly task: TaskId;
  /** The run that made the result. */
  readonly from: string;
}

/** The task did not run, or was stopped, because the run failed or was cancelled. */
export interface TaskCancelled extends Event<"task-cancelled"> {
  readonly task: TaskId;
}

export interface TaskLogged extends Event<"task-logged"> {
  readonly task: TaskId;
  readonly level: LogLevel;
  readonly message: string;
  readonly fields?: JsonObject;
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

/** A task has produced a version of a dataset. Only runs that keep state have versions. */
export interface DatasetVersioned extends Event<"dataset-versioned"> {
  readonly dataset: string;
  readonly task: TaskId;
  /** The same for the same content. */
  readonly version: string;
  readonly rows?: number;
  /** Of what is kept: the artifact, or the object in the dataset's storage. */
  readonly sizeBytes?: number;
}

/** A check has looked at datasets, or a former result of it is current. */
export interface DatasetsChecked extends Event<"datasets-checked">, CheckOutcome {}

/** The first task that takes the resource is about to begin. */
export interface ResourceOpened extends Event<"resource-opened"> {
  readonly resource: string;
  readonly durationMs: number;
}

/** No task runs any more. */
export interface ResourceClosed extends Event<"resource-closed"> {
  readonly resource: string;
  readonly durationMs: number;
  /** GLA5047 where it could not be closed. */
  readonly diagnostic?: Diagnostic;
}

export interface RunFinished extends Event<"run-finished"> {
  readonly status: RunStatus;
  readonly durationMs: number;
}

export type RunStatus = "succeeded" | "failed" | "cancelled" | "timed-out";
