import { getTask, type TaskId, type UncheckedGraph } from "./graph.js";
import { compareText } from "./json.js";

/**
 * Orders tasks so that each follows every task that it reads from.
 *
 * @returns ids of all tasks, in waves, each wave sorted by id, so that the order is stable between builds; without the
 *   tasks in a cycle and those behind one
 * @see Kahn, "Topological sorting of large networks", 1962
 */
export function topologicalOrder(graph: UncheckedGraph): readonly TaskId[] {
  const waiting = new Map<TaskId, number>();
  for (const task of graph.tasks.values()) waiting.set(task.id, task.upstream.length);

  const order: TaskId[] = [];
  let wave = [...waiting].filter(([, count]) => count === 0).map(([id]) => id);
  while (wave.length > 0) {
    wave.sort(compareText);
    const next: TaskId[] = [];
    for (const id of wave) {
      order.push(id);
      for (const reader of getTask(graph, id).downstream) {
        const count = (waiting.get(reader) ?? 0) - 1;
        waiting.set(reader, count);
        if (count === 0) next.push(reader);
      }
    }
    wave = next;
  }
  return order;
}

/**
 * Finds the cycles of a graph: the shortest one through the first task of each strongly connected component.
 *
 * @returns the tasks of each cycle in the direction of the data, beginning with the first in source order; tasks that
 *   only read from themselves are left out
 */
export function findCycles(graph: UncheckedGraph): readonly (readonly TaskId[])[] {
  const position = new Map([...graph.tasks.keys()].map((id, index) => [id, index]));
  const first = (ids: readonly TaskId[]) =>
    ids.reduce((a, b) => ((position.get(a) ?? 0) <= (position.get(b) ?? 0) ? a : b));
  return stronglyConnectedComponents(graph)
    .filter((component) => component.length > 1)
    .map((component) => ({ component, start: first(component) }))
    .sort((a, b) => (position.get(a.start) ?? 0) - (position.get(b.start) ?? 0))
    .map(({ component, start }) => shortestCycle(graph, new Set(component), start));
}

function shortestCycle(
  graph: UncheckedGraph,
  component: ReadonlySet<TaskId>,
  start: TaskId,
): readonly TaskId[] {
  const cameFrom = new Map<TaskId, TaskId>();
  const queue = [start];
  for (const id of queue) {
    for (const reader of getTask(graph, id).downstream) {
      if (reader === start && id !== start) {
        const cycle = [id];
        for (let at = cameFrom.get(id); at !== undefined; at = cameFrom.get(at)) cycle.push(at);
        return cycle.reverse();
      }
      if (!component.has(reader) || reader === start || cameFrom.has(reader)) continue;
      cameFrom.set(reader, id);
      queue.push(reader);
    }
  }
  throw new Error("Internal error: a strongly connected component without a cycle");
}

/** @see Tarjan, "Depth-first search and linear graph algorithms", 1972; with a stack of its own, as chains are long */
function stronglyConnectedComponents(graph: UncheckedGraph): readonly (readonly TaskId[])[] {
  const index = new Map<TaskId, number>();
  const low = new Map<TaskId, number>();
  const open: TaskId[] = [];
  const isOpen = new Set<TaskId>();
  const components: TaskId[][] = [];

  const lower = (id: TaskId, to: number) => low.set(id, Math.min(low.get(id) ?? to, to));
  const enter = (id: TaskId) => {
    lower(id, index.size);
    index.set(id, index.size);
    open.push(id);
    isOpen.add(id);
    return { id, readers: getTask(graph, id).downstream, next: 0 };
  };

  for (const root of graph.tasks.keys()) {
    if (index.has(root)) continue;
    const visits = [enter(root)];
    for (let visit = visits.at(-1); visit; visit = visits.at(-1)) {
      const reader = visit.readers[visit.next++];
      if (reader !== undefined) {
        const seen = index.get(reader);
        if (seen === undefined) visits.push(enter(reader));
        else if (isOpen.has(reader)) lower(visit.id, seen);
        continue;
      }
      visits.pop();
      const parent = visits.at(-1);
      const reach = low.get(visit.id) ?? 0;
      if (parent) lower(parent.id, reach);
      if (reach === index.get(visit.id)) {
        const component = open.splice(open.lastIndexOf(visit.id));
        for (const id of component) isOpen.delete(id);
        components.push(component);
      }
    }
  }
  return components;
}
