/** One line of the benchmark's table: what something costs by what it costs without Glacier. */
export interface BenchRow {
  readonly name: string;
  /** Undefined where it could not be measured; the detail says why. */
  readonly ratio: number | undefined;
  /** The ratio should not be higher; undefined for what is there to compare with only. */
  readonly goal: number | undefined;
  readonly detail: string;
}

export function renderRow({ name, ratio, goal, detail }: BenchRow): string {
  const verdict = ratio !== undefined && goal !== undefined && ratio <= goal ? "met" : "missed";
  const aim = goal === undefined ? "for comparison" : `goal ${Number(goal.toFixed(3))}, ${verdict}`;
  return `${(ratio?.toFixed(2) ?? "-").padStart(7)} (${aim})  ${name}: ${detail}`;
}
