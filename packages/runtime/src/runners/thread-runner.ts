import { CallQueue, type StartedCall } from "./call-queue.js";
import type { RemoteCall, TaskRunner } from "./task-runner.js";
import { ThreadPool } from "./thread-pool.js";

/**
 * Calls functions on worker threads, which are used again: a module is imported once in each thread.
 *
 * It does not limit a call's memory. Node has such limits for threads, but an array that grows past one of them ends the
 * whole process (https://github.com/nodejs/node/issues/47224), and so does a thread that needs more than the process
 * may have. `ProcessRunner` has limits that hold.
 *
 * Large buffers that a function returns are moved to the caller. A function that keeps such a buffer for the next call
 * finds it empty, unless it calls `markAsUntransferable(buffer)` of `node:worker_threads`.
 */
export class ThreadRunner implements TaskRunner {
  readonly #maxThreads: number;
  readonly #queue: CallQueue;
  readonly #pools: ThreadPool[] = [];

  /** @param options.maxThreads functions that run at once; each stream that is not read to its end takes one thread more */
  constructor(options: { readonly maxThreads: number }) {
    const { maxThreads } = options;
    if (!Number.isInteger(maxThreads) || maxThreads < 1)
      throw new RangeError(`Option 'maxThreads' is ${maxThreads}, expected a whole number from 1`);
    this.#maxThreads = maxThreads;
    this.#queue = new CallQueue(maxThreads, (call, stop) => this.#start(call, stop));
  }

  run(call: RemoteCall): Promise<unknown> {
    return this.#queue.run(call);
  }

  async close(): Promise<void> {
    await this.#queue.close();
    await Promise.all(this.#pools.map((pool) => pool.close()));
  }

  /** There is one pool, and others only while streams occupy all of its threads. */
  #start(call: RemoteCall, stop: AbortController): StartedCall {
    let pool = this.#pools.find((one) => one.hasRoom);
    if (!pool) {
      pool = new ThreadPool(this.#maxThreads);
      this.#pools.push(pool);
    }
    return pool.start(call, stop);
  }
}
