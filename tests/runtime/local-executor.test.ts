import { setImmediate as nextTurn } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { type RunEvent, type RunRequest, type TaskContext, task } from "@glacier-ts/core";
import { LocalExecutor, type LocalExecutorOptions } from "@glacier-ts/runtime";
import fc from "fast-check";
import { afterEach, describe, expect, test, vi } from "vitest";
import { testExecutor } from "../contracts/executor.js";
import { idOf, makePipeline, type TaskSketch } from "./make-graph.js";
import { newTrace, type RandomTask, randomTasks, sketchRandom } from "./random-pipeline.js";

async function execute(
  sketches: readonly TaskSketch[],
  options: LocalExecutorOptions = {},
  request: Partial<RunRequest> = {},
) {
  const events: RunEvent[] = [];
  const executor = new LocalExecutor({ concurrency: 4, retryDelayMs: 0, ...options });
  const onEvent = (event: RunEvent) => void events.push(event);
  const pipeline = makePipeline(sketches);
  const outcome = await executor.execute({ ...pipeline, projectRoot: "", keep: [], onEvent, ...request });
  return { ...outcome, events };
}

describe("LocalExecutor", () => {
  testExecutor((options) => new LocalExecutor({ ...options, retryDelayMs: 0 }));

  afterEach(() => {
    vi.useRealTimers();
  });

  test("refuses options that make no sense", () => {
    expect(() => new LocalExecutor({ concurrency: 0 })).toThrow(RangeError);
    expect(() => new LocalExecutor({ concurrency: 1.5 })).toThrow(RangeError);
    expect(() => new LocalExecutor({ concurrency: Number.NaN })).toThrow(RangeError);
    expect(() => new LocalExecutor({ retryDelayMs: -1 })).toThrow(RangeError);
    expect(() => new LocalExecutor({ graceMs: -1 })).toThrow(RangeError);
  });

  test("rejects when a task has no function", async () => {
    const run = execute([{ name: "one", run: () => {} }], {}, { functions: new Map() });
    await expect(run).rejects.toThrow("Internal error: no function for task 'src/tasks.ts#one'");
  });

  test("starts the task with the longest way to the end first", async () => {
    const property = fc.asyncProperty(randomTasks, async (tasks) => {
      const trace = newTrace();
      const whole = tasks.map((task) => ({
        ...task,
        turns: undefined,
        outputs: task.outputs.map(makeValue),
      }));
      const pipeline = sketchRandom(whole, trace);
      await new LocalExecutor({ concurrency: 1 }).execute({ ...pipeline, projectRoot: "", keep: [] });
      const order = pipeline.graph.order.map((id) => id.slice(idOf("").length));
      expect(trace.started).toEqual(mostUrgentFirst(whole, order));
    });
    await fc.assert(property);
  });

  test("lets timers and signals have their turn between tasks that never wait", async () => {
    const controller = new AbortController();
    const busy = () => {
      for (const end = performance.now() + 1; performance.now() < end; );
    };
    const sketches = Array.from({ length: 200 }, (_, i) => ({ name: `t${i}`, run: busy }));
    setTimeout(() => controller.abort(), 0);
    const { status } = await execute(sketches, {}, { signal: controller.signal });
    expect(status).toBe("cancelled");
  });

  test("drops a value when its last reader is done", async () => {
    setFlagsFromString("--expose_gc");
    const collectGarbage = runInNewContext("gc") as () => void;
    let ref: WeakRef<object> | undefined;
    const make = () => {
      const value = { rows: new Array(1000).fill(0) };
      ref = new WeakRef(value);
      return value;
    };
    const look = async () => {
      await nextTurn();
      collectGarbage();
      return ref?.deref() !== undefined;
    };
    const sketches = [
      { name: "make", makes: ["a"], run: make },
      { name: "read", reads: ["a"], makes: ["b"], run: async () => 1 },
      { name: "look", reads: ["b"], makes: ["c"], run: look },
    ];
    const dropped = await execute(sketches, {}, { keep: ["c"] });
    const kept = await execute(sketches, {}, { keep: ["c", "a"] });
    expect([dropped.datasets.get("c"), kept.datasets.get("c")]).toEqual([false, true]);
  });

  test("gives a stream with one reader as it is, not held in memory", async () => {
    async function* rows() {
      yield 1;
    }
    const stream = rows();
    const { datasets } = await execute(
      [
        { name: "make", makes: [{ dataset: "s", path: "", stream: true }], run: () => stream },
        { name: "read", reads: ["s"], makes: ["same"], run: (given: unknown) => given === stream },
      ],
      {},
      { keep: ["same"] },
    );
    expect(datasets.get("same")).toBe(true);
  });

  test("leaves no timer behind", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    await execute([{ name: "one", timeout: "1h", run: async () => 1 }]);
    expect(vi.getTimerCount()).toBe(0);
  });

  describe("retries", () => {
    test("wait longer each time, without holding a slot", async () => {
      vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
      const started: string[] = [];
      const fail = () => {
        started.push("flaky");
        throw new Error("no");
      };
      const run = execute(
        [
          { name: "flaky", retries: 9, run: fail },
          { name: "other", run: () => void started.push("other") },
        ],
        { concurrency: 1, retryDelayMs: 1000 },
      );
      await vi.runAllTimersAsync();
      const { events, failures } = await run;
      expect(started.slice(0, 3)).toEqual(["flaky", "other", "flaky"]);
      expect(failures).toMatchObject([{ attempt: 10 }]);
      const delays = events.flatMap((event) => (event.type === "task-retrying" ? event.delayMs : []));
      const longest = [1, 2, 4, 8, 16, 32, 60, 60, 60].map((seconds) => seconds * 1000);
      expect(delays.length).toBe(longest.length);
      for (const [index, delay] of delays.entries()) {
        expect(delay).toBeLessThanOrEqual(longest[index] as number);
        expect(delay).toBeGreaterThanOrEqual((longest[index] as number) / 2);
      }
    });

    test("end when another task fails; the task keeps its failure", async () => {
      vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
      const { status, failures, tasks } = await execute([
        { name: "flaky", retries: 1, run: () => Promise.reject(new Error("first")) },
        { name: "slow", makes: ["a"], run: () => nextTurn(1) },
        { name: "broken", reads: ["a"], run: () => Promise.reject(new Error("second")) },
      ]);
      expect(status).toBe("failed");
      expect(failures).toMatchObject([
        { task: idOf("broken"), error: { message: "second" } },
        { task: idOf("flaky"), attempt: 1, error: { message: "first" } },
      ]);
      expect([...tasks.values()].toSorted()).toEqual(["failed", "failed", "succeeded"]);
      expect(vi.getTimerCount()).toBe(0);
    });
  });

  describe("options that are known at run time only", () => {
    const dynamic = { $dynamic: "number" };

    test("come from the task", async () => {
      const attempts: number[] = [];
      const retries = Number("2");
      const run = task({ retries }, (context: TaskContext) => {
        attempts.push(context.attempt);
        throw new Error("no");
      });
      const { failures } = await execute([
        { name: "flaky", retries: dynamic, context: 0, run: run as never },
      ]);
      expect(attempts).toEqual([1, 2, 3]);
      expect(failures).toMatchObject([{ attempt: 3 }]);
    });

    test.each([
      [{ retries: Number.NaN }, "Option 'retries' of task 'odd' is null, expected a whole number from 0"],
      [{ retries: 1.5 }, "Option 'retries' of task 'odd' is 1.5, expected a whole number from 0"],
      [
        { retries: { limit: 1, backoff: "none" as never } },
        `Option 'retries.backoff' of task 'odd' is "none", expected 'exponential', 'linear' or 'constant'`,
      ],
      [
        { timeout: "0s" as const },
        "Option 'timeout' of task 'odd' is \"0s\", expected a duration such as '30s'",
      ],
    ])("fail the task when they make no sense: %j", async (options, message) => {
      const run = task(options, () => {});
      const { failures } = await execute([{ name: "odd", retries: dynamic, timeout: dynamic, run }]);
      expect(failures).toMatchObject([{ reason: "task-threw", error: { name: "RangeError", message } }]);
    });
  });

  describe("a function that goes on after its timeout", () => {
    test("is waited for, within the grace period", async () => {
      const run = execute(
        [
          {
            name: "slow",
            timeout: "1ms",
            context: 0,
            run: (context: TaskContext) =>
              new Promise((resolve) => {
                context.signal.addEventListener("abort", () => setTimeout(resolve, 1, "late"));
              }),
          },
        ],
        { graceMs: 60_000 },
      );
      expect((await run).failures).toMatchObject([{ reason: "task-timed-out" }]);
    });

    test("does not disturb the next attempt when it settles at last", async () => {
      let settleFirst = () => {};
      const run = async (context: TaskContext) => {
        if (context.attempt === 1) {
          await new Promise<void>((resolve) => {
            settleFirst = resolve;
          });
          return 1;
        }
        settleFirst();
        await nextTurn();
        return 2;
      };
      vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
      const outcome = execute(
        [{ name: "deaf", makes: ["a"], timeout: "1m", retries: 1, context: 0, run }],
        { graceMs: 1000 },
        { keep: ["a"] },
      );
      await vi.advanceTimersByTimeAsync(61_500);
      const { datasets, events } = await outcome;
      expect(datasets.get("a")).toBe(2);
      expect(events.map((event) => event.type)).toEqual([
        "run-started",
        "task-started",
        "task-retrying",
        "task-started",
        "task-succeeded",
        "run-finished",
      ]);
    });

    test("is given up then; what it does later is ignored", async () => {
      const unhandled = vi.fn();
      process.on("unhandledRejection", unhandled);
      const rejections: (() => void)[] = [];
      let context: TaskContext | undefined;
      const run = (given: TaskContext) => {
        context = given;
        return new Promise((_, reject) => rejections.push(() => reject(new Error("late"))));
      };
      const { events, status } = await execute(
        [{ name: "deaf", timeout: "1ms", retries: 1, context: 0, run }],
        { graceMs: 1 },
      );
      expect([status, rejections.length, context?.signal.aborted]).toEqual(["failed", 2, true]);
      expect(context?.signal.reason).toMatchObject({ name: "TimeoutError" });
      const count = events.length;
      for (const reject of rejections) reject();
      context?.log("late");
      await nextTurn();
      process.off("unhandledRejection", unhandled);
      expect(unhandled).not.toHaveBeenCalled();
      expect(events.length).toBe(count);
    });
  });
});

const makeValue = ({ isNull: _, nullable: __, ...output }: RandomTask["outputs"][number]) => ({
  ...output,
  isNull: false,
});

/** The order in which one worker takes the tasks; ties go by the graph's order. */
function mostUrgentFirst(tasks: readonly RandomTask[], order: readonly string[]): readonly string[] {
  const sources = (task: RandomTask) => task.reads.map((read) => read.dataset.split("_")[0]);
  const way = new Map<string, number>();
  for (const task of tasks.toReversed()) {
    const readers = tasks.filter((reader) => sources(reader).includes(task.name));
    way.set(task.name, 1 + Math.max(0, ...readers.map((reader) => way.get(reader.name) ?? 0)));
  }
  const taken: string[] = [];
  while (taken.length < tasks.length) {
    const ready = tasks.filter(
      (task) => !taken.includes(task.name) && sources(task).every((name) => taken.includes(name as string)),
    );
    const urgency = (name: string) => (way.get(name) as number) * tasks.length - order.indexOf(name);
    taken.push(ready.map((task) => task.name).sort((a, b) => urgency(b) - urgency(a))[0] as string);
  }
  return taken;
}
