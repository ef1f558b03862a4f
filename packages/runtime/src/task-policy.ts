import {
  durationMs,
  type Json,
  type JsonObject,
  type ManifestTask,
  type TaskFunction,
  taskMetadata,
} from "@glacier-ts/core";

/** How often and how long a task may be tried. */
export interface TaskPolicy {
  /** Attempts after the first one. */
  readonly retries: number;
  readonly timeoutMs?: number;
  /** Why the options cannot be used. Only options that the compiler could not read can be wrong here. */
  readonly problem?: string;
}

const defaultPolicy: TaskPolicy = { retries: 0 };

/**
 * Reads the policy of a task from the manifest, and from what `task()` remembered where the manifest says `$dynamic`.
 * The task's own timeout comes before the one of its compute.
 */
export function readPolicy(manifest: ManifestTask, run: TaskFunction): TaskPolicy {
  if (manifest.retries === undefined && manifest.timeout === undefined && manifest.compute === undefined)
    return defaultPolicy;

  const options = taskMetadata(run)?.options;
  const atRunTime = options?.compute as JsonObject | undefined;
  const compute = option(manifest.compute, atRunTime) as JsonObject | undefined;
  const retries = option(manifest.retries, options?.retries) ?? 0;
  const timeout = option(manifest.timeout, options?.timeout) ?? option(compute?.timeout, atRunTime?.timeout);

  const problem = (name: string, found: unknown, expected: string) => ({
    retries: 0,
    problem: `Option '${name}' of task '${manifest.name}' is ${JSON.stringify(found) ?? String(found)}, expected ${expected}`,
  });
  if (typeof retries !== "number" || !(retries >= 0) || (retries !== Infinity && !Number.isInteger(retries)))
    return problem("retries", retries, "a whole number from 0");
  if (timeout === undefined) return { retries };
  const timeoutMs = typeof timeout === "string" ? durationMs(timeout) : undefined;
  if (timeoutMs === undefined) return problem("timeout", timeout, "a duration such as '30s'");
  return { retries, timeoutMs };
}

function option(written: Json | undefined, atRunTime: Json | undefined): Json | undefined {
  const isDynamic = typeof written === "object" && written !== null && Object.hasOwn(written, "$dynamic");
  return isDynamic ? atRunTime : written;
}
