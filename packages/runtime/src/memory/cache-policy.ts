import {
  durationMs,
  type JsonObject,
  type ManifestTask,
  type TaskFunction,
  taskMetadata,
} from "@glacier-ts/core";
import { optionValue } from "../task-policy.js";

/** When a former result of a task may be used again. */
export interface CachePolicy {
  readonly isAllowed: boolean;
  /** How old it may be; undefined for any age. */
  readonly maxAgeMs: number | undefined;
  /** Environment variables that the result depends on. */
  readonly env: readonly string[];
}

const always: CachePolicy = { isAllowed: true, maxAgeMs: undefined, env: [] };
const never: CachePolicy = { isAllowed: false, maxAgeMs: undefined, env: [] };

/** Reads a task's `cache` option; what makes no sense there counts as `false`, which is always right. */
export function readCachePolicy(manifest: ManifestTask, run: TaskFunction | undefined): CachePolicy {
  const atRunTime = (run && taskMetadata(run))?.options as JsonObject | undefined;
  const cache = optionValue(manifest.cache, atRunTime?.cache);
  if (cache === undefined || cache === true) return always;
  if (typeof cache !== "object" || cache === null || Array.isArray(cache)) return never;
  const { maxAge, env = [] } = cache as JsonObject;
  const maxAgeMs = typeof maxAge === "string" ? durationMs(maxAge) : undefined;
  const isReadable = Array.isArray(env) && (maxAge === undefined || maxAgeMs !== undefined);
  return isReadable ? { isAllowed: true, maxAgeMs, env: env.map(String) } : never;
}
