import type { Diagnostic, Result, RunEvent, RunStatus, TaskStatus, Verdict } from "@glacier-ts/core";
import type { Plan, PlannedDataset, PlannedTask } from "../plan.js";
import type { Load } from "../run-datasets.js";
import type { StoredDatasets } from "../stored-datasets.js";

/** What one run knows of former runs, and what it leaves for later ones. */
export interface RunMemory {
  /** A former result of a task that is current; undefined where the task has to run. What the task reads is versioned. */
  recall(task: PlannedTask): FormerResult | undefined | Promise<FormerResult | undefined>;
  /**
   * Keeps what a task has produced: when it settles, a crash cannot lose it any more.
   *
   * @param onWritten called once the values are written down and only the commit is to come, which serves several tasks
   * @param verdict what a check has found
   * @returns a version for each output that has one; GLA5026 where nothing can be kept
   */
  keep(
    task: PlannedTask,
    outputs: readonly unknown[],
    effort: Effort,
    onWritten: () => void,
    verdict?: Verdict,
  ): Promise<Result<readonly NewVersion[], Diagnostic>>;
  /** A task is done that has left nothing new; `cachedFrom` is the run whose result was used again. */
  note(task: PlannedTask, status: TaskStatus, effort: Effort, cachedFrom?: string): void;
  /** How to get what a task of a former run has made of a dataset; undefined where nothing is kept. */
  latest(dataset: number): Load | undefined;
  /** How to get what this run has made of a dataset, or used of a former run; undefined where nothing is kept. */
  again(dataset: number): Load | undefined;
  /** The version of a dataset that the run works with: null for nothing, undefined where it has none, or none yet. */
  versionOf(dataset: number): string | null | undefined;
  /** Every event of the run. */
  append(event: RunEvent): void;
  /** The run is over: settles when all of it is kept. */
  finish(status: RunStatus): Promise<void>;
}

/** The run that a memory is made for. */
export interface RememberedRun {
  readonly runId: string;
  readonly plan: Plan;
  readonly stored: StoredDatasets;
  /** A task of the run makes the dataset, or the run was given it. */
  readonly isMade: (dataset: PlannedDataset) => boolean;
}

/** What a task took. */
export interface Effort {
  readonly attempts: number;
  readonly durationMs: number;
}

/** A result that is used again. */
export interface FormerResult {
  /** The run that made it. */
  readonly runId: string;
  /** In the order of the task's outputs; null where the task has produced nothing. */
  readonly outputs: readonly (FormerOutput | null)[];
  /** What a check has found. */
  readonly verdict?: Verdict;
}

export interface FormerOutput {
  readonly version: string;
  readonly load: Load;
}

/** A version of a dataset that a task has made. */
export interface NewVersion {
  readonly dataset: string;
  readonly version: string;
  readonly rows?: number;
  readonly sizeBytes?: number;
}
