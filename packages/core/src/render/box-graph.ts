/** What the text drawing draws: boxes and the lines between them. */
import { type Graph, type GraphTask, getTask, type TaskId } from "../graph.js";
import { readersOf } from "./links.js";

export interface Box {
  readonly kind: "task" | "external";
  /** First line, without the count of a folded box. */
  readonly title: string;
  /** Further lines: what a task produces, that it is a check, where an external dataset is stored. */
  readonly details: readonly string[];
  /** Names of the tasks or datasets that the box stands for: one, or several when it is folded. */
  readonly members: readonly string[];
  /** The title says how many tasks it stands for; no count is to be added. */
  readonly isCounted?: true;
}

export interface BoxGraph {
  readonly boxes: readonly Box[];
  /** By box: indexes of the boxes that it is drawn below; each once, ascending. */
  readonly upstream: readonly (readonly number[])[];
  /** By box: indexes of the boxes that it is drawn above; each once, ascending. */
  readonly downstream: readonly (readonly number[])[];
}

/** Datasets that a box lists at most. */
const maxListedOutputs = 4;

/** External datasets, then tasks, in the order of the source. */
export function boxesOf(graph: Graph): BoxGraph {
  const boxes: Box[] = [];
  const indexes = new Map<TaskId, number>();
  const links: (readonly [from: number, to: number])[] = [];
  for (const name of graph.pipeline.external) {
    const kind = graph.datasets.get(name)?.manifest?.storage?.kind;
    boxes.push({ kind: "external", title: name, details: kind ? [`(${kind})`] : [], members: [name] });
  }
  for (const [id, task] of graph.tasks) {
    indexes.set(id, boxes.length);
    boxes.push({ kind: "task", title: task.name, details: detailsOf(task), members: [task.name] });
  }

  const link = (from: number, reader: TaskId) => {
    const to = indexes.get(reader);
    if (to !== undefined) links.push([from, to]);
  };
  graph.pipeline.external.forEach((name, from) => {
    for (const reader of readersOf(graph, name)) link(from, reader);
  });
  for (const [id, from] of indexes) for (const reader of getTask(graph, id).downstream) link(from, reader);
  return linkBoxes(boxes, links);
}

/** @param links pairs of box indexes; repeated ones count once */
export function linkBoxes(
  boxes: readonly Box[],
  links: Iterable<readonly [from: number, to: number]>,
): BoxGraph {
  const upstream = boxes.map(() => new Set<number>());
  const downstream = boxes.map(() => new Set<number>());
  for (const [from, to] of links) {
    downstream[from]?.add(to);
    upstream[to]?.add(from);
  }
  const sorted = (sets: readonly Set<number>[]) => sets.map((set) => [...set].sort((a, b) => a - b));
  return { boxes, upstream: sorted(upstream), downstream: sorted(downstream) };
}

function detailsOf({ manifest: { check, outputs } }: GraphTask): readonly string[] {
  if (check) return [check.severity === "warn" ? "(check, warns)" : "(check)"];
  const names = [...new Set(outputs.map((output) => output.dataset))];
  if (names.length <= maxListedOutputs) return names.map((name) => `→ ${name}`);
  const listed = names.slice(0, maxListedOutputs - 1);
  return [...listed.map((name) => `→ ${name}`), `→ … ${names.length - listed.length} more`];
}
