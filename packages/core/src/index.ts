/**
 * What pipelines are written with, and the contracts between the parts of Glacier. No dependency at run time, no platform.
 * @module @glacier-ts/core
 */

export type { StandardSchemaV1 } from "@standard-schema/spec";
export {
  type CatalogEntry,
  type CatalogName,
  catalog,
  codeOf,
  type DetailsOf,
  expectation,
  report,
} from "./catalog.js";
export type {
  Check,
  CheckedDataset,
  CheckFunction,
  CheckMark,
  CheckOptions,
  CheckOutcome,
  CheckResult,
  CheckSeverity,
  Verdict,
} from "./check.js";
export { check } from "./check.js";
export { checkGraph, type GraphPlace, type GraphProblem, locateProblem } from "./check-graph.js";
export type {
  Compute,
  ComputeKind,
  ComputeOf,
  ContainerOptions,
  LocalOptions,
  ServerlessOptions,
} from "./compute.js";
export { compute } from "./compute.js";
export { type Config, defineConfig, type EnvironmentConfig, inEnvironment } from "./config.js";
export type {
  ContextMark,
  LogFields,
  LogLevel,
  Signal,
  SignalLike,
  TaskContext,
  TaskLog,
} from "./context.js";
export type { Dataset, DatasetDeclaration, DatasetMark, DatasetOptions } from "./dataset.js";
export { dataset } from "./dataset.js";
export type { Diagnostic, DiagnosticCode, Location, RelatedInformation, Severity } from "./diagnostic.js";
export { compilerCode, diagnosticText, GlacierError } from "./diagnostic.js";
export { type Duration, durationMs } from "./duration.js";
export type * from "./event.js";
export type { Exact, UnknownOption } from "./exact.js";
export type * from "./failure.js";
export type {
  Graph,
  GraphDataset,
  GraphEdge,
  GraphTask,
  PipelineId,
  TaskId,
  UncheckedGraph,
} from "./graph.js";
export {
  buildGraph,
  connectTasks,
  elementsOf,
  getTask,
  isIdOf,
  pipelineId,
  resultDatasets,
  sinkTasks,
  sourceTasks,
  taskId,
} from "./graph.js";
export type { Param, ParamMark, ParamValue, Secret, SecretMark } from "./injected.js";
export type { Json, JsonObject } from "./json.js";
export { compareText, isJsonObject, sortKeys } from "./json.js";
export type * from "./manifest.js";
export { manifestVersion } from "./manifest.js";
export { parseManifest, readManifest, renderManifest } from "./manifest-io.js";
export { NonRetryableError } from "./non-retryable-error.js";
export { topologicalOrder } from "./order.js";
export type {
  Pipeline,
  PipelineOptions,
  PipelineWiring,
  RunOptions,
  RunResult,
  TaskReference,
} from "./pipeline.js";
export { pipeline } from "./pipeline.js";
export type {
  Checks,
  DatasetValues,
  FittingChecks,
  GivenDatasets,
  GivenResources,
  NotMadeByCheck,
  ParamsOf,
  ParamsOption,
  ProducedNames,
  ResultNames,
  Tasks,
  WithChecks,
} from "./pipeline-types.js";
export type * from "./ports.js";
export { type EnvReference, env, type SecretReference, type StringOption, secret } from "./reference.js";
export { render, type VisualizeOptions } from "./render/render.js";
export { type DiagnosticStyle, renderDiagnostic } from "./render-diagnostic.js";
export type {
  Resource,
  ResourceContext,
  ResourceDeclaration,
  ResourceMark,
  ResourceOptions,
} from "./resource.js";
export { resource } from "./resource.js";
export { fail, type Result, succeed } from "./result.js";
export type { FittingSchema, SchemaAllows, SchemaFillsIn } from "./row-schema.js";
export {
  crashText,
  describeFailure,
  describeStop,
  describeTaskFailure,
  errorText,
  RunError,
  renderStack,
} from "./run-error.js";
export { checkParams, parseParam } from "./run-params.js";
export { type SelectOptions, selectTasks } from "./select.js";
export { StorageError, type StorageErrorReason } from "./storage-error.js";
export { suggest } from "./suggest.js";
export type {
  CacheOptions,
  RetryOptions,
  Task,
  TaskFunction,
  TaskMark,
  TaskMetadata,
  TaskOptions,
  TaskWiring,
} from "./task.js";
export { task, taskMetadata } from "./task.js";
export { describeSchema } from "./value-schema.js";
