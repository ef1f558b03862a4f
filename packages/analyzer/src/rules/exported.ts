import { report } from "@glacier-ts/core";
import type { DatasetRule, PipelineRule, TaskRule } from "./rule.js";

/** A worker finds a task by its module and export. */
export const exportedTask: TaskRule = (task) =>
  task.id === undefined
    ? [report("notExported", { call: task.check ? "check" : "task" }, task.location)]
    : [];

/** A run takes the schema of a dataset from its declaration. */
export const exportedSchema: DatasetRule = ({ declarations }) =>
  declarations.flatMap(({ validator }) =>
    validator && validator.id === undefined
      ? [report("notExported", { call: "dataset" }, validator.location)]
      : [],
  );

export const exportedPipeline: PipelineRule = (pipeline) =>
  pipeline.id === undefined ? [report("notExported", { call: "pipeline" }, pipeline.location)] : [];
