/** What graph languages draw: lines with the names of the datasets that pass along them. */

import type { Graph, GraphTask, TaskId } from "../graph.js";
import { compareText } from "../json.js";

export interface TaskLink {
  readonly from: TaskId;
  readonly to: TaskId;
  /** All datasets that pass from one task to the other, sorted. */
  readonly datasets: readonly string[];
}

/** One link for each pair of tasks, in the order of the graph's edges. */
export function taskLinks(graph: Graph): readonly TaskLink[] {
  const links = new Map<string, TaskLink & { readonly datasets: string[] }>();
  for (const { from, to, dataset } of graph.edges) {
    const key = JSON.stringify([from, to]);
    const link = links.get(key);
    if (link) link.datasets.push(dataset);
    else links.set(key, { from, to, datasets: [dataset] });
  }
  for (const { datasets } of links.values()) datasets.sort(compareText);
  return [...links.values()];
}

/** Datasets of a task that are on no link, as no task reads them. */
export function unreadOutputs(graph: Graph, task: GraphTask): readonly string[] {
  const outputs = new Set(task.manifest.outputs.map((output) => output.dataset));
  return [...outputs].filter((dataset) => graph.datasets.get(dataset)?.consumers.length === 0);
}

/** Who reads a dataset: its tasks, then its checks. */
export function readersOf(graph: Graph, dataset: string): readonly TaskId[] {
  const { consumers = [], checks = [] } = graph.datasets.get(dataset) ?? {};
  return [...consumers, ...checks];
}
