import type { Failure, TaskContext, TaskFunction } from "@glacier-ts/core";
import { errorInfo } from "./error-info.js";
import type { InjectedValues } from "./injected-values.js";
import type { PlannedTask } from "./plan.js";
import { type RunDatasets, taskOf } from "./run-datasets.js";
import type { RunEvents } from "./run-events.js";

/** Longest delay that `setTimeout` knows: 24.8 days. */
const maxTimerMs = 2 ** 31 - 1;

/** What an attempt needs of its run. */
export interface AttemptHost {
  readonly datasets: RunDatasets;
  readonly injected: InjectedValues;
  readonly events: RunEvents | undefined;
  /** How long a function may go on after its timeout before it is given up. */
  readonly graceMs: number;
  /** Called once for each attempt, at the earliest when `start` is called. */
  attemptSucceeded(attempt: Attempt, outputs: readonly unknown[]): void;
  attemptFailed(attempt: Attempt, failure: Failure): void;
}

/**
 * One call of a task's function, with the writing of what it returned.
 *
 * A timeout aborts the signal in the task's context. The attempt then ends as soon as the function settles, whatever
 * it returns, so that two attempts of a task never run at once; a function that does not settle within the grace period
 * is given up: it may still be running when its task is tried again, and when the run is over. A function that
 * does not give way to others (a synchronous one) cannot be timed out: when it returns, its result counts.
 */
export class Attempt {
  readonly number: number;
  /** The task's number in the plan. */
  readonly index: number;
  readonly task: PlannedTask;
  readonly startedAt = performance.now();
  readonly #host: AttemptHost;
  readonly #timeoutMs: number | undefined;
  #controller: AbortController | undefined;
  #timer: NodeJS.Timeout | undefined;
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

  start(run: TaskFunction): void {
    const { task } = this;
    const list = this.#host.datasets.argumentsOf(task);
    if (task.manifest.context !== undefined) list[task.manifest.context] = this.#makeContext();
    this.#host.injected.fill(task.manifest, list);
    if (this.#timeoutMs !== undefined) this.#startTimer(this.#timeoutMs);
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
    if (!promise) this.#returned(returned);
    else
      promise.then(
        (value) => this.#returned(value),
        (error) => this.#threw(error),
      );
  }

  /** Aborts the signal in the task's context. */
  abort(reason: unknown): void {
    this.#controller?.abort(reason);
  }

  #returned(value: unknown): void {
    if (this.#isTimedOut) {
      this.#endTimedOut();
      return;
    }
    const { datasets } = this.#host;
    let outputs: ReturnType<RunDatasets["outputsOf"]>;
    try {
      outputs = datasets.outputsOf(this.task, value);
    } catch (error) {
      this.#threw(error);
      return;
    }
    if (!Array.isArray(outputs) || !this.task.storesOutputs) this.#end(outputs);
    else
      datasets.store(this.task, outputs).then(
        (stored) => (this.#isTimedOut ? this.#endTimedOut() : this.#end(stored)),
        (error) => this.#threw(error),
      );
  }

  #threw(error: unknown): void {
    if (this.#isTimedOut) this.#endTimedOut();
    else
      this.#end({
        reason: "task-threw",
        ...taskOf(this.task),
        attempt: this.number,
        error: this.#host.injected.redaction.error(errorInfo(error)),
      });
  }

  #endTimedOut(): void {
    const timeoutMs = this.#timeoutMs as number;
    this.#end({ reason: "task-timed-out", ...taskOf(this.task), attempt: this.number, timeoutMs });
  }

  #end(result: readonly unknown[] | Failure): void {
    if (this.#isOver) return;
    this.#isOver = true;
    if (this.#timer) clearTimeout(this.#timer);
    if (isFailure(result)) this.#host.attemptFailed(this, result);
    else this.#host.attemptSucceeded(this, result);
  }

  #startTimer(leftMs: number): void {
    const stepMs = Math.min(leftMs, maxTimerMs);
    this.#timer = setTimeout(() => {
      if (stepMs < leftMs) this.#startTimer(leftMs - stepMs);
      else this.#timeOut();
    }, stepMs);
  }

  #timeOut(): void {
    this.#isTimedOut = true;
    this.#timer = setTimeout(() => this.#endTimedOut(), this.#host.graceMs);
    const text = `Task '${this.task.manifest.name}' took longer than ${this.#timeoutMs} ms`;
    this.abort(new DOMException(text, "TimeoutError"));
  }

  #makeContext(): TaskContext {
    this.#controller = new AbortController();
    const { events, injected } = this.#host;
    const task = this.task.id;
    return {
      signal: this.#controller.signal,
      attempt: this.number,
      log: (message) =>
        events?.emit({ type: "task-logged", task, message: injected.redaction.text(String(message)) }),
      progress: (done, total) => events?.emit({ type: "task-progressed", task, done, total }),
    };
  }
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
