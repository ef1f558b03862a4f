import { randomUUID } from "node:crypto";
import type { Failure, RunOutcome, RunRequest, RunStatus, TaskFunction, TaskStatus } from "@glacier-ts/core";
import { Attempt, type AttemptHost } from "./attempt.js";
import { errorInfo } from "./error-info.js";
import type { InjectedValues } from "./injected-values.js";
import type { Plan, PlannedTask } from "./plan.js";
import { ReadyQueue } from "./ready-queue.js";
import { RetryDelays } from "./retry-delays.js";
import { RunDatasets, taskOf } from "./run-datasets.js";
import { RunEvents } from "./run-events.js";
import { type DatasetAccess, StoredDatasets } from "./stored-datasets.js";
import { readPolicy, type TaskPolicy } from "./task-policy.js";

/** How long tasks may be started one after another before timers, I/O and signals get their turn. */
const turnMs = 10;

export interface RunSettings {
  readonly concurrency: number;
  readonly retryDelayMs: number;
  readonly graceMs: number;
  readonly storage?: DatasetAccess;
}

/**
 * One run of a plan. A task waits until the count of tasks that it reads from is down to zero, is then in the queue
 * until a slot is free, and holds the slot for its attempt. Whatever happens (an attempt ends, a delay passes, the
 * signal is aborted) changes this state and calls `#advance`, which starts what can be started.
 */
export class Run implements AttemptHost {
  readonly runId = randomUUID();
  readonly events: RunEvents | undefined;
  readonly datasets: RunDatasets;
  readonly injected: InjectedValues;
  readonly graceMs: number;
  readonly #plan: Plan;
  readonly #request: RunRequest;
  readonly #settings: RunSettings;
  readonly #functions: readonly TaskFunction[];
  readonly #policies: readonly TaskPolicy[];

  readonly #ready = new ReadyQueue();
  /** By task: tasks that it reads from and that are not done. */
  readonly #waitingFor: Int32Array;
  readonly #status: (TaskStatus | undefined)[];
  readonly #failures: Failure[] = [];
  readonly #retries: RetryDelays;
  /** Attempts whose signal must hear of a cancellation. */
  readonly #listening = new Set<Attempt>();
  #running = 0;
  #stop: "failed" | "cancelled" | undefined;
  #isAdvancing = false;
  #isFinished = false;
  #turnEndsAt: number | undefined;
  readonly #startedAt = performance.now();
  #resolve!: (outcome: RunOutcome) => void;
  #reject!: (error: unknown) => void;

  constructor(plan: Plan, request: RunRequest, injected: InjectedValues, settings: RunSettings) {
    this.#plan = plan;
    this.#request = request;
    this.#settings = settings;
    this.graceMs = settings.graceMs;
    this.injected = injected;
    this.events = request.onEvent && new RunEvents(this.runId, request.onEvent);
    this.#functions = plan.tasks.map((task) => functionOf(request, task));
    this.#policies = plan.tasks.map((task, index) => readPolicy(task.manifest, this.#function(index)));
    this.#retries = new RetryDelays(settings.retryDelayMs);
    this.#waitingFor = Int32Array.from(plan.tasks, (task) => task.upstream);
    this.#status = new Array(plan.tasks.length).fill(undefined);
    const stored = new StoredDatasets(request.projectRoot, settings.storage, this.events);
    const isRetried = (task: number) => this.#policy(task).retries > 0;
    this.datasets = new RunDatasets(plan, request.keep, stored, isRetried);
  }

  start(): Promise<RunOutcome> {
    const outcome = new Promise<RunOutcome>((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    const { graph, tasks } = this.#plan;
    this.events?.emit({ type: "run-started", pipeline: graph.name, tasks: tasks.length });
    for (const [index, task] of tasks.entries()) if (task.upstream === 0) this.#ready.push(index);
    const { signal } = this.#request;
    if (signal?.aborted) this.#cancel();
    else signal?.addEventListener("abort", this.#cancel, { once: true });
    this.#advance();
    return outcome;
  }

  attemptSucceeded(attempt: Attempt, outputs: readonly unknown[]): void {
    this.#attemptEnded(attempt);
    const { task, number } = attempt;
    this.datasets.put(task, outputs);
    const durationMs = performance.now() - attempt.startedAt;
    this.events?.emit({ type: "task-succeeded", task: task.id, attempt: number, durationMs });
    this.#complete(attempt.index, "succeeded");
    this.#advance();
  }

  attemptFailed(attempt: Attempt, failure: Failure): void {
    this.#attemptEnded(attempt);
    const { index, number } = attempt;
    // Failures that name an attempt are those of the user's function; others would come back.
    const isRetried = "attempt" in failure && number <= this.#policy(index).retries;
    if (isRetried && !this.#stop) this.#retryLater(index, number, failure);
    else this.#fail(index, failure);
    this.#advance();
  }

  /**
   * Starts what can be started, and finishes the run when there is nothing left. It may be called at any moment, also
   * from a task or a listener that it has called: the outer call then goes on.
   */
  #advance(): void {
    if (this.#isAdvancing || this.#isFinished) return;
    this.#isAdvancing = true;
    try {
      while (!this.#stop && this.#running < this.#settings.concurrency && !this.#ready.isEmpty) {
        if (this.#isTurnOver()) break;
        this.#begin(this.#ready.pop() as number);
      }
      const isIdle = this.#running === 0 && this.#retries.isEmpty;
      if (isIdle && (this.#stop || this.#ready.isEmpty)) this.#finish();
    } catch (error) {
      this.#isFinished = true;
      this.#reject(error);
    } finally {
      this.#isAdvancing = false;
    }
  }

  /** Keeps a long row of tasks that never wait from blocking the event loop. */
  #isTurnOver(): boolean {
    const now = performance.now();
    if (this.#turnEndsAt !== undefined) return now >= this.#turnEndsAt;
    this.#turnEndsAt = now + turnMs;
    setImmediate(() => {
      this.#turnEndsAt = undefined;
      this.#advance();
    });
    return false;
  }

  #begin(index: number): void {
    const task = this.#task(index);
    const missing = this.datasets.firstNull(task);
    if (missing !== undefined) {
      this.#skip(index, missing);
      return;
    }
    this.#running++;
    const loading = this.datasets.load(task);
    if (loading)
      loading.then(
        (failure) => this.#loaded(index, failure),
        (error) => this.#loaded(index, this.#threw(task, error)),
      );
    else this.#startAttempt(index);
  }

  #loaded(index: number, failure: Failure | "known" | undefined): void {
    this.#running--;
    if (failure === undefined) this.#ready.push(index);
    else if (failure !== "known") this.#fail(index, failure);
    this.#advance();
  }

  #startAttempt(index: number): void {
    const task = this.#task(index);
    const { timeoutMs, problem } = this.#policy(index);
    const number = this.#retries.failedAttempts(index) + 1;
    const attempt = new Attempt(this, task, index, number, timeoutMs);
    if (task.manifest.context !== undefined) this.#listening.add(attempt);
    this.events?.emit({ type: "task-started", task: task.id, attempt: number });
    if (this.#stop)
      this.#attemptCancelled(attempt); // by the listener
    else if (problem === undefined) attempt.start(this.#function(index));
    else this.attemptFailed(attempt, this.#threw(task, new RangeError(problem)));
  }

  #attemptCancelled(attempt: Attempt): void {
    this.#attemptEnded(attempt);
    this.#cancelTask(attempt.index);
  }

  #attemptEnded(attempt: Attempt): void {
    this.#running--;
    // A stream that the task has returned goes on and may still listen.
    if (!attempt.task.streams) this.#listening.delete(attempt);
  }

  #skip(index: number, missing: number): void {
    const task = this.#task(index);
    this.datasets.putNothing(task);
    const dataset = this.#plan.datasets[missing]?.name as string;
    this.events?.emit({ type: "task-skipped", task: task.id, dataset });
    this.#complete(index, "skipped");
  }

  #complete(index: number, status: "succeeded" | "skipped"): void {
    const task = this.#task(index);
    this.#status[index] = status;
    this.datasets.release(task);
    for (const reader of task.downstream) {
      const left = (this.#waitingFor[reader] as number) - 1;
      this.#waitingFor[reader] = left;
      if (left === 0) this.#ready.push(reader);
    }
  }

  #retryLater(index: number, attempt: number, failure: Failure): void {
    const delayMs = this.#retries.add(index, attempt, failure, this.#tryAgain);
    this.events?.emit({ type: "task-retrying", task: this.#task(index).id, attempt, delayMs, failure });
  }

  readonly #tryAgain = (index: number): void => {
    this.#ready.push(index);
    this.#advance();
  };

  /** A failure that comes after a cancellation is most likely its effect: the task then counts as cancelled. */
  #fail(index: number, failure: Failure): void {
    if (this.#stop === "cancelled") {
      this.#cancelTask(index);
      return;
    }
    this.#status[index] = "failed";
    this.#failures.push(failure);
    this.events?.emit({ type: "task-failed", task: failure.task, failure });
    if (this.#stop) return;
    this.#stop = "failed";
    for (const retry of this.#retries.takeAll()) this.#fail(retry.task, retry.failure);
  }

  readonly #cancel = (): void => {
    if (this.#isFinished) return;
    this.#stop = "cancelled";
    for (const retry of this.#retries.takeAll()) this.#cancelTask(retry.task);
    for (const attempt of this.#listening) attempt.abort(this.#request.signal?.reason);
    this.#advance();
  };

  #cancelTask(index: number): void {
    this.#status[index] = "cancelled";
    this.events?.emit({ type: "task-cancelled", task: this.#task(index).id });
  }

  #finish(): void {
    this.#isFinished = true;
    this.#request.signal?.removeEventListener("abort", this.#cancel);
    for (const index of this.#plan.tasks.keys()) {
      if (this.#status[index]) continue;
      if (!this.#stop) throw new Error(`Internal error: task '${this.#task(index).id}' never became ready`);
      this.#cancelTask(index);
    }
    const status: RunStatus = this.#failures.length > 0 ? "failed" : (this.#stop ?? "succeeded");
    const durationMs = performance.now() - this.#startedAt;
    this.events?.emit({ type: "run-finished", status, durationMs });
    this.events?.close();
    this.#resolve({
      runId: this.runId,
      status,
      datasets: this.datasets.kept(this.#request.keep),
      tasks: new Map(this.#plan.tasks.map((task, index) => [task.id, this.#status[index] as TaskStatus])),
      failures: this.#failures,
      durationMs,
    });
  }

  #threw(task: PlannedTask, error: unknown): Failure {
    return {
      reason: "task-threw",
      ...taskOf(task),
      attempt: 1,
      error: this.injected.redaction.error(errorInfo(error)),
    };
  }

  #task(index: number): PlannedTask {
    return this.#plan.tasks[index] as PlannedTask;
  }

  #policy(index: number): TaskPolicy {
    return this.#policies[index] as TaskPolicy;
  }

  #function(index: number): TaskFunction {
    return this.#functions[index] as TaskFunction;
  }
}

function functionOf(request: RunRequest, task: PlannedTask): TaskFunction {
  const run = request.functions.get(task.id);
  if (!run) throw new Error(`Internal error: no function for task '${task.id}'`);
  return run;
}
