/** Twenty tasks over a table of a million rows, and the same as one would call them by hand. */
import type { TaskFunction } from "@glacier-ts/core";
import type { Reads } from "./graphs.ts";

interface Row {
  readonly id: number;
  readonly name: string;
  readonly score: number;
  readonly timestamp: number;
}

const dayMs = 86_400_000;

function rawRows(): Row[] {
  return Array.from({ length: 1_000_000 }, (_, id) => ({
    id,
    name: `user ${(id * 7919) % 1000}`,
    score: ((id * 48_271) % 100_003) / 100,
    timestamp: 1_700_000_000_000 + ((id * 69_621) % 1_000_003) * 1000,
  }));
}

const clean = (rows: readonly Row[]) => rows.filter(({ score }) => score >= 50);
const scaled = (rows: readonly Row[]) => rows.map((row) => ({ ...row, score: row.score / 1000 }));
const byTime = (rows: readonly Row[]) => rows.toSorted((a, b) => a.timestamp - b.timestamp);
const count = (rows: readonly Row[]) => rows.length;
const sum = (rows: readonly Row[]) => rows.reduce((total, { score }) => total + score, 0);
const highest = (rows: readonly Row[]) => rows.reduce((max, { score }) => Math.max(max, score), 0);
const first = (rows: readonly Row[]) => rows.reduce((min, row) => Math.min(min, row.timestamp), Infinity);
const perDay = (rows: readonly Row[]) => countBy(rows, ({ timestamp }) => Math.floor(timestamp / dayMs));
const perName = (rows: readonly Row[]) => countBy(rows, ({ name }) => name);
const best = (rows: readonly Row[]) => rows.filter(({ score }) => score > 0.99).length;
const latest = (rows: readonly Row[]) => rows.slice(-10).map(({ id }) => id);
const gaps = (rows: readonly Row[]) =>
  rows.reduce(
    (longest, { timestamp }, at) => Math.max(longest, timestamp - (rows[at - 1]?.timestamp ?? timestamp)),
    0,
  );
const report = (...parts: readonly unknown[]) => JSON.stringify(parts).length;

function countBy(rows: readonly Row[], keyOf: (row: Row) => string | number): number {
  const counts = new Map<string | number, number>();
  for (const row of rows) counts.set(keyOf(row), (counts.get(keyOf(row)) ?? 0) + 1);
  return counts.size;
}

type Step = readonly [run: TaskFunction, ...reads: number[]];

const aggregates = [count, sum, highest, first, perDay, perName];
const steps: readonly Step[] = [
  [rawRows],
  [clean, 0],
  [scaled, 1],
  [byTime, 2],
  ...aggregates.map((run): Step => [run, 1]),
  ...[...aggregates, best].map((run): Step => [run, 2]),
  [latest, 3],
  [gaps, 3],
];

export const tableReads: Reads = [
  ...steps.map(([, ...reads]) => reads),
  steps.slice(4).map((_, at) => at + 4),
];
export const tableFunctions: readonly TaskFunction[] = [...steps.map(([run]) => run), report];

export async function runTableByHand(): Promise<number> {
  const cleaned = clean(rawRows());
  const scores = scaled(cleaned);
  const sorted = byTime(scores);
  return report(
    ...aggregates.map((run) => run(cleaned)),
    ...[...aggregates, best].map((run) => run(scores)),
    latest(sorted),
    gaps(sorted),
  );
}
