import type { Attempt } from "./attempt.js";

/** The attempts of a run that have to hear when it is stopped. */
export class LiveAttempts {
  /** Those that end with the run's time, whatever their functions do; undefined where the run has as much as it needs. */
  readonly #limited: Set<Attempt> | undefined;
  /** Those whose function has a signal. */
  readonly #listening = new Set<Attempt>();

  /** @param isLimited whether the run's time is limited */
  constructor(isLimited: boolean) {
    this.#limited = isLimited ? new Set() : undefined;
  }

  begin(attempt: Attempt): void {
    if (attempt.task.manifest.context !== undefined) this.#listening.add(attempt);
    this.#limited?.add(attempt);
  }

  end(attempt: Attempt): void {
    this.#limited?.delete(attempt);
    // A stream that the task has returned goes on and may still listen.
    if (!attempt.task.streams) this.#listening.delete(attempt);
  }

  abort(reason: unknown): void {
    for (const attempt of this.#listening) attempt.abort(reason);
  }

  giveUp(reason: unknown): void {
    for (const attempt of [...(this.#limited ?? [])]) attempt.giveUp(reason);
  }
}
