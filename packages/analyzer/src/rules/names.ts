import { report } from "@glacier-ts/core";
import type { DatasetRule, PipelineRule, ResourceRule, TaskRule } from "./rule.js";

const goodName = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$/;

/** Whether a dataset, pipeline, parameter, secret or resource can have the name. */
export function isGoodName(name: string): boolean {
  return goodName.test(name);
}

/** Names become file names, object keys and resource names. */
export const pipelineName: PipelineRule = ({ name, nameLocation }) =>
  isGoodName(name) ? [] : [report("badName", { what: "pipeline", name }, nameLocation)];

export const datasetName: DatasetRule = ({ name, location }) =>
  isGoodName(name) ? [] : [report("badName", { what: "dataset", name }, location)];

export const resourceName: ResourceRule = ({ name, nameLocation }) =>
  isGoodName(name) ? [] : [report("badName", { what: "resource", name }, nameLocation)];

/** Run parameters and secrets go by names that a command line and an environment can have. */
export const injectedNames: TaskRule = (task) =>
  task.parameters.flatMap(({ injected, location }) => {
    if (!injected) return [];
    const what = injected.kind === "param" ? "parameter" : injected.kind;
    if (injected.name === undefined)
      return report("dynamicName", { what, type: injected.nameType }, location);
    // That of a resource is reported where it is declared.
    return what === "resource" || isGoodName(injected.name)
      ? []
      : report("badName", { what, name: injected.name }, location);
  });

/** The graph is known when the project is compiled, so the names of datasets are literals. */
export const literalNames: TaskRule = (task) => {
  if (task.typeParameters !== "") return [];
  const mentions = [
    ...task.parameters.flatMap((parameter) => parameter.datasets),
    ...task.returned.outputs.map((output) => output.mention),
  ];
  return mentions
    .filter((mention) => mention.name === undefined)
    .map(({ location, nameType = "unknown" }) =>
      report("dynamicName", { what: "dataset", type: nameType }, location),
    );
};
