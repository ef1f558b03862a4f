/** The order of nodes within layers, so that few lines cross. */
import type { LaneGraph, Net } from "./lanes.js";

const sweeps = 12;

/**
 * Orders each layer by the barycenters of its neighbours, sweeping down and up, and swaps neighbours where that helps.
 *
 * @returns layers of node indexes, left to right
 * @see Sugiyama, Tagawa, Toda, "Methods for visual understanding of hierarchical system structures", 1981
 */
export function orderLayers(graph: LaneGraph): readonly (readonly number[])[] {
  const above = linksOf(graph, (net) => [net.targets, net.sources]);
  const below = linksOf(graph, (net) => [net.sources, net.targets]);
  let layers = graph.layers.map((layer) => [...layer]);
  let best = layers;
  let fewest = countCrossings(layers, below);
  for (let sweep = 0; sweep < sweeps && fewest > 0; sweep++) {
    const isDown = sweep % 2 === 0;
    const place = positionsOf(layers);
    const order = isDown ? layers.keys() : [...layers.keys()].reverse();
    layers = [...layers];
    for (const index of order) {
      const sorted = sortByNeighbours(layers[index] ?? [], isDown ? above : below, place);
      layers[index] = sorted;
      for (const [position, node] of sorted.entries()) place[node] = position;
    }
    swapNeighbours(layers, above, below, place);
    const count = countCrossings(layers, below);
    if (count >= fewest) continue;
    fewest = count;
    best = layers.map((layer) => [...layer]);
  }
  return best;
}

type Links = readonly (readonly number[])[];

/** By node: its neighbours on one side. */
function linksOf(
  graph: LaneGraph,
  ends: (net: Net) => readonly [readonly number[], readonly number[]],
): Links {
  const links: number[][] = graph.nodes.map(() => []);
  for (const net of graph.nets.flat()) {
    const [from, to] = ends(net);
    for (const node of from) links[node]?.push(...to);
  }
  return links;
}

function positionsOf(layers: readonly (readonly number[])[]): number[] {
  const place: number[] = [];
  for (const layer of layers) for (const [position, node] of layer.entries()) place[node] = position;
  return place;
}

/** Sorts by the neighbours' mean position; nodes without neighbours stay where they are. */
function sortByNeighbours(layer: readonly number[], links: Links, place: readonly number[]): number[] {
  const keys = new Map<number, number>();
  for (const node of layer) {
    const near = links[node] ?? [];
    if (near.length > 0)
      keys.set(node, near.reduce((sum, other) => sum + (place[other] ?? 0), 0) / near.length);
  }
  const sorted = layer
    .filter((node) => keys.has(node))
    .sort((a, b) => (keys.get(a) ?? 0) - (keys.get(b) ?? 0));
  let next = 0;
  return layer.map((node) => (keys.has(node) ? (sorted[next++] ?? node) : node));
}

/** Swaps adjacent nodes as long as that removes crossings; a few rounds at most. */
function swapNeighbours(layers: number[][], above: Links, below: Links, place: number[]): void {
  for (let round = 0, isBetter = true; isBetter && round < 8; round++) {
    isBetter = false;
    for (const layer of layers) {
      for (let index = 0; index + 1 < layer.length; index++) {
        const [left = 0, right = 0] = [layer[index], layer[index + 1]];
        let gain = 0;
        for (const links of [above, below]) {
          gain +=
            crossingsOf(links[left], links[right], place) - crossingsOf(links[right], links[left], place);
        }
        if (gain <= 0) continue;
        layer[index] = right;
        layer[index + 1] = left;
        place[right] = index;
        place[left] = index + 1;
        isBetter = true;
      }
    }
  }
}

/** Crossings between the lines of two adjacent nodes. */
function crossingsOf(
  left: readonly number[] = [],
  right: readonly number[] = [],
  place: readonly number[],
): number {
  let count = 0;
  for (const a of left) for (const b of right) if ((place[a] ?? 0) > (place[b] ?? 0)) count++;
  return count;
}

/** Counted by pairs of links; those within a net do not cross, but are as many in every order. */
function countCrossings(layers: readonly (readonly number[])[], below: Links): number {
  const place = positionsOf(layers);
  let count = 0;
  for (const layer of layers) {
    // How many of the links so far end at each position.
    const ends: number[] = [];
    for (const node of layer) {
      const targets = (below[node] ?? []).map((target) => place[target] ?? 0);
      for (const target of targets)
        for (let end = target + 1; end < ends.length; end++) count += ends[end] ?? 0;
      for (const target of targets) ends[target] = (ends[target] ?? 0) + 1;
    }
  }
  return count;
}
