/** What it costs to keep every result, attempt and event of a run in `.glacier`. */
import { mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import type { TaskFunction } from "@glacier-ts/core";
import { LocalExecutor } from "@glacier-ts/runtime";
import { State } from "@glacier-ts/runtime/state";
import type { BenchRow } from "./bench-row.ts";
import { functionsOf, graphOf, layered, type Reads } from "./graphs.ts";
import { measureInTurns } from "./in-turns.ts";

interface Case {
  readonly name: string;
  readonly reads: Reads;
  readonly run: TaskFunction;
  readonly concurrency?: number;
}

const cases: readonly Case[] = [
  { name: "layers of 1000 no-op tasks", reads: layered(1_000), run: async () => 1 },
  { name: "layers of 10000 no-op tasks", reads: layered(10_000), run: async () => 1 },
  {
    name: "1000 tasks of 10 ms waiting at concurrency 100",
    reads: Array.from({ length: 1_000 }, () => []),
    run: () => wait(10, 1),
    concurrency: 100,
  },
];

export async function benchState(): Promise<readonly BenchRow[]> {
  const rows: BenchRow[] = [];
  for (const one of cases) {
    const folder = mkdtempSync(path.join(os.tmpdir(), "glacier-bench-state-"));
    try {
      rows.push(await measure(one, folder));
    } finally {
      rmSync(folder, { recursive: true });
    }
  }
  return rows;
}

async function measure({ name, reads, run, concurrency = 2 }: Case, folder: string): Promise<BenchRow> {
  const opened = State.open(folder);
  if (!opened.ok) throw new Error(opened.failure.message);
  const { state } = opened.value;
  const graph = graphOf(reads);
  const functions = functionsOf(graph, run);
  const execute = async (executor: LocalExecutor) => {
    const request = { graph: { ...graph }, functions, projectRoot: folder, keep: [] };
    const { status } = await executor.execute(request);
    if (status !== "succeeded") throw new Error(`The run ${status}`);
  };
  const recording = new LocalExecutor({ concurrency, state: { state } });
  const plain = new LocalExecutor({ concurrency });
  const times = await measureInTurns(
    { recorded: () => execute(recording), plain: () => execute(plain) },
    { turns: 7, warmUps: 2 },
  );
  state.close();
  const perTask = (way: keyof typeof times) => `${((times[way] / reads.length) * 1000).toFixed(1)} µs`;
  return {
    name: `engine-state: ${name}, with state by without`,
    ratio: times.recorded / times.plain,
    goal: 2,
    detail: `${perTask("recorded")} a task by ${perTask("plain")}`,
  };
}
