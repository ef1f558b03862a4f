import type { Failure, ManifestTask, TaskContext, TaskFunction, TaskModule, Verdict } from "@glacier-ts/core";
import { readVerdict } from "./checks/read-verdict.js";
import { failureOf } from "./checks/run-checks.js";
import { errorInfo } from "./error-info.js";
import type { InjectedValues } from "./injected-values.js";
import type { PlannedTask } from "./plan.js";
import { type RunDatasets, taskOf } from "./run-datasets.js";
import type { RunEvents } from "./run-events.js";
import type { RunResources } from "./run-resources.js";
import { Crash, type TaskRunner } from "./runners/task-runner.js";
import { Untransferable } from "./runners/untransferable.js";
import { makeTaskLog, type WriteLog } from "./task-log.js";
import { startTimer } from "./timer.js";

/** What an attempt needs of its run. */
export interface AttemptHost {
  readonly datasets: RunDatasets;
  readonly injected: InjectedValues;
  readonly resources: RunResources;
  readonly events: RunEvents | undefined;
  /** How long a function may go on after its timeout before it is given up. */
  readonly graceMs: number;
  /** Called once for each attempt, at the earliest when `start` is called. */
  attemptSucceeded(attempt: Attempt, outputs: readonly unknown[]): void;
  attemptFailed(attempt: Attempt, failure: Failure): void;
}

/** A thread or process where a task's function can be called. */
export interface RemotePlace {
  readonly runner: TaskRunner;
  readonly module: TaskModule;
  /** MiB. */
  readonly memoryMb: number | undefined;
}

/**
 * One call of a task's function, with the writing of what it returned.
 *
 * A timeout aborts the signal in the task's context. The attempt then ends as soon as the function settles, whatever
 * it returns, so that two attempts of a task never run at once; a function that does not settle within the grace period
 * is ended with its thread or process. In the run's own process it can only be given up: it may still be running when
 * its task is tried again, and when the run is over; and one that does not give way to others (a synchronous one) cannot
 * be timed out: when it returns, its result counts.
 */
export class Attempt {
  readonly number: number;
  /** The task's number in the plan. */
  readonly index: number;
  readonly task: PlannedTask;
  readonly startedAt = performance.now();
  /** What a check has found, once it is over. */
  verdict: Verdict | undefined;
  readonly #host: AttemptHost;
  readonly #timeoutMs: number | undefined;
  #controller: AbortController | undefined;
  /** Ends the thread or process that the function runs in. */
  #killer: AbortController | undefined;
  #stopTimer: (() => void) | undefined;
  #isTimedOut = false;
  #isOver = false;

  constructor(
    host: AttemptHost,
    task: PlannedTask,
    index: number,
    number: number,
    timeoutMs: number | undefined,
  ) {
    this.#host = host;
    this.task = task;
    this.index = index;
    this.number = number;
    this.#timeoutMs = timeoutMs;
  }

  /** @param place where to call the function; undefined for here */
  start(run: TaskFunction, place: RemotePlace | undefined): void {
    const { task } = this;
    const list = this.#host.datasets.argumentsOf(task);
    this.#host.injected.fill(task.manifest, list);
    this.#host.resources.fill(task.manifest, list);
    if (this.#timeoutMs !== undefined) this.#stopTimer = startTimer(this.#timeoutMs, () => this.#timeOut());
    if (place) {
      this.#await(this.#callRemotely(place, list));
      return;
    }
    if (task.manifest.context !== undefined) list[task.manifest.context] = this.#makeContext();
    let returned: unknown;
    let promise: Promise<unknown> | undefined;
    try {
      returned = run.apply(undefined, list as never[]);
      if (isThenable(returned)) promise = Promise.resolve(returned);
    } catch (error) {
      this.#threw(error);
      return;
    }
    // The result of a synchronous function is used at once: thousands of them need no turn of the event loop each.
    if (promise) this.#await(promise);
    else this.#returned(returned);
  }

  /** Aborts the signal in the task's context. */
  abort(reason: unknown): void {
    this.#controller?.abort(reason);
  }

  #await(promise: Promise<unknown>): void {
    promise.then(
      (value) => this.#returned(value),
      (error) => this.#threw(error),
    );
  }

  #callRemotely({ runner, module, memoryMb }: RemotePlace, args: readonly unknown[]): Promise<unknown> {
    const { manifest } = this.task;
    this.#controller = new AbortController();
    this.#killer = new AbortController();
    return runner.run({
      module,
      args,
      contextPosition: manifest.context,
      attempt: this.number,
      memoryMb,
      signal: this.#controller.signal,
      kill: this.#killer.signal,
      onLog: this.#log,
      onProgress: this.#progress,
      describeArgument: (position) => describeParameter(manifest, position),
    });
  }

  /** Ends the attempt, whatever its function does. */
  giveUp(reason: unknown): void {
    if (this.#killer) this.#killer.abort(reason);
    else this.#threw(reason);
  }

  #returned(value: unknown): void {
    if (this.#isTimedOut) {
      this.#endTimedOut();
      return;
    }
    const { datasets } = this.#host;
    let outputs: ReturnType<RunDatasets["outputsOf"]>;
    try {
      if (this.task.manifest.check) {
        this.verdict = readVerdict(value, this.#host.injected.redaction);
        this.#end(failureOf(this.task, this.verdict) ?? []);
        return;
      }
      outputs = datasets.outputsOf(this.task, value);
    } catch (error) {
      this.#threw(error);
      return;
    }
    if (!Array.isArray(outputs)) this.#end(this.#host.injected.redaction.failure(outputs));
    else if (!this.task.storesOutputs) this.#end(outputs);
    else
      datasets.store(this.task, outputs).then(
        (stored) => (this.#isTimedOut ? this.#endTimedOut() : this.#end(stored)),
        (error) => this.#threw(error),
      );
  }

  #threw(error: unknown): void {
    if (this.#isTimedOut) this.#endTimedOut();
    else this.#end(this.#host.injected.redaction.failure(this.#failureOf(error)));
  }

  #failureOf(error: unknown): Failure {
    const common = { ...taskOf(this.task), attempt: this.number };
    if (this.#killer) {
      if (error instanceof Crash) return { reason: "task-crashed", ...common, cause: error.crashCause };
      if (error instanceof Untransferable)
        return { reason: "not-transferable", ...common, what: error.what, why: error.why };
    }
    const changed = this.#host.datasets.changedInputs(this.task, error);
    if (changed) return { reason: "input-changed", ...common, ...changed, error: errorInfo(error) };
    return { reason: "task-threw", ...common, error: errorInfo(error) };
  }

  #endTimedOut(): void {
    const timeoutMs = this.#timeoutMs as number;
    this.#end({ reason: "task-timed-out", ...taskOf(this.task), attempt: this.number, timeoutMs });
  }

  #end(result: readonly unknown[] | Failure): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#stopTimer?.();
    if (isFailure(result)) this.#host.attemptFailed(this, result);
    else this.#host.attemptSucceeded(this, result);
  }

  #timeOut(): void {
    this.#isTimedOut = true;
    const text = `Task '${this.task.manifest.name}' took longer than ${this.#timeoutMs} ms`;
    const reason = new DOMException(text, "TimeoutError");
    const giveUp = () => (this.#killer ? this.#killer.abort(reason) : this.#endTimedOut());
    this.#stopTimer = startTimer(this.#host.graceMs, giveUp);
    this.abort(reason);
  }

  #makeContext(): TaskContext {
    this.#controller = new AbortController();
    const { signal } = this.#controller;
    return { signal, attempt: this.number, log: makeTaskLog(this.#log), progress: this.#progress };
  }

  readonly #log: WriteLog = (level, text, fields) => {
    const { events, injected } = this.#host;
    const message = injected.redaction.text(text);
    const task = this.task.id;
    const more = fields && { fields: injected.redaction.json(fields) };
    events?.emit({ type: "task-logged", task, level, message, ...more });
  };

  readonly #progress = (done: number, total: number): void =>
    this.#host.events?.emit({ type: "task-progressed", task: this.task.id, done, total });
}

/** `dataset 'users'`, for people. */
function describeParameter({ inputs, params = [], secrets = [] }: ManifestTask, at: number): string {
  const input = inputs.find(({ position }) => position === at);
  if (input) return `dataset '${input.dataset}'`;
  const injected = [...params, ...secrets].find(({ position }) => position === at);
  return injected ? `parameter '${injected.name}'` : `argument ${at}`;
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return (
    ((typeof value === "object" && value !== null) || typeof value === "function") &&
    typeof (value as { then?: unknown }).then === "function"
  );
}

function isFailure(result: readonly unknown[] | Failure): result is Failure {
  return !Array.isArray(result);
}
