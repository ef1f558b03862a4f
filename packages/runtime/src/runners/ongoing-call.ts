import type { CrashCause, ErrorInfo } from "@glacier-ts/core";
import { errorInfo } from "../error-info.js";
import type { Connection } from "./connection.js";
import type { Message } from "./messages.js";
import { errorOf, untransferable } from "./remote-failure.js";
import { RemoteStreams } from "./remote-streams.js";
import { Crash, type RemoteCall } from "./task-runner.js";

/** The side of a call where its result is awaited. */
export class OngoingCall {
  /** Settles as `TaskRunner.run` does. */
  readonly result: Promise<unknown>;
  readonly #call: RemoteCall;
  readonly #connection: Connection;
  readonly #stop: AbortController;
  readonly #streams: RemoteStreams;
  #uncaught: ErrorInfo | undefined;
  /** Settles the result by what the function did. */
  #settle: (() => void) | undefined;
  #resolve!: (value: unknown) => void;
  #reject!: (error: unknown) => void;

  /** @param stop ends the call's thread or process; aborted where the call cannot be sent */
  constructor(call: RemoteCall, connection: Connection, stop: AbortController) {
    this.#call = call;
    this.#connection = connection;
    this.#stop = stop;
    this.#streams = new RemoteStreams(connection);
    this.result = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    connection.listen((message) => this.#handle(message));
    try {
      this.#send();
    } catch (error) {
      stop.abort(error);
    }
  }

  /**
   * The other side is gone, or free for another call. What is still open, the result or streams, gets the reason of
   * `stop`, or else a `Crash`.
   *
   * @param cause what is known of why it has ended
   */
  end(cause: CrashCause): void {
    const { signal } = this.#stop;
    const crashCause: CrashCause = this.#uncaught ? { kind: "uncaught", error: this.#uncaught } : cause;
    const reason = signal.aborted ? signal.reason : new Crash(crashCause);
    this.#call.signal.removeEventListener("abort", this.#forwardAbort);
    this.#streams.end(reason);
    this.#settle?.();
    this.#reject(reason);
  }

  #send(): void {
    const { args, module, contextPosition, attempt, signal } = this.#call;
    // Each for itself, so that the one that cannot be sent is known.
    for (const [position, value] of args.entries())
      if (value !== undefined && position !== contextPosition) this.#sendArgument(position, value);
    if (signal.aborted) this.#forwardAbort();
    else signal.addEventListener("abort", this.#forwardAbort, { once: true });
    this.#connection.post({ type: "call", module, arity: args.length, contextPosition, attempt });
  }

  #sendArgument(position: number, value: unknown): void {
    try {
      this.#connection.post({ type: "argument", position, packed: this.#streams.pack(value) });
    } catch (error) {
      throw untransferable(this.#call.describeArgument(position), error);
    }
  }

  readonly #forwardAbort = (): void => {
    const { name, message } = errorInfo(this.#call.signal.reason);
    this.#connection.post({ type: "abort", reason: { name, message } });
  };

  #handle(message: Message): void {
    switch (message.type) {
      case "log":
        this.#call.onLog(message.level, message.message, message.fields);
        return;
      case "progress":
        this.#call.onProgress(message.done, message.total);
        return;
      case "returned": {
        const value = this.#streams.unpack(message.packed);
        if (message.packed.streams.length > 0) this.#resolve(value);
        // Its thread is free, its process gone and its output written when the result is there.
        else this.#settle = () => this.#resolve(value);
        return;
      }
      case "failed":
        this.#settle = () => this.#reject(errorOf(message.failure));
        return;
      case "uncaught":
        this.#uncaught ??= message.error;
        return;
      case "pull":
      case "cancel":
      case "items":
      case "end":
        this.#streams.handle(message);
        return;
    }
  }
}
