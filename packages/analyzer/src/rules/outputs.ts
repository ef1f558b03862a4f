import { type Diagnostic, report } from "@glacier-ts/core";
import type { ReturnProblem, TaskFacts } from "../model.js";
import type { TaskRule } from "./rule.js";

/** The return type says which datasets the task produces. */
export const outputs: TaskRule = (task) => {
  if (task.signatureCount !== 1 || task.typeParameters !== "") return [];
  return task.returned.problems.map((problem) => describe(task, problem));
};

/** A task produces a dataset once. */
export const outputOnce: TaskRule = (task) => {
  const names = task.returned.outputs.map((output) => output.mention.name);
  const repeated = new Set(names.filter((name, index) => names.indexOf(name) !== index));
  return [...repeated]
    .filter((name) => name !== undefined)
    .map((dataset) => report("outputTwice", { task: task.name, dataset }, task.returned.location));
};

function describe(task: TaskFacts, problem: ReturnProblem): Diagnostic {
  const { location } = task.returned;
  switch (problem.kind) {
    case "no-dataset":
      return report("outputLost", { task: task.name, type: problem.type }, location);
    case "unknown":
      return report("outputUnknown", { task: task.name, type: problem.type }, location);
    case "union":
      return report("outputUnion", { task: task.name, datasets: problem.datasets }, location);
    case "mixed":
      return report(
        "outputMixed",
        { task: task.name, dataset: problem.dataset, type: problem.type },
        location,
      );
    case "stream-of-datasets": {
      const details = { owner: `The return type of task '${task.name}'`, type: problem.type };
      return report("streamOfDatasets", details, location);
    }
    default:
      return problem satisfies never;
  }
}
