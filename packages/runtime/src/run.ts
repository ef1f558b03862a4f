import type {
  ComputeKind,
  Diagnostic,
  Failure,
  ManifestTask,
  RunOutcome,
  RunRequest,
  RunStatus,
  TaskFunction,
  TaskStatus,
} from "@glacier-ts/core";
import type { TestSources } from "@glacier-ts/storage/validate";
import { Attempt, type AttemptHost } from "./attempt.js";
import { RunChecks } from "./checks/run-checks.js";
import { errorInfo } from "./error-info.js";
import type { InjectedValues } from "./injected-values.js";
import { LiveAttempts } from "./live-attempts.js";
import type { Effort, FormerResult, NewVersion, RememberedRun, RunMemory } from "./memory/run-memory.js";
import { Places } from "./places.js";
import type { Plan, PlannedTask } from "./plan.js";
import { mayBeRetried, RetryDelays } from "./retry-delays.js";
import { RunDatasets, taskOf } from "./run-datasets.js";
import { RunEvents } from "./run-events.js";
import { RunResources } from "./run-resources.js";
import { RunScope } from "./scope.js";
import { type Concurrency, Slots } from "./slots.js";
import { type DatasetAccess, StoredDatasets } from "./stored-datasets.js";
import { isAsyncIterable } from "./streams/is-async-iterable.js";
import { withoutResources } from "./streams/unresourced-stream.js";
import { readPolicy, type TaskPolicy } from "./task-policy.js";
import { TaskProgress } from "./task-progress.js";
import { startTimer } from "./timer.js";
import { Turns } from "./turns.js";

export interface RunSettings {
  readonly runId: string;
  readonly concurrency: Concurrency;
  readonly retryDelayMs: number;
  readonly graceMs: number;
  readonly closeTimeoutMs: number;
  readonly validates: boolean;
  readonly isolate: boolean;
  readonly storage?: DatasetAccess;
  /** Keeps the code that checks datasets. */
  readonly tests?: TestSources;
  /** Makes the run's memory; undefined where every task runs and nothing is kept. */
  readonly memory?: (run: RememberedRun) => RunMemory;
}

/**
 * One run of a plan. A task waits until the count of tasks that it reads from is down to zero, is then in the queue
 * until a slot is free, and holds the slot for its attempt. Whatever happens (an attempt ends, a delay passes, the
 * signal is aborted) changes this state and calls `#advance`, which starts what can be started.
 */
export class Run implements AttemptHost {
  readonly runId: string;
  readonly events: RunEvents | undefined;
  readonly datasets: RunDatasets;
  readonly injected: InjectedValues;
  readonly resources: RunResources;
  readonly graceMs: number;
  readonly #plan: Plan;
  readonly #request: RunRequest;
  readonly #memory: RunMemory | undefined;
  /** By task; undefined where the run does not call it. */
  readonly #functions: readonly (TaskFunction | undefined)[];
  readonly #policies: readonly TaskPolicy[];
  readonly #scope: RunScope;
  readonly #stored: StoredDatasets;
  readonly #checks: RunChecks;
  readonly #places: Places;
  readonly #slots: Slots;
  readonly #progress: TaskProgress;
  /** Tasks that have to run: no former result of them is current. */
  readonly #isStale = new Set<number>();
  readonly #failures: Failure[] = [];
  readonly #retries: RetryDelays;
  readonly #attempts: LiveAttempts;
  readonly #turns = new Turns(() => this.#advance());
  /** Tasks that are running but for the commit of their results. */
  readonly #hasFreedSlot = new Set<number>();
  #running = 0;
  #stop: Exclude<RunStatus, "succeeded"> | undefined;
  #isAdvancing = false;
  #isFinished = false;
  #stopTimer: (() => void) | undefined;
  readonly #startedAt = performance.now();
  #resolve!: (outcome: RunOutcome) => void;
  #reject!: (error: unknown) => void;

  constructor(plan: Plan, request: RunRequest, injected: InjectedValues, settings: RunSettings) {
    this.#plan = plan;
    this.#request = request;
    this.runId = settings.runId;
    this.graceMs = settings.graceMs;
    this.injected = injected;
    this.#scope = new RunScope(plan, request);
    this.events = this.#openEvents(settings.memory !== undefined);
    this.resources = new RunResources({
      declarations: request.resources,
      redaction: injected.redaction,
      events: this.events,
      closeTimeoutMs: settings.closeTimeoutMs,
    });
    const { projectRoot, imports } = request;
    const stored = new StoredDatasets(projectRoot, settings.storage, this.events, settings.tests, imports);
    this.#stored = stored;
    this.#memory = settings.memory?.({
      runId: this.runId,
      plan,
      stored,
      isMade: (dataset) => this.#scope.makes(dataset),
    });
    this.#checks = new RunChecks({
      plan,
      events: this.events,
      versionOf: (dataset) => this.#memory?.versionOf(dataset),
    });
    this.#functions = plan.tasks.map((task, index) =>
      this.#scope.has(index) ? functionOf(request, task) : undefined,
    );
    this.#policies = plan.tasks.map((task, index) => readPolicy(task.manifest, this.#functions[index]));
    this.#retries = new RetryDelays(settings.retryDelayMs);
    this.#slots = new Slots(
      settings.concurrency,
      plan.tasks.map(({ manifest }) => kindOf(manifest)),
    );
    this.#progress = new TaskProgress(plan.tasks, this.#scope);
    this.#attempts = new LiveAttempts(request.timeoutMs !== undefined);
    this.datasets = new RunDatasets({
      plan,
      keep: request.keep,
      stored,
      latest: (dataset) => this.#memory?.latest(dataset),
      again: (dataset) => this.#memory?.again(dataset),
      isInScope: (task) => this.#scope.has(task),
      isRetried: (task) => this.#policy(task).retry.limit > 0,
      validates: settings.validates,
    });
    for (const [name, value] of request.given ?? []) this.datasets.give(name, value);
    this.#places = new Places({
      concurrency: settings.concurrency.total,
      isolate: settings.isolate,
      moduleOf: request.moduleOf,
    });
  }

  start(): Promise<RunOutcome> {
    const outcome = new Promise<RunOutcome>((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    const { graph, tasks } = this.#plan;
    this.events?.emit({ type: "run-started", pipeline: graph.name, tasks: this.#scope.size });
    for (const index of tasks.keys()) this.#enqueue(index);
    const { signal, timeoutMs } = this.#request;
    if (signal?.aborted) this.#cancel();
    else signal?.addEventListener("abort", this.#cancel, { once: true });
    if (timeoutMs !== undefined) this.#stopTimer = startTimer(timeoutMs, this.#timeOut);
    this.#advance();
    return outcome;
  }

  attemptSucceeded(attempt: Attempt, outputs: readonly unknown[]): void {
    const effort = { attempts: attempt.number, durationMs: performance.now() - attempt.startedAt };
    if (!this.#memory) {
      this.#succeed(attempt, outputs, effort, []);
      return;
    }
    // The commit serves all tasks that are written down when it comes; the slot serves the next one meanwhile.
    const onWritten = () => {
      this.#hasFreedSlot.add(attempt.index);
      this.#slots.release(attempt.index);
      this.#advance();
    };
    this.#memory.keep(attempt.task, outputs, effort, onWritten, attempt.verdict).then(
      (kept) => {
        if (kept.ok) this.#succeed(attempt, outputs, effort, kept.value);
        else this.attemptFailed(attempt, stateUnavailable(attempt.task, kept.failure));
      },
      (error) => this.#break(error),
    );
  }

  attemptFailed(attempt: Attempt, failure: Failure): void {
    this.#attemptEnded(attempt);
    const { index, number } = attempt;
    const isRetried = mayBeRetried(failure) && number <= this.#policy(index).retry.limit;
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
      while (!this.#stop && this.#slots.canTake) {
        if (this.#turns.isOver()) break;
        this.#begin(this.#slots.take());
      }
      const isIdle = this.#running === 0 && this.#retries.isEmpty;
      if (isIdle && (this.#stop || this.#slots.isIdle)) this.#finish();
    } catch (error) {
      this.#break(error);
    } finally {
      this.#isAdvancing = false;
    }
  }

  /** Takes a task as far as it goes in the slot that was taken for it. */
  #begin(index: number): void {
    this.#running++;
    this.#progress.takeUp(index);
    const task = this.#task(index);
    const missing = this.datasets.firstNull(task);
    if (this.#progress.isWaiting(index)) this.#leaveSlot(index);
    else if (missing !== undefined) this.#skip(index, missing);
    else if (this.#memory && !this.#isStale.has(index)) this.#recall(index, this.#memory);
    else this.#load(index);
  }

  /** Uses a former result of a task, if there is one that is current. */
  #recall(index: number, memory: RunMemory): void {
    const recalled = memory.recall(this.#task(index));
    if (recalled instanceof Promise) {
      recalled.then(
        (former) => {
          this.#recalled(index, former);
          this.#advance();
        },
        (error) => this.#break(error),
      );
    } else this.#recalled(index, recalled);
  }

  #recalled(index: number, former: FormerResult | undefined): void {
    if (this.#progress.hasToBeginAnew(index)) this.#beginAnew(index);
    else if (former) this.#useAgain(index, former);
    else {
      this.#isStale.add(index);
      if (this.#stop) this.#leaveSlot(index);
      else this.#load(index);
    }
  }

  #load(index: number): void {
    const task = this.#task(index);
    const loading = this.datasets.load(task) ?? this.resources.open(task);
    if (loading)
      loading.then(
        (failure) => this.#loaded(index, failure),
        (error) => this.#loaded(index, this.#threw(task, error)),
      );
    else this.#startAttempt(index);
  }

  /** What was loaded may be null, so the task begins once more. */
  #loaded(index: number, failure: Failure | "known" | undefined): void {
    const isLost = failure !== undefined && failure !== "known" && this.#makeAgain(failure);
    if (isLost || failure === undefined || this.#progress.hasToBeginAnew(index)) {
      this.#beginAnew(index);
      this.#advance();
      return;
    }
    this.#leaveSlot(index);
    if (failure !== "known") this.#fail(index, failure);
    else if (this.#request.keepGoing) {
      this.#cancelTask(index);
      this.#cancelDownstream(index);
    }
    this.#advance();
  }

  /**
   * What a task has left in a former run cannot be read, so it runs after all, and what has not read it yet waits.
   * @returns false where that is of no use: the task has just run, or cannot
   */
  #makeAgain(failure: Failure): boolean {
    if (failure.reason !== "dataset-unavailable" || this.#stop) return false;
    const index = this.#plan.datasets.find(({ name }) => name === failure.dataset)?.producer;
    if (index === undefined || this.#progress.status(index) !== "cached") return false;
    const task = this.#task(index);
    if (!this.datasets.takeBack(task)) return false;
    this.#isStale.add(index);
    // What they read may become another version.
    for (const reader of this.#progress.takeBack(index)) this.#isStale.delete(reader);
    const makers = new Set(task.inputs.map(({ dataset }) => this.#plan.datasets[dataset]?.producer));
    for (const maker of makers) if (maker !== undefined) this.#progress.waitForMaker(index, maker);
    this.#enqueue(index);
    return true;
  }

  #beginAnew(index: number): void {
    this.#leaveSlot(index);
    this.#enqueue(index);
  }

  #startAttempt(index: number): void {
    this.#progress.start(index);
    const task = this.#task(index);
    const { timeoutMs, problem } = this.#policy(index);
    const number = this.#retries.failedAttempts(index) + 1;
    const attempt = new Attempt(this, task, index, number, timeoutMs);
    this.#attempts.begin(attempt);
    this.events?.emit({ type: "task-started", task: task.id, attempt: number });
    if (this.#stop)
      this.#attemptCancelled(attempt); // by the listener
    else if (problem === undefined) this.#call(attempt, this.#function(index));
    else this.attemptFailed(attempt, this.#threw(task, new RangeError(problem)));
  }

  #call(attempt: Attempt, run: TaskFunction): void {
    const place = this.#places.of(attempt.task, run);
    if (!(place instanceof Promise)) attempt.start(run, place);
    else
      place.then(
        (found) => attempt.start(run, found),
        (error) => this.#break(error),
      );
  }

  #attemptCancelled(attempt: Attempt): void {
    this.#attemptEnded(attempt);
    this.#cancelTask(attempt.index);
  }

  #attemptEnded(attempt: Attempt): void {
    const { task, verdict, startedAt } = attempt;
    if (verdict) this.#checks.add(task, verdict, performance.now() - startedAt);
    this.#leaveSlot(attempt.index);
    this.#attempts.end(attempt);
  }

  #enqueue(index: number): void {
    if (this.#progress.enqueue(index)) this.#slots.push(index);
  }

  #leaveSlot(index: number): void {
    this.#progress.leave(index);
    this.#running--;
    if (!this.#hasFreedSlot.delete(index)) this.#slots.release(index);
  }

  #succeed(
    attempt: Attempt,
    outputs: readonly unknown[],
    effort: Effort,
    versions: readonly NewVersion[],
  ): void {
    this.#attemptEnded(attempt);
    const { task, index } = attempt;
    this.datasets.put(task, outputs);
    for (const version of versions)
      this.events?.emit({ type: "dataset-versioned", task: task.id, ...version });
    const { attempts, durationMs } = effort;
    this.events?.emit({ type: "task-succeeded", task: task.id, attempt: attempts, durationMs });
    this.#complete(index, "succeeded");
    this.#advance();
  }

  #useAgain(index: number, { runId, outputs, verdict }: FormerResult): void {
    const task = this.#task(index);
    if (verdict) this.#checks.add(task, verdict, 0, runId);
    this.#leaveSlot(index);
    this.datasets.putFormer(
      task,
      outputs.map((output) => output?.load ?? null),
    );
    this.#memory?.note(task, "cached", noEffort, runId);
    this.events?.emit({ type: "task-cached", task: task.id, from: runId });
    this.#complete(index, "cached");
  }

  #skip(index: number, missing: number): void {
    const task = this.#task(index);
    this.#leaveSlot(index);
    this.datasets.putNothing(task);
    this.#memory?.note(task, "skipped", noEffort);
    const dataset = this.#plan.datasets[missing]?.name as string;
    this.events?.emit({ type: "task-skipped", task: task.id, dataset });
    this.#complete(index, "skipped");
  }

  #complete(index: number, status: "succeeded" | "cached" | "skipped"): void {
    this.datasets.release(this.#task(index));
    for (const reader of this.#progress.complete(index, status)) this.#enqueue(reader);
  }

  #retryLater(index: number, attempt: number, failure: Failure): void {
    const delayMs = this.#retries.add(index, attempt, failure, this.#policy(index).retry, this.#tryAgain);
    this.events?.emit({ type: "task-retrying", task: this.#task(index).id, attempt, delayMs, failure });
  }

  readonly #tryAgain = (index: number): void => {
    this.#enqueue(index);
    this.#advance();
  };

  /** A failure that comes after a cancellation is most likely its effect: the task then counts as cancelled. */
  #fail(index: number, failure: Failure): void {
    if (this.#stop === "cancelled" || this.#stop === "timed-out") {
      this.#cancelTask(index);
      return;
    }
    this.#progress.end(index, "failed");
    this.datasets.release(this.#task(index));
    this.#failures.push(failure);
    this.#memory?.note(this.#task(index), "failed", this.#effortOf(index));
    this.events?.emit({ type: "task-failed", task: failure.task, failure });
    if (this.#stop) return;
    if (this.#request.keepGoing) {
      this.#cancelDownstream(index);
      return;
    }
    this.#stop = "failed";
    for (const retry of this.#retries.takeAll()) this.#fail(retry.task, retry.failure);
  }

  readonly #cancel = (): void => this.#stopEarly("cancelled", this.#request.signal?.reason);

  readonly #timeOut = (): void => {
    const text = `The run took longer than ${this.#request.timeoutMs} ms`;
    const reason = new DOMException(text, "TimeoutError");
    const giveUp = () => {
      this.#attempts.giveUp(reason);
      this.resources.giveUp(reason);
    };
    this.#stopTimer = startTimer(this.graceMs, giveUp);
    this.#stopEarly("timed-out", reason);
  };

  #stopEarly(how: "cancelled" | "timed-out", reason: unknown): void {
    if (this.#isFinished) return;
    this.#stop = how;
    for (const retry of this.#retries.takeAll()) this.#cancelTask(retry.task);
    this.#attempts.abort(reason);
    this.resources.abort(reason);
    this.#advance();
  }

  /** What cannot run because a task that it reads from, directly or not, has failed. */
  #cancelDownstream(failed: number): void {
    for (const reader of this.#progress.readersBehind(failed)) this.#cancelTask(reader);
  }

  #cancelTask(index: number): void {
    this.#progress.end(index, "cancelled");
    this.datasets.release(this.#task(index));
    this.#memory?.note(this.#task(index), "cancelled", this.#effortOf(index));
    this.events?.emit({ type: "task-cancelled", task: this.#task(index).id });
  }

  #finish(): void {
    this.#isFinished = true;
    this.#request.signal?.removeEventListener("abort", this.#cancel);
    this.#stopTimer?.();
    const inScope = [...this.#plan.tasks.keys()].filter((index) => this.#scope.has(index));
    for (const index of inScope) {
      if (this.#progress.status(index)) continue;
      if (!this.#stop) throw new Error(`Internal error: task '${this.#task(index).id}' never became ready`);
      this.#cancelTask(index);
    }
    this.#end(inScope).then(this.#resolve, this.#reject);
  }

  /** Nothing runs any more: what the run has opened is closed, and what came of it is told. */
  async #end(inScope: readonly number[]): Promise<RunOutcome> {
    const warnings = [...this.#stored.warnings, ...this.#checks.warnings, ...(await this.resources.close())];
    const checks = this.#checks.outcomes;
    const status: RunStatus = this.#failures.length > 0 ? "failed" : (this.#stop ?? "succeeded");
    const durationMs = performance.now() - this.#startedAt;
    this.events?.emit({ type: "run-finished", status, durationMs });
    this.events?.close();
    const tasks = new Map(
      inScope.map((index) => [this.#task(index).id, this.#progress.status(index) as TaskStatus]),
    );
    await this.#memory?.finish(status);
    const datasets = withoutResources(this.#plan, await this.datasets.kept(this.#request.keep));
    // A stream that the caller gets may come from a thread.
    if (![...datasets.values()].some(isAsyncIterable)) await this.#places.close();
    return {
      runId: this.runId,
      status,
      datasets,
      tasks,
      failures: this.#failures,
      ...(checks.length > 0 && { checks }),
      ...(warnings.length > 0 && { warnings }),
      durationMs,
    };
  }

  /** Glacier itself is wrong: the run cannot go on. */
  #break(error: unknown): void {
    this.#isFinished = true;
    this.#stopTimer?.();
    Promise.allSettled([this.resources.close(), this.#places.close()]).then(() => this.#reject(error));
  }

  #threw(task: PlannedTask, error: unknown): Failure {
    return {
      reason: "task-threw",
      ...taskOf(task),
      attempt: 1,
      error: this.injected.redaction.error(errorInfo(error)),
    };
  }

  /** Events go to the run's memory, and then to the listener. */
  #openEvents(hasMemory: boolean): RunEvents | undefined {
    const { onEvent } = this.#request;
    if (!hasMemory) return onEvent && new RunEvents(this.runId, onEvent);
    return new RunEvents(this.runId, (event) => {
      this.#memory?.append(event);
      onEvent?.(event);
    });
  }

  #effortOf(index: number): Effort {
    return { attempts: this.#retries.failedAttempts(index) + 1, durationMs: 0 };
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

const noEffort: Effort = { attempts: 0, durationMs: 0 };

function kindOf({ compute }: ManifestTask): ComputeKind {
  return (compute?.kind as ComputeKind | undefined) ?? "local";
}

function stateUnavailable(task: PlannedTask, diagnostic: Diagnostic): Failure {
  return { reason: "state-unavailable", ...taskOf(task), diagnostic };
}

function functionOf(request: RunRequest, task: PlannedTask): TaskFunction {
  const run = request.functions.get(task.id);
  if (!run) throw new Error(`Internal error: no function for task '${task.id}'`);
  return run;
}
