import type { Failure } from "@glacier-ts/core";
import type { RetryPolicy } from "./task-policy.js";

/** The wait after an attempt, by the wait after the first one. */
const growth = {
  exponential: (attempt: number) => 2 ** (attempt - 1),
  linear: (attempt: number) => attempt,
  constant: () => 1,
} as const satisfies Record<RetryPolicy["backoff"], (attempt: number) => number>;

/** A task that waits for its next attempt, and why. */
interface Retry {
  readonly task: number;
  readonly failure: Failure;
  readonly timer: NodeJS.Timeout;
}

/**
 * The tasks of a run that wait for their next attempt. A task that waits is a timer here and no more: it holds no slot
 * and can be taken out at any moment. The libraries for retries wrap the attempts in a promise instead, which would
 * hold the slot all the while; `p-retry` moreover does not try again after a TypeError.
 */
export class RetryDelays {
  readonly #firstDelayMs: number;
  readonly #waiting = new Map<number, Retry>();
  readonly #failedAttempts = new Map<number, number>();

  constructor(firstDelayMs: number) {
    this.#firstDelayMs = firstDelayMs;
  }

  get isEmpty(): boolean {
    return this.#waiting.size === 0;
  }

  /** Attempts of a task that have failed so far. */
  failedAttempts(task: number): number {
    return this.#failedAttempts.get(task) ?? 0;
  }

  /**
   * Calls `onDue` when the delay after a failed attempt has passed. With jitter a delay is shortened by up to a half at
   * random, so that tasks that failed together do not come back together.
   *
   * @returns the delay in milliseconds
   */
  add(
    task: number,
    attempt: number,
    failure: Failure,
    policy: RetryPolicy,
    onDue: (task: number) => void,
  ): number {
    const first = policy.delayMs ?? this.#firstDelayMs;
    const longestMs = Math.min(first * growth[policy.backoff](attempt), policy.maxDelayMs);
    const delayMs = Math.round(policy.hasJitter ? longestMs * (1 - Math.random() / 2) : longestMs);
    const timer = setTimeout(() => {
      this.#waiting.delete(task);
      onDue(task);
    }, delayMs);
    this.#failedAttempts.set(task, attempt);
    this.#waiting.set(task, { task, failure, timer });
    return delayMs;
  }

  /** Takes out all tasks that wait: they will not be tried again. */
  takeAll(): readonly Retry[] {
    const taken = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const { timer } of taken) clearTimeout(timer);
    return taken;
  }
}

/** The user's function failed, and may do better another time. */
export function mayBeRetried(failure: Failure): boolean {
  switch (failure.reason) {
    case "task-threw":
      return !failure.error.isFinal;
    case "task-timed-out":
    case "task-crashed":
      return true;
    default:
      return false;
  }
}
