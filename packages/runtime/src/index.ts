/**
 * Runs pipelines.
 * @module @glacier-ts/runtime
 */
export {
  type CodeCache,
  type CodeVersion,
  type CodeVersionOptions,
  type CodeVersions,
  codeVersions,
} from "./code/code-versions.js";
export { errorInfo } from "./error-info.js";
export { LocalExecutor, type LocalExecutorOptions } from "./executors/local.js";
export { type Forecast, forecast } from "./memory/forecast.js";
export { isCodeChanged, type LocalState } from "./memory/local-state.js";
export type { Change, Staleness } from "./memory/staleness.js";
export { Redaction } from "./redaction.js";
export { type Exports, findExport, isFunction } from "./runners/find-export.js";
export type { DatasetAccess } from "./stored-datasets.js";
