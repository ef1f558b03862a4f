/** The platform's `AbortSignal` where the project knows one, else the part of it that Glacier uses. */
export type Signal = typeof globalThis extends { AbortSignal: { prototype: infer Known } }
  ? Known
  : SignalLike;

export interface SignalLike {
  readonly aborted: boolean;
  readonly reason: unknown;
  addEventListener(type: "abort", listener: () => void, options?: { once?: boolean }): void;
  removeEventListener(type: "abort", listener: () => void): void;
}

export type LogLevel = "debug" | "info" | "warn" | "error";

/** What a message is about; of each value, what JSON can hold is kept. */
export type LogFields = Readonly<Record<string, unknown>>;

/** Writes messages to the run's log, at the level `info` where no other is said. */
export interface TaskLog {
  (message: string, fields?: LogFields): void;
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
}

/** The mark of a parameter that the executor fills with the context of the attempt; it exists in types only. */
export declare abstract class ContextMark {
  protected "~context"?: true;
}

/**
 * What a task may ask of its executor. A parameter of this type is filled in by the executor and is no dataset.
 *
 * ```ts
 * export async function extract(context: TaskContext): Promise<RawUsers> {
 *   return (await fetch(url, { signal: context.signal })).json();
 * }
 * ```
 */
export interface TaskContext extends ContextMark {
  /** Aborted when the attempt's timeout has passed or the run is cancelled. */
  readonly signal: Signal;
  /** 1 for the first attempt. */
  readonly attempt: number;
  /** Writes to the run's log. */
  readonly log: TaskLog;
  /** Says how far the task is: `done` of `total` units of any kind. */
  progress(done: number, total: number): void;
}
