import type { BoxGraph } from "./box-graph.js";

/**
 * Assigns boxes to layers, from 0 at the top: as high as their upstream allows. What hangs together only through one
 * box below (sources, and trees of them) is pulled down next to that box.
 *
 * @param graph acyclic
 * @returns layer by box; every link leads to a greater layer
 */
export function assignLayers({ boxes, upstream, downstream }: BoxGraph): number[] {
  const layers = boxes.map(() => 0);
  const waiting = upstream.map((above) => above.length);
  const order = boxes.map((_, box) => box).filter((box) => waiting[box] === 0);
  for (const box of order) {
    for (const below of downstream[box] ?? []) {
      layers[below] = Math.max(layers[below] ?? 0, (layers[box] ?? 0) + 1);
      const count = (waiting[below] ?? 0) - 1;
      waiting[below] = count;
      if (count === 0) order.push(below);
    }
  }

  // Moving such a tree down makes no line longer.
  const isMovable = boxes.map(() => false);
  for (const box of order) {
    isMovable[box] = (upstream[box] ?? []).every(
      (above) => isMovable[above] && downstream[above]?.length === 1,
    );
  }
  for (const box of order.reverse()) {
    const below = downstream[box] ?? [];
    if (!isMovable[box] || below.length === 0) continue;
    layers[box] =
      below.reduce((least, other) => Math.min(least, layers[other] ?? 0), Number.POSITIVE_INFINITY) - 1;
  }
  return layers;
}
