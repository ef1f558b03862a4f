import type { TaskFunction, TaskId, TaskModule } from "@glacier-ts/core";
import type { RemotePlace } from "./attempt.js";
import type { PlannedTask } from "./plan.js";
import { chooseRunner } from "./runners/choose-runner.js";
import type { TaskRunner } from "./runners/task-runner.js";

export interface PlacesOptions {
  /** Calls that may go on at once. */
  readonly concurrency: number;
  /** Each call gets a process of its own. */
  readonly isolate: boolean;
  readonly moduleOf: ((task: TaskId) => TaskModule | undefined) | undefined;
}

/** Where a run calls its tasks. Threads and processes are there from the first task on that needs one. */
export class Places {
  readonly #options: PlacesOptions;
  readonly #runners = new Map<"thread" | "process", TaskRunner>();

  constructor(options: PlacesOptions) {
    this.#options = options;
  }

  /**
   * Undefined for the run's own thread: also where it is not known from which module a task could be imported, and for
   * tasks that take a resource, which cannot be sent anywhere.
   */
  of(task: PlannedTask, run: TaskFunction): RemotePlace | Promise<RemotePlace> | undefined {
    const { isolate, moduleOf } = this.#options;
    if (task.manifest.resources || (!isolate && task.manifest.compute === undefined)) return undefined;
    const choice = chooseRunner(task.manifest, run, { isolate });
    const module = choice.kind === "in-process" ? undefined : moduleOf?.(task.id);
    if (choice.kind === "in-process" || !module) return undefined;
    const memoryMb = choice.kind === "process" ? choice.memoryMb : undefined;
    const runner = this.#runners.get(choice.kind);
    if (runner) return { runner, module, memoryMb };
    return this.#open(choice.kind).then((opened) => ({ runner: opened, module, memoryMb }));
  }

  async close(): Promise<void> {
    await Promise.all(Array.from(this.#runners.values(), (runner) => runner.close()));
  }

  /** Imported when it is needed: most pipelines need no threads. */
  async #open(kind: "thread" | "process"): Promise<TaskRunner> {
    const { concurrency } = this.#options;
    const opened =
      kind === "thread"
        ? new (await import("./runners/thread-runner.js")).ThreadRunner({ maxThreads: concurrency })
        : new (await import("./runners/process-runner.js")).ProcessRunner({ maxProcesses: concurrency });
    // Two tasks may have asked at once.
    const runner = this.#runners.get(kind) ?? opened;
    this.#runners.set(kind, runner);
    return runner;
  }
}
