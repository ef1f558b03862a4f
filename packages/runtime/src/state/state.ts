import { type Diagnostic, fail, GlacierError, type Result, type RunEvent, succeed } from "@glacier-ts/core";
import { TestFiles } from "../validation/test-files.js";
import { Artifacts } from "./artifacts.js";
import { CheckResults, type RecordedCheck } from "./check-results.js";
import { collectGarbage, type GcOptions, type GcReport } from "./collect-garbage.js";
import { GroupCommit } from "./group-commit.js";
import { KnownObjects } from "./known-objects.js";
import { type Materialization, Materializations } from "./materializations.js";
import { openDatabase } from "./open-database.js";
import { type CachedTask, Results, type StoredResult } from "./results.js";
import { RunRecorder } from "./run-recorder.js";
import { RunningRuns } from "./running-runs.js";
import { type NewRun, type RunRecord, type RunSummary, Runs } from "./runs.js";
import { StateDatabase } from "./state-database.js";
import { stateError } from "./state-error.js";

export interface OpenedState {
  readonly state: State;
  /** GLA5027 where a damaged database was put aside: nothing of it is used. */
  readonly warnings: readonly Diagnostic[];
}

/**
 * What a project remembers of its runs, in a folder of its own: a SQLite database, and files for large values. Several
 * processes may use it at once, and may be killed at any moment. Its methods throw a GlacierError for GLA5026 where it
 * cannot be read or written.
 */
export class State {
  readonly artifacts: Artifacts;
  /** The code that checks datasets. */
  readonly tests: TestFiles;
  readonly objects: KnownObjects;
  readonly #database: StateDatabase;
  readonly #group: GroupCommit;
  readonly #running: RunningRuns;
  readonly #runs: Runs;
  readonly #results: Results;
  readonly #materializations: Materializations;
  readonly #checks: CheckResults;

  private constructor(database: StateDatabase) {
    this.#database = database;
    this.#group = new GroupCommit(database);
    this.#running = new RunningRuns(database.folder);
    this.#runs = new Runs(database, this.#running);
    this.#results = new Results(database);
    this.#materializations = new Materializations(database);
    this.#checks = new CheckResults(database);
    this.tests = new TestFiles(database.folder);
    this.artifacts = new Artifacts(database, this.#group);
    this.objects = new KnownObjects(database, this.#group);
  }

  /**
   * Opens the state in a folder, or makes it.
   *
   * @param folder absolute; `.glacier` in the project's folder
   * @returns GLA5026 where it cannot be used
   */
  static open(folder: string): Result<OpenedState, Diagnostic> {
    try {
      const { database, warnings } = openDatabase(folder);
      return succeed({ state: new State(new StateDatabase(folder, database)), warnings });
    } catch (error) {
      const known = stateError(folder, error);
      if (known instanceof GlacierError) return fail(known.diagnostics[0] as Diagnostic);
      throw known;
    }
  }

  /** Writes what is left, and closes the database. Runs that are not finished count as interrupted. */
  close(): void {
    if (!this.#database.isOpen) return;
    try {
      this.#group.flush();
    } finally {
      this.#running.endAll();
      this.#database.close();
    }
  }

  /**
   * Begins to record a run. Results that are looked up afterwards stay until it ends, whoever collects garbage.
   * The run counts as running until it is finished or this process has ended.
   */
  beginRun(run: NewRun): RunRecorder {
    const number = this.#runs.insert(run);
    const end = () => this.#running.end(run.runId);
    const parts = {
      database: this.#database,
      group: this.#group,
      results: this.#results,
      checks: this.#checks,
    };
    return new RunRecorder(parts, number, end);
  }

  /** Newest first. */
  runs(limit = 1000): readonly RunSummary[] {
    return this.#runs.list(limit);
  }

  /** @param id a run's id or the beginning of only one, or `last` */
  run(id: string): RunRecord | undefined {
    return this.#runs.find(id);
  }

  /** What happened in a run, in order, as far as it is written. */
  events(runId: string): Iterable<RunEvent> {
    return this.#runs.events(runId);
  }

  /** The newest committed result of a task with that key, whichever pipeline the task was part of. */
  result(task: string, key: string): StoredResult | undefined {
    return this.#results.byKey(task, key);
  }

  /** The newest committed result of a task in a pipeline, whatever its key. */
  lastResult(pipelineId: string, task: string): StoredResult | undefined {
    return this.#results.lastOfTask(task, pipelineId);
  }

  /** The newest committed result of each task of a pipeline: much faster than one by one. */
  lastResults(pipelineId: string): readonly StoredResult[] {
    return this.#results.lastOfPipeline(pipelineId);
  }

  /** What is kept of each task. */
  cachedTasks(): readonly CachedTask[] {
    return this.#results.tasks();
  }

  /** The newest results that have a dataset, newest first. */
  materializations(dataset: string, limit = 1000): readonly Materialization[] {
    return this.#materializations.ofDataset(dataset, limit);
  }

  /** The newest materialization of each dataset, by name. */
  latestMaterializations(): readonly Materialization[] {
    return this.#materializations.latest();
  }

  /** What the checks of a run have found, in the order in which they were done. */
  checks(runId: string): readonly RecordedCheck[] {
    return this.#checks.ofRun(runId);
  }

  /** The newest result of each check that looks at a dataset. */
  checksOf(dataset: string): readonly RecordedCheck[] {
    return this.#checks.ofDataset(dataset);
  }

  /** Removes what nothing needs; never what a run needs that is going on. */
  gc(options: GcOptions = {}): GcReport {
    this.#group.flush();
    return collectGarbage(this.#database, this.#running, options);
  }
}
