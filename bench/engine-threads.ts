/**
 * CPU-bound tasks on worker threads: by `LocalExecutor`, and by a pool of threads that is used by hand, by one after the
 * other in this thread. Every run begins without threads, as that of a pipeline does, so their start is part of it.
 */
import { availableParallelism } from "node:os";
import { compute } from "@glacier-ts/core";
import { LocalExecutor } from "@glacier-ts/runtime";
import { Piscina } from "piscina";
import type { BenchRow } from "./bench-row.ts";
import { hash } from "./cpu-task.ts";
import { functionsOf, graphOf } from "./graphs.ts";
import { measureInTurns } from "./in-turns.ts";

const tasks = 64;
const taskMs = 50;
const threads = 2;
const module = new URL("cpu-task.ts", import.meta.url).href;

export async function benchThreads(): Promise<readonly BenchRow[]> {
  const iterations = calibrate();
  // The first task says how much there is to do.
  const graph = graphOf([[], ...Array.from({ length: tasks }, () => [0])], (number) =>
    number === 0 ? undefined : compute.local({ workers: 1 }),
  );
  const functions = new Map([
    ...functionsOf(graph, hash as never),
    [graph.order[0] as never, () => iterations],
  ]);
  const executor = new LocalExecutor({ concurrency: threads });
  const moduleOf = () => ({ url: module, path: ["hash"] });
  const times = await measureInTurns(
    {
      LocalExecutor: async () => {
        const request = { graph, functions, moduleOf, projectRoot: "", keep: [] };
        const { status } = await executor.execute(request);
        if (status !== "succeeded") throw new Error(`The run ${status}`);
      },
      "piscina by hand": async () => {
        const pool = new Piscina({ filename: module, name: "hash", minThreads: 0, maxThreads: threads });
        await Promise.all(Array.from({ length: tasks }, () => pool.run(iterations)));
        await pool.destroy();
      },
      serial: () => {
        for (let task = 0; task < tasks; task++) hash(iterations);
      },
    },
    { turns: 5, warmUps: 0 },
  );
  const row = (way: "LocalExecutor" | "piscina by hand", goal?: number): BenchRow => ({
    name: `engine-threads: ${tasks} tasks of ${(times.serial / tasks).toFixed(0)} ms CPU on ${threads} threads, ${way} by one after the other`,
    ratio: times[way] / times.serial,
    goal,
    detail: `${times[way].toFixed(0)} ms by ${times.serial.toFixed(0)} ms, ${(times.serial / times[way]).toFixed(2)} times as fast, with the start of the threads, on ${availableParallelism()} processors`,
  });
  return [row("LocalExecutor", 1 / 1.8), row("piscina by hand")];
}

/** How many iterations take as long as a task should. */
function calibrate(): number {
  const probe = 20_000;
  const times = Array.from({ length: 5 }, () => {
    const startedAt = performance.now();
    hash(probe);
    return performance.now() - startedAt;
  });
  return Math.round((probe * taskMs) / Math.min(...times));
}
