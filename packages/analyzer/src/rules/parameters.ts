import { type Diagnostic, report } from "@glacier-ts/core";
import type { ParameterFacts, TaskFacts } from "../model.js";
import type { TaskRule } from "./rule.js";

/** Every parameter is one dataset, is filled in by the executor, or may be left out. */
export const parameters: TaskRule = (task) => {
  if (task.signatureCount !== 1 || task.typeParameters !== "") return [];
  return task.parameters.flatMap((parameter) => checkParameter(task, parameter) ?? []);
};

function checkParameter(task: TaskFacts, parameter: ParameterFacts): Diagnostic | undefined {
  const { location, datasets, typeText } = parameter;
  const names = { task: task.name, parameter: parameter.name, isOptional: parameter.isOptional };
  if (parameter.isRest) return report("restParameter", names, location);
  if (parameter.isContext && datasets.length === 0) {
    const first = task.parameters.find(({ isContext }) => isContext);
    const details = { ...names, type: "a second TaskContext" };
    return first === parameter ? undefined : report("unmarkedParameter", details, location);
  }
  if (parameter.isStreamOfDatasets) {
    const owner = `Parameter '${parameter.name}' of task '${task.name}'`;
    return report("streamOfDatasets", { owner, type: typeText }, location);
  }
  if (datasets.length > 1) {
    const details = { ...names, datasets: datasets.map((dataset) => dataset.name ?? "?") };
    return report("ambiguousParameter", details, location);
  }
  // A dataset inside of an optional parameter would never come.
  const isLeftOut = parameter.isOptional && !parameter.mentionsDataset;
  const isFilled = datasets.length === 1 || parameter.injected !== undefined || isLeftOut;
  return isFilled ? undefined : report("unmarkedParameter", { ...names, type: typeText }, location);
}
