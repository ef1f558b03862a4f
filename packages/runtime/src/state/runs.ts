import type { JsonObject, RunEvent, RunStatus, TaskStatus } from "@glacier-ts/core";
import { readJson } from "./read-json.js";
import type { RunningRuns } from "./running-runs.js";
import type { StateDatabase } from "./state-database.js";

/** `interrupted`: its process ended before the run did. */
export type RecordedStatus = RunStatus | "running" | "interrupted";

export interface RunSummary {
  readonly id: string;
  /** The pipeline's name. */
  readonly pipeline: string;
  readonly pipelineId: string;
  readonly status: RecordedStatus;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  /** Absent while it is running, and where it was interrupted. */
  readonly finishedAt?: string;
  readonly resumedFrom?: string;
  /** How many of its tasks have come to what. */
  readonly counts: Readonly<Partial<Record<TaskStatus, number>>>;
}

export interface RunRecord extends RunSummary {
  readonly params: JsonObject;
  /** The tasks that were asked for; absent for all. */
  readonly selected?: readonly string[];
  /** In the order in which they finished. */
  readonly tasks: readonly RecordedTask[];
}

export interface RecordedTask {
  readonly id: string;
  readonly status: TaskStatus;
  readonly attempts: number;
  readonly durationMs: number;
  /** ISO 8601, UTC. */
  readonly finishedAt: string;
  /** Of the result that it made or used. */
  readonly key?: string;
  /** The run that made the result. */
  readonly cachedFrom?: string;
}

/** What a run is begun with. */
export interface NewRun {
  readonly runId: string;
  /** The pipeline's name. */
  readonly pipeline: string;
  readonly pipelineId: string;
  /** Run parameters. Secrets are none, and never come here. */
  readonly params: JsonObject;
  /** The tasks that were asked for; all by default. */
  readonly selected?: readonly string[];
  /** The run that this one goes on with. */
  readonly resumedFrom?: string;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
}

const insertRun = `
  INSERT INTO runs (id, pipeline, pipeline_id, params, selected, resumed_from, started_at, status)
  VALUES (?, ?, ?, ?, ?, ?, ?, 'running')`;

const selectRuns = (condition: string) => `
  SELECT *, (SELECT json_group_object(status, amount) FROM (
    SELECT status, count(*) AS amount FROM run_tasks WHERE run = runs.number GROUP BY status)) AS counts
  FROM runs ${condition}`;
const newest = selectRuns("ORDER BY number DESC LIMIT :limit");
const byId = selectRuns("WHERE id = :id");
// Two are enough to see that a prefix does not tell which.
const byPrefix = selectRuns("WHERE substr(id, 1, length(:id)) = :id LIMIT 2");

const nextEvents = `
  SELECT number, events FROM event_batches
  WHERE run = (SELECT number FROM runs WHERE id = ?) AND number > ? ORDER BY number LIMIT 1`;

export class Runs {
  readonly #database: StateDatabase;
  readonly #running: RunningRuns;

  /** @internal */
  constructor(database: StateDatabase, running: RunningRuns) {
    this.#database = database;
    this.#running = running;
  }

  /** Begins a run. @returns its number in the database */
  insert(run: NewRun): number {
    const { runId, pipeline, pipelineId, params, selected, resumedFrom = null, startedAt } = run;
    const chosen = selected ? JSON.stringify(selected) : null;
    const inserted = this.#database.change(() => {
      this.#running.begin(runId);
      return this.#database
        .statement(insertRun)
        .run(runId, pipeline, pipelineId, JSON.stringify(params), chosen, resumedFrom, startedAt);
    });
    return Number(inserted.lastInsertRowid);
  }

  /** Newest first. */
  list(limit: number): readonly RunSummary[] {
    return this.#select(newest, { limit }).map((row) => this.#summarise(row));
  }

  /** @param id a run's id or the beginning of only one, or `last` */
  find(id: string): RunRecord | undefined {
    const [exact] = id === "last" ? this.#select(newest, { limit: 1 }) : this.#select(byId, { id });
    const found = exact ? [exact] : this.#select(byPrefix, { id });
    const row = found.length === 1 ? found[0] : undefined;
    if (!row) return undefined;
    const params = readJson<JsonObject>(row.params);
    const selected = readJson<string[] | null>(row.selected ?? "null");
    if (params === undefined || selected === undefined) return undefined;
    return {
      ...this.#summarise(row),
      params,
      ...(selected && { selected }),
      tasks: this.#tasks(row.number),
    };
  }

  *events(runId: string): Generator<RunEvent, void> {
    const select = this.#database.statement(nextEvents);
    for (let last = 0; ; ) {
      const batch = this.#database.use(() => select.get(runId, last));
      if (!batch) return;
      yield* readJson<RunEvent[]>(batch.events as string) ?? [];
      last = batch.number as number;
    }
  }

  #tasks(run: number): readonly RecordedTask[] {
    const sql = "SELECT * FROM run_tasks WHERE run = ? ORDER BY position";
    const rows = this.#database.use(() => this.#database.statement(sql).all(run) as unknown as TaskRow[]);
    return rows.map((row) => ({
      id: row.task,
      status: row.status,
      attempts: row.attempts,
      durationMs: row.duration_ms,
      finishedAt: row.finished_at,
      ...(row.key !== null && { key: row.key }),
      ...(row.cached_from !== null && { cachedFrom: row.cached_from }),
    }));
  }

  #summarise(row: RunRow): RunSummary {
    const isInterrupted =
      row.status === "running" && this.#database.use(() => !this.#running.isRunning(row.id));
    return {
      id: row.id,
      pipeline: row.pipeline,
      pipelineId: row.pipeline_id,
      status: isInterrupted ? "interrupted" : row.status,
      startedAt: row.started_at,
      ...(row.finished_at !== null && { finishedAt: row.finished_at }),
      ...(row.resumed_from !== null && { resumedFrom: row.resumed_from }),
      counts: JSON.parse(row.counts),
    };
  }

  #select(sql: string, values: Readonly<Record<string, string | number>>): readonly RunRow[] {
    return this.#database.use(() => this.#database.statement(sql).all(values) as unknown as RunRow[]);
  }
}

interface RunRow {
  readonly number: number;
  readonly id: string;
  readonly pipeline: string;
  readonly pipeline_id: string;
  readonly params: string;
  readonly selected: string | null;
  readonly resumed_from: string | null;
  readonly status: RecordedStatus;
  readonly started_at: string;
  readonly finished_at: string | null;
  readonly counts: string;
}

interface TaskRow {
  readonly task: string;
  readonly status: TaskStatus;
  readonly attempts: number;
  readonly duration_ms: number;
  readonly finished_at: string;
  readonly key: string | null;
  readonly cached_from: string | null;
}
