/** Random pipelines, and an oracle that knows their graph without the code under test. */
import { buildGraph, type Manifest, pipelineId, type UncheckedGraph } from "@glacier-ts/core";
import fc from "fast-check";
import { makeManifest, type TaskSketch } from "./make-graph.js";

// Names that a plain object would answer for are among them.
const names = ["b", "a", "__proto__", "constructor", "2", "10", "Z", "toString", "a.b", "é"];

/**
 * Pipelines of up to ten tasks, with up to two datasets each. With `acyclic`, a task reads only from those listed before
 * it in `order`; the sketches come in another order than that.
 */
export function randomSketches(options: { acyclic: boolean }): fc.Arbitrary<readonly TaskSketch[]> {
  const read = fc.tuple(fc.nat(99), fc.nat(99), fc.nat(1));
  const choices = fc.record({
    order: fc.shuffledSubarray(names, { minLength: 1 }),
    outputs: fc.array(fc.constantFrom(1, 2, 0), { minLength: names.length, maxLength: names.length }),
    reads: fc.array(read, { maxLength: 25, size: "max" }),
    shuffle: fc.nat(),
  });
  // Without its bias for small numbers, which makes most tasks read from themselves.
  return fc.noBias(choices).map(({ order, outputs, reads, shuffle }) => {
    const made = order.map((name, index) =>
      Array.from({ length: outputs[index] ?? 0 }, (_, port) => (port === 0 ? name : `${name}-${port}`)),
    );
    const inputs = order.map(() => new Set<string>());
    for (const [x, y, port] of reads) {
      const [a, b] = [x % order.length, y % order.length];
      const [from, to] = options.acyclic ? [Math.min(a, b), Math.max(a, b)] : [a, b];
      const dataset = made[from]?.[port];
      if (dataset !== undefined && !(options.acyclic && from === to)) inputs[to]?.add(dataset);
    }
    const sketches = order.map((name, index) => ({
      name,
      inputs: [...(inputs[index] ?? [])],
      outputs: made[index] ?? [],
    }));
    return scramble(sketches, shuffle);
  });
}

/** The same elements in an order that depends on the seed only. */
export function scramble<T>(items: readonly T[], seed: number): T[] {
  const rest = [...items];
  const scrambled: T[] = [];
  for (let state = seed % 2_147_483_647; rest.length > 0; ) {
    state = (state * 48_271 + 11) % 2_147_483_647;
    scrambled.push(...rest.splice(state % rest.length, 1));
  }
  return scrambled;
}

/** A copy of a JSON value with the keys of its objects in another order. */
export function scrambleKeys<T>(value: T, seed: number): T {
  if (Array.isArray(value)) return value.map((item) => scrambleKeys(item, seed)) as T;
  if (typeof value !== "object" || value === null) return value;
  const entries = scramble(Object.entries(value), seed);
  return Object.fromEntries(entries.map(([key, item]) => [key, scrambleKeys(item, seed + 1)])) as T;
}

export const idOf = (name: string) => `src/tasks.ts#${name}`;
export const nameOf = (id: string) => id.slice("src/tasks.ts#".length);

export function graphOf(tasks: readonly TaskSketch[]): UncheckedGraph {
  return graphIn(makeManifest({ tasks }));
}

export function graphIn(manifest: Manifest): UncheckedGraph {
  return buildGraph(manifest, pipelineId("src/pipeline.ts#sketch"));
}

/** What the sketches say by themselves, worked out in the plainest way. */
export interface Oracle {
  /** Whether the first task produces a dataset that the second one reads. */
  feeds(from: string, to: string): boolean;
  /** Whether data gets from the first task to the second one, over one edge or more. */
  reaches(from: string, to: string): boolean;
  /** Pairs of tasks, and the dataset between them. */
  readonly edges: readonly { readonly from: string; readonly to: string; readonly dataset: string }[];
}

/** @see Warshall, "A theorem on Boolean matrices", 1962 */
export function consult(sketches: readonly TaskSketch[]): Oracle {
  const edges = sketches.flatMap((producer) =>
    sketches.flatMap((reader) =>
      (producer.outputs ?? [])
        .filter((dataset) => reader.inputs?.includes(dataset))
        .map((dataset) => ({ from: producer.name, to: reader.name, dataset })),
    ),
  );
  const reached = new Set(edges.map(({ from, to }) => `${from} ${to}`));
  for (const { name: middle } of sketches) {
    for (const { name: from } of sketches) {
      for (const { name: to } of sketches) {
        if (reached.has(`${from} ${middle}`) && reached.has(`${middle} ${to}`)) reached.add(`${from} ${to}`);
      }
    }
  }
  return {
    edges,
    feeds: (from, to) => edges.some((edge) => edge.from === from && edge.to === to),
    reaches: (from, to) => reached.has(`${from} ${to}`),
  };
}

const range = (count: number) => Array.from({ length: count }, (_, index) => index);

/** Pipelines of 10,000 tasks. */
export const large = {
  /** Each task reads from the one before it. */
  chain: (): TaskSketch[] =>
    range(10_000).map((n) => ({
      name: `t${n}`,
      inputs: n === 0 ? [] : [`d${n - 1}`],
      outputs: [`d${n}`],
    })),
  /** A chain whose first task reads from the last one. */
  ring: (): TaskSketch[] =>
    range(10_000).map((n) => ({ name: `t${n}`, inputs: [`d${(n + 9_999) % 10_000}`], outputs: [`d${n}`] })),
  /** 100 layers of 100 tasks; each reads from ten tasks of the layer before: 99,000 edges. */
  layers: (): TaskSketch[] =>
    range(10_000).map((n) => {
      const before = (Math.floor(n / 100) - 1) * 100;
      const inputs = range(10).map((k) => `d${before + ((n * 7 + k * 11) % 100)}`);
      return { name: `t${n}`, inputs: n < 100 ? [] : inputs, outputs: [`d${n}`] };
    }),
  /** 316 tasks that all feed 317 others: 100,172 edges. */
  complete: (): TaskSketch[] => [
    ...range(316).map((n) => ({ name: `a${n}`, outputs: [`d${n}`] })),
    ...range(317).map((n) => ({ name: `b${n}`, inputs: range(316).map((k) => `d${k}`) })),
  ],
  /** One task that feeds 9,998 others, which all feed one. */
  diamond: (): TaskSketch[] => [
    { name: "top", outputs: ["top"] },
    ...range(9_998).map((n) => ({ name: `t${n}`, inputs: ["top"], outputs: [`d${n}`] })),
    { name: "bottom", inputs: range(9_998).map((n) => `d${n}`) },
  ],
  /** 5,000 pairs of tasks that read from each other; each pair also reads from up to ten pairs before it. */
  pairs: (): TaskSketch[] =>
    range(10_000).map((n) => {
      const pair = n - (n % 2);
      const others = range(10).map((k) => pair - 2 * (k + 1));
      return {
        name: `t${n}`,
        inputs: [`d${n ^ 1}`, ...others.filter((other) => other >= 0).map((other) => `d${other}`)],
        outputs: [`d${n}`],
      };
    }),
};
