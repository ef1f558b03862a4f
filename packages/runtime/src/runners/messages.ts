/** What the two sides of a call say to each other: the caller, and the host on another thread or in another process. */
import type { ErrorInfo, JsonObject, LogLevel, TaskModule } from "@glacier-ts/core";

export type Message = CallerMessage | HostMessage | StreamMessage;

export type CallerMessage =
  | { readonly type: "argument"; readonly position: number; readonly packed: Packed }
  /** Comes after the arguments. */
  | {
      readonly type: "call";
      readonly module: TaskModule;
      readonly arity: number;
      readonly contextPosition: number | undefined;
      readonly attempt: number;
    }
  | { readonly type: "abort"; readonly reason: { readonly name: string; readonly message: string } };

type HostMessage =
  | {
      readonly type: "log";
      readonly level: LogLevel;
      readonly message: string;
      readonly fields: JsonObject | undefined;
    }
  | { readonly type: "progress"; readonly done: number; readonly total: number }
  | { readonly type: "returned"; readonly packed: Packed }
  | { readonly type: "failed"; readonly failure: RemoteFailure }
  /** An error was thrown outside of the function's promise: the host is about to end. */
  | { readonly type: "uncaught"; readonly error: ErrorInfo };

/** About the stream `stream`: a number of the side that it comes from. */
export type StreamMessage =
  /** From the reader: that many batches more may be sent. */
  | { readonly type: "pull"; readonly stream: number; readonly batches: number }
  /** From the reader: it wants no more. The answer is `end`. */
  | { readonly type: "cancel"; readonly stream: number }
  /** From the source. */
  | { readonly type: "items"; readonly stream: number; readonly items: readonly unknown[] }
  | { readonly type: "end"; readonly stream: number; readonly failure: RemoteFailure | undefined };

/** A value without the streams that were in it. */
export interface Packed {
  readonly value: unknown;
  /** Where the streams belong: a property or item of the value; null for the value itself. */
  readonly streams: readonly { readonly key: string | number | null; readonly stream: number }[];
}

export type RemoteFailure =
  | { readonly kind: "threw"; readonly error: ErrorInfo }
  | { readonly kind: "untransferable"; readonly what: string; readonly why: string };
