import type { JsonObject, LogLevel, TaskContext } from "@glacier-ts/core";
import { makeTaskLog } from "../task-log.js";

export interface LoggedMessage {
  readonly level: LogLevel;
  readonly message: string;
  readonly fields?: JsonObject;
}

/** The context of a task that a test calls. */
export interface FakeContext extends TaskContext {
  /** What the task has logged so far. */
  readonly logged: readonly LoggedMessage[];
  /** What the task has said of its progress so far. */
  readonly progressed: readonly { readonly done: number; readonly total: number }[];
}

/**
 * A context for calling a task as the function that it is.
 *
 * ```ts
 * const context = fakeContext();
 * expect(clean(fixture, context)).toEqual(expected);
 * expect(context.logged).toEqual([{ level: "info", message: "1 of 2 rows left out" }]);
 * ```
 *
 * @param options.signal one that the test aborts; by default one that is never aborted
 * @param options.attempt 1 by default
 */
export function fakeContext(
  options: { readonly signal?: TaskContext["signal"]; readonly attempt?: number } = {},
): FakeContext {
  const { signal = new AbortController().signal, attempt = 1 } = options;
  const logged: LoggedMessage[] = [];
  const progressed: { done: number; total: number }[] = [];
  return {
    signal,
    attempt,
    log: makeTaskLog((level, message, fields) => logged.push({ level, message, ...(fields && { fields }) })),
    progress: (done, total) => void progressed.push({ done, total }),
    logged,
    progressed,
  };
}
