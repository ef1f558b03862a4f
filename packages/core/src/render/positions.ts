/** Columns of nodes: neighbours above each other as far as the layers' order and widths allow. */
import type { LaneGraph, Net } from "./lanes.js";

/** Free columns between boxes, and between a box and a lane. */
const boxGap = 2;
/** Free columns between two lanes. */
const laneGap = 1;
/** Columns between two lines into a box at most; at least 2, so that they stay apart. */
const maxPortStep = 4;
const sweeps = 16;

export interface Placement {
  /** By node: the column of its middle. Lines leave a box there, and a lane is there. */
  readonly centers: readonly number[];
  /** By node: columns that it takes; odd, so that there is a middle. */
  readonly widths: readonly number[];
  /** Column in which a net enters one of its targets. */
  readonly entry: (net: Net, target: number) => number;
}

/**
 * Places nodes layer by layer, sweeping down and up: each wants the median of its neighbours, and the nodes of a layer
 * get together the places nearest to that without overlap.
 *
 * @param layers nodes left to right
 * @param textWidths by box: columns of its text
 */
export function placeNodes(
  graph: LaneGraph,
  layers: readonly (readonly number[])[],
  textWidths: readonly number[],
): Placement {
  const ports = portsOf(graph, layers);
  const widths = graph.nodes.map(({ box }, node) => {
    if (box === undefined) return 1;
    const inner = Math.max((textWidths[box] ?? 0) + 2, 2 * (ports[node]?.length ?? 0) - 1);
    return inner + 2 + ((inner + 1) % 2);
  });
  const half = (node: number) => ((widths[node] ?? 1) - 1) / 2;
  const isLane = (node: number) => graph.nodes[node]?.box === undefined;
  const apart = (left: number, right: number) =>
    half(left) + half(right) + 1 + (isLane(left) && isLane(right) ? laneGap : boxGap);

  const offsets = ports.map((nets, node) => {
    const room = Math.floor(((widths[node] ?? 1) - 3) / Math.max(1, nets.length - 1));
    const step = Math.max(2, Math.min(maxPortStep, room - (room % 2)));
    return new Map(nets.map((net, index) => [net, (index - (nets.length - 1) / 2) * step]));
  });
  const offset = (net: Net, target: number) => offsets[target]?.get(net) ?? 0;

  const columns = { apart, offset, isLane, half };
  const candidates = [false, true].map((isMainOnly) => sweep(graph, layers, columns, isMainOnly));
  for (const candidate of candidates) straighten(graph, layers, columns, candidate.centers);
  const best = candidates.reduce((a, b) =>
    costOf(graph, b.centers, columns) < costOf(graph, a.centers, columns) ? b : a,
  );
  const [start] = extentOf(best.centers, columns);
  const centers = best.centers.map((center) => center - start);
  return { centers, widths, entry: (net, target) => (centers[target] ?? 0) + offset(net, target) };
}

/** What the sweeps have to know of nodes. */
interface Columns {
  /** Columns between the middles of two adjacent nodes. */
  readonly apart: (left: number, right: number) => number;
  /** From the middle of a target to where a net enters it. */
  readonly offset: (net: Net, target: number) => number;
  readonly isLane: (node: number) => boolean;
  /** Columns on one side of a node's middle. */
  readonly half: (node: number) => number;
}

/**
 * @param isMainOnly joins go below those of their upstream that have the longest way behind them, and the others stand
 *   aside: a long row of joins is upright then, where centered joins would drift sideways
 */
function sweep(
  graph: LaneGraph,
  layers: readonly (readonly number[])[],
  columns: Columns,
  isMainOnly: boolean,
): { readonly centers: number[]; readonly cost: number } {
  const { above, below, isAside } = neighboursOf(graph, columns, isMainOnly);
  const weightOf = (node: number) => (isAside[node] ? 0.05 : columns.isLane(node) ? 4 : 1);
  const centers = graph.nodes.map(() => 0);
  for (const layer of layers) settle(layer, [], [], columns.apart, centers);
  let best = { centers: [...centers], cost: Number.POSITIVE_INFINITY };
  for (let round = 0; round < sweeps; round++) {
    const isDown = round % 2 === 0;
    // The later sweeps look both ways, which straightens what the others left crooked.
    const sides = round >= sweeps / 2 ? [above, below] : isDown ? [above] : [below];
    for (const layer of isDown ? layers : layers.toReversed()) {
      const wanted = layer.map((node) => {
        const near = sides.flatMap((side) => side[node] ?? []);
        return near.length === 0
          ? undefined
          : median(near.map(([other, shift]) => (centers[other] ?? 0) + shift));
      });
      const weights = layer.map((node, index) => (wanted[index] === undefined ? 0.01 : weightOf(node)));
      const places = wanted.map((want, index) => want ?? centers[layer[index] ?? 0] ?? 0);
      settle(layer, places, weights, columns.apart, centers);
    }
    const cost = costOf(graph, centers, columns);
    if (cost < best.cost) best = { centers: [...centers], cost };
  }
  return best;
}

/** Moves single nodes into line with a neighbour, or halfway between two, where that lowers the cost of their lines. */
function straighten(
  graph: LaneGraph,
  layers: readonly (readonly number[])[],
  columns: Columns,
  centers: number[],
): void {
  const netsOf = graph.nodes.map((): Net[] => []);
  for (const net of graph.nets.flat())
    for (const node of [...net.sources, ...net.targets]) netsOf[node]?.push(net);
  const { above, below } = neighboursOf(graph, columns, false);
  const [start, end] = extentOf(centers, columns);
  for (let round = 0; round < 4; round++) {
    for (const layer of round % 2 === 0 ? layers : layers.toReversed()) {
      for (const [index, node] of layer.entries()) {
        const [left, right] = [layer[index - 1], layer[index + 1]];
        const { half, apart } = columns;
        const from = left === undefined ? start + half(node) : (centers[left] ?? 0) + apart(left, node);
        const to = right === undefined ? end - half(node) : (centers[right] ?? 0) - apart(node, right);
        const sides = [above[node] ?? [], below[node] ?? []].map((near) =>
          near.map(([other, shift]) => (centers[other] ?? 0) + shift),
        );
        const middles = sides.filter((side) => side.length > 0).map((side) => Math.floor(median(side)));
        const wanted = [...sides.flat(), ...middles];
        let least = centers[node] ?? 0;
        let cost = Number.POSITIVE_INFINITY;
        for (const center of [least, ...wanted]) {
          if (center !== least && (center < from || center > to)) continue;
          centers[node] = center;
          const next = (netsOf[node] ?? []).reduce((sum, net) => sum + costOfNet(net, centers, columns), 0);
          // As good will do, too: what lies between the same two columns then gets the same place.
          if (next > cost) continue;
          cost = next;
          least = center;
        }
        centers[node] = least;
      }
    }
  }
}

type Neighbours = readonly (readonly (readonly [node: number, shift: number])[])[];

/** By node: its neighbours, how far from each it would be for a straight line, and whether it makes way for others. */
function neighboursOf(
  graph: LaneGraph,
  { offset, isLane }: Columns,
  isMainOnly: boolean,
): { above: Neighbours; below: Neighbours; isAside: readonly boolean[] } {
  const above = graph.nodes.map((): (readonly [number, number])[] => []);
  const below = graph.nodes.map((): (readonly [number, number])[] => []);
  // Boxes on the longest way down to the node.
  const depths = graph.nodes.map(() => 0);
  for (const net of graph.nets.flat()) {
    for (const target of net.targets) {
      for (const source of net.sources) {
        above[target]?.push([source, -offset(net, target)]);
        below[source]?.push([target, offset(net, target)]);
        depths[target] = Math.max(depths[target] ?? 0, (depths[source] ?? 0) + (isLane(target) ? 0 : 1));
      }
    }
  }
  if (!isMainOnly) return { above, below, isAside: [] };
  const main = above.map((near) => {
    const deepest = near.reduce((most, [node]) => Math.max(most, depths[node] ?? 0), 0);
    return near.filter(([node]) => depths[node] === deepest);
  });
  const isMain = new Set(main.flatMap((near) => near.map(([node]) => node)));
  const isAside = graph.nodes.map((_, node) => (below[node]?.length ?? 0) > 0 && !isMain.has(node));
  return { above: main, below, isAside };
}

/** By node: the nets that enter it, in the order of where they come from. */
function portsOf(graph: LaneGraph, layers: readonly (readonly number[])[]): readonly (readonly Net[])[] {
  const place = new Map(layers.flatMap((layer) => layer.map((node, position) => [node, position] as const)));
  const mean = (nodes: readonly number[]) =>
    nodes.reduce((sum, node) => sum + (place.get(node) ?? 0), 0) / nodes.length;
  const ports = graph.nodes.map((): Net[] => []);
  for (const net of graph.nets.flat()) for (const target of net.targets) ports[target]?.push(net);
  for (const nets of ports)
    nets.sort((a, b) => mean(a.sources) - mean(b.sources) || mean(a.targets) - mean(b.targets));
  return ports;
}

/**
 * Moves the nodes of a layer as near as they can get to where they want to be (least squares), in their order. Nodes
 * that would overlap are joined into a block, which then goes to the mean of what its nodes want.
 */
function settle(
  layer: readonly number[],
  wanted: readonly number[],
  weights: readonly number[],
  apart: (left: number, right: number) => number,
  centers: number[],
): void {
  const distances = layer.map(() => 0);
  const blocks: { first: number; weight: number; sum: number }[] = [];
  const start = (block: { weight: number; sum: number }) => block.sum / block.weight;
  for (const [index, node] of layer.entries()) {
    const left = layer[index - 1];
    const distance = left === undefined ? 0 : (distances[index - 1] ?? 0) + apart(left, node);
    distances[index] = distance;
    const weight = weights[index] ?? 1;
    let block = { first: index, weight, sum: weight * ((wanted[index] ?? 0) - distance) };
    for (let last = blocks.at(-1); last && start(last) > start(block); last = blocks.at(-1)) {
      block = { first: last.first, weight: last.weight + block.weight, sum: last.sum + block.sum };
      blocks.pop();
    }
    blocks.push(block);
  }
  // Rounded alike, whole distances stay what they are.
  for (const [index, block] of blocks.entries()) {
    const end = blocks[index + 1]?.first ?? layer.length;
    const base = Math.floor(start(block) + 0.5);
    for (let at = block.first; at < end; at++) centers[layer[at] ?? 0] = base + (distances[at] ?? 0);
  }
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  return ((sorted[Math.floor(middle)] ?? 0) + (sorted[Math.ceil(middle)] ?? 0)) / 2;
}

/** How far lines go sideways, and the width of it all. */
function costOf(graph: LaneGraph, centers: readonly number[], columns: Columns): number {
  const [start, end] = extentOf(centers, columns);
  return graph.nets.flat().reduce((sum, net) => sum + costOfNet(net, centers, columns), end - start);
}

/** A bend costs a little, so that a straight line beats two slightly bent ones; most lines are rather centered. */
function costOfNet(net: Net, centers: readonly number[], { offset }: Columns): number {
  const tops = net.sources.map((source) => centers[source] ?? 0);
  const bottoms = net.targets.map((target) => (centers[target] ?? 0) + offset(net, target));
  const ends = [...tops, ...bottoms];
  const offCenter = Math.abs(median(tops) - median(bottoms));
  return Math.max(...ends) - Math.min(...ends) + offCenter + 1.5 * (new Set(ends).size - 1);
}

/** First and last column of the drawing. */
function extentOf(centers: readonly number[], { half }: Columns): readonly [start: number, end: number] {
  let [start, end] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const [node, center] of centers.entries()) {
    start = Math.min(start, center - half(node));
    end = Math.max(end, center + half(node));
  }
  return [start, end];
}
