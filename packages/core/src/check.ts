import type { Exact } from "./exact.js";
import type { TaskId } from "./graph.js";
import type { Json } from "./json.js";
import { registerTask, type TaskFunction, type TaskOptions, type TaskWiring } from "./task.js";

/** What a check has found. */
export interface CheckResult {
  readonly passed: boolean;
  /** What is wrong, for people; of a result that has passed, what was seen. */
  readonly message?: string;
  /** How many rows are not as they should be. */
  readonly failedRows?: number;
  /** Some of them, or what is wrong with them. The first five are kept, as far as JSON can hold them. */
  readonly examples?: readonly unknown[];
  /** Until when the result may be used again, ISO 8601; by default for as long as data and code stay the same. */
  readonly validUntil?: string;
}

/** A result as it is kept: plain JSON. */
export interface Verdict extends CheckResult {
  readonly examples?: readonly Json[];
}

/** What a check has found in a run. */
export interface CheckOutcome extends Verdict {
  readonly task: TaskId;
  /** The check's name. */
  readonly check: string;
  readonly severity: CheckSeverity;
  /** What it has looked at. */
  readonly datasets: readonly CheckedDataset[];
  readonly durationMs: number;
  /** The run whose result was used again. */
  readonly cachedFrom?: string;
}

export interface CheckedDataset {
  readonly dataset: string;
  /** The same for the same content; absent where the dataset has none, as in a run that keeps no state. */
  readonly version?: string;
}

/** A function that looks at datasets and says whether they are good. */
export type CheckFunction = (
  ...inputs: never[]
) => boolean | CheckResult | PromiseLike<boolean | CheckResult>;

export interface CheckOptions extends TaskOptions {
  /**
   * What is done about data that does not pass: with `error` (the default) the check fails, and no task that reads one of
   * its datasets runs; with `warn` the run goes on and has a warning.
   */
  readonly severity?: CheckSeverity;
}

export type CheckSeverity = "error" | "warn";

/** The mark of a function that `check()` returned; it carries the literal types and exists in types only. */
export declare abstract class CheckMark<in out Name, in out Options> {
  protected "~check"?: readonly [Name, Options];
}

/** A check. It is called as the function that it is. */
export type Check<
  Function extends CheckFunction = CheckFunction,
  Name extends string = string,
  Options extends CheckOptions = CheckOptions,
> = Function & CheckMark<Name, Options>;

/**
 * Makes a check of a function: data that is not as it should be stops the tasks that would read it.
 *
 * ```ts
 * export const noNegativeDelay = check("no_negative_delay", (flights: CleanFlights) => flights.every((f) => f.delay >= 0));
 * export const uniqueIds = check("unique_ids", { severity: "warn" }, (users: CleanUsers) => unique(users, (u) => u.id));
 *
 * export const analytics = pipeline({ name: "analytics", tasks: [extract, clean], checks: [noNegativeDelay, uniqueIds] });
 * ```
 *
 * The result must be a module-level export. A check reads one dataset or several, and takes everything else that a task
 * takes; `@glacier-ts/core/checks` has functions for what is often checked.
 *
 * @param name `[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}`; unique in a pipeline
 */
export function check<const Name extends string, Function extends CheckFunction>(
  name: Name,
  run: Function,
  wiring?: TaskWiring,
): Check<Function, Name, {}>;
export function check<
  const Name extends string,
  const Options extends CheckOptions,
  Function extends CheckFunction,
>(
  name: Name,
  options: Options & Exact<CheckOptions, Options>,
  run: Function,
  wiring?: TaskWiring,
): Check<Function, Name, Options>;
export function check(
  _name: string,
  first: TaskFunction | CheckOptions,
  second?: TaskFunction | TaskWiring,
  third?: TaskWiring,
): unknown {
  // The compiler writes the wiring behind the function.
  return typeof first === "function"
    ? registerTask(first, { options: {}, id: (second as TaskWiring | undefined)?.id })
    : registerTask(second as TaskFunction, { options: first, id: third?.id });
}
