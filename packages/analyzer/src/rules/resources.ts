import { report } from "@glacier-ts/core";
import type { TaskFacts } from "../model.js";
import type { PipelineRule, ProjectRule } from "./rule.js";

/** Tasks take a resource by its name. */
export const resourceOnce: PipelineRule = ({ name: pipeline, resources }) => {
  const first = new Map(resources.toReversed().map((resource) => [resource.name, resource]));
  return resources.flatMap((resource) => {
    const before = first.get(resource.name);
    if (!before || before === resource) return [];
    return report("repeatedResource", { resource: resource.name, pipeline }, resource.location, [
      { message: `'${resource.name}' is listed here first`, location: before.location },
    ]);
  });
};

/** What no task takes is never opened. Where a task could not be read, it may be the one. */
export const resourcesUsed: ProjectRule = ({ pipelines, tasks }) => {
  const byId = new Map(tasks.map((task) => [task.id, task]));
  return pipelines
    .filter(({ resources, isIncomplete }) => resources.length > 0 && !isIncomplete)
    .flatMap(({ name: pipeline, resources, elements }) => {
      const taken = new Set(elements.flatMap(({ id }) => resourcesOf(byId.get(id))));
      return resources
        .filter(({ name }) => !taken.has(name))
        .map(({ name: resource, location }) => report("unusedResource", { resource, pipeline }, location));
    });
};

function resourcesOf(task: TaskFacts | undefined): readonly (string | undefined)[] {
  return (
    task?.parameters.flatMap(({ injected }) => (injected?.kind === "resource" ? injected.name : [])) ?? []
  );
}
