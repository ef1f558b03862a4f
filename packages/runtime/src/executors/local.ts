import { randomUUID } from "node:crypto";
import { availableParallelism } from "node:os";
import type { ComputeKind, Executor, RunOutcome, RunRequest } from "@glacier-ts/core";
import { InjectedValues } from "../injected-values.js";
import { type LocalState, recordRun } from "../memory/local-state.js";
import { planOf } from "../plan.js";
import { Run, type RunSettings } from "../run.js";
import type { DatasetAccess } from "../stored-datasets.js";

export interface LocalExecutorOptions {
  /** Tasks that may run at once in a run; by default as many as the machine has processors. */
  readonly concurrency?: number;
  /** The same for each kind of compute, within `concurrency`; a task without `compute` counts as `local`. */
  readonly concurrencyOf?: Readonly<Partial<Record<ComputeKind, number>>>;
  /**
   * The wait before a task's first retry; it doubles with each further one, up to a minute, and is shortened by up to a
   * half at random, so that tasks that failed together do not come back together. 1000 by default.
   */
  readonly retryDelayMs?: number;
  /** How long a function may go on after its timeout before it is given up. 1000 by default. */
  readonly graceMs?: number;
  /** How long each resource may take to be closed before it is given up. 10000 by default. */
  readonly closeTimeoutMs?: number;
  /**
   * Whether each call of a task gets a process of its own. By default a task that asks for a container, a serverless
   * function or `workers` gets a thread, within its `memory`, and all others run in this process. A task that takes a
   * resource always does.
   */
  readonly isolate?: boolean;
  /** Whether what tasks return is checked against the types that they declare. False by default: the compiler has. */
  readonly validates?: boolean;
  /** Keeps what runs and tasks have come to, and uses results that are current again; without it, every task runs. */
  readonly state?: LocalState;
  /** Reads and writes the datasets that have a storage; by default at the place that their storage describes. */
  readonly storage?: DatasetAccess;
}

/**
 * Runs the tasks of a graph in this process: no server, no configuration.
 *
 * A run stops at its first failure or when its signal is aborted: no attempt is begun any more, tasks that are running
 * are waited for, and all others are cancelled. The one exception is a function that goes on after its timeout, see
 * `Attempt`.
 *
 * Values are passed by reference. A stream with one reader is what the task returned; one with several readers, or whose
 * reader has retries, is shared, see `SharedStream`. A task can read a stream once.
 */
export class LocalExecutor implements Executor {
  readonly name = "local";
  readonly #settings: Omit<RunSettings, "runId" | "memory">;
  readonly #state: LocalState | undefined;

  /** @throws RangeError for an option that is no number of its kind */
  constructor(options: LocalExecutorOptions = {}) {
    const { concurrency = availableParallelism(), concurrencyOf = {} } = options;
    const { retryDelayMs = 1000, graceMs = 1000, validates = false, isolate = false, storage } = options;
    const { closeTimeoutMs = 10_000 } = options;
    for (const amount of [concurrency, ...Object.values(concurrencyOf)]) {
      if (!(amount >= 1) || Math.floor(amount) !== amount)
        throw new RangeError(`concurrency is ${amount}, expected a whole number from 1`);
    }
    if (!(retryDelayMs >= 0)) throw new RangeError(`retryDelayMs is ${retryDelayMs}, expected 0 or more`);
    if (!(graceMs >= 0)) throw new RangeError(`graceMs is ${graceMs}, expected 0 or more`);
    if (!(closeTimeoutMs >= 0))
      throw new RangeError(`closeTimeoutMs is ${closeTimeoutMs}, expected 0 or more`);
    this.#state = options.state;
    this.#settings = {
      concurrency: { total: concurrency, byKind: concurrencyOf },
      retryDelayMs,
      graceMs,
      closeTimeoutMs,
      validates,
      isolate,
      ...(storage && { storage }),
    };
  }

  async execute(request: RunRequest): Promise<RunOutcome> {
    const read = InjectedValues.read(request);
    const injected = read instanceof InjectedValues ? read : await read;
    const state = this.#state;
    const settings: RunSettings = {
      ...this.#settings,
      runId: randomUUID(),
      ...(state && { tests: state.state.tests, memory: (run) => recordRun(state, request, run) }),
    };
    return new Run(planOf(request.graph), request, injected, settings).start();
  }
}
