/** How long tasks may be started one after another before timers, I/O and signals get their turn. */
const turnMs = 10;

/** Keeps a long row of tasks that never wait from blocking the event loop. */
export class Turns {
  readonly #onNext: () => void;
  #endsAt: number | undefined;

  /** @param onNext called when another turn begins */
  constructor(onNext: () => void) {
    this.#onNext = onNext;
  }

  /** To be asked before each task; the first one begins a turn. */
  isOver(): boolean {
    const now = performance.now();
    if (this.#endsAt !== undefined) return now >= this.#endsAt;
    this.#endsAt = now + turnMs;
    setImmediate(() => {
      this.#endsAt = undefined;
      this.#onNext();
    });
    return false;
  }
}
