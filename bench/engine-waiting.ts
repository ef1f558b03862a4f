/** Tasks that wait, as those that ask a server do, at a concurrency of 100. */
import { setTimeout as wait } from "node:timers/promises";
import { LocalExecutor } from "@glacier-ts/runtime";
import type { BenchRow } from "./bench-row.ts";
import { functionsOf, graphOf } from "./graphs.ts";
import { measureInTurns } from "./in-turns.ts";

const tasks = 1_000;
const taskMs = 10;
const concurrency = 100;
const idealMs = (tasks / concurrency) * taskMs;

export async function benchWaiting(): Promise<readonly BenchRow[]> {
  const graph = graphOf(Array.from({ length: tasks }, () => []));
  const functions = functionsOf(graph, () => wait(taskMs, 1));
  const executor = new LocalExecutor({ concurrency });
  const times = await measureInTurns(
    {
      LocalExecutor: async () => {
        const request = { graph: { ...graph }, functions, projectRoot: "", keep: [] };
        const { status } = await executor.execute(request);
        if (status !== "succeeded") throw new Error(`The run ${status}`);
      },
      "by hand": async () => {
        const one = async () => {
          for (let left = tasks / concurrency; left > 0; left--) await wait(taskMs, 1);
        };
        await Promise.all(Array.from({ length: concurrency }, one));
      },
    },
    { turns: 15, warmUps: 5 },
  );
  const row = (way: keyof typeof times, goal?: number): BenchRow => ({
    name: `engine-waiting: ${tasks} tasks of ${taskMs} ms waiting at concurrency ${concurrency}, ${way} by ideal`,
    ratio: times[way] / idealMs,
    goal,
    detail: `${times[way].toFixed(1)} ms by ${idealMs} ms`,
  });
  return [row("LocalExecutor", 1.15), row("by hand")];
}
