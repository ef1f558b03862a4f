import { type Location, report } from "@glacier-ts/core";
import type { TaskFacts } from "../model.js";
import type { ProjectRule } from "./rule.js";

/** Without `strictNullChecks` the compiler forgets null, and with it which tasks may produce nothing. */
export const strictNullChecks: ProjectRule = (project) =>
  project.strictNullChecks || project.tasks.length === 0
    ? []
    : [report("strictNullChecks", {}, project.location)];

/** Datasets of two copies of core are different types, so edges between them would be lost. */
export const oneCore: ProjectRule = ({ datasets }) => {
  const mentions = datasets.flatMap((dataset) => dataset.mentions);
  const first = mentions.find(({ core }) => core !== undefined);
  const other = mentions.find(({ core }) => core !== undefined && core !== first?.core);
  if (first?.core === undefined || other?.core === undefined) return [];
  return [
    report("twoCores", { first: first.core, second: other.core }, other.location, [
      { message: "a dataset of the first copy", location: first.location },
    ]),
  ];
};

/** Pipelines are run and deployed by name. */
export const pipelineNamesDiffer: ProjectRule = ({ pipelines }) => {
  const seen = new Map(pipelines.toReversed().map((pipeline) => [pipeline.name, pipeline]));
  return pipelines.flatMap((pipeline) => {
    const first = seen.get(pipeline.name);
    if (!first || first === pipeline) return [];
    return report("duplicatePipelineName", { name: pipeline.name }, pipeline.nameLocation, [
      { message: `the first '${pipeline.name}'`, location: first.nameLocation },
    ]);
  });
};

/** A run parameter has one type in a pipeline. */
export const paramsAgree: ProjectRule = ({ pipelines, tasks }) => {
  const byId = new Map(tasks.filter(takesParams).map((task) => [task.id, task]));
  return pipelines.flatMap((pipeline) => {
    const seen = new Map<string, { type: string; schema: string; location: Location }>();
    const parameters = pipeline.elements.flatMap(({ id }) => byId.get(id)?.parameters ?? []);
    return parameters.flatMap(({ injected, location }) => {
      if (injected?.kind !== "param" || injected.name === undefined) return [];
      const { name: param, type } = injected;
      const schema = JSON.stringify(injected.schema);
      const before = seen.get(param);
      if (!before) seen.set(param, { type, schema, location });
      if (!before || before.schema === schema) return [];
      const details = { param, first: before.type, second: type };
      return report("paramMismatch", details, location, [
        { message: `'${param}' is ${before.type} here`, location: before.location },
      ]);
    });
  });
};

function takesParams({ parameters }: TaskFacts): boolean {
  return parameters.some(({ injected }) => injected?.kind === "param");
}
