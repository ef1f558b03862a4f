/** Copies of facts in which some parts are others. */
import type { Diagnostic, Location } from "@glacier-ts/core";
import type {
  DatasetFacts,
  DatasetMention,
  OptionFacts,
  PartFacts,
  PipelineFacts,
  TaskFacts,
} from "../model.js";

type Change<T> = (part: T) => T;

/** Every mention of a dataset, in a fixed order. */
export function mentionsOf(facts: PartFacts): readonly DatasetMention[] {
  const known = mentions.get(facts);
  if (known) return known;
  const found: DatasetMention[] = [];
  mentions.set(facts, found);
  mapMentions(facts, (mention) => {
    found.push(mention);
    return mention;
  });
  return found;
}

const mentions = new WeakMap<PartFacts, readonly DatasetMention[]>();

const locations = new WeakMap<PartFacts, readonly Location[]>();

/** Every place that facts have, in any file. */
export function locationsOf(facts: PartFacts): readonly Location[] {
  const known = locations.get(facts);
  if (known) return known;
  const found: Location[] = [];
  locations.set(facts, found);
  mapLocations(facts, (location) => {
    found.push(location);
    return location;
  });
  return found;
}

export function mapMentions(facts: PartFacts, change: Change<DatasetMention>): PartFacts {
  const changeTask = (task: TaskFacts): TaskFacts => ({
    ...task,
    parameters: task.parameters.map((parameter) => ({
      ...parameter,
      datasets: parameter.datasets.map(change),
    })),
    returned: {
      ...task.returned,
      outputs: task.returned.outputs.map((output) => ({ ...output, mention: change(output.mention) })),
    },
  });
  return {
    ...facts,
    tasks: facts.tasks.map(changeTask),
    datasets: facts.datasets.map((dataset) => ({
      ...dataset,
      mention: dataset.mention && change(dataset.mention),
    })),
    pipelines: facts.pipelines.map((pipeline) => ({
      ...pipeline,
      elements: pipeline.elements.map((element) => ({
        ...element,
        plain: element.plain && changeTask(element.plain),
      })),
    })),
  };
}

export function mapLocations(facts: PartFacts, change: Change<Location>): PartFacts {
  const changeOptions = (options: OptionFacts): OptionFacts => ({
    ...options,
    locations: new Map([...options.locations].map(([option, location]) => [option, change(location)])),
  });
  const changeTask = (task: TaskFacts): TaskFacts => ({
    ...task,
    location: change(task.location),
    ...(task.check && { check: { ...task.check, nameLocation: change(task.check.nameLocation) } }),
    parameters: task.parameters.map((parameter) => ({ ...parameter, location: change(parameter.location) })),
    returned: { ...task.returned, location: change(task.returned.location) },
    options: changeOptions(task.options),
  });
  const changeDataset = (dataset: DatasetFacts): DatasetFacts => ({
    ...dataset,
    location: change(dataset.location),
    options: changeOptions(dataset.options),
    ...(dataset.validator && {
      validator: { ...dataset.validator, location: change(dataset.validator.location) },
    }),
  });
  const changePipeline = (pipeline: PipelineFacts): PipelineFacts => ({
    ...pipeline,
    location: change(pipeline.location),
    nameLocation: change(pipeline.nameLocation),
    elements: pipeline.elements.map((element) => ({
      ...element,
      location: change(element.location),
      plain: element.plain && changeTask(element.plain),
    })),
    resources: pipeline.resources.map((resource) => ({ ...resource, location: change(resource.location) })),
  });
  const moved: PartFacts = {
    ...facts,
    tasks: facts.tasks.map(changeTask),
    datasets: facts.datasets.map(changeDataset),
    pipelines: facts.pipelines.map(changePipeline),
    resources: facts.resources.map((resource) => ({
      ...resource,
      nameLocation: change(resource.nameLocation),
    })),
    diagnostics: facts.diagnostics.map((diagnostic) => mapPlaces(diagnostic, change)),
  };
  return mapMentions(moved, (mention) => ({
    ...mention,
    location: change(mention.location),
    schema: {
      ...mention.schema,
      problems: mention.schema.problems.map((problem) =>
        problem.kind === "tag" ? { ...problem, location: change(problem.location) } : problem,
      ),
    },
  }));
}

/** A diagnostic at other places. */
export function mapPlaces(diagnostic: Diagnostic, change: Change<Location>): Diagnostic {
  return {
    ...diagnostic,
    ...(diagnostic.location && { location: change(diagnostic.location) }),
    related: diagnostic.related.map((related) => ({
      ...related,
      ...(related.location && { location: change(related.location) }),
    })),
  };
}
