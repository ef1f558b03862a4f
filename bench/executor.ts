/**
 * What the executor itself costs: a generated graph of tasks that do nothing, run by `LocalExecutor` and by the code that
 * one would write by hand for the same graph. Where its time goes: into planning, events, promises.
 */
import type { Graph, RunEvent, TaskFunction } from "@glacier-ts/core";
import { LocalExecutor } from "@glacier-ts/runtime";
import type { BenchRow } from "./bench-row.ts";
import { functionsOf, graphOf, layered } from "./graphs.ts";
import { measureInTurns } from "./in-turns.ts";
import { runByHand } from "./peers.ts";

const goal = 3;

/** Measures the executor's overhead per task on graphs of 1,000 and 10,000 tasks. */
export async function benchExecutor(): Promise<readonly BenchRow[]> {
  const rows: BenchRow[] = [];
  for (const tasks of [1_000, 10_000]) {
    for (const kind of ["async", "sync"] as const) rows.push(...(await measure(tasks, kind)));
  }
  return rows;
}

async function measure(size: number, kind: "async" | "sync"): Promise<readonly BenchRow[]> {
  const graph = graphOf(layered(size));
  const noOp: TaskFunction = kind === "async" ? async () => 1 : () => 1;
  const functions = functionsOf(graph, noOp);
  const executor = new LocalExecutor();
  const run = async (graph: Graph, onEvent?: (event: RunEvent) => void) => {
    const request = { graph, functions, projectRoot: "", keep: [], ...(onEvent && { onEvent }) };
    const outcome = await executor.execute(request);
    if (outcome.status !== "succeeded") throw new Error(`The run ${outcome.status}`);
  };

  let events = 0;
  const variants = {
    byHand: () => runByHand(graph, functions),
    glacier: () => run(graph),
    // A copy is a graph that the executor has not seen: it has to be planned as well.
    planned: () => run({ ...graph }),
    withEvents: () =>
      run(graph, () => {
        events++;
      }),
  };
  const times = await measureInTurns(variants, { turns: 15, warmUps: Math.max(3, 30_000 / size) });
  if (events === 0) throw new Error("The run had no events");

  type Variant = keyof typeof variants;
  const text = (name: Variant) => `${((times[name] / size) * 1000).toFixed(2)} µs`;
  const row = (name: string, variant: Variant, more = ""): BenchRow => ({
    name: `executor: ${size} ${kind} no-op tasks, ${name}`,
    ratio: times[variant] / times.byHand,
    goal,
    detail: `${text(variant)} a task, ${text("byHand")} by hand${more}`,
  });
  return [
    row("first run of a graph", "planned"),
    row("further runs", "glacier", `, ${text("withEvents")} with a listener`),
  ];
}
