/** The expected ways in which a task of a run can fail. */
import type { Diagnostic } from "./diagnostic.js";
import type { TaskId } from "./graph.js";

export type Failure = TaskThrew | TaskTimedOut | OutputMissing | DatasetUnavailable;

/** The user's function threw or rejected. */
export interface TaskThrew {
  readonly reason: "task-threw";
  readonly task: TaskId;
  readonly attempt: number;
  /** Dataset names of the task's inputs. */
  readonly inputs: readonly string[];
  readonly error: ErrorInfo;
}

export interface TaskTimedOut {
  readonly reason: "task-timed-out";
  readonly task: TaskId;
  readonly attempt: number;
  readonly inputs: readonly string[];
  readonly timeoutMs: number;
}

/** The user's function returned no value for a dataset that its return type promises. */
export interface OutputMissing {
  readonly reason: "output-missing";
  readonly task: TaskId;
  readonly inputs: readonly string[];
  readonly dataset: string;
  /** Where it was expected in the returned value; `""` for the value itself. */
  readonly path: string;
}

/** A dataset could not be read from, or written to, its storage. */
export interface DatasetUnavailable {
  readonly reason: "dataset-unavailable";
  /** The task that needed or produced the dataset. */
  readonly task: TaskId;
  readonly inputs: readonly string[];
  readonly dataset: string;
  readonly diagnostic: Diagnostic;
}

/** What is known of a thrown value; JSON-shaped, so it can cross threads and be stored. */
export interface ErrorInfo {
  readonly name: string;
  readonly message: string;
  /** The user's frames only. */
  readonly stack?: string;
  readonly cause?: ErrorInfo;
}
