/** A layered graph with lanes: what is drawn between two layers depends on these two layers only. */
import type { BoxGraph } from "./box-graph.js";
import { assignLayers } from "./layers.js";

/** A place in a layer: a box, or a lane through which a line passes to a layer further down. */
interface LayerNode {
  /** Undefined for a lane. */
  readonly box: number | undefined;
  readonly layer: number;
}

/**
 * A line between a layer and the next one, branching at both ends. Every source is upstream of all that the line
 * leads to, so that a net never suggests a link that is not there.
 */
export interface Net {
  readonly sources: readonly number[];
  readonly targets: readonly number[];
}

export interface LaneGraph {
  readonly nodes: readonly LayerNode[];
  /** Node indexes by layer, top to bottom. */
  readonly layers: readonly (readonly number[])[];
  /** Nets by layer of their sources. A node is a source in one net at most; a lane is a target in exactly one. */
  readonly nets: readonly (readonly Net[])[];
}

/**
 * Joins lines with the same readers ahead of them into one net; what the net has to pass further down goes into one lane.
 * So lines are shared where all of one end is linked with all of the other, and nowhere else.
 */
export function layLanes(graph: BoxGraph): LaneGraph {
  const layerOf = assignLayers(graph);
  const depth = layerOf.reduce((deepest, layer) => Math.max(deepest, layer), -1) + 1;
  const nodes: LayerNode[] = layerOf.map((layer, box) => ({ box, layer }));
  const ahead: (readonly number[])[] = [...graph.downstream];
  const layers: number[][] = Array.from({ length: depth }, () => []);
  for (const [box, layer] of layerOf.entries()) layers[layer]?.push(box);

  const nets = layers.map((layer, index) => {
    const groups = new Map<string, number[]>();
    for (const node of layer) {
      const key = ahead[node]?.join() ?? "";
      const group = groups.get(key);
      if (group) group.push(node);
      else if (key !== "") groups.set(key, [node]);
    }
    return [...groups.values()].map((sources): Net => {
      const readers = ahead[sources[0] ?? 0] ?? [];
      const near = readers.filter((box) => layerOf[box] === index + 1);
      const far = readers.filter((box) => layerOf[box] !== index + 1);
      if (far.length === 0) return { sources, targets: near };
      const lane = nodes.push({ box: undefined, layer: index + 1 }) - 1;
      ahead[lane] = far;
      layers[index + 1]?.push(lane);
      return { sources, targets: [...near, lane] };
    });
  });
  return { nodes, layers, nets };
}
