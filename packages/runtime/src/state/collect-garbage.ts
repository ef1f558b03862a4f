import { TestFiles } from "../validation/test-files.js";
import { ArtifactFiles } from "./artifact-files.js";
import type { RunningRuns } from "./running-runs.js";
import type { StateDatabase } from "./state-database.js";

export interface GcOptions {
  /** What no run has made or used for so long is removed; by default nothing for its age only. */
  readonly maxAgeMs?: number;
  /** So many of the newest runs of each pipeline are kept; 10 by default. */
  readonly keepRuns?: number;
  /** Removes nothing, and tells what would be removed. */
  readonly isDryRun?: boolean;
}

export interface GcReport {
  readonly runs: number;
  readonly results: number;
  readonly artifacts: number;
  /** Of the artifacts. */
  readonly freedBytes: number;
  /** Runs that are going on, because of which more was kept. */
  readonly runningRuns: number;
}

/** What is kept, as tables that live for a transaction. */
const mark = {
  runs: `
    CREATE TEMP TABLE kept_runs AS
    SELECT number, id FROM (
      SELECT number, id, started_at, row_number() OVER (PARTITION BY pipeline_id ORDER BY number DESC) AS rank
      FROM runs)
    WHERE rank <= :keepRuns AND started_at >= :since OR id IN (SELECT value FROM json_each(:running))`,
  madeByKeptRuns: `
    CREATE TEMP TABLE kept_results AS
    SELECT number FROM results WHERE run_id IN (SELECT id FROM kept_runs)`,
  usedByKeptRuns: `
    INSERT INTO kept_results
    SELECT max(number) FROM results
    WHERE key IN (SELECT key FROM run_tasks JOIN kept_runs ON run = number) GROUP BY key`,
  /** What the next run may find current. */
  newestOfTasks: `
    INSERT INTO kept_results
    SELECT max(number) FROM results
    WHERE created_at >= :since OR key IN (
      SELECT key FROM run_tasks JOIN runs ON run = number WHERE started_at >= :since)
    GROUP BY pipeline_id, task`,
  /** What a run that is going on may find, or has found already. */
  newestOfKeys: "INSERT INTO kept_results SELECT max(number) FROM results GROUP BY task, key",
  end: "DROP TABLE IF EXISTS kept_results; DROP TABLE IF EXISTS kept_runs",
} as const;

const remove = {
  results: `
    DELETE FROM results WHERE number IN (
      SELECT number FROM results WHERE number NOT IN (SELECT number FROM kept_results) LIMIT ?)`,
  runs: `
    DELETE FROM runs WHERE number IN (
      SELECT number FROM runs WHERE number NOT IN (SELECT number FROM kept_runs) LIMIT ?)`,
  /** What a run has put and not committed yet, it has used after it began. */
  artifacts: `
    DELETE FROM artifacts WHERE rowid IN (
      SELECT rowid FROM artifacts
      WHERE hash NOT IN (SELECT artifact FROM dataset_versions WHERE artifact IS NOT NULL) AND used_at < ?
      LIMIT ?)
    RETURNING hash, size_bytes AS sizeBytes`,
} as const;

/** Rows that are removed in one transaction, so that runs do not wait for long. A run has many rows of its own. */
const batch = { results: 5000, runs: 5, artifacts: 5000 } as const;
const noLimit = -1;

/** Texts before and after every time. */
const earliest = "";
const latest = "9999";

/**
 * Removes what nothing needs. Needed are runs by age and number; results that such a run has made or used, and the newest
 * one of each task; and their artifacts. While a run is going on, whatever it may come to use is needed as well.
 *
 * @internal
 */
export function collectGarbage(
  database: StateDatabase,
  running: RunningRuns,
  { maxAgeMs, keepRuns = 10, isDryRun = false }: GcOptions,
): GcReport {
  const since = maxAgeMs === undefined ? earliest : new Date(Date.now() - maxAgeMs).toISOString();
  const sweep = new Sweep(database, running, since, keepRuns);
  if (isDryRun) {
    database.rehearse(() => {
      sweep.removeResults(noLimit);
      sweep.removeRuns(noLimit);
      sweep.removeArtifacts(noLimit);
    });
  } else {
    while (database.change(() => sweep.removeResults(batch.results)) === batch.results);
    while (database.change(() => sweep.removeRuns(batch.runs)) === batch.runs);
    while (database.change(() => sweep.removeArtifacts(batch.artifacts)) === batch.artifacts);
    database.use(() => {
      sweep.removeFiles();
      database.execute("PRAGMA incremental_vacuum");
    });
  }
  return sweep.report;
}

/** One collection. Each step is to be called in a transaction, and looks anew at what is needed. */
class Sweep {
  readonly report = { runs: 0, results: 0, artifacts: 0, freedBytes: 0, runningRuns: 0 };
  readonly #database: StateDatabase;
  readonly #running: RunningRuns;
  readonly #since: string;
  readonly #keepRuns: number;
  /** Hashes of artifacts, whose size was counted. */
  readonly #removed = new Set<string>();

  constructor(database: StateDatabase, running: RunningRuns, since: string, keepRuns: number) {
    this.#database = database;
    this.#running = running;
    this.#since = since;
    this.#keepRuns = keepRuns;
  }

  removeResults(limit: number): number {
    const isRunning = this.#markRuns().length > 0;
    this.#database.statement(mark.madeByKeptRuns).run();
    this.#database.statement(mark.usedByKeptRuns).run();
    this.#database.statement(mark.newestOfTasks).run({ since: this.#since });
    if (isRunning) this.#database.statement(mark.newestOfKeys).run();
    const removed = Number(this.#database.statement(remove.results).run(limit).changes);
    this.#database.execute(mark.end);
    this.report.results += removed;
    return removed;
  }

  removeRuns(limit: number): number {
    this.#markRuns();
    const removed = Number(this.#database.statement(remove.runs).run(limit).changes);
    this.#database.execute(mark.end);
    this.report.runs += removed;
    return removed;
  }

  removeArtifacts(limit: number): number {
    const usedBefore = this.#goingOn()[0]?.startedAt ?? latest;
    const removed = this.#database.statement(remove.artifacts).all(usedBefore, limit) as unknown as Removed[];
    for (const { hash, sizeBytes } of removed) {
      this.#removed.add(hash);
      this.report.freedBytes += sizeBytes;
    }
    this.report.artifacts += removed.length;
    return removed.length;
  }

  /**
   * Removes the files that the database does not know, also what killed processes have left. A file gets its name in the
   * transaction that tells of it, so in a transaction the two can be compared.
   */
  removeFiles(): void {
    const files = new ArtifactFiles(this.#database.folder);
    const select = this.#database.statement("SELECT 1 FROM artifacts WHERE hash = ?");
    const isUnknown = ({ hash }: Removed) => select.get(hash) === undefined;
    // A run begins in a transaction, so in this one none does.
    this.#database.change(() => {
      this.#running.removeLeft();
      if (this.#goingOn().length > 0) return;
      this.report.freedBytes += files.removeAside();
      new TestFiles(this.#database.folder).clear();
    });
    for (const listed of files.list()) {
      const unknown = listed.filter(isUnknown);
      if (unknown.length === 0) continue;
      this.#database.change(() => {
        for (const file of unknown.filter(isUnknown)) {
          files.remove(file.hash);
          if (!this.#removed.has(file.hash)) this.report.freedBytes += file.sizeBytes;
        }
      });
    }
  }

  /** @returns the runs that are going on */
  #markRuns(): readonly RunningRun[] {
    const goingOn = this.#goingOn();
    this.report.runningRuns = Math.max(this.report.runningRuns, goingOn.length);
    const running = JSON.stringify(goingOn.map(({ id }) => id));
    this.#database.statement(mark.runs).run({ keepRuns: this.#keepRuns, since: this.#since, running });
    return goingOn;
  }

  /** The one that began first comes first. */
  #goingOn(): readonly RunningRun[] {
    const sql = "SELECT id, started_at AS startedAt FROM runs WHERE status = 'running' ORDER BY started_at";
    const rows = this.#database.statement(sql).all() as unknown as RunningRun[];
    return rows.filter(({ id }) => this.#running.isRunning(id));
  }
}

interface Removed {
  readonly hash: string;
  readonly sizeBytes: number;
}

interface RunningRun {
  readonly id: string;
  readonly startedAt: string;
}
