/** Folding: several boxes become one, so that large graphs can be drawn. */
import { type Box, type BoxGraph, linkBoxes } from "./box-graph.js";
import { assignLayers } from "./layers.js";

/** Task boxes that are drawn without folding. */
const maxTasks = 40;
/** Boxes that are drawn, with those of external datasets. */
const maxBoxes = 60;
/** Bounds the time for graphs that nest deeply; whole layers are folded afterwards. */
const maxRounds = 50;

/** A box for two boxes or more of one kind. */
interface Fold {
  readonly boxes: readonly number[];
  readonly title: string;
  readonly isCounted?: true;
}

/** Folds chains and siblings, the largest first, then whole layers, until few enough boxes are left. */
export function foldToLimit(graph: BoxGraph): BoxGraph {
  let folded = graph;
  for (let round = 0; round < maxRounds && !fits(countBoxes(folded)); round++) {
    const folds = largestFolds(folded, [...chains(folded), ...siblings(folded)]);
    if (folds.length === 0) break;
    folded = applyFolds(folded, folds);
  }
  if (!fits(countBoxes(folded))) {
    folded = applyFolds(folded, largestFolds(folded, layerFolds(folded, 1)));
  }
  if (fits(countBoxes(folded))) return folded;
  const depth = assignLayers(folded).reduce((deepest, layer) => Math.max(deepest, layer), 0) + 1;
  return applyFolds(folded, layerFolds(folded, Math.ceil(depth / (maxBoxes / 2))));
}

/** Folds what makes a drawing wide: the largest group of siblings, else the largest layer; undefined for a single column. */
export function foldWidest(graph: BoxGraph): BoxGraph | undefined {
  const bySize = (folds: readonly Fold[]) => [...folds].sort((a, b) => b.boxes.length - a.boxes.length);
  const widest = bySize(siblings(graph))[0] ?? bySize(layerFolds(graph, 1))[0];
  return widest && applyFolds(graph, [widest]);
}

function countBoxes(graph: BoxGraph): { tasks: number; all: number } {
  return { tasks: graph.boxes.filter((box) => box.kind === "task").length, all: graph.boxes.length };
}

function fits({ tasks, all }: { tasks: number; all: number }): boolean {
  return tasks <= maxTasks && all <= maxBoxes;
}

/** The largest folds that are enough; with all that are equally large, so that like is drawn like. */
function largestFolds(graph: BoxGraph, folds: readonly Fold[]): readonly Fold[] {
  const sorted = [...folds].sort((a, b) => b.boxes.length - a.boxes.length);
  const count = countBoxes(graph);
  let size = 0;
  return sorted.filter((fold) => {
    if (fits(count) && fold.boxes.length !== size) return false;
    size = fold.boxes.length;
    count.all -= size - 1;
    if (graph.boxes[fold.boxes[0] ?? 0]?.kind === "task") count.tasks -= size - 1;
    return true;
  });
}

/** Runs of tasks in which each is the only reader of the one before and reads from nothing else. */
function chains({ boxes, upstream, downstream }: BoxGraph): Fold[] {
  const isTask = (box: number) => boxes[box]?.kind === "task";
  const next = boxes.map((_, box) => {
    const [below, ...others] = downstream[box] ?? [];
    const isLink = below !== undefined && others.length === 0 && upstream[below]?.length === 1;
    return isLink && isTask(box) && isTask(below) ? below : undefined;
  });
  const isLinked = boxes.map(() => false);
  for (const below of next) if (below !== undefined) isLinked[below] = true;

  const folds: Fold[] = [];
  next.forEach((second, first) => {
    if (second === undefined || isLinked[first]) return;
    const chain = [first];
    for (let box: number | undefined = second; box !== undefined; box = next[box]) chain.push(box);
    const ends = [boxes[first]?.title, boxes[chain.at(-1) ?? first]?.title];
    folds.push({ boxes: chain, title: ends.join(" ⋯ ") });
  });
  return folds;
}

/** Boxes with the same upstream and the same downstream. No box is in a chain, too. */
function siblings({ boxes, upstream, downstream }: BoxGraph): Fold[] {
  const groups = groupBoxes({ boxes }, (box) => [boxes[box]?.kind, upstream[box], downstream[box]].join("|"));
  return groups.map((group) => ({
    boxes: group,
    title: titleOfSiblings(group.map((box) => boxes[box])),
  }));
}

function titleOfSiblings(boxes: readonly (Box | undefined)[]): string {
  // Titles of folded boxes are long: the first one says enough.
  const listed = boxes.slice(0, boxes.some((box) => box && box.members.length > 1) ? 1 : 2);
  return listed.map((box) => box?.title).join(", ") + (boxes.length > listed.length ? " …" : "");
}

/**
 * All boxes of one kind in each run of layers.
 * @param height layers in a run
 */
function layerFolds(graph: BoxGraph, height: number): Fold[] {
  const layers = assignLayers(graph);
  // An external dataset counts with the layer below it, where its first reader is.
  const runOf = (box: number) =>
    Math.floor(((layers[box] ?? 0) + (graph.boxes[box]?.kind === "external" ? 1 : 0)) / height);
  const groups = groupBoxes(graph, (box) => `${graph.boxes[box]?.kind} ${runOf(box)}`);
  return groups.map((group) => {
    const sorted = group.sort((a, b) => (layers[a] ?? 0) - (layers[b] ?? 0) || a - b);
    const [first = 0, last = 0] = [sorted[0] ?? 0, sorted.at(-1) ?? 0].map((box) => (layers[box] ?? 0) + 1);
    const count = sorted.reduce((sum, box) => sum + (graph.boxes[box]?.members.length ?? 0), 0);
    const where = first === last ? `layer ${first}` : `layers ${first}–${last}`;
    const what = graph.boxes[sorted[0] ?? 0]?.kind === "task" ? "tasks" : "datasets";
    return { boxes: sorted, title: `${count} ${what} of ${where}`, isCounted: true };
  });
}

/** Groups of two boxes or more with the same key, in the order of their first boxes. */
function groupBoxes({ boxes }: Pick<BoxGraph, "boxes">, keyOf: (box: number) => string): number[][] {
  const groups = new Map<string, number[]>();
  for (const box of boxes.keys()) {
    const key = keyOf(box);
    const group = groups.get(key);
    if (group) group.push(box);
    else groups.set(key, [box]);
  }
  return [...groups.values()].filter((group) => group.length > 1);
}

/** @param folds disjoint, and such that no way leads out of one and back into it */
function applyFolds(graph: BoxGraph, folds: readonly Fold[]): BoxGraph {
  const foldOf = new Map(folds.flatMap((fold) => fold.boxes.map((box) => [box, fold] as const)));
  const boxes: Box[] = [];
  const indexOfFold = new Map<Fold, number>();
  const newIndex = graph.boxes.map((box, index) => {
    const fold = foldOf.get(index);
    const known = fold && indexOfFold.get(fold);
    if (known !== undefined) return known;
    if (fold) indexOfFold.set(fold, boxes.length);
    return boxes.push(fold ? foldedBox(graph, fold, box.kind) : box) - 1;
  });

  function* links(): Generator<readonly [number, number]> {
    for (const [from, readers] of graph.downstream.entries()) {
      for (const to of readers) {
        const link = [newIndex[from] ?? 0, newIndex[to] ?? 0] as const;
        if (link[0] !== link[1]) yield link;
      }
    }
  }
  return linkBoxes(boxes, links());
}

function foldedBox(graph: BoxGraph, fold: Fold, kind: Box["kind"]): Box {
  const members = fold.boxes.flatMap((box) => graph.boxes[box]?.members ?? []);
  return { kind, title: fold.title, details: [], members, ...(fold.isCounted && { isCounted: true }) };
}
