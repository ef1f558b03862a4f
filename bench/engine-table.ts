/** Twenty tasks over a table of a million rows, in a process of their own: time and peak memory. */
import { execFileSync } from "node:child_process";
import process from "node:process";
import { fileURLToPath } from "node:url";
import type { BenchRow } from "./bench-row.ts";

const pairs = 5;
const program = fileURLToPath(new URL("measure-table.ts", import.meta.url));

/** What `measure-table.ts` prints. */
interface Measured {
  readonly ms: number;
  readonly peakBytes: number;
  readonly result: unknown;
}

export function benchTable(): readonly BenchRow[] {
  const glacier: Measured[] = [];
  const byHand: Measured[] = [];
  for (let pair = 0; pair < pairs; pair++) {
    glacier.push(measure("glacier"));
    byHand.push(measure("by-hand"));
  }
  if (new Set([...glacier, ...byHand].map(({ result }) => result)).size !== 1)
    throw new Error("Both ways should come to the same result");
  const row = (
    name: string,
    what: "ms" | "peakBytes",
    goal: number,
    unit: string,
    scale: number,
  ): BenchRow => {
    const lowest = (all: readonly Measured[]) => Math.min(...all.map((measured) => measured[what]));
    const [one, other] = [lowest(glacier), lowest(byHand)];
    const text = `${(one / scale).toFixed(0)} ${unit} by ${(other / scale).toFixed(0)} ${unit}`;
    return {
      name: `engine-table: 20 tasks over 1,000,000 rows, ${name}, LocalExecutor by hand`,
      ratio: one / other,
      goal,
      detail: `${text}, lowest of ${pairs} processes each`,
    };
  };
  return [row("time", "ms", 1.1, "ms", 1), row("peak memory", "peakBytes", 1.5, "MB", 1e6)];
}

function measure(way: "glacier" | "by-hand"): Measured {
  return JSON.parse(execFileSync(process.execPath, [program, way], { encoding: "utf8" }));
}
