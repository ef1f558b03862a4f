/** The expected ways in which a task of a run can fail. */
import type { Verdict } from "./check.js";
import type { Diagnostic } from "./diagnostic.js";
import type { TaskId } from "./graph.js";

export type Failure =
  | TaskThrew
  | TaskTimedOut
  | TaskCrashed
  | CheckFailed
  | InputChanged
  | NotTransferable
  | OutputMissing
  | OutputInvalid
  | DatasetUnavailable
  | ResourceUnavailable
  | StateUnavailable;

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

/** A check has found that data is not as it should be. */
export interface CheckFailed extends Omit<Verdict, "passed"> {
  readonly reason: "check-failed";
  readonly task: TaskId;
  /** Names of the datasets that it has looked at. */
  readonly inputs: readonly string[];
  /** The check's name. */
  readonly check: string;
}

/** The thread or process that ran the task's function has ended before the function did. */
export interface TaskCrashed {
  readonly reason: "task-crashed";
  readonly task: TaskId;
  readonly attempt: number;
  readonly inputs: readonly string[];
  readonly cause: CrashCause;
}

export type CrashCause =
  | { readonly kind: "out-of-memory"; readonly limitMb: number | undefined }
  /** The function called `process.exit()`. */
  | { readonly kind: "exited"; readonly exitCode: number }
  | { readonly kind: "killed"; readonly signal: string }
  /** An error that was thrown outside of the function's promise. */
  | { readonly kind: "uncaught"; readonly error: ErrorInfo };

/** The user's function tried to change a value that other tasks read as well. */
export interface InputChanged {
  readonly reason: "input-changed";
  readonly task: TaskId;
  readonly attempt: number;
  readonly inputs: readonly string[];
  /** Names of datasets; several where the error does not tell which one it was. */
  readonly datasets: readonly string[];
  /** Names of the other tasks that read them; none where only the caller of the run gets the value as well. */
  readonly readers: readonly string[];
  readonly error: ErrorInfo;
}

/** A value cannot be sent to, or from, the thread or process that runs the task. */
export interface NotTransferable {
  readonly reason: "not-transferable";
  readonly task: TaskId;
  readonly attempt: number;
  readonly inputs: readonly string[];
  /** What it is, such as `dataset 'users'`. */
  readonly what: string;
  readonly why: string;
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

/** The user's function returned a value that does not fit the dataset's type. */
export interface OutputInvalid {
  readonly reason: "output-invalid";
  readonly task: TaskId;
  readonly inputs: readonly string[];
  readonly dataset: string;
  /** From 1 on; absent where the value itself, or no row of its own, is meant. */
  readonly row?: number;
  /** Where in the row, or in the dataset's value; `""` for itself. */
  readonly path: string;
  readonly expected: string;
  readonly found: string;
  /** The dataset is declared with a schema: `expected` is its message. */
  readonly bySchema?: true;
  /** How many rows more are not valid. */
  readonly more?: number;
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

/** A resource that the task takes could not be opened. */
export interface ResourceUnavailable {
  readonly reason: "resource-unavailable";
  readonly task: TaskId;
  readonly inputs: readonly string[];
  readonly resource: string;
  readonly error: ErrorInfo;
  readonly diagnostic: Diagnostic;
}

/** What a task has produced could not be kept for later runs. */
export interface StateUnavailable {
  readonly reason: "state-unavailable";
  readonly task: TaskId;
  readonly inputs: readonly string[];
  readonly diagnostic: Diagnostic;
}

/** What is known of a thrown value; JSON-shaped, so it can cross threads and be stored. */
export interface ErrorInfo {
  readonly name: string;
  readonly message: string;
  /** The user's frames only. */
  readonly stack?: string;
  readonly cause?: ErrorInfo;
  /** It is a `NonRetryableError`, or was caused by one: another attempt is of no use. */
  readonly isFinal?: true;
}
