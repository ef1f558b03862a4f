import { Semaphore } from "./semaphore.js";
import type { RemoteCall } from "./task-runner.js";

/** A call that was started. */
export interface StartedCall {
  /** Settles as `TaskRunner.run` does. */
  readonly result: Promise<unknown>;
  /** Resolves when the call's thread is free, or its process gone. Never rejects. */
  readonly ended: Promise<void>;
}

/**
 * Starts so many calls at once; others wait. A call whose result is there does not count, although a stream that it
 * returned may live on: the stream's reader may be waiting for its turn.
 */
export class CallQueue {
  readonly #start: (call: RemoteCall, stop: AbortController) => StartedCall;
  readonly #slots: Semaphore;
  /** By what stops it: what is waiting, running or streaming. */
  readonly #live = new Map<AbortController, Promise<void>>();
  #isClosed = false;

  /** @param start begins a call, and ends its thread or process when `stop` is aborted: it then rejects with the reason */
  constructor(maxCalls: number, start: (call: RemoteCall, stop: AbortController) => StartedCall) {
    this.#slots = new Semaphore(maxCalls);
    this.#start = start;
  }

  async run(call: RemoteCall): Promise<unknown> {
    if (this.#isClosed) throw closedError();
    const stop = new AbortController();
    const kill = () => stop.abort(call.kill.reason);
    if (call.kill.aborted) kill();
    else call.kill.addEventListener("abort", kill, { once: true });
    const forget = () => {
      call.kill.removeEventListener("abort", kill);
      this.#live.delete(stop);
    };

    this.#live.set(stop, Promise.resolve());
    try {
      await this.#slots.take(stop.signal);
    } catch (error) {
      forget();
      throw error;
    }
    let ended = Promise.resolve();
    try {
      const started = this.#start(call, stop);
      ended = started.ended;
      this.#live.set(stop, ended);
      return await started.result;
    } finally {
      this.#slots.release();
      void ended.then(forget);
    }
  }

  /** Stops every call. Resolves when all have ended. */
  async close(): Promise<void> {
    this.#isClosed = true;
    const live = [...this.#live];
    for (const [stop] of live) stop.abort(closedError());
    await Promise.all(live.map(([, ended]) => ended));
  }
}

function closedError(): Error {
  return new DOMException("The runner was closed", "AbortError");
}
