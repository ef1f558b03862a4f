import process from "node:process";
import type { Writable } from "node:stream";
import type { TaskContext, TaskFunction } from "@glacier-ts/core";
import { errorInfo } from "../error-info.js";
import { makeTaskLog } from "../task-log.js";
import type { Connection } from "./connection.js";
import { type Exports, findExport, isFunction } from "./find-export.js";
import type { CallerMessage } from "./messages.js";
import { ownedBuffers } from "./owned-buffers.js";
import { failureOf, untransferable } from "./remote-failure.js";
import { RemoteStreams } from "./remote-streams.js";

type Call = Extract<CallerMessage, { type: "call" }>;

/** The side of a call where the function runs. */
export class TaskHost {
  readonly #connection: Connection;
  readonly #streams: RemoteStreams;
  readonly #controller = new AbortController();
  readonly #args: unknown[] = [];

  constructor(connection: Connection) {
    this.#connection = connection;
    this.#streams = new RemoteStreams(connection);
  }

  /** Resolves when the function has settled, what it returned is sent, and the streams in it have ended. */
  async serve(): Promise<void> {
    const call = await this.#receiveCall();
    process.on("uncaughtException", this.#endUncaught);
    try {
      await this.#answer(call);
      await this.#streams.sent();
      await drained();
    } finally {
      process.off("uncaughtException", this.#endUncaught);
    }
  }

  #receiveCall(): Promise<Call> {
    return new Promise((resolve) => {
      this.#connection.listen((message) => {
        switch (message.type) {
          case "argument":
            this.#args[message.position] = this.#streams.unpack(message.packed);
            return;
          case "call":
            resolve(message);
            return;
          case "abort":
            this.#controller.abort(new DOMException(message.reason.message, message.reason.name));
            return;
          case "pull":
          case "cancel":
          case "items":
          case "end":
            this.#streams.handle(message);
            return;
        }
      });
    });
  }

  async #answer(call: Call): Promise<void> {
    try {
      const run = await importTask(call);
      this.#args.length = call.arity;
      if (call.contextPosition !== undefined)
        this.#args[call.contextPosition] = this.#makeContext(call.attempt);
      const returned = await run.apply(undefined, this.#args as never[]);
      await drained();
      this.#sendReturned(returned);
    } catch (error) {
      this.#connection.post({ type: "failed", failure: failureOf(error) });
    }
  }

  #sendReturned(returned: unknown): void {
    const packed = this.#streams.pack(returned);
    try {
      this.#connection.post({ type: "returned", packed }, ownedBuffers(packed.value));
    } catch (error) {
      this.#streams.cancel();
      throw untransferable("the value that it returned", error);
    }
  }

  #makeContext(attempt: number): TaskContext {
    const connection = this.#connection;
    return {
      signal: this.#controller.signal,
      attempt,
      log: makeTaskLog((level, message, fields) => connection.post({ type: "log", level, message, fields })),
      progress: (done, total) => connection.post({ type: "progress", done, total }),
    };
  }

  /** After an uncaught error the thread or process cannot be trusted. User code may have its own way with such errors. */
  readonly #endUncaught = (error: unknown): void => {
    if (process.listenerCount("uncaughtException") > 1) return;
    this.#connection.post({ type: "uncaught", error: errorInfo(error) });
    void this.#connection.flushed().then(() => process.exit(1));
  };
}

async function importTask({ module }: Call): Promise<TaskFunction> {
  const run = findExport((await import(module.url)) as Exports, module.path, isFunction);
  if (run) return run;
  throw new Error(`Internal error: module '${module.url}' has no function '${module.path.join(".")}'`);
}

/** Resolves when what was written to the standard streams is on its way, so that it is not lost when this side ends. */
async function drained(): Promise<void> {
  await Promise.all([process.stdout, process.stderr].map(drain));
}

async function drain(stream: Writable): Promise<void> {
  if (stream.writableLength > 0) await new Promise<void>((resolve) => stream.write("", () => resolve()));
}
