import type { JsonObject, Verdict } from "@glacier-ts/core";
import { readJson } from "./read-json.js";
import type { StateDatabase } from "./state-database.js";

/** What a task has produced, and of what. */
export interface StoredResult {
  /** The same for the same work: a hash of `parts`. */
  readonly key: string;
  readonly runId: string;
  readonly task: string;
  readonly pipelineId: string;
  /** ISO 8601, UTC. */
  readonly createdAt: string;
  /** What the key was made of, by name. */
  readonly parts: JsonObject;
  readonly outputs: readonly StoredOutput[];
  readonly durationMs: number;
  /** What a check has found. */
  readonly verdict?: Verdict;
}

export interface StoredOutput {
  readonly dataset: string;
  /** Where it is in the returned value; `""` for the value itself. */
  readonly path: string;
  /** The same for the same content; null where the task produced nothing. */
  readonly version: string | null;
  /** Hash of the artifact that holds the value. */
  readonly artifact?: string;
  /** Where it is in the dataset's own storage. */
  readonly place?: string;
  readonly rows?: number;
  readonly sizeBytes?: number;
  /** Hash of the payload's schema. */
  readonly schema?: string;
}

/** What is kept of one task, over all runs and pipelines that have it. */
export interface CachedTask {
  readonly pipelineId: string;
  readonly task: string;
  readonly results: number;
  /** Of the artifacts that they need. */
  readonly sizeBytes: number;
  readonly newestRunId: string;
  /** ISO 8601, UTC. */
  readonly newestAt: string;
}

const insertResult = `
  INSERT INTO results (key, pipeline_id, task, run_id, created_at, duration_ms, parts, verdict)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?)`;
const insertOutput = "INSERT INTO dataset_versions VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";

const selectResults = (condition: string) => `
  SELECT * FROM results LEFT JOIN dataset_versions ON result = number WHERE number ${condition}
  ORDER BY number, position`;
const byKey = selectResults(`
  = (SELECT max(number) FROM results WHERE task = :task AND substr(key, 1, 12) = substr(:key, 1, 12) AND key = :key)`);
const lastOfTask = selectResults(
  "= (SELECT max(number) FROM results WHERE task = :task AND pipeline_id = :pipelineId)",
);
const lastOfPipeline = selectResults(
  "IN (SELECT max(number) FROM results WHERE pipeline_id = :pipelineId GROUP BY task)",
);

const cachedTasks = `
  SELECT pipeline_id AS pipelineId, task, count(DISTINCT number) AS results,
    (SELECT coalesce(sum(artifacts.size_bytes), 0) FROM artifacts WHERE hash IN (
      SELECT artifact FROM results AS own JOIN dataset_versions ON result = own.number
      WHERE own.pipeline_id = results.pipeline_id AND own.task = results.task)) AS sizeBytes,
    max(number) AS newest
  FROM results GROUP BY pipeline_id, task ORDER BY pipeline_id, task`;

export class Results {
  readonly #database: StateDatabase;

  /** @internal */
  constructor(database: StateDatabase) {
    this.#database = database;
  }

  /** To be called in a transaction. */
  insert(result: StoredResult): void {
    const { key, pipelineId, task, runId, createdAt, durationMs, parts, outputs } = result;
    const verdict = result.verdict ? JSON.stringify(result.verdict) : null;
    const { lastInsertRowid: number } = this.#database
      .statement(insertResult)
      .run(key, pipelineId, task, runId, createdAt, durationMs, JSON.stringify(parts), verdict);
    const insert = this.#database.statement(insertOutput);
    for (const [position, output] of outputs.entries()) {
      const { dataset, path, version, artifact = null, place = null, schema = null } = output;
      const { rows = null, sizeBytes = null } = output;
      insert.run(number, position, dataset, path, version, artifact, place, rows, sizeBytes, schema);
    }
  }

  byKey(task: string, key: string): StoredResult | undefined {
    return this.#select(byKey, { task, key })[0];
  }

  lastOfTask(task: string, pipelineId: string): StoredResult | undefined {
    return this.#select(lastOfTask, { task, pipelineId })[0];
  }

  lastOfPipeline(pipelineId: string): readonly StoredResult[] {
    return this.#select(lastOfPipeline, { pipelineId });
  }

  tasks(): readonly CachedTask[] {
    const newest = this.#database.statement("SELECT run_id, created_at FROM results WHERE number = ?");
    return this.#database.use(() =>
      this.#database
        .statement(cachedTasks)
        .all()
        .map(({ newest: number, ...task }) => {
          const { run_id: newestRunId, created_at: newestAt } = newest.get(number as number) ?? {};
          return { ...task, newestRunId, newestAt } as unknown as CachedTask;
        }),
    );
  }

  #select(sql: string, values: Readonly<Record<string, string>>): readonly StoredResult[] {
    return this.#database.use(() =>
      readResults(this.#database.statement(sql).all(values) as unknown as Row[]),
    );
  }
}

/** A result with one of its outputs, or with none: `dataset` is null then. */
interface Row extends OutputRow {
  readonly number: number;
  readonly key: string;
  readonly pipeline_id: string;
  readonly task: string;
  readonly run_id: string;
  readonly created_at: string;
  readonly duration_ms: number;
  readonly parts: string;
  readonly verdict: string | null;
  readonly dataset: string | null;
}

interface OutputRow {
  readonly path: string;
  readonly version: string | null;
  readonly artifact: string | null;
  readonly place: string | null;
  readonly rows: number | null;
  readonly size_bytes: number | null;
  readonly schema: string | null;
}

/**
 * A result that was damaged is none.
 * @param rows those of a result one after another
 */
function readResults(rows: readonly Row[]): readonly StoredResult[] {
  const results: StoredResult[] = [];
  let outputs: StoredOutput[] = [];
  let last: number | undefined;
  for (const row of rows) {
    if (row.number !== last) {
      last = row.number;
      outputs = [];
      const result = readResult(row, outputs);
      if (result) results.push(result);
    }
    if (row.dataset !== null) outputs.push(readOutput(row, row.dataset));
  }
  return results;
}

function readResult(row: Row, outputs: readonly StoredOutput[]): StoredResult | undefined {
  const parts = readJson<JsonObject>(row.parts);
  const verdict = row.verdict === null ? undefined : readJson<Verdict>(row.verdict);
  return (
    parts && {
      key: row.key,
      runId: row.run_id,
      task: row.task,
      pipelineId: row.pipeline_id,
      createdAt: row.created_at,
      parts,
      outputs,
      durationMs: row.duration_ms,
      ...(verdict && { verdict }),
    }
  );
}

export function readOutput(row: OutputRow, dataset: string): StoredOutput {
  return {
    dataset,
    path: row.path,
    version: row.version,
    ...(row.artifact !== null && { artifact: row.artifact }),
    ...(row.place !== null && { place: row.place }),
    ...(row.rows !== null && { rows: row.rows }),
    ...(row.size_bytes !== null && { sizeBytes: row.size_bytes }),
    ...(row.schema !== null && { schema: row.schema }),
  };
}
