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
  /** Writes a line to the run's log. */
  log(message: string): void;
  /** Says how far the task is: `done` of `total` units of any kind. */
  progress(done: number, total: number): void;
}
