/** Which tasks a run calls, what stops it, and how many tasks run at once. */
import { NonRetryableError, type RunEvent, type RunRequest } from "@glacier-ts/core";
import { LocalExecutor, type LocalExecutorOptions } from "@glacier-ts/runtime";
import { describe, expect, it, vi } from "vitest";
import { idOf, makePipeline, type TaskSketch } from "./make-graph.js";

async function execute(
  sketches: readonly TaskSketch[],
  request: Partial<RunRequest> = {},
  options: LocalExecutorOptions = {},
  stored: readonly string[] = [],
) {
  const events: RunEvent[] = [];
  const executor = new LocalExecutor({ concurrency: 4, retryDelayMs: 0, ...options });
  const onEvent = (event: RunEvent) => void events.push(event);
  const pipeline = makePipeline(sketches, stored);
  const outcome = await executor.execute({ ...pipeline, projectRoot: "", keep: [], onEvent, ...request });
  const statuses = Object.fromEntries(
    Array.from(outcome.tasks, ([id, status]) => [id.replace(/.*#/, ""), status]),
  );
  return { ...outcome, statuses, events };
}

/** `a → b → c`, and `a → side`. */
function chain(called: string[] = []): TaskSketch[] {
  const call = (name: string, value: unknown) => {
    called.push(name);
    return value;
  };
  return [
    { name: "a", makes: ["da"], run: () => call("a", 1) },
    { name: "b", reads: ["da"], makes: ["db"], run: (da: number) => call("b", da + 1) },
    { name: "c", reads: ["db"], makes: ["dc"], run: (db: number) => call("c", db * 10) },
    { name: "side", reads: ["da"], makes: ["ds"], run: (da: number) => call("side", da) },
  ];
}

const never = (): never => {
  throw new Error("nothing is saved");
};

const ids = (...names: string[]) => new Set(names.map(idOf));

describe("the scope of a run", () => {
  it("is the selected tasks", async () => {
    const called: string[] = [];
    const { statuses, status, datasets, events } = await execute(chain(called), {
      selected: ids("a", "b"),
      keep: ["db"],
    });
    expect(status).toBe("succeeded");
    expect(statuses).toEqual({ a: "succeeded", b: "succeeded" });
    expect(called).toEqual(["a", "b"]);
    expect(datasets).toEqual(new Map([["db", 2]]));
    expect(events[0]).toMatchObject({ type: "run-started", tasks: 2 });
  });

  it("needs no function of other tasks", async () => {
    const [a, ...others] = chain();
    const { functions } = makePipeline([a as TaskSketch, ...others]);
    const { status } = await execute(chain(), {
      selected: ids("a"),
      functions: new Map([...functions].slice(0, 1)),
    });
    expect(status).toBe("succeeded");
  });

  it("reads what it is given instead of calling the producer, and whoever only serves that one", async () => {
    const called: string[] = [];
    const { statuses, datasets } = await execute(chain(called), {
      given: new Map([["db", 7]]),
      keep: ["dc", "ds"],
    });
    expect(statuses).toEqual({ a: "succeeded", c: "succeeded", side: "succeeded" });
    expect(datasets.get("dc")).toBe(70);
    const all = await execute(chain(), { given: new Map([["da", 4]]), keep: ["dc"] });
    expect(all.statuses).toEqual({ b: "succeeded", c: "succeeded", side: "succeeded" });
    expect(all.datasets.get("dc")).toBe(50);
  });

  it("may be given null: then readers are skipped", async () => {
    const { statuses } = await execute(chain(), { given: new Map([["db", null]]) });
    expect(statuses).toMatchObject({ c: "skipped", side: "succeeded" });
  });

  it("fails the readers of what nobody has made", async () => {
    const { failures, statuses } = await execute(chain(), { selected: ids("c", "side"), keepGoing: true });
    expect(statuses).toEqual({ c: "failed", side: "failed" });
    expect(failures).toHaveLength(2);
    expect(failures[0]).toMatchObject({
      reason: "dataset-unavailable",
      diagnostic: {
        code: "GLA5043",
        message:
          "Dataset 'da' is not there: task 'a' is not part of this run, and nothing is kept of a former one.",
        hint: "select the task as well: `+a`",
      },
    });
  });

  it("fails for the first reader of what cannot be loaded, and cancels the others with their readers", async () => {
    const failure = {
      code: "GLA5004" as const,
      severity: "error" as const,
      message: "not there",
      related: [],
    };
    const storage = { load: async () => ({ ok: false as const, failure }), save: async () => never() };
    const readers = ["b", "c"].flatMap((name): TaskSketch[] => [
      { name, reads: ["external"], makes: [`d${name}`], run: () => 1 },
      { name: `after_${name}`, reads: [`d${name}`], run: () => {} },
    ]);
    const { statuses, failures } = await execute(readers, { keepGoing: true }, { storage }, ["external"]);
    expect(failures).toHaveLength(1);
    expect(statuses).toEqual({ b: "failed", after_b: "cancelled", c: "cancelled", after_c: "cancelled" });
  });

  it("loads what other tasks have stored", async () => {
    const storage = {
      load: async () => ({ ok: true as const, value: { value: 5, place: "here" } }),
      save: async () => ({ ok: true as const, value: { sizeBytes: 1, place: "here" } }),
    };
    const { datasets } = await execute(chain(), { selected: ids("c"), keep: ["dc"] }, { storage }, ["db"]);
    expect(datasets.get("dc")).toBe(50);
  });
});

describe("a failure", () => {
  const failing = (): TaskSketch[] => [
    {
      name: "bad",
      makes: ["x"],
      run: () => {
        throw new Error("no");
      },
    },
    { name: "after_bad", reads: ["x"], makes: ["y"], run: () => 1 },
    { name: "far_after_bad", reads: ["y"], run: () => {} },
    { name: "good", makes: ["g"], run: async () => 1 },
    { name: "after_good", reads: ["g"], run: () => {} },
  ];

  it("cancels only what depends on it where the run keeps going", async () => {
    const { status, statuses, failures } = await execute(failing(), { keepGoing: true }, { concurrency: 1 });
    expect(status).toBe("failed");
    expect(failures).toHaveLength(1);
    expect(statuses).toEqual({
      bad: "failed",
      after_bad: "cancelled",
      far_after_bad: "cancelled",
      good: "succeeded",
      after_good: "succeeded",
    });
  });

  it("of a chain of 10,000 cancels them all", async () => {
    const long: TaskSketch[] = Array.from({ length: 10_000 }, (_, i) => ({
      name: `t${i}`,
      reads: i === 0 ? [] : [`d${i - 1}`],
      makes: [`d${i}`],
      run: () => {
        if (i === 0) throw new Error("no");
      },
    }));
    const { tasks } = await execute(long, { keepGoing: true });
    expect([...tasks.values()].filter((status) => status === "cancelled")).toHaveLength(9_999);
  });

  it("that says so is not tried again", async () => {
    const run = vi.fn(() => {
      throw new Error("outer", { cause: new NonRetryableError("never") });
    });
    const { failures } = await execute([{ name: "a", retries: 5, run }]);
    expect(run).toHaveBeenCalledTimes(1);
    expect(failures[0]).toMatchObject({ attempt: 1, error: { message: "outer", isFinal: true } });
  });
});

describe("a run", () => {
  it("is stopped when its time is over, and its tasks hear of it", async () => {
    let reason: unknown;
    const { status, statuses, failures } = await execute(
      [
        {
          name: "waits",
          makes: ["x"],
          context: 0,
          run: ({ signal }: { signal: AbortSignal }) =>
            new Promise((_, reject) => {
              signal.addEventListener("abort", () => {
                reason = signal.reason;
                reject(signal.reason);
              });
            }),
        },
        { name: "after", reads: ["x"], run: () => {} },
      ],
      { timeoutMs: 5 },
    );
    expect({ status, statuses, failures }).toEqual({
      status: "timed-out",
      statuses: { waits: "cancelled", after: "cancelled" },
      failures: [],
    });
    expect(reason).toMatchObject({ name: "TimeoutError" });
  });

  it("does not wait for ever for a task that does not hear of it", async () => {
    const { status, statuses } = await execute(
      [{ name: "deaf", run: () => new Promise(() => {}) }],
      { timeoutMs: 1 },
      { graceMs: 1 },
    );
    expect({ status, statuses }).toEqual({ status: "timed-out", statuses: { deaf: "cancelled" } });
  });

  it("keeps to the limit of each kind of compute", async () => {
    const running = { local: 0, serverless: 0 };
    const most = { local: 0, serverless: 0, all: 0 };
    const task = (kind: "local" | "serverless", i: number): TaskSketch => ({
      name: `${kind}${i}`,
      compute: { kind },
      run: async () => {
        running[kind]++;
        most[kind] = Math.max(most[kind], running[kind]);
        most.all = Math.max(most.all, running.local + running.serverless);
        for (let turn = 0; turn < 3; turn++) await new Promise((done) => setImmediate(done));
        running[kind]--;
      },
    });
    const sketches = Array.from({ length: 10 }, (_, i) => [task("serverless", i), task("local", i)]).flat();
    const { status } = await execute(sketches, {}, { concurrency: 5, concurrencyOf: { serverless: 2 } });
    expect({ status, most }).toEqual({ status: "succeeded", most: { local: 5, serverless: 2, all: 5 } });
  });

  it("refuses what does not fit its dataset's type, if asked to", async () => {
    const pipeline = makePipeline([{ name: "a", makes: ["n"], run: () => "seven" }]);
    const dataset = pipeline.graph.datasets.get("n");
    const graph = { ...pipeline.graph, schemas: { any: { type: "number" } } };
    expect(dataset).toBeDefined();
    const run = (validates: boolean) =>
      new LocalExecutor({ validates }).execute({ ...pipeline, graph, projectRoot: "", keep: [] });
    expect((await run(false)).status).toBe("succeeded");
    expect((await run(true)).failures).toEqual([
      {
        reason: "output-invalid",
        task: idOf("a"),
        inputs: [],
        dataset: "n",
        path: "",
        expected: "a number",
        found: "'seven'",
      },
    ]);
  });
});
