import type { TaskStatus } from "@glacier-ts/core";
import type { PlannedTask } from "./plan.js";
import type { RunScope } from "./scope.js";

/** A busy task holds a slot. */
const stage = { waits: 0, queued: 1, busy: 2 } as const;

/**
 * How far each task of a run is, by number: how many tasks it waits for, whether it is in the queue or busy, and what has
 * become of it.
 */
export class TaskProgress {
  readonly #tasks: readonly PlannedTask[];
  readonly #scope: RunScope;
  /** Tasks that it reads from and that are not done. */
  readonly #waitingFor: Int32Array;
  readonly #stage: Uint8Array;
  /** 1 where an attempt has begun, so that the task has its inputs. */
  readonly #hasStarted: Uint8Array;
  readonly #status: (TaskStatus | undefined)[];
  /** Busy tasks that have to wait once more for what they read. */
  readonly #beginsAnew = new Set<number>();

  constructor(tasks: readonly PlannedTask[], scope: RunScope) {
    this.#tasks = tasks;
    this.#scope = scope;
    this.#waitingFor = scope.countUpstream();
    this.#stage = new Uint8Array(tasks.length);
    this.#hasStarted = new Uint8Array(tasks.length);
    this.#status = new Array(tasks.length).fill(undefined);
  }

  /** What has become of a task; undefined where that is open. */
  status(task: number): TaskStatus | undefined {
    return this.#status[task];
  }

  /** A task that it reads from is not done; it may be in the queue, where one has to run again. */
  isWaiting(task: number): boolean {
    return (this.#waitingFor[task] as number) > 0;
  }

  /** @returns whether the task can go to the queue now, and it is taken to be there then */
  enqueue(task: number): boolean {
    const isReady = this.#scope.has(task) && this.#stage[task] === stage.waits && !this.isWaiting(task);
    if (isReady) this.#stage[task] = stage.queued;
    return isReady;
  }

  takeUp(task: number): void {
    this.#stage[task] = stage.busy;
  }

  start(task: number): void {
    this.#hasStarted[task] = 1;
  }

  leave(task: number): void {
    this.#stage[task] = stage.waits;
    this.#beginsAnew.delete(task);
  }

  /** The task got its slot before it was known that something which it reads has to be made again. */
  hasToBeginAnew(task: number): boolean {
    return this.#beginsAnew.has(task);
  }

  /** The task is done, and its readers wait for one task less. @returns the readers that have not begun */
  complete(task: number, status: TaskStatus): readonly number[] {
    this.#status[task] = status;
    const readers = this.#untouchedReaders(task);
    for (const reader of readers) this.#waitFor(reader, -1);
    return readers;
  }

  /** The task is done, and of no use to its readers. */
  end(task: number, status: "failed" | "cancelled"): void {
    this.#status[task] = status;
  }

  /** A task that was done has to run after all: what has not read it yet waits. @returns those readers */
  takeBack(task: number): readonly number[] {
    this.#status[task] = undefined;
    const readers = this.#untouchedReaders(task);
    for (const reader of readers) {
      this.#waitFor(reader, 1);
      if (this.#stage[reader] === stage.busy) this.#beginsAnew.add(reader);
    }
    return readers;
  }

  /** The task waits for another one as well, if that is not done. */
  waitForMaker(task: number, maker: number): void {
    if (this.#scope.has(maker) && this.#status[maker] === undefined) this.#waitFor(task, 1);
  }

  /** What reads from a task, directly or not, and has not begun. */
  readersBehind(task: number): readonly number[] {
    const found = new Set([task]);
    for (const at of found) {
      for (const reader of this.#untouchedReaders(at)) if (this.#scope.has(reader)) found.add(reader);
    }
    found.delete(task);
    return [...found];
  }

  #untouchedReaders(task: number): readonly number[] {
    const { downstream } = this.#tasks[task] as PlannedTask;
    return downstream.filter(
      (reader) => this.#status[reader] === undefined && this.#hasStarted[reader] === 0,
    );
  }

  #waitFor(task: number, more: 1 | -1): void {
    this.#waitingFor[task] = (this.#waitingFor[task] as number) + more;
  }
}
