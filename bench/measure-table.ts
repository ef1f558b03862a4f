/**
 * Prints how long the twenty tasks over a million rows take, in milliseconds, and the memory of the process at its peak,
 * in bytes. A process of its own: a peak cannot be measured twice.
 *
 * node bench/measure-table.ts glacier|by-hand
 */
import process from "node:process";
import { LocalExecutor } from "@glacier-ts/runtime";
import { graphOf } from "./graphs.ts";
import { runTableByHand, tableFunctions, tableReads } from "./table-tasks.ts";

async function runWithGlacier(): Promise<unknown> {
  const graph = graphOf(tableReads);
  const functions = new Map(
    graph.order.map((id) => [id, tableFunctions[Number(id.split("#t")[1])] as never]),
  );
  const keep = [`d${tableReads.length - 1}`];
  const outcome = await new LocalExecutor().execute({ graph, functions, projectRoot: "", keep });
  if (outcome.status !== "succeeded") throw new Error(JSON.stringify(outcome.failures));
  return outcome.datasets.get(keep[0] as string);
}

const run = process.argv[2] === "glacier" ? runWithGlacier : runTableByHand;
const startedAt = performance.now();
const result = await run();
const ms = performance.now() - startedAt;
const peakBytes = process.resourceUsage().maxRSS * 1024;
console.log(JSON.stringify({ ms, peakBytes, result }));
