/** The rules in the order in which they report. */
import { checkName, checkOptions, checkReads, checkReturns } from "./rules/checks.js";
import { exportedPipeline, exportedSchema, exportedTask } from "./rules/exported.js";
import { formatHolds } from "./rules/formats.js";
import { datasetName, injectedNames, literalNames, pipelineName, resourceName } from "./rules/names.js";
import { noThisParameter, notGeneric, oneSignature } from "./rules/one-signature.js";
import { agreesWithOthers, datasetOptions, oneDeclaration, taskOptions } from "./rules/options.js";
import { outputOnce, outputs } from "./rules/outputs.js";
import { parameters } from "./rules/parameters.js";
import { partitionColumns } from "./rules/partitions.js";
import { docTags, serialisable, toldApart } from "./rules/payloads.js";
import { payloadsFit } from "./rules/payloads-fit.js";
import { oneCore, paramsAgree, pipelineNamesDiffer, strictNullChecks } from "./rules/project.js";
import { resourceOnce, resourcesUsed } from "./rules/resources.js";
import type { DatasetRule, PipelineRule, ProjectRule, ResourceRule, TaskRule } from "./rules/rule.js";
import { storageFits } from "./rules/storages.js";

/** Rules for one task or check. */
export const taskRules: readonly TaskRule[] = [
  exportedTask,
  oneSignature,
  notGeneric,
  noThisParameter,
  parameters,
  outputs,
  outputOnce,
  literalNames,
  injectedNames,
  taskOptions,
  checkName,
  checkOptions,
  checkReads,
  checkReturns,
];

/** Checks of one pipeline's declaration; its graph is checked by core. */
export const pipelineRules: readonly PipelineRule[] = [exportedPipeline, pipelineName, resourceOnce];

/** Checks of one call of `resource()`. */
export const resourceRules: readonly ResourceRule[] = [resourceName];

/** Checks of everything that the project says of one dataset. */
export const datasetRules: readonly DatasetRule[] = [
  datasetName,
  datasetOptions,
  exportedSchema,
  oneDeclaration,
  agreesWithOthers,
  serialisable,
  toldApart,
  payloadsFit,
  formatHolds,
  storageFits,
  partitionColumns,
];

/** Checks of the project as a whole. */
export const projectRules: readonly ProjectRule[] = [
  strictNullChecks,
  oneCore,
  pipelineNamesDiffer,
  paramsAgree,
  resourcesUsed,
  docTags,
];
