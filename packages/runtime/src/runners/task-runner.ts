import {
  type CrashCause,
  crashText,
  type JsonObject,
  type LogLevel,
  type TaskModule,
} from "@glacier-ts/core";
import { RemoteError } from "./remote-error.js";

/** Calls a task's function on a thread or in a process of its own. */
export interface TaskRunner {
  /**
   * Settles with what the function returned. Values are structured clones. An `AsyncIterable` among the arguments, in
   * the returned value or as it crosses as a stream that can be read once, with backpressure; its thread or process is
   * occupied until the stream has ended or is closed (`return()` of its iterator), also when nobody reads it.
   *
   * Rejects with a `RemoteError` (what the function threw), a `Crash`, an `Untransferable`, or the reason of `kill`.
   * What comes after it has resolved, comes out of the streams: they reject with the same.
   */
  run(call: RemoteCall): Promise<unknown>;
  /** Ends all threads and processes, also those that run. Resolves when they are gone. */
  close(): Promise<void>;
}

export interface RemoteCall {
  readonly module: TaskModule;
  /** The function's arguments; what is at `contextPosition` is not sent. */
  readonly args: readonly unknown[];
  /** Where the function takes its `TaskContext`, which is made on the other side. */
  readonly contextPosition?: number | undefined;
  readonly attempt: number;
  /** The task's memory limit, MiB. A process can be limited, a thread cannot. */
  readonly memoryMb?: number | undefined;
  /** Aborts the signal in the function's context; its reason arrives with name and message. */
  readonly signal: AbortSignal;
  /** Ends the thread or process at once, whatever the function does. */
  readonly kill: AbortSignal;
  readonly onLog: (level: LogLevel, message: string, fields?: JsonObject) => void;
  readonly onProgress: (done: number, total: number) => void;
  /** Names an argument in an `Untransferable`: `dataset 'users'`. */
  readonly describeArgument: (position: number) => string;
}

/** The thread or process has ended before the function, or a stream that it returned, did. */
export class Crash extends Error {
  override readonly name = "Crash";
  readonly crashCause: CrashCause;

  constructor(crashCause: CrashCause) {
    super(
      crashText(crashCause),
      crashCause.kind === "uncaught" ? { cause: new RemoteError(crashCause.error) } : {},
    );
    this.crashCause = crashCause;
  }
}
