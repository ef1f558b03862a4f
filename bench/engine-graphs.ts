/**
 * Tasks that do nothing, from the graph to the last result: by `LocalExecutor`, which plans the graph anew each time, by
 * promises that are wired by hand, and by other libraries.
 */
import { LocalExecutor } from "@glacier-ts/runtime";
import type { BenchRow } from "./bench-row.ts";
import { chained, fanned, functionsOf, graphOf, layered, type Reads } from "./graphs.ts";
import { measureInTurns } from "./in-turns.ts";
import { peers, runByHand } from "./peers.ts";

/** What takes longer than this is run once. */
const longMs = 2_000;

const shapes: readonly (readonly [name: string, reads: (size: number) => Reads, sizes: readonly number[]])[] =
  [
    ["layers", layered, [100, 1_000, 10_000]],
    ["1 to N to 1", fanned, [10_000]],
    ["chain", chained, [1_000, 10_000]],
  ];

export async function benchGraphs(): Promise<readonly BenchRow[]> {
  const rows: BenchRow[] = [];
  for (const [name, reads, sizes] of shapes) {
    let before: number | undefined;
    for (const size of sizes) {
      const measured = await measure(`${name} of ${size} no-op tasks`, reads(size));
      rows.push(...measured.rows);
      if (before !== undefined && size === 10_000) rows.push(growth(name, before, measured.perTaskUs));
      before = measured.perTaskUs;
    }
  }
  return rows;
}

async function measure(
  name: string,
  reads: Reads,
): Promise<{ rows: readonly BenchRow[]; perTaskUs: number }> {
  const graph = graphOf(reads);
  const functions = functionsOf(graph, async () => 1);
  const executor = new LocalExecutor();
  const ways: Record<string, () => Promise<unknown>> = {
    LocalExecutor: async () => {
      // A copy is a graph that the executor has not seen.
      const request = { graph: { ...graph }, functions, projectRoot: "", keep: [] };
      const { status } = await executor.execute(request);
      if (status !== "succeeded") throw new Error(`The run ${status}`);
    },
    "by hand": () => runByHand(graph, functions),
  };
  const slow: Record<string, number> = {};
  for (const peer of peers) {
    const run = () => peer.run(graph, functions);
    const firstMs = await timeOf(run);
    if (firstMs === undefined) continue;
    if (firstMs > longMs) slow[peer.name] = firstMs;
    else ways[peer.name] = run;
  }
  const warmUps = Math.max(2, 20_000 / reads.length);
  const times = { ...slow, ...(await measureInTurns(ways, { turns: 11, warmUps })) };

  const perTaskUs = (way: string) => ((times[way] as number) / reads.length) * 1000;
  const row = (way: string, goal?: number): BenchRow => {
    const start = { name: `engine-graphs: ${name}, ${way} by hand`, goal };
    if (times[way] === undefined) return { ...start, ratio: undefined, detail: "overflows the stack" };
    const [one, other] = [perTaskUs(way), perTaskUs("by hand")];
    const detail = `${one.toFixed(2)} µs a task by ${other.toFixed(2)} µs${slow[way] ? ", one run" : ""}`;
    return { ...start, ratio: one / other, detail };
  };
  return {
    rows: [
      row("LocalExecutor", reads.length >= 10_000 ? 3 : undefined),
      ...peers.map((peer) => row(peer.name)),
    ],
    perTaskUs: perTaskUs("LocalExecutor"),
  };
}

function growth(name: string, fewUs: number, manyUs: number): BenchRow {
  return {
    name: `engine-graphs: ${name}, LocalExecutor's time per task with 10000 tasks by 1000`,
    ratio: manyUs / fewUs,
    goal: 1.5,
    detail: `${manyUs.toFixed(2)} µs by ${fewUs.toFixed(2)} µs`,
  };
}

/** Milliseconds; undefined where it overflows the stack. */
async function timeOf(run: () => Promise<unknown>): Promise<number | undefined> {
  const startedAt = performance.now();
  try {
    await run();
    return performance.now() - startedAt;
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}
