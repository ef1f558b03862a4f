/** Where datasets are produced and read, for going from one to the other in an editor. */
import type { Location } from "@glacier-ts/core";
import { compareLocations } from "./datasets.js";
import type { FileFacts, TaskFacts } from "./model.js";

/** A place that belongs to a task. */
export interface TaskPlace {
  /** The task's name. */
  readonly task: string;
  readonly location: Location;
}

/** The declarations of the tasks that produce a dataset. */
export function producersOf(files: readonly FileFacts[], dataset: string): readonly TaskPlace[] {
  return exportedTasks(files)
    .filter((task) => task.returned.outputs.some(({ mention }) => mention.name === dataset))
    .map(({ name, location }) => ({ task: name, location }));
}

/** The parameters that read what a task produces. */
export function consumersOf(files: readonly FileFacts[], id: string): readonly TaskPlace[] {
  const tasks = exportedTasks(files);
  const outputs = tasks.find((task) => task.id === id)?.returned.outputs ?? [];
  const produced = new Set(outputs.flatMap(({ mention }) => mention.name ?? []));
  return tasks.flatMap(({ name: task, parameters }) =>
    parameters
      .filter(({ datasets }) => datasets.some(({ name }) => name !== undefined && produced.has(name)))
      .map(({ location }) => ({ task, location })),
  );
}

/** Exported tasks, each once, by file and position. */
export function exportedTasks(files: readonly FileFacts[]): readonly TaskFacts[] {
  const listed = files.flatMap(({ pipelines }) =>
    pipelines.flatMap(({ elements }) => elements.flatMap(({ plain }) => plain ?? [])),
  );
  const tasks = new Map<string, TaskFacts>();
  // A task of another project is at the element that lists it.
  const own = files.filter(({ isOther }) => !isOther).flatMap((file) => file.tasks);
  for (const task of [...own, ...listed]) {
    if (task.id !== undefined && !tasks.has(task.id)) tasks.set(task.id, task);
  }
  return [...tasks.values()].sort((a, b) => compareLocations(a.location, b.location));
}
