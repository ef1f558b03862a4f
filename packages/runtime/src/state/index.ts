/**
 * What a project remembers of its runs.
 * @module @glacier-ts/runtime/state
 */
export type { Artifact, Artifacts } from "./artifacts.js";
export type { RecordedCheck } from "./check-results.js";
export type { GcOptions, GcReport } from "./collect-garbage.js";
export type { Materialization } from "./materializations.js";
export type { CachedTask, StoredOutput, StoredResult } from "./results.js";
export type { FinishedTask, RunRecorder } from "./run-recorder.js";
export type { NewRun, RecordedStatus, RecordedTask, RunRecord, RunSummary } from "./runs.js";
export { type OpenedState, State } from "./state.js";
