import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { MessageChannel, type MessagePort } from "node:worker_threads";
import type { CrashCause } from "@glacier-ts/core";
import { Piscina } from "piscina";
import { errorInfo } from "../error-info.js";
import type { StartedCall } from "./call-queue.js";
import { portConnection } from "./connection.js";
import { OngoingCall } from "./ongoing-call.js";
import { Crash, type RemoteCall } from "./task-runner.js";

/** How long a thread without work is kept. */
const idleMs = 10_000;

/** So many threads at most, each with one call at a time. */
export class ThreadPool {
  readonly #maxThreads: number;
  readonly #piscina: Piscina<MessagePort, void>;
  /** Calls that have a thread, or wait for one that is starting. */
  readonly #calls = new Map<OngoingCall, AbortController>();

  constructor(maxThreads: number) {
    this.#maxThreads = maxThreads;
    this.#piscina = new Piscina({
      filename: fileURLToPath(new URL("thread-host.js", import.meta.url)),
      minThreads: 0,
      maxThreads,
      idleTimeout: idleMs,
      // A thread that blocks between two calls cannot do what is left of the first: write its output, for one.
      atomics: "disabled",
      recordTiming: false,
    });
    this.#piscina.on("error", (error) => this.#idleThreadEnded(error));
  }

  get hasRoom(): boolean {
    return this.#calls.size < this.#maxThreads;
  }

  close(): Promise<void> {
    return this.#piscina.destroy();
  }

  start(call: RemoteCall, stop: AbortController): StartedCall {
    const { port1: port, port2: hostPort } = new MessageChannel();
    const ongoing = new OngoingCall(call, portConnection(port), stop);
    this.#calls.set(ongoing, stop);
    const closed = once(port, "close");
    const ended = this.#host(hostPort, stop.signal).then(async (cause) => {
      this.#calls.delete(ongoing);
      // What the host has sent comes first.
      await closed;
      ongoing.end(cause);
    });
    return { result: ongoing.result, ended };
  }

  /** Resolves when the thread is free again, or why it is not. */
  async #host(port: MessagePort, signal: AbortSignal): Promise<CrashCause> {
    try {
      await this.#piscina.run(port, { transferList: [port], signal });
      return { kind: "exited", exitCode: 0 };
    } catch (error) {
      return crashCause(error);
    } finally {
      // A thread that has taken the port has closed it, or it is closed with the thread.
      port.close();
    }
  }

  /** A thread without a call has ended, by itself. If it was still starting, a call was waiting for it. */
  #idleThreadEnded(error: unknown): void {
    const calls = [...this.#calls].filter(([, stop]) => !stop.signal.aborted);
    const stranded = calls.length - this.#piscina.threads.length;
    if (stranded <= 0) return;
    // First come, first served: those that wait are the last.
    for (const [, stop] of calls.slice(-stranded)) stop.abort(new Crash(crashCause(error)));
  }
}

/** What piscina says when a thread has ended under a call. */
function crashCause(error: unknown): CrashCause {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === "ERR_WORKER_OUT_OF_MEMORY") return { kind: "out-of-memory", limitMb: undefined };
  const exitCode = /^worker exited with code: (\d+)$/.exec(message)?.[1];
  if (exitCode !== undefined) return { kind: "exited", exitCode: Number(exitCode) };
  return { kind: "uncaught", error: errorInfo(error) };
}
