/** A million rows written and read in each format, beside the same library used by hand; each in a process of its own. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import type { BenchRow } from "./bench-row.ts";
import { byHand } from "./format-by-hand.ts";

const pairs = 3;
const program = fileURLToPath(new URL("measure-format.ts", import.meta.url));
const ways = ["glacier", "by-hand"] as const;

/** What `measure-format.ts` prints. */
interface Measured {
  readonly ms: number;
  readonly peakBytes: number;
  readonly sizeBytes: number;
  /** Of everything in the rows. */
  readonly sum: number;
}

export function benchFormats(): readonly BenchRow[] {
  const folders = ways.map((way) => mkdtempSync(join(tmpdir(), `glacier-formats-${way}-`)));
  try {
    return Object.keys(byHand).flatMap((format) => [
      ...compare(format, "write", folders),
      ...compare(format, "read", folders),
    ]);
  } finally {
    for (const folder of folders) rmSync(folder, { recursive: true });
  }
}

function compare(format: string, what: "write" | "read", folders: readonly string[]): readonly BenchRow[] {
  const all = ways.map((): Measured[] => []);
  for (let pair = 0; pair < pairs; pair++) {
    for (const [index, way] of ways.entries())
      all[index]?.push(measure(way, what, format, folders[index] as string));
  }
  if (new Set(all.flat().map(({ sum }) => sum)).size !== 1)
    throw new Error(`Both ways should ${what} the same rows as ${format}`);
  const lowest = (property: keyof Measured) =>
    all.map((measured) => Math.min(...measured.map((each) => each[property]))) as [number, number];
  const row = (property: keyof Measured, goal: number | undefined, unit: string, scale: number): BenchRow => {
    const [one, other] = lowest(property);
    const names = { ms: "time", peakBytes: "peak memory", sizeBytes: "size", sum: "sum" };
    return {
      name: `storage-formats: ${format}, ${what} of 1,000,000 rows, ${names[property]}`,
      ratio: one / other,
      goal,
      detail: `${(one / scale).toFixed(0)} ${unit} by ${(other / scale).toFixed(0)} ${unit}, lowest of ${pairs} processes each`,
    };
  };
  const size = what === "write" ? [row("sizeBytes", undefined, "MB", 1e6)] : [];
  return [row("ms", 1.15, "ms", 1), ...size, row("peakBytes", undefined, "MB", 1e6)];
}

function measure(way: string, what: string, format: string, folder: string): Measured {
  return JSON.parse(
    execFileSync(process.execPath, [program, way, what, format, folder], { encoding: "utf8" }),
  );
}
