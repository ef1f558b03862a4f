import type { RunEvent, RunStatus, TaskStatus } from "@glacier-ts/core";
import type { CheckResults } from "./check-results.js";
import type { GroupCommit } from "./group-commit.js";
import type { Results, StoredResult } from "./results.js";
import type { StateDatabase } from "./state-database.js";

/** So many events are not held back for a commit, or for as long. */
const maxHeldEvents = 1000;
const maxHeldMs = 250;

/** What became of a task. */
export interface FinishedTask {
  readonly id: string;
  readonly status: TaskStatus;
  readonly attempts: number;
  readonly durationMs: number;
  /** Of the result that it made or used. */
  readonly key?: string;
  /** The run that made the result, for a task that is cached. */
  readonly cachedFrom?: string;
}

/** What a recorder writes with. @internal */
export interface RecorderParts {
  readonly database: StateDatabase;
  readonly group: GroupCommit;
  readonly results: Results;
  readonly checks: CheckResults;
}

const insertTask = "INSERT INTO run_tasks VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)";
const insertEvents = "INSERT INTO event_batches (run, events) VALUES (?, ?)";

/** Writes down one run while it goes on. */
export class RunRecorder {
  readonly #database: StateDatabase;
  readonly #group: GroupCommit;
  readonly #results: Results;
  readonly #checks: CheckResults;
  /** In the database. */
  readonly #run: number;
  readonly #onEnd: () => void;
  #events: RunEvent[] = [];
  #timer: NodeJS.Timeout | undefined;
  #tasks = 0;
  #isFinished = false;

  /** @internal */
  constructor({ database, group, results, checks }: RecorderParts, run: number, onEnd: () => void) {
    this.#database = database;
    this.#group = group;
    this.#results = results;
    this.#checks = checks;
    this.#run = run;
    this.#onEnd = onEnd;
    group.accompany(this.#writeEvents);
  }

  /** Takes an event in. It is written with the next commit, or soon after; what a check has found, as a row as well. */
  append(event: RunEvent): void {
    if (event.type === "datasets-checked") this.#group.add(() => this.#checks.insert(this.#run, event));
    this.#events.push(event);
    if (this.#events.length >= maxHeldEvents) this.#group.schedule();
    this.#timer ??= setTimeout(() => this.#group.schedule(), maxHeldMs).unref();
  }

  /**
   * Records a finished task with its result. When it settles, the end of the process cannot lose it any more.
   * @throws GlacierError for GLA5026 where it cannot be written
   */
  commit(result: StoredResult | undefined, task: FinishedTask): Promise<void> {
    const position = this.#tasks++;
    const finishedAt = new Date().toISOString();
    this.#group.add(() => {
      const { id, status, attempts, durationMs, key = result?.key ?? null, cachedFrom = null } = task;
      this.#database
        .statement(insertTask)
        .run(this.#run, position, id, status, attempts, durationMs, finishedAt, key, cachedFrom);
      if (result) this.#results.insert(result);
    });
    return this.#group.committed();
  }

  /**
   * Writes what is left, and that the run is over. Without it, the run counts as interrupted.
   * @throws GlacierError for GLA5026 where it cannot be written
   */
  finish(status: RunStatus): void {
    if (this.#isFinished) return;
    this.#isFinished = true;
    const finishedAt = new Date().toISOString();
    this.#group.add(() => {
      this.#database
        .statement("UPDATE runs SET status = ?, finished_at = ? WHERE number = ?")
        .run(status, finishedAt, this.#run);
    });
    try {
      this.#group.flush();
    } finally {
      clearTimeout(this.#timer);
      this.#group.leave(this.#writeEvents);
      this.#onEnd();
    }
  }

  readonly #writeEvents = (): void => {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#events.length === 0) return;
    const events = JSON.stringify(this.#events);
    this.#events = [];
    this.#database.statement(insertEvents).run(this.#run, events);
  };
}
