/**
 * Runs pipelines.
 * @module @glacier-ts/runtime
 */
export { LocalExecutor, type LocalExecutorOptions } from "./executors/local.js";
export type { DatasetAccess } from "./stored-datasets.js";
