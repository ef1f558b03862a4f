/** What can be wrong with a graph. The compiler and `pipeline.validate()` report the same problems from here. */
import { type CatalogName, type DetailsOf, report } from "./catalog.js";
import type { Diagnostic, Location } from "./diagnostic.js";
import {
  elementsOf,
  type Graph,
  type GraphEdge,
  type GraphTask,
  getTask,
  type TaskId,
  type UncheckedGraph,
} from "./graph.js";
import { findCycles, topologicalOrder } from "./order.js";
import { fail, type Result, succeed } from "./result.js";
import { suggest } from "./suggest.js";

/** A place in a graph's declaration. Who knows the source turns it into a location. */
export type GraphPlace =
  | { readonly kind: "pipeline" }
  /** An element of `tasks`, or of `checks` after these, by position. */
  | { readonly kind: "element"; readonly position: number }
  /** The parameter of a task that reads the dataset. */
  | { readonly kind: "input"; readonly task: TaskId; readonly dataset: string }
  /** The return type of a task that produces the dataset. */
  | { readonly kind: "output"; readonly task: TaskId; readonly dataset: string }
  /** The parameter of a task that takes the resource. */
  | { readonly kind: "resource"; readonly task: TaskId; readonly resource: string }
  | { readonly kind: "task"; readonly task: TaskId };

export interface GraphProblem {
  readonly at: GraphPlace;
  readonly related: readonly { readonly message: string; readonly at: GraphPlace }[];
  /** The diagnostic without its places. */
  readonly diagnostic: Diagnostic;
}

/**
 * Checks that a graph can be run.
 *
 * @returns the graph with its order, or every problem: GLA1020, GLA3001 to GLA3007, GLA3009
 */
export function checkGraph(graph: UncheckedGraph): Result<Graph, readonly GraphProblem[]> {
  const problems = [
    ...emptyPipeline(graph),
    ...repeatedTasks(graph),
    ...duplicateNames(graph),
    ...duplicateCheckNames(graph),
    ...duplicateProducers(graph),
    ...missingProducers(graph),
    ...selfDependencies(graph),
    ...missingResources(graph),
    ...cycles(graph),
  ];
  return problems.length > 0 ? fail(problems) : succeed({ ...graph, order: topologicalOrder(graph) });
}

/** Turns a problem into a diagnostic with locations. */
export function locateProblem(
  problem: GraphProblem,
  locate: (place: GraphPlace) => Location | undefined,
): Diagnostic {
  const withLocation = <T extends object>(value: T, place: GraphPlace) => {
    const location = locate(place);
    return location ? { ...value, location } : value;
  };
  return {
    ...withLocation(problem.diagnostic, problem.at),
    related: problem.related.map(({ message, at }) => withLocation({ message }, at)),
  };
}

function problem<Name extends CatalogName>(
  name: Name,
  details: DetailsOf<Name>,
  at: GraphPlace,
  related: GraphProblem["related"] = [],
): GraphProblem {
  return { diagnostic: report(name, details), at, related };
}

/** The element that names the task. */
function elementOf(graph: UncheckedGraph, id: TaskId): GraphPlace {
  return {
    kind: "element",
    position: elementsOf(graph.pipeline).findIndex((element) => element.task === id),
  };
}

function emptyPipeline(graph: UncheckedGraph): GraphProblem[] {
  return graph.pipeline.tasks.length === 0
    ? [problem("emptyPipeline", { pipeline: graph.name }, { kind: "pipeline" })]
    : [];
}

function repeatedTasks(graph: UncheckedGraph): GraphProblem[] {
  const seen = new Map<string, number>();
  return elementsOf(graph.pipeline).flatMap(({ task: id }, position) => {
    const before = seen.get(id);
    if (before === undefined) seen.set(id, position);
    if (before === undefined) return [];
    const task = getTask(graph, id as TaskId).name;
    return problem("repeatedTask", { task, pipeline: graph.name }, { kind: "element", position }, [
      { message: `'${task}' is listed here first`, at: { kind: "element", position: before } },
    ]);
  });
}

function duplicateNames(graph: UncheckedGraph): GraphProblem[] {
  const seen = new Map<string, GraphTask>();
  return [...graph.tasks.values()].flatMap((task) => {
    const before = seen.get(task.name);
    if (!before) seen.set(task.name, task);
    if (!before) return [];
    return problem(
      "duplicateTaskName",
      { name: task.name, pipeline: graph.name },
      elementOf(graph, task.id),
      [
        { message: `the first '${task.name}'`, at: { kind: "task", task: before.id } },
        { message: `another '${task.name}'`, at: { kind: "task", task: task.id } },
      ],
    );
  });
}

/** Results of checks are told apart by name. */
function duplicateCheckNames(graph: UncheckedGraph): GraphProblem[] {
  const seen = new Map<string, GraphTask>();
  return [...graph.tasks.values()].flatMap((task) => {
    const name = task.manifest.check?.name;
    if (name === undefined) return [];
    const before = seen.get(name);
    if (!before) seen.set(name, task);
    if (!before) return [];
    return problem("duplicateCheckName", { name, pipeline: graph.name }, elementOf(graph, task.id), [
      { message: `the first '${name}'`, at: { kind: "task", task: before.id } },
    ]);
  });
}

function duplicateProducers(graph: UncheckedGraph): GraphProblem[] {
  return [...graph.datasets.values()].flatMap(({ name: dataset, producers, consumers }) => {
    // A task that reads what it produces is reported for that: most likely it does not mean to produce it.
    const readers = new Set(consumers);
    const [first, ...others] = producers.filter((id) => !readers.has(id));
    if (first === undefined) return [];
    return others.map((second) => {
      const names = { first: getTask(graph, first).name, second: getTask(graph, second).name };
      return problem("duplicateProducer", { dataset, ...names }, elementOf(graph, second), [
        { message: `'${names.first}' produces it here`, at: { kind: "output", task: first, dataset } },
        { message: `'${names.second}' produces it here`, at: { kind: "output", task: second, dataset } },
      ]);
    });
  });
}

function missingProducers(graph: UncheckedGraph): GraphProblem[] {
  const datasets = [...graph.datasets.values()];
  const produced = datasets.filter(({ producers }) => producers.length > 0).map(({ name }) => name);
  return datasets.flatMap(({ name: dataset, producers, consumers, checks, manifest }) => {
    if (producers.length > 0 || manifest?.storage) return [];
    const readers = [...consumers, ...checks]
      .map((id) => getTask(graph, id))
      .filter((task) => task.manifest.inputs.some((input) => input.dataset === dataset && !input.optional));
    if (readers.length === 0) return [];
    const suggestion = suggest(dataset, produced);
    return readers.map((task) =>
      problem("missingProducer", { dataset, task: task.name, suggestion }, elementOf(graph, task.id), [
        { message: `'${task.name}' reads it here`, at: { kind: "input", task: task.id, dataset } },
        ...nearProducer(graph, suggestion),
      ]),
    );
  });
}

function nearProducer(graph: UncheckedGraph, suggestion: string | undefined): GraphProblem["related"] {
  const producer = suggestion === undefined ? undefined : graph.datasets.get(suggestion)?.producers[0];
  if (suggestion === undefined || producer === undefined) return [];
  const message = `'${getTask(graph, producer).name}' produces '${suggestion}' here`;
  return [{ message, at: { kind: "output", task: producer, dataset: suggestion } }];
}

function selfDependencies(graph: UncheckedGraph): GraphProblem[] {
  return graph.edges
    .filter((edge) => edge.from === edge.to)
    .map(({ from: id, dataset }) => {
      const task = getTask(graph, id).name;
      return problem("selfDependency", { task, dataset }, elementOf(graph, id), [
        { message: `'${task}' reads it here`, at: { kind: "input", task: id, dataset } },
        { message: `'${task}' produces it here`, at: { kind: "output", task: id, dataset } },
      ]);
    });
}

function missingResources(graph: UncheckedGraph): GraphProblem[] {
  const listed = (graph.pipeline.resources ?? []).map(({ name }) => name);
  return [...graph.tasks.values()].flatMap(({ id, name: task, manifest }) =>
    (manifest.resources ?? [])
      .filter(({ name, optional }) => !optional && !listed.includes(name))
      .map(({ name: resource }) => {
        const details = { resource, task, pipeline: graph.name, suggestion: suggest(resource, listed) };
        return problem("missingResource", details, elementOf(graph, id), [
          { message: `'${task}' takes it here`, at: { kind: "resource", task: id, resource } },
        ]);
      }),
  );
}

function cycles(graph: UncheckedGraph): GraphProblem[] {
  const found = findCycles(graph);
  // One pass over the edges for all cycles, as there may be thousands.
  const edgesFrom = new Map(found.flat().map((id): [TaskId, GraphEdge[]] => [id, []]));
  for (const edge of graph.edges) edgesFrom.get(edge.from)?.push(edge);
  return found.map((cycle) => {
    const first = cycle[0] as TaskId;
    const ring = [...cycle, first];
    const names = ring.map((id) => getTask(graph, id).name);
    const related = cycle
      .flatMap((from, index) => edgesFrom.get(from)?.filter(({ to }) => to === ring[index + 1]) ?? [])
      .map(({ from, to, dataset }) => ({
        message: getTask(graph, from).manifest.check
          ? `'${getTask(graph, to).name}' reads '${dataset}', which '${getTask(graph, from).name}' checks first`
          : `'${getTask(graph, to).name}' reads '${dataset}' from '${getTask(graph, from).name}'`,
        at: { kind: "input", task: to, dataset } as const,
      }));
    return problem("cycle", { tasks: names }, elementOf(graph, first), related);
  });
}
