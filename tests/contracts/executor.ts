import { getEventListeners } from "node:events";
import { setImmediate as nextTurn } from "node:timers/promises";
import type { Executor, RunEvent, RunOutcome, RunRequest, TaskContext } from "@glacier-ts/core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { idOf, makePipeline, type TaskSketch } from "../runtime/make-graph.js";
import { evaluate, newTrace, randomTasks, sketchRandom } from "../runtime/random-pipeline.js";

/**
 * What every executor keeps to.
 *
 * @param make makes an executor that retries without delay
 */
export function testExecutor(make: (options: { concurrency: number }) => Executor): void {
  const execute = async (
    sketches: readonly TaskSketch[],
    request: Partial<RunRequest> = {},
    concurrency = 4,
  ): Promise<RunOutcome & { readonly events: readonly RunEvent[] }> => {
    const events: RunEvent[] = [];
    const outcome = await make({ concurrency }).execute({
      ...makePipeline(sketches),
      projectRoot: "",
      keep: [],
      onEvent: (event) => events.push(event),
      ...request,
    });
    return { ...outcome, events };
  };

  describe("values", () => {
    test("come from wherever the output's path says", async () => {
      const { datasets } = await execute(
        [
          { name: "whole", makes: ["a"], run: () => "A" },
          {
            name: "tuple",
            makes: [
              { dataset: "b", path: "/0" },
              { dataset: "c", path: "/1" },
            ],
            run: async () => ["B", "C"],
          },
          {
            name: "object",
            makes: [
              { dataset: "d", path: "/users" },
              { dataset: "e", path: "/a~1b~0" },
            ],
            run: () => ({ users: "D", "a/b~": "E" }),
          },
          {
            name: "thenable",
            makes: ["f"],
            run: () => thenable({ value: (done: (value: string) => void) => done("F") }),
          },
        ],
        { keep: ["a", "b", "c", "d", "e", "f"] },
      );
      expect(Object.fromEntries(datasets)).toEqual({ a: "A", b: "B", c: "C", d: "D", e: "E", f: "F" });
    });

    test("go to the positions of the parameters, around the context", async () => {
      const seen: unknown[] = [];
      await execute([
        { name: "one", makes: ["a"], run: () => 1 },
        { name: "two", makes: ["b"], run: () => false },
        {
          name: "reader",
          reads: [
            { dataset: "b", position: 3 },
            { dataset: "a", position: 0 },
          ],
          context: 1,
          run: (a, context, gap, b) => seen.push(a, typeof context, gap, b),
        },
      ]);
      expect(seen).toEqual([1, "object", undefined, false]);
    });

    test("are given to the caller where it keeps them, and are null where nothing was produced", async () => {
      const { datasets } = await execute(
        [
          { name: "one", makes: ["a"], run: () => 1 },
          {
            name: "two",
            reads: ["a"],
            makes: [{ dataset: "b", path: "", nullable: true }],
            run: () => undefined,
          },
          { name: "three", reads: ["b"], makes: ["c"], run: () => 3 },
        ],
        { keep: ["a", "b", "c"] },
      );
      expect([...datasets]).toEqual([
        ["a", 1],
        ["b", null],
        ["c", null],
      ]);
    });
  });

  describe("what is missing", () => {
    test("an input is null or undefined as its parameter accepts, else the task is skipped", async () => {
      const seen: unknown[] = [];
      const see = (...inputs: unknown[]) => void seen.push(...inputs);
      const { tasks, events } = await execute([
        { name: "none", makes: [{ dataset: "a", path: "", nullable: true }], run: () => null },
        { name: "needs", reads: ["a"], makes: ["b"], run: () => "b" },
        { name: "needs_b", reads: ["b"], run: see },
        { name: "takes_null", reads: [{ dataset: "a", nullable: true }], run: see },
        { name: "takes_none", reads: [{ dataset: "a", optional: true }], run: see },
        { name: "takes_skipped", reads: [{ dataset: "b", nullable: true, optional: true }], run: see },
        { name: "no_producer", reads: [{ dataset: "nowhere", optional: true, nullable: true }], run: see },
      ]);
      expect(seen.toSorted()).toEqual([null, null, undefined, undefined]);
      expect(tasks.get(idOf("needs"))).toBe("skipped");
      expect(tasks.get(idOf("needs_b"))).toBe("skipped");
      expect(events.filter((event) => event.type === "task-skipped").map((event) => event.dataset)).toEqual([
        "a",
        "b",
      ]);
    });

    test.each([
      ["", null],
      ["", undefined],
      ["/users", {}],
      ["/1", null],
    ])("an output at '%s' of %j is a failure", async (path, returned) => {
      const { status, failures } = await execute([
        { name: "source", makes: ["in"], run: () => 0 },
        { name: "forgets", reads: ["in"], makes: [{ dataset: "a", path }], run: () => returned },
      ]);
      expect(status).toBe("failed");
      expect(failures).toEqual([
        { reason: "output-missing", task: idOf("forgets"), inputs: ["in"], dataset: "a", path },
      ]);
    });
  });

  describe("events", () => {
    test("tell the run from its start to its end", async () => {
      const { events, runId } = await execute(
        [
          { name: "one", makes: [{ dataset: "a", path: "", nullable: true }], run: () => null },
          {
            name: "two",
            makes: ["b"],
            context: 0,
            run: (context: TaskContext) => {
              context.log("hello");
              context.progress(1, 2);
              return 2;
            },
          },
          { name: "three", reads: ["a", "b"], run: () => {} },
        ],
        {},
        1,
      );
      expect(events.map(normalize)).toEqual([
        { type: "run-started", pipeline: "sketch", tasks: 3 },
        { type: "task-started", task: idOf("one"), attempt: 1 },
        { type: "task-succeeded", task: idOf("one"), attempt: 1, durationMs: 0 },
        { type: "task-started", task: idOf("two"), attempt: 1 },
        { type: "task-logged", level: "info", task: idOf("two"), message: "hello" },
        { type: "task-progressed", task: idOf("two"), done: 1, total: 2 },
        { type: "task-succeeded", task: idOf("two"), attempt: 1, durationMs: 0 },
        { type: "task-skipped", task: idOf("three"), dataset: "a" },
        { type: "run-finished", status: "succeeded", durationMs: 0 },
      ]);
      expect(new Set(events.map((event) => event.runId))).toEqual(new Set([runId]));
      for (const { at } of events) expect(new Date(at).toISOString()).toBe(at);
    });

    test("a listener that throws does not touch the run", async () => {
      const warned = new Promise<Error>((resolve) => process.once("warning", resolve));
      const { status, datasets } = await execute([{ name: "one", makes: ["a"], run: () => 1 }], {
        keep: ["a"],
        onEvent: () => {
          throw new Error("broken display");
        },
      });
      expect([status, datasets.get("a")]).toEqual(["succeeded", 1]);
      expect((await warned).message).toContain("broken display");
    });
  });

  describe("failures", () => {
    test("name the task, its inputs and the cause; running tasks finish, others do not start", async () => {
      const slow = deferred<number>();
      const started: string[] = [];
      const run = execute([
        { name: "source", makes: ["in"], run: () => 1 },
        { name: "slow", reads: ["in"], makes: ["a"], run: () => slow.promise },
        {
          name: "broken",
          reads: ["in"],
          run: () => {
            throw new Error("no users", { cause: "no network" });
          },
        },
        { name: "after", reads: ["a"], run: () => void started.push("after") },
      ]);
      let isSettled = false;
      run.then(() => {
        isSettled = true;
      });
      await nextTurn();
      await nextTurn();
      expect(isSettled).toBe(false);
      slow.resolve(1);
      const { status, failures, tasks, events } = await run;
      expect(status).toBe("failed");
      expect(failures).toMatchObject([
        {
          reason: "task-threw",
          task: idOf("broken"),
          inputs: ["in"],
          attempt: 1,
          error: { name: "Error", message: "no users", cause: { name: "NonError", message: "no network" } },
        },
      ]);
      expect(Object.fromEntries(tasks)).toEqual({
        [idOf("source")]: "succeeded",
        [idOf("slow")]: "succeeded",
        [idOf("broken")]: "failed",
        [idOf("after")]: "cancelled",
      });
      expect(started).toEqual([]);
      expect(events.slice(-4).map(normalize)).toEqual([
        { type: "task-failed", task: idOf("broken"), failure: failures[0] },
        { type: "task-succeeded", task: idOf("slow"), attempt: 1, durationMs: 0 },
        { type: "task-cancelled", task: idOf("after") },
        { type: "run-finished", status: "failed", durationMs: 0 },
      ]);
    });

    test.each<[string, () => unknown]>([
      ["rejects", () => Promise.reject(new TypeError("no"))],
      ["rejects with nothing", () => Promise.reject()],
      ["throws null", () => throwValue(null)],
      ["returns a thenable that throws", () => thenable({ value: () => throwValue("no") })],
      ["returns a value with a broken 'then'", () => thenable({ get: () => throwValue("no") })],
      [
        "returns a value whose output cannot be read",
        () => new Proxy({}, { get: (_, key) => (key === "then" ? undefined : throwValue("no")) }),
      ],
    ])("a function that %s fails its task", async (_, run) => {
      const { status, failures } = await execute([
        { name: "odd", makes: [{ dataset: "a", path: "/a" }], run },
      ]);
      expect([status, failures.map((failure) => failure.reason)]).toEqual(["failed", ["task-threw"]]);
    });
  });

  describe("retries", () => {
    test("a task that throws is tried again, and succeeds once", async () => {
      const attempts: number[] = [];
      const { status, datasets, failures, events } = await execute(
        [
          {
            name: "flaky",
            makes: ["a"],
            retries: 2,
            context: 0,
            run: (context: TaskContext) => {
              attempts.push(context.attempt);
              if (context.attempt < 3) throw new TypeError(`attempt ${context.attempt}`);
              return "done";
            },
          },
        ],
        { keep: ["a"] },
      );
      expect([status, datasets.get("a"), attempts, failures]).toEqual(["succeeded", "done", [1, 2, 3], []]);
      const failure = (attempt: number) => ({
        reason: "task-threw",
        task: idOf("flaky"),
        inputs: [],
        attempt,
        error: { name: "TypeError", message: `attempt ${attempt}`, stack: expect.any(String) },
      });
      const task = idOf("flaky");
      expect(events.map(normalize)).toEqual([
        { type: "run-started", pipeline: "sketch", tasks: 1 },
        { type: "task-started", task, attempt: 1 },
        { type: "task-retrying", task, attempt: 1, delayMs: 0, failure: failure(1) },
        { type: "task-started", task, attempt: 2 },
        { type: "task-retrying", task, attempt: 2, delayMs: 0, failure: failure(2) },
        { type: "task-started", task, attempt: 3 },
        { type: "task-succeeded", task, attempt: 3, durationMs: 0 },
        { type: "run-finished", status: "succeeded", durationMs: 0 },
      ]);
    });

    test("none begins after another task's failure", async () => {
      const first = deferred<number>();
      const { failures } = await execute(
        [
          { name: "one", run: () => Promise.reject(new Error("first")) },
          { name: "two", retries: 3, run: () => first.promise.then(() => throwValue(new Error("second"))) },
        ],
        { onEvent: (event) => event.type === "task-failed" && first.resolve(1) },
      );
      expect(failures).toMatchObject([
        { error: { message: "first" } },
        { attempt: 1, error: { message: "second" } },
      ]);
    });

    test("the last failure counts when no retry is left", async () => {
      const { status, failures } = await execute([
        { name: "broken", retries: 1, run: () => Promise.reject(new Error("no")) },
      ]);
      expect([status, failures]).toMatchObject(["failed", [{ attempt: 2, error: { message: "no" } }]]);
    });
  });

  describe("timeouts", () => {
    test("abort the task's signal and fail the task", async () => {
      const { status, failures } = await execute([
        { name: "source", makes: ["in"], run: () => 1 },
        {
          name: "slow",
          reads: ["in"],
          timeout: "1ms",
          context: 1,
          run: (_, context: TaskContext) => whenAborted(context),
        },
      ]);
      const task = idOf("slow");
      expect(status).toBe("failed");
      expect(failures).toEqual([
        { reason: "task-timed-out", task, inputs: ["in"], attempt: 1, timeoutMs: 1 },
      ]);
    });

    test("ignore what the attempt returns late, and may be retried", async () => {
      const { status, datasets } = await execute(
        [
          {
            name: "slow",
            makes: ["a"],
            compute: { kind: "serverless", timeout: "1ms" },
            retries: 1,
            context: 0,
            run: async (context: TaskContext) => {
              if (context.attempt === 1) await whenAborted(context).catch(() => {});
              return context.attempt;
            },
          },
        ],
        { keep: ["a"] },
      );
      expect([status, datasets.get("a")]).toEqual(["succeeded", 2]);
    });
  });

  describe("cancellation", () => {
    test("before the run: nothing starts", async () => {
      const { status, events } = await execute([{ name: "one", run: () => throwValue("started") }], {
        signal: AbortSignal.abort(),
      });
      expect(status).toBe("cancelled");
      expect(events.map(normalize)).toEqual([
        { type: "run-started", pipeline: "sketch", tasks: 1 },
        { type: "task-cancelled", task: idOf("one") },
        { type: "run-finished", status: "cancelled", durationMs: 0 },
      ]);
    });

    test("during the run: running tasks see the reason and are waited for", async () => {
      const controller = new AbortController();
      const reason = new Error("enough");
      const deaf = deferred<number>();
      const seen: unknown[] = [];
      const run = execute(
        [
          {
            name: "listens",
            context: 0,
            run: (context: TaskContext) =>
              whenAborted(context).finally(() => seen.push(context.signal.reason)),
          },
          { name: "deaf", makes: ["a"], run: () => deaf.promise },
          { name: "after", reads: ["a"], run: () => seen.push("started") },
          { name: "aborts", run: () => nextTurn().then(() => controller.abort(reason)) },
        ],
        { signal: controller.signal, keep: ["a"] },
      );
      controller.signal.addEventListener("abort", () => setImmediate(() => deaf.resolve(1)));
      const { status, tasks, failures, datasets } = await run;
      expect([status, failures, seen, datasets.get("a")]).toEqual(["cancelled", [], [reason], 1]);
      expect(Object.fromEntries(tasks)).toEqual({
        [idOf("listens")]: "cancelled",
        [idOf("deaf")]: "succeeded",
        [idOf("after")]: "cancelled",
        [idOf("aborts")]: "succeeded",
      });
    });

    test("by a listener, when a task is about to start", async () => {
      const controller = new AbortController();
      const started: string[] = [];
      const { status, tasks } = await execute([{ name: "one", run: () => void started.push("one") }], {
        signal: controller.signal,
        onEvent: (event) => event.type === "task-started" && controller.abort(),
      });
      expect([status, [...tasks.values()], started]).toEqual(["cancelled", ["cancelled"], []]);
    });

    test("leaves no listener on the signal", async () => {
      const { signal } = new AbortController();
      const { status } = await execute([{ name: "one", run: () => {} }], { signal });
      expect([status, getEventListeners(signal, "abort")]).toEqual(["succeeded", []]);
    });

    test("while a task waits for its retry", async () => {
      const controller = new AbortController();
      const { status, tasks } = await execute([{ name: "flaky", retries: 5, run: () => throwValue("no") }], {
        signal: controller.signal,
        onEvent: (event) => event.type === "task-retrying" && controller.abort(),
      });
      expect([status, [...tasks.values()]]).toEqual(["cancelled", ["cancelled"]]);
    });
  });

  describe("streams", () => {
    test("are read in full by every reader", async () => {
      const rows = async (stream: AsyncIterable<number>) => {
        const all: number[] = [];
        for await (const row of stream) all.push(row);
        return all;
      };
      const { datasets } = await execute(
        [
          {
            name: "source",
            makes: [{ dataset: "s", path: "", stream: true }],
            run: async function* () {
              for (let row = 0; row < 5; row++) yield row;
            },
          },
          { name: "one", reads: ["s"], makes: ["a"], run: rows },
          {
            name: "two",
            reads: ["s", "s"],
            makes: ["b"],
            run: async (s: AsyncIterable<number>, same: AsyncIterable<number>) => {
              for await (const _ of s) break;
              return await rows(same);
            },
          },
        ],
        { keep: ["a", "b", "s"] },
      );
      const all = [0, 1, 2, 3, 4];
      expect([datasets.get("a"), datasets.get("b")]).toEqual([all, all]);
      expect(await rows(datasets.get("s") as AsyncIterable<number>)).toEqual(all);
    });

    test("are read in full by the second attempt of their only reader", async () => {
      const { datasets } = await execute(
        [
          {
            name: "source",
            makes: [{ dataset: "s", path: "", stream: true }],
            run: async function* () {
              yield* [1, 2];
            },
          },
          {
            name: "flaky",
            reads: ["s"],
            makes: ["a"],
            retries: 1,
            context: 1,
            run: async (s: AsyncIterable<number>, context: TaskContext) => {
              let total = 0;
              for await (const row of s) total += row;
              return context.attempt === 1 ? throwValue("no") : total;
            },
          },
        ],
        { keep: ["a"] },
      );
      expect(datasets.get("a")).toBe(3);
    });
  });

  describe("any graph", () => {
    const graphs = randomTasks.chain((tasks) =>
      fc.record({
        tasks: fc.constant(tasks),
        order: fc.shuffledSubarray([...tasks], { minLength: tasks.length }),
        concurrency: fc.integer({ min: 1, max: 6 }),
      }),
    );

    test("runs in order, within the limit, and comes to what the oracle says", async () => {
      const property = fc.asyncProperty(graphs, async ({ tasks, order, concurrency }) => {
        const expected = evaluate(tasks);
        const trace = newTrace();
        const events: RunEvent[] = [];
        const outcome = await make({ concurrency }).execute({
          ...sketchRandom(order, trace),
          projectRoot: "",
          keep: [...expected.values.keys()],
          onEvent: (event) => events.push(event),
        });
        expect(outcome.status).toBe("succeeded");
        expect(sorted(outcome.tasks)).toEqual(sorted(expected.statuses));
        expect(sorted(outcome.datasets)).toEqual(sorted(expected.values));
        const skips = events.filter((event) => event.type === "task-skipped");
        expect(skips.map((e) => [e.task, e.dataset]).sort()).toEqual(sorted(expected.skips));
        expect(trace.mostRunning).toBeLessThanOrEqual(concurrency);
        expect(trace.started.length).toBe(new Set(trace.started).size);
        expect(trace.started.length).toBe(tasks.length - skips.length);
        for (const task of tasks) {
          const start = trace.log.indexOf(`start ${task.name}`);
          for (const { dataset } of start < 0 ? [] : task.reads)
            expect(trace.log.indexOf(`end ${dataset.split("_")[0]}`)).toBeLessThan(start);
        }
      });
      await fc.assert(property, { numRuns: 200 });
    });

    test("stops at any moment: by a failure or by the signal", async () => {
      const moments = fc.record({
        graph: graphs,
        moment: fc.nat(40),
        how: fc.constantFrom("throw", "abort"),
      });
      const property = fc.asyncProperty(
        moments,
        async ({ graph: { tasks, order, concurrency }, moment, how }) => {
          const trace = newTrace();
          const controller = new AbortController();
          const events: RunEvent[] = [];
          let stoppedAt = Infinity;
          const pipeline = sketchRandom(order, trace, () => {
            if (trace.started.length - 1 !== moment) return;
            stoppedAt = trace.started.length;
            if (how === "throw") throw new Error("stop");
            controller.abort();
          });
          const outcome = await make({ concurrency }).execute({
            ...pipeline,
            projectRoot: "",
            keep: [],
            signal: controller.signal,
            onEvent: (event) => events.push(event),
          });
          expect(trace.running).toBe(0);
          if (stoppedAt === Infinity) {
            expect(outcome.status).toBe("succeeded");
            return;
          }
          expect(outcome.status).toBe(how === "throw" ? "failed" : "cancelled");
          expect(outcome.failures.length).toBe(how === "throw" ? 1 : 0);
          const types = events.map((event) => event.type);
          if (how === "abort") expect(trace.started.length).toBe(stoppedAt);
          else expect(types.lastIndexOf("task-started")).toBeLessThan(types.indexOf("task-failed"));
          for (const task of tasks) {
            const status = outcome.tasks.get(idOf(task.name));
            const wasStarted = trace.started.includes(task.name);
            expect(wasStarted).toBe(status === "succeeded" || status === "failed");
          }
        },
      );
      await fc.assert(property, { numRuns: 200 });
    });

    test.each(["sync", "async"])("may be a chain of 10,000 %s tasks", async (kind) => {
      const next = kind === "sync" ? (n = 0) => n + 1 : async (n = 0) => n + 1;
      const sketches = Array.from({ length: 10_000 }, (_, i) => ({
        name: `t${i}`,
        reads: i === 0 ? [] : [`d${i - 1}`],
        makes: [`d${i}`],
        run: next,
      }));
      const { datasets } = await execute(sketches, { keep: ["d9999"] });
      expect(datasets.get("d9999")).toBe(10_000);
    });

    test("may skip a chain of 10,000 tasks, and have a layer of 10,000", async () => {
      const chain = Array.from({ length: 10_000 }, (_, i) => ({
        name: `t${i}`,
        reads: i === 0 ? [] : [`d${i - 1}`],
        makes: [{ dataset: `d${i}`, path: "", ...(i === 0 && { nullable: true as const }) }],
        run: () => null,
      }));
      const layer = Array.from({ length: 10_000 }, (_, i) => ({
        name: `l${i}`,
        makes: [`e${i}`],
        run: async () => i,
      }));
      const all = layer.map((task) => task.makes[0] as string);
      const sum = (...inputs: number[]) => inputs.reduce((a, b) => a + b, 0);
      const { datasets, tasks } = await execute(
        [...chain, ...layer, { name: "sum", reads: all, makes: ["sum"], run: sum as never }],
        { keep: ["sum"] },
      );
      expect(datasets.get("sum")).toBe(49_995_000);
      expect([...tasks.values()].filter((status) => status === "skipped").length).toBe(9_999);
    });
  });
}

/** An event without what differs from run to run. */
export function normalize(event: RunEvent): object {
  const { runId: _, at: __, ...rest } = event;
  return {
    ...rest,
    ...("durationMs" in rest && { durationMs: 0 }),
    ...("delayMs" in rest && { delayMs: 0 }),
  };
}

function sorted(map: ReadonlyMap<string, unknown>): [string, unknown][] {
  return [...map].sort(([a], [b]) => (a < b ? -1 : 1));
}

function deferred<T>() {
  let resolve: (value: T) => void = () => {};
  const promise = new Promise<T>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}

function thenable(then: PropertyDescriptor): object {
  // biome-ignore lint/suspicious/noThenProperty: a task may return any thenable
  return Object.defineProperty({}, "then", then);
}

function throwValue(value: unknown): never {
  throw value;
}

function whenAborted(context: TaskContext): Promise<never> {
  return new Promise((_, reject) => {
    context.signal.addEventListener("abort", () => reject(context.signal.reason), { once: true });
  });
}
