import { readOutput, type StoredOutput } from "./results.js";
import type { StateDatabase } from "./state-database.js";

/** A dataset as a task has produced it once. */
export interface Materialization extends StoredOutput {
  readonly task: string;
  readonly pipelineId: string;
  readonly runId: string;
  /** ISO 8601, UTC. */
  readonly createdAt: string;
}

const select = (condition: string) => `
  SELECT dataset_versions.*, task, pipeline_id AS pipelineId, run_id AS runId, created_at AS createdAt
  FROM dataset_versions JOIN results ON results.number = result ${condition}`;
const ofDataset = select("WHERE dataset = :dataset ORDER BY result DESC LIMIT :limit");
const latest = select(`
  WHERE (dataset, result) IN (SELECT dataset, max(result) FROM dataset_versions GROUP BY dataset) ORDER BY dataset`);

type Row = Parameters<typeof readOutput>[0] & Omit<Materialization, keyof StoredOutput>;

/** What became of datasets, over all runs whose results are kept. */
export class Materializations {
  readonly #database: StateDatabase;

  /** @internal */
  constructor(database: StateDatabase) {
    this.#database = database;
  }

  /** Newest first. */
  ofDataset(dataset: string, limit: number): readonly Materialization[] {
    return this.#select(ofDataset, { dataset, limit });
  }

  /** The newest of each dataset, by name. */
  latest(): readonly Materialization[] {
    return this.#select(latest, {});
  }

  #select(sql: string, values: Readonly<Record<string, string | number>>): readonly Materialization[] {
    return this.#database.use(() => {
      const rows = this.#database.statement(sql).all(values) as unknown as (Row & { dataset: string })[];
      return rows.map((row) => ({
        ...readOutput(row, row.dataset),
        task: row.task,
        pipelineId: row.pipelineId,
        runId: row.runId,
        createdAt: row.createdAt,
      }));
    });
  }
}
