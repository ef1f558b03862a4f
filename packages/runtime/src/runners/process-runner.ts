import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { availableParallelism } from "node:os";
import process from "node:process";
import type { Readable } from "node:stream";
import { fileURLToPath } from "node:url";
import type { CrashCause } from "@glacier-ts/core";
import { errorInfo } from "../error-info.js";
import { CallQueue, type StartedCall } from "./call-queue.js";
import { processConnection } from "./connection.js";
import { endWithThisProcess } from "./end-with-this-process.js";
import { OngoingCall } from "./ongoing-call.js";
import { ProcessOutput } from "./process-output.js";
import { Crash, type RemoteCall, type TaskRunner } from "./task-runner.js";

const hostModule = fileURLToPath(new URL("process-host.js", import.meta.url));

/**
 * Calls each function in a new process. What the function writes to the standard streams is written to those of this
 * process; its standard input is empty.
 *
 * A memory limit is one of V8's heap: memory outside of it, such as that of buffers, is not limited.
 */
export class ProcessRunner implements TaskRunner {
  readonly #queue: CallQueue;

  /**
   * @param options.maxProcesses functions that run at once, by default as many as there are processors; each stream that
   *   is not read to its end takes one process more
   */
  constructor(options: { readonly maxProcesses?: number | undefined } = {}) {
    const { maxProcesses = availableParallelism() } = options;
    if (!Number.isInteger(maxProcesses) || maxProcesses < 1)
      throw new RangeError(`Option 'maxProcesses' is ${maxProcesses}, expected a whole number from 1`);
    this.#queue = new CallQueue(maxProcesses, startProcess);
  }

  run(call: RemoteCall): Promise<unknown> {
    return this.#queue.run(call);
  }

  close(): Promise<void> {
    return this.#queue.close();
  }
}

function startProcess(call: RemoteCall, stop: AbortController): StartedCall {
  const { memoryMb } = call;
  // Two debuggers cannot share an address.
  const execArgv = process.execArgv.filter((argument) => !argument.startsWith("--inspect"));
  if (memoryMb !== undefined) execArgv.push(`--max-old-space-size=${Math.ceil(memoryMb)}`);
  const child = fork(hostModule, {
    execArgv,
    serialization: "advanced",
    stdio: ["ignore", "pipe", "pipe", "ipc"],
  });
  if (!child.pid) return notStarted(child);
  endWithThisProcess(child);
  const exit = exitOf(child);
  const stdout = new ProcessOutput(child.stdout as Readable, process.stdout);
  const stderr = new ProcessOutput(child.stderr as Readable, process.stderr);

  const kill = () => void child.kill("SIGKILL");
  stop.signal.addEventListener("abort", kill, { once: true });
  const ongoing = new OngoingCall(call, processConnection(child), stop);
  const ended = exit.then(async (cause) => {
    await Promise.all([stdout.finish(), stderr.finish()]);
    const ranOut = cause.kind === "killed" && stderr.isOutOfMemory;
    ongoing.end(ranOut ? { kind: "out-of-memory", limitMb: memoryMb } : cause);
  });
  return { result: ongoing.result, ended };
}

/** The system has no room for another process. */
function notStarted(child: ChildProcess): StartedCall {
  const result = once(child, "error").then(([error]) => {
    throw new Crash({ kind: "uncaught", error: errorInfo(error) });
  });
  return { result, ended: Promise.resolve() };
}

/** How a process ends, when all of its messages have come. */
async function exitOf(child: ChildProcess): Promise<CrashCause> {
  const [[exitCode, signal]] = await Promise.all([once(child, "exit"), once(child, "disconnect")]);
  return signal === null ? { kind: "exited", exitCode } : { kind: "killed", signal };
}
