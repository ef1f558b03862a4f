import { type Database, inTransaction } from "./sqlite.js";

/** `GLAC`: what SQLite keeps in a file's header to tell whose it is. */
export const applicationId = 0x474c4143;

/**
 * What each version adds to the one before. A migration that was released is never changed.
 *
 * Results are found by task: tasks that run one after another are neighbours there, so that a group of results changes few
 * pages. In an index by key, a hash, each would be on a page of its own. Results outlive the record of their run, so they
 * name it and do not refer to it.
 */
const migrations: readonly string[] = [
  `
  CREATE TABLE runs (
    number INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    pipeline TEXT NOT NULL,
    pipeline_id TEXT NOT NULL,
    params TEXT NOT NULL,
    selected TEXT,
    resumed_from TEXT,
    status TEXT NOT NULL,
    started_at TEXT NOT NULL,
    finished_at TEXT
  ) STRICT;
  CREATE INDEX running_runs ON runs (number) WHERE status = 'running';

  CREATE TABLE run_tasks (
    run INTEGER NOT NULL REFERENCES runs ON DELETE CASCADE,
    position INTEGER NOT NULL,
    task TEXT NOT NULL,
    status TEXT NOT NULL,
    attempts INTEGER NOT NULL,
    duration_ms REAL NOT NULL,
    finished_at TEXT NOT NULL,
    key TEXT,
    cached_from TEXT,
    PRIMARY KEY (run, position)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE event_batches (
    number INTEGER PRIMARY KEY,
    run INTEGER NOT NULL REFERENCES runs ON DELETE CASCADE,
    events TEXT NOT NULL
  ) STRICT;
  CREATE INDEX event_batches_of_run ON event_batches (run);

  CREATE TABLE results (
    number INTEGER PRIMARY KEY,
    key TEXT NOT NULL,
    pipeline_id TEXT NOT NULL,
    task TEXT NOT NULL,
    run_id TEXT NOT NULL,
    created_at TEXT NOT NULL,
    duration_ms REAL NOT NULL,
    parts TEXT NOT NULL
  ) STRICT;
  CREATE INDEX results_of_task ON results (task, pipeline_id, substr(key, 1, 12));

  CREATE TABLE dataset_versions (
    result INTEGER NOT NULL REFERENCES results ON DELETE CASCADE,
    position INTEGER NOT NULL,
    dataset TEXT NOT NULL,
    path TEXT NOT NULL,
    version TEXT,
    artifact TEXT,
    place TEXT,
    rows INTEGER,
    size_bytes INTEGER,
    schema TEXT,
    PRIMARY KEY (result, position)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE artifacts (
    hash TEXT NOT NULL UNIQUE,
    size_bytes INTEGER NOT NULL,
    bytes BLOB,
    used_at TEXT NOT NULL
  ) STRICT;

  CREATE TABLE objects (
    place TEXT PRIMARY KEY,
    mark TEXT NOT NULL,
    version TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;
  `,
  `
  ALTER TABLE results ADD COLUMN verdict TEXT;

  CREATE TABLE check_results (
    number INTEGER PRIMARY KEY,
    run INTEGER NOT NULL REFERENCES runs ON DELETE CASCADE,
    task TEXT NOT NULL,
    name TEXT NOT NULL,
    severity TEXT NOT NULL,
    verdict TEXT NOT NULL,
    duration_ms REAL NOT NULL,
    checked_at TEXT NOT NULL,
    cached_from TEXT
  ) STRICT;
  CREATE INDEX check_results_of_run ON check_results (run);

  CREATE TABLE checked_datasets (
    check_result INTEGER NOT NULL REFERENCES check_results ON DELETE CASCADE,
    dataset TEXT NOT NULL,
    version TEXT,
    PRIMARY KEY (check_result, dataset)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX checks_of_dataset ON checked_datasets (dataset);
  `,
];

/** The version that this Glacier writes. */
export const latestVersion = migrations.length;

export function versionOf(database: Database): number {
  return Number(database.prepare("PRAGMA user_version").get()?.user_version);
}

/** Brings a database to the latest version, each step in a transaction of its own. Several processes may try at once. */
export function migrate(database: Database): void {
  for (const [index, migration] of migrations.entries()) {
    const version = index + 1;
    if (versionOf(database) >= version) continue;
    inTransaction(database, () => {
      // Another process may have been faster.
      if (versionOf(database) < version) database.exec(`${migration}; PRAGMA user_version = ${version}`);
    });
  }
}
