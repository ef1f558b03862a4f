/** The dataset types that a project declares, for writing one of them. */
import type { Location } from "@glacier-ts/core";
import type { ProgramAnalysis } from "./analyze.js";
import type { CompilerHost, Node, Type } from "./compiler-host.js";
import { compareLocations } from "./datasets.js";
import type { TaskFacts } from "./model.js";

export interface DatasetChoice {
  readonly dataset: string;
  /** The alias or interface. */
  readonly declaration: Node;
  readonly location: Location;
  readonly type: Type;
  /** Some task produces it. */
  readonly isProduced: boolean;
  /** Some task reads it. */
  readonly isRead: boolean;
  readonly isStored: boolean;
}

/** By file and position. */
export function datasetChoices(
  host: CompilerHost,
  { files, manifest }: ProgramAnalysis,
): readonly DatasetChoice[] {
  const tasks = Object.values(manifest.tasks);
  const produced = new Set(tasks.flatMap(({ outputs }) => outputs.map(({ dataset }) => dataset)));
  const read = new Set(tasks.flatMap(({ inputs }) => inputs.map(({ dataset }) => dataset)));
  const declaring = new Map(files.map((facts) => [facts.file, facts.datasets]));
  return host
    .files()
    .flatMap((file) => {
      const datasets = (declaring.get(host.path(file)) ?? []).filter(({ form }) => form === "type");
      if (datasets.length === 0) return [];
      const byStart = new Map(datasets.map((dataset) => [dataset.location.start, dataset]));
      return host.typeDeclarations(file).flatMap(({ node, type }) => {
        const location = host.location(node);
        const facts = byStart.get(location.start);
        if (!facts) return [];
        const { name: dataset } = facts;
        const isStored =
          Object.hasOwn(manifest.datasets, dataset) && manifest.datasets[dataset]?.storage !== undefined;
        const roles = { isProduced: produced.has(dataset), isRead: read.has(dataset), isStored };
        return [{ dataset, declaration: node, location, type, ...roles }];
      });
    })
    .sort((a, b) => compareLocations(a.location, b.location));
}

/**
 * The datasets that a function could say it produces, the best ones first: those that are exactly what it returns, those
 * that somebody reads and nobody produces, those that nobody produces.
 *
 * @param returned the types of what it returns; null is left out of account
 * @param task what is known of the function: it does not produce what it reads
 */
export function fittingOutputs(
  host: CompilerHost,
  choices: readonly DatasetChoice[],
  returned: readonly Type[],
  task: TaskFacts | undefined,
): readonly DatasetChoice[] {
  const values = withoutNull(host, returned);
  const read = new Set(task?.parameters.flatMap(({ datasets }) => datasets.map(({ name }) => name)));
  const rank = ({ type, isProduced, isRead }: DatasetChoice) => {
    const isExact = values.some((value) => host.isAssignable(type, value));
    return (isProduced ? 8 : 0) + (isExact ? 0 : 4) + (isRead ? 0 : 1);
  };
  return choices
    .filter(
      ({ dataset, type }) => !read.has(dataset) && values.every((value) => host.isAssignable(value, type)),
    )
    .map((choice) => ({ choice, rank: rank(choice) }))
    .sort((a, b) => a.rank - b.rank)
    .map(({ choice }) => choice);
}

/** The members of types, without null. */
export function withoutNull(host: CompilerHost, types: readonly Type[]): readonly Type[] {
  return types
    .flatMap((type) => (host.kind(type) === "union" ? host.members(type) : [type]))
    .filter((type) => host.kind(type) !== "null");
}
