import type { Diagnostic, Location, ManifestTask } from "@glacier-ts/core";
import type { PipelineFacts, TaskFacts } from "../model.js";
import { allTasks, type FixContext, isSamePlace } from "./fix.js";

/** A dataset that a task of a pipeline reads and none produces. */
export interface MissingInput {
  readonly dataset: string;
  /** The task that reads it. */
  readonly consumer: TaskFacts;
  /** The parameter that takes it. */
  readonly parameter: Location;
  readonly pipeline: PipelineFacts;
  /** The tasks of the pipeline. */
  readonly pipelineTasks: readonly ManifestTask[];
  /** The element of `tasks` that it was reported at; one of them where it was reported at a check. */
  readonly element: Location;
}

/** What a diagnostic of a missing producer is about. */
export function missingInput(diagnostic: Diagnostic, context: FixContext): MissingInput | undefined {
  const { files, manifest } = context.analysis;
  const { location: reportedAt, related } = diagnostic;
  const place = related[0]?.location;
  const pipeline = files
    .flatMap(({ pipelines }) => pipelines)
    .find(({ elements }) => elements.some(({ location }) => isSamePlace(location, reportedAt)));
  const reported = pipeline?.elements.find(({ location }) => isSamePlace(location, reportedAt));
  // A producer is a task, whoever misses it.
  const element = reported?.isCheck
    ? pipeline?.elements.find(({ isCheck }) => !isCheck)?.location
    : reportedAt;
  if (!element || !place || !pipeline) return undefined;
  const ids = new Set(pipeline.elements.map(({ id }) => id));
  for (const consumer of allTasks(context)) {
    const parameter = consumer.parameters.find(({ location }) => isSamePlace(location, place));
    const [mention] = parameter?.datasets ?? [];
    if (mention?.name === undefined || consumer.id === undefined || !ids.has(consumer.id)) continue;
    const pipelineTasks = [...ids].flatMap((id) => manifest.tasks[id] ?? []);
    return { dataset: mention.name, consumer, parameter: place, pipeline, pipelineTasks, element };
  }
  return undefined;
}
