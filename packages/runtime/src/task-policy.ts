import {
  durationMs,
  type Json,
  type JsonObject,
  type ManifestTask,
  type RetryOptions,
  type TaskFunction,
  taskMetadata,
} from "@glacier-ts/core";

/** How often and how long a task may be tried. */
export interface TaskPolicy {
  readonly retry: RetryPolicy;
  readonly timeoutMs?: number;
  /** Why the options cannot be used. Only options that the compiler could not read can be wrong here. */
  readonly problem?: string;
}

export interface RetryPolicy {
  /** Attempts after the first one. */
  readonly limit: number;
  /** Undefined for the executor's. */
  readonly delayMs?: number | undefined;
  readonly backoff: NonNullable<RetryOptions["backoff"]>;
  readonly maxDelayMs: number;
  readonly hasJitter: boolean;
}

const noRetry: RetryPolicy = { limit: 0, backoff: "exponential", maxDelayMs: 60_000, hasJitter: true };
const defaultPolicy: TaskPolicy = { retry: noRetry };

/**
 * Reads the policy of a task from the manifest, and from what `task()` remembered where the manifest says `$dynamic`.
 * The task's own timeout comes before the one of its compute.
 */
export function readPolicy(manifest: ManifestTask, run: TaskFunction | undefined): TaskPolicy {
  if (manifest.retries === undefined && manifest.timeout === undefined && manifest.compute === undefined)
    return defaultPolicy;

  const options = (run && taskMetadata(run))?.options as JsonObject | undefined;
  const compute = optionValue(manifest.compute, options?.compute) as JsonObject | undefined;
  const retries = optionValue(manifest.retries, options?.retries) ?? 0;
  const timeout = optionValue(manifest.timeout, options?.timeout) ?? compute?.timeout;
  try {
    return {
      retry: readRetries(typeof retries === "object" ? (retries as JsonObject) : { limit: retries }),
      ...(timeout !== undefined && { timeoutMs: readDuration("timeout", timeout) }),
    };
  } catch (error) {
    if (!(error instanceof WrongOption)) throw error;
    const { option, found, expected } = error;
    const text = JSON.stringify(found) ?? String(found);
    return {
      retry: noRetry,
      problem: `Option '${option}' of task '${manifest.name}' is ${text}, expected ${expected}`,
    };
  }
}

/** An option as it is in the manifest; where that says `$dynamic`, also in a part of it, as it is at run time. */
export function optionValue(written: Json | undefined, atRunTime: Json | undefined): Json | undefined {
  if (typeof written !== "object" || written === null || Array.isArray(written)) return written;
  if (Object.hasOwn(written, "$dynamic")) return atRunTime;
  const parts = Object.entries(written as JsonObject);
  if (!parts.some(([, part]) => typeof part === "object")) return written;
  const known = atRunTime as JsonObject | undefined;
  return Object.fromEntries(
    parts.map(([key, part]) => [key, optionValue(part, known?.[key])] as const),
  ) as JsonObject;
}

const backoffs = ["exponential", "linear", "constant"] as const satisfies RetryPolicy["backoff"][];

class WrongOption extends Error {
  readonly option: string;
  readonly found: unknown;
  readonly expected: string;

  constructor(option: string, found: unknown, expected: string) {
    super(option);
    this.option = option;
    this.found = found;
    this.expected = expected;
  }
}

function readRetries({ limit, delay, backoff, maxDelay, jitter }: JsonObject): RetryPolicy {
  if (typeof limit !== "number" || !(limit >= 0) || (limit !== Infinity && !Number.isInteger(limit)))
    throw new WrongOption("retries", limit, "a whole number from 0");
  if (backoff !== undefined && !backoffs.includes(backoff as (typeof backoffs)[number]))
    throw new WrongOption("retries.backoff", backoff, "'exponential', 'linear' or 'constant'");
  return {
    limit,
    delayMs: delay === undefined ? undefined : readDuration("retries.delay", delay),
    backoff: (backoff as RetryOptions["backoff"]) ?? noRetry.backoff,
    maxDelayMs: maxDelay === undefined ? noRetry.maxDelayMs : readDuration("retries.maxDelay", maxDelay),
    hasJitter: jitter !== false,
  };
}

function readDuration(option: string, found: Json | undefined): number {
  const milliseconds = typeof found === "string" ? durationMs(found) : undefined;
  if (milliseconds === undefined) throw new WrongOption(option, found, "a duration such as '30s'");
  return milliseconds;
}
