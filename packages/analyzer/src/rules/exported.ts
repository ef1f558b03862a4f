import { report } from "@glacier-ts/core";
import type { PipelineRule, TaskRule } from "./rule.js";

/** A worker finds a task by its module and export. */
export const exportedTask: TaskRule = (task) =>
  task.id === undefined
    ? [report("notExported", { call: task.check ? "check" : "task" }, task.location)]
    : [];

export const exportedPipeline: PipelineRule = (pipeline) =>
  pipeline.id === undefined ? [report("notExported", { call: "pipeline" }, pipeline.location)] : [];
