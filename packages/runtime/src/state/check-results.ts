import type { CheckedDataset, CheckOutcome, DatasetsChecked, TaskId, Verdict } from "@glacier-ts/core";
import { readJson } from "./read-json.js";
import type { StateDatabase } from "./state-database.js";

/** What a check has found in a run that is recorded. */
export interface RecordedCheck extends CheckOutcome {
  readonly runId: string;
  /** ISO 8601, UTC. */
  readonly checkedAt: string;
}

const insertCheck = `
  INSERT INTO check_results (run, task, name, severity, verdict, duration_ms, checked_at, cached_from)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?)`;
const insertDataset = "INSERT INTO checked_datasets VALUES (?, ?, ?)";

const select = (condition: string) => `
  SELECT check_results.*, runs.id AS run_id FROM check_results JOIN runs ON runs.number = run
  WHERE ${condition} ORDER BY check_results.number`;
const ofRun = select("runs.id = :id");
const newestOfDataset = select(`check_results.number IN (
  SELECT max(number) FROM checked_datasets JOIN check_results ON number = check_result
  WHERE dataset = :dataset GROUP BY task)`);
const datasetsOf = "SELECT dataset, version FROM checked_datasets WHERE check_result = ? ORDER BY dataset";

/** What checks have found, over all runs that are recorded. */
export class CheckResults {
  readonly #database: StateDatabase;

  /** @internal */
  constructor(database: StateDatabase) {
    this.#database = database;
  }

  /** To be called in a transaction. @param run its number in the database */
  insert(
    run: number,
    { task, check, severity, datasets, durationMs, cachedFrom, at, ...rest }: DatasetsChecked,
  ) {
    const { passed, message, failedRows, examples, validUntil } = rest;
    const verdict: Verdict = {
      passed,
      ...(message !== undefined && { message }),
      ...(failedRows !== undefined && { failedRows }),
      ...(examples && { examples }),
      ...(validUntil !== undefined && { validUntil }),
    };
    const { lastInsertRowid: number } = this.#database
      .statement(insertCheck)
      .run(run, task, check, severity, JSON.stringify(verdict), durationMs, at, cachedFrom ?? null);
    const insert = this.#database.statement(insertDataset);
    for (const { dataset, version = null } of datasets) insert.run(number, dataset, version);
  }

  /** In the order in which they were done. */
  ofRun(id: string): readonly RecordedCheck[] {
    return this.#select(ofRun, { id });
  }

  /** The newest result of each check that looks at a dataset. */
  ofDataset(dataset: string): readonly RecordedCheck[] {
    return this.#select(newestOfDataset, { dataset });
  }

  #select(sql: string, values: Readonly<Record<string, string>>): readonly RecordedCheck[] {
    return this.#database.use(() => {
      const rows = this.#database.statement(sql).all(values) as unknown as Row[];
      return rows.flatMap((row) => this.#read(row) ?? []);
    });
  }

  /** A result that was damaged is none. */
  #read(row: Row): RecordedCheck | undefined {
    const verdict = readJson<Verdict>(row.verdict);
    const datasets = this.#database.statement(datasetsOf).all(row.number) as unknown as DatasetRow[];
    return (
      verdict && {
        runId: row.run_id,
        checkedAt: row.checked_at,
        task: row.task,
        check: row.name,
        severity: row.severity,
        datasets: datasets.map(
          ({ dataset, version }): CheckedDataset => ({ dataset, ...(version !== null && { version }) }),
        ),
        ...verdict,
        durationMs: row.duration_ms,
        ...(row.cached_from !== null && { cachedFrom: row.cached_from }),
      }
    );
  }
}

interface Row {
  readonly number: number;
  readonly run_id: string;
  readonly task: TaskId;
  readonly name: string;
  readonly severity: CheckOutcome["severity"];
  readonly verdict: string;
  readonly duration_ms: number;
  readonly checked_at: string;
  readonly cached_from: string | null;
}

interface DatasetRow {
  readonly dataset: string;
  readonly version: string | null;
}
