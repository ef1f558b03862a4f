import { existsSync, mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { ProcessLock } from "./process-lock.js";
import type { Database } from "./sqlite.js";

/** Whoever runs a run holds a lock of its own for as long as it is running. */
export class RunningRuns {
  readonly #folder: string;
  /** Of this process, by run. */
  readonly #locks = new Map<string, ProcessLock>();

  /** @param folder of the state */
  constructor(folder: string) {
    this.#folder = join(folder, "running");
  }

  /** To be called in the transaction that tells of the run. */
  begin(runId: string): void {
    mkdirSync(this.#folder, { recursive: true });
    this.#locks.set(runId, ProcessLock.take(this.#lockOf(runId), 0));
  }

  end(runId: string): void {
    this.#locks.get(runId)?.release();
    this.#locks.delete(runId);
  }

  endAll(): void {
    for (const runId of this.#locks.keys()) this.end(runId);
  }

  /** Removes what killed processes have left. To be called in a transaction, where no run begins. */
  removeLeft(): void {
    if (!existsSync(this.#folder)) return;
    const locks = new Set(
      readdirSync(this.#folder).map((name) => join(this.#folder, name.replace(/-journal$/, ""))),
    );
    for (const lock of locks) if (!ProcessLock.isHeld(lock)) ProcessLock.removeLeft(lock);
  }

  isRunning(runId: string): boolean {
    return ProcessLock.isHeld(this.#lockOf(runId));
  }

  /** Runs that were begun and never finished, and whose process is gone. */
  interrupted(database: Database): readonly string[] {
    const runs = database.prepare("SELECT id FROM runs WHERE status = 'running'").all() as { id: string }[];
    return runs.map(({ id }) => id).filter((id) => !this.isRunning(id));
  }

  markInterrupted(database: Database, runIds: readonly string[]): void {
    const mark = database.prepare(
      "UPDATE runs SET status = 'interrupted' WHERE id = ? AND status = 'running'",
    );
    for (const id of runIds) {
      mark.run(id);
      ProcessLock.removeLeft(this.#lockOf(id));
    }
  }

  #lockOf(runId: string): string {
    return join(this.#folder, encodeURIComponent(runId));
  }
}
