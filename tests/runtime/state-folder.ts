/** State in a temporary folder, and short ways to fill it. */
import { mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { type RunEvent, taskId } from "@glacier-ts/core";
import { type NewRun, State, type StoredOutput, type StoredResult } from "@glacier-ts/runtime/state";
import { onTestFinished } from "vitest";

export const pipelineId = "src/pipeline.ts#analytics";

/** A folder `.glacier` that is not there yet; removed after the test. */
export function stateFolder(): string {
  const parent = mkdtempSync(join(realpathSync(tmpdir()), "glacier-state-"));
  onTestFinished(() => rmSync(parent, { recursive: true, force: true }));
  return join(parent, ".glacier");
}

/** @throws where it cannot be opened, or only with warnings */
export function openState(folder: string): State {
  const opened = State.open(folder);
  if (!opened.ok) throw new Error(opened.failure.message);
  const { state, warnings } = opened.value;
  onTestFinished(() => state.close());
  if (warnings.length > 0) throw new Error(warnings.map((warning) => warning.message).join("\n"));
  return state;
}

/** The database as any program sees it. */
export function rawDatabase(folder: string): DatabaseSync {
  const database = new DatabaseSync(join(folder, "state.db"));
  onTestFinished(() => {
    if (database.isOpen) database.close();
  });
  return database;
}

const start = Date.UTC(2026, 10, 20);

/** So many days after the 20th of November. */
export const day = (days: number) => new Date(start + days * 86_400_000).toISOString();

export function newRun(runId: string, changes: Partial<NewRun> = {}): NewRun {
  return { runId, pipeline: "analytics", pipelineId, params: {}, startedAt: day(0), ...changes };
}

export function makeResult(
  runId: string,
  task: string,
  key: string,
  changes: Partial<StoredResult> = {},
): StoredResult {
  const outputs: StoredOutput[] = [{ dataset: "users", path: "", version: `v-${key}` }];
  return {
    key,
    runId,
    task,
    pipelineId,
    createdAt: day(0),
    parts: { code: key },
    outputs,
    durationMs: 2,
    ...changes,
  };
}

export const logged = (runId: string, message: string): RunEvent => ({
  type: "task-logged",
  runId,
  at: day(0),
  task: taskId("src/tasks.ts#clean"),
  level: "info",
  message,
});
