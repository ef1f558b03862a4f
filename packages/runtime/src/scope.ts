import type { RunRequest } from "@glacier-ts/core";
import type { Plan } from "./plan.js";

/**
 * Which tasks of a plan a run calls, by number: the selected ones, without those that make only what is given, and
 * without those that only serve such tasks.
 *
 * @returns undefined for all
 */
export function scopeOf(
  plan: Plan,
  { selected, given, keep }: Pick<RunRequest, "selected" | "given" | "keep">,
): readonly boolean[] | undefined {
  if (!selected && !given?.size) return undefined;
  const isInScope = plan.tasks.map(({ id }) => selected?.has(id) ?? true);
  if (!given?.size) return isInScope;
  const kept = new Set(keep);
  // From the end: tasks come before their readers.
  for (let number = plan.tasks.length - 1; number >= 0; number--) {
    const outputs = plan.tasks[number]?.outputs ?? [];
    const isNeeded = outputs.some(({ dataset }) => {
      const { name, readers } = plan.datasets[dataset] as (typeof plan.datasets)[number];
      if (given.has(name)) return false;
      return readers.length === 0 || kept.has(name) || readers.some((reader) => isInScope[reader]);
    });
    if (outputs.length > 0 && !isNeeded) isInScope[number] = false;
  }
  return isInScope;
}
