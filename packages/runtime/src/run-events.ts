import type { RunEvent } from "@glacier-ts/core";

/** An event as the executor makes it: the run and the time are added. */
export type RunEventDetails = RunEvent extends infer Event
  ? Event extends RunEvent
    ? Omit<Event, "runId" | "at">
    : never
  : never;

/**
 * Hands the events of one run to its listener. A run without a listener has no `RunEvents`, so that
 * `events?.emit({ … })` makes no object then.
 */
export class RunEvents {
  readonly #runId: string;
  readonly #listener: (event: RunEvent) => void;
  #hasThrown = false;
  #isClosed = false;

  constructor(runId: string, listener: (event: RunEvent) => void) {
    this.#runId = runId;
    this.#listener = listener;
  }

  /** A listener that throws breaks its promise, but not the run: Node prints a warning, once a run. */
  emit(details: RunEventDetails): void {
    if (this.#isClosed) return;
    const at = new Date().toISOString();
    try {
      this.#listener({ ...details, runId: this.#runId, at } as RunEvent);
    } catch (error) {
      if (!this.#hasThrown)
        process.emitWarning(`A listener of run events threw: ${String(error)}`, "GlacierWarning");
      this.#hasThrown = true;
    }
  }

  /** From now on nothing is reported: what a task that was given up still says comes too late. */
  close(): void {
    this.#isClosed = true;
  }
}
