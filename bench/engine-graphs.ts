/**
 * Tasks that do nothing, from the graph to the last result: by `LocalExecutor`, which plans the graph anew each time, by
 * promises that are wired by hand, and by other libraries.
 */
import type { Graph, TaskFunction, TaskId } from "@glacier-ts/core";
import { LocalExecutor } from "@glacier-ts/runtime";
import type { BenchRow } from "./bench-row.ts";
import { chained, fanned, functionsOf, graphOf, layered, type Reads } from "./graphs.ts";
import { measureInTurns } from "./in-turns.ts";
import { peers, runByHand } from "./peers.ts";

const executor = new LocalExecutor();
const noOp = async () => 1;

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
    for (const size of sizes) rows.push(...(await measure(`${name} of ${size} no-op tasks`, reads(size))));
    rows.push(...(await measureGrowth(name, reads)));
  }
  return rows;
}

async function measure(name: string, reads: Reads): Promise<readonly BenchRow[]> {
  const graph = graphOf(reads);
  const functions = functionsOf(graph, noOp);
  const ways: Record<string, () => Promise<unknown>> = {
    LocalExecutor: () => execute(graph, functions),
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
  const goal = reads.length >= 10_000 ? 3 : undefined;
  return [row("LocalExecutor", goal), ...peers.map((peer) => row(peer.name))];
}

/**
 * As many tasks in one run as in ten, so that there is as much garbage to collect. The promises that are wired by hand show
 * how much of the growth is the machine's: a larger graph fits into its caches less.
 */
async function measureGrowth(name: string, reads: (size: number) => Reads): Promise<readonly BenchRow[]> {
  const [small, large] = [graphOf(reads(1_000)), graphOf(reads(10_000))];
  const [few, many] = [functionsOf(small, noOp), functionsOf(large, noOp)];
  const tenTimes = async (run: () => Promise<unknown>) => {
    for (let times = 0; times < 10; times++) await run();
  };
  const times = await measureInTurns(
    {
      one: () => execute(large, many),
      ten: () => tenTimes(() => execute(small, few)),
      "one by hand": () => runByHand(large, many),
      "ten by hand": () => tenTimes(() => runByHand(small, few)),
    },
    { turns: 11, warmUps: 3 },
  );
  const row = (way: string, [one, ten]: readonly [number, number], goal?: number): BenchRow => ({
    name: `engine-graphs: ${name}, ${way}, a run of 10000 tasks by ten of 1000`,
    ratio: one / ten,
    goal,
    detail: `${(one / 10).toFixed(2)} µs a task by ${(ten / 10).toFixed(2)} µs`,
  });
  return [
    row("LocalExecutor", [times.one, times.ten], 1.5),
    row("promises by hand", [times["one by hand"], times["ten by hand"]]),
  ];
}

async function execute(graph: Graph, functions: ReadonlyMap<TaskId, TaskFunction>): Promise<void> {
  // A copy is a graph that the executor has not seen.
  const request = { graph: { ...graph }, functions, projectRoot: "", keep: [] };
  const { status } = await executor.execute(request);
  if (status !== "succeeded") throw new Error(`The run ${status}`);
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
