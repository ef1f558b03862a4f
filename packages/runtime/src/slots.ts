import type { ComputeKind } from "@glacier-ts/core";
import { ReadyQueue } from "./ready-queue.js";

/** How many tasks may run at once. */
export interface Concurrency {
  /** Of all kinds together. */
  readonly total: number;
  /** Of each kind of compute. */
  readonly byKind: Readonly<Partial<Record<ComputeKind, number>>>;
}

/** Tasks that share a limit. */
interface Lane {
  free: number;
  readonly ready: ReadyQueue;
}

/**
 * The tasks that could start now, and the slots that they start in. A task whose kind has no free slot does not keep
 * tasks of other kinds waiting.
 */
export class Slots {
  #free: number;
  /** One for each kind that has a limit of its own, after one for all others. */
  readonly #lanes: readonly [Lane, ...Lane[]];
  /** By task: the number of its lane. */
  readonly #laneOf: Uint8Array;

  /** @param kinds by task: the kind of its compute */
  constructor({ total, byKind }: Concurrency, kinds: readonly ComputeKind[]) {
    const limited = Object.keys(byKind) as ComputeKind[];
    const lane = (free: number): Lane => ({ free, ready: new ReadyQueue() });
    this.#free = total;
    this.#lanes = [lane(Infinity), ...limited.map((kind) => lane(byKind[kind] ?? Infinity))];
    this.#laneOf = Uint8Array.from(kinds, (kind) => limited.indexOf(kind) + 1);
  }

  /** No task waits for a slot. */
  get isIdle(): boolean {
    return this.#lanes.every(({ ready }) => ready.isEmpty);
  }

  /** There is a task, and a slot for it. */
  get canTake(): boolean {
    return this.#free > 0 && this.#lanes.some(({ free, ready }) => free > 0 && !ready.isEmpty);
  }

  push(task: number): void {
    this.#lane(task).ready.push(task);
  }

  /** Takes a slot for the most urgent task that there is one for. */
  take(): number {
    let best: Lane | undefined;
    let bestTask = Infinity;
    for (const lane of this.#lanes) {
      const { first } = lane.ready;
      if (first === undefined || first > bestTask || lane.free === 0) continue;
      best = lane;
      bestTask = first;
    }
    const task = best?.ready.pop();
    if (!best || task === undefined) throw new Error("Internal error: no task can take a slot");
    this.#free--;
    best.free--;
    return task;
  }

  /** Gives a task's slot back. */
  release(task: number): void {
    this.#free++;
    this.#lane(task).free++;
  }

  #lane(task: number): Lane {
    return this.#lanes[this.#laneOf[task] as number] as Lane;
  }
}
