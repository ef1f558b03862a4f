import { type CheckOutcome, type Diagnostic, type Failure, report, type Verdict } from "@glacier-ts/core";
import type { Plan, PlannedTask } from "../plan.js";
import { taskOf } from "../run-datasets.js";
import type { RunEvents } from "../run-events.js";

export interface RunChecksOptions {
  readonly plan: Plan;
  readonly events: RunEvents | undefined;
  /** The version of a dataset that the run works with, by number. */
  readonly versionOf: (dataset: number) => string | null | undefined;
}

/** What the checks of a run have found. */
export class RunChecks {
  /** In the order in which they were done. */
  readonly outcomes: CheckOutcome[] = [];
  readonly #options: RunChecksOptions;

  constructor(options: RunChecksOptions) {
    this.#options = options;
  }

  /** GLA5076 for each check that warns. */
  get warnings(): readonly Diagnostic[] {
    return this.outcomes
      .filter(({ passed, severity }) => !passed && severity === "warn")
      .map((outcome) =>
        report("checkWarned", { ...outcome, inputs: outcome.datasets.map(({ dataset }) => dataset) }),
      );
  }

  /** @param cachedFrom the run whose verdict is used again */
  add(task: PlannedTask, verdict: Verdict, durationMs: number, cachedFrom?: string): void {
    const { plan, events, versionOf } = this.#options;
    const { check } = task.manifest;
    if (!check) return;
    const datasets = [...new Set(task.inputs.map(({ dataset }) => dataset))].map((number) => {
      const version = versionOf(number);
      return { dataset: plan.datasets[number]?.name ?? "", ...(typeof version === "string" && { version }) };
    });
    const outcome: CheckOutcome = {
      task: task.id,
      check: check.name,
      severity: check.severity,
      datasets,
      ...verdict,
      durationMs,
      ...(cachedFrom !== undefined && { cachedFrom }),
    };
    this.outcomes.push(outcome);
    events?.emit({ type: "datasets-checked", ...outcome });
  }
}

/** Why a check stops the run; undefined where it has passed or only warns. */
export function failureOf(task: PlannedTask, { passed, ...verdict }: Verdict): Failure | undefined {
  const { check } = task.manifest;
  if (passed || check?.severity !== "error") return undefined;
  return { reason: "check-failed", ...taskOf(task), check: check.name, ...verdict };
}
