import type { Diagnostic, Location } from "@glacier-ts/core";
import type { LinkedDataset } from "../datasets.js";
import type { PipelineFacts, ResourceFacts, TaskFacts } from "../model.js";
import type { PayloadComparer } from "../schema/payload-comparer.js";

/** A check that needs one task. */
export type TaskRule = (task: TaskFacts) => readonly Diagnostic[];

/** A check that needs one pipeline's declaration. */
export type PipelineRule = (pipeline: PipelineFacts) => readonly Diagnostic[];

/** A check that needs one call of `resource()`. */
export type ResourceRule = (resource: ResourceFacts) => readonly Diagnostic[];

/** A check that needs everything that the project says of one dataset. */
export type DatasetRule = (dataset: LinkedDataset, payloads: PayloadComparer) => readonly Diagnostic[];

/** A check that needs the whole project. */
export type ProjectRule = (project: LinkedProject) => readonly Diagnostic[];

/** What is known of a project when its facts are brought together. */
interface LinkedProject {
  readonly location: Location;
  readonly strictNullChecks: boolean;
  readonly tasks: readonly TaskFacts[];
  readonly datasets: readonly LinkedDataset[];
  readonly pipelines: readonly PipelineFacts[];
}
