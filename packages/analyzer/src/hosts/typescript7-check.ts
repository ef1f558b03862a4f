/**
 * The type check of a project by TypeScript 7, in a thread and a compiler's process of its own, beside the analysis:
 * that uses another checker anyway, and mostly one core.
 */
import { MessageChannel, receiveMessageOnPort, Worker } from "node:worker_threads";
import type { Diagnostic } from "@glacier-ts/core";

/** What the thread is told. */
export interface CheckOrder {
  readonly configFile: string;
  /** One number, which becomes 1 when the answer is there. */
  readonly done: SharedArrayBuffer;
  readonly port: import("node:worker_threads").MessagePort;
}

/** What the thread answers. */
export type CheckAnswer = { readonly diagnostics: readonly Diagnostic[] } | { readonly error: string };

/** A type check that has been started. */
export class TypeCheck {
  readonly #done = new SharedArrayBuffer(4);
  readonly #channel = new MessageChannel();
  readonly #worker: Worker;

  constructor(configFile: string) {
    const order: CheckOrder = { configFile, done: this.#done, port: this.#channel.port2 };
    const script = new URL("./typescript7-check-thread.js", import.meta.url);
    this.#worker = new Worker(script, { workerData: order, transferList: [order.port] });
    this.#worker.unref();
    this.#channel.port1.unref();
  }

  /**
   * Waits for the answer.
   * @throws internal error when the compiler cannot answer
   */
  wait(): readonly Diagnostic[] {
    Atomics.wait(new Int32Array(this.#done), 0, 0);
    const answer = receiveMessageOnPort(this.#channel.port1)?.message as CheckAnswer | undefined;
    this.close();
    if (!answer) throw new Error("Internal error: the type check has no answer");
    if ("error" in answer) throw new Error(answer.error);
    return answer.diagnostics;
  }

  close(): void {
    this.#channel.port1.close();
    void this.#worker.terminate();
  }
}
