import {
  type Dataset,
  type ErrorInfo,
  type Executor,
  type Failure,
  GlacierError,
  type Manifest,
  type ManifestPipeline,
  type Pipeline,
  pipeline,
  RunError,
  type RunEvent,
  type RunOutcome,
  type RunRequest,
  render,
  resource,
  type TaskId,
  type TaskReference,
  type TaskStatus,
  type Tasks,
  task,
  taskId,
} from "@glacier-ts/core";
import { describe, expect, test } from "vitest";
import { makeGraph, makeManifest, type TaskSketch } from "./make-graph.js";
import { idOf } from "./random-sketch.js";

interface User {
  id: number;
  name: string;
}
type RawUsers = Dataset<"raw_users", User[]>;
type CleanUsers = Dataset<"clean_users", User[]>;
type Metrics = Dataset<"metrics", { total: number }>;
type Audit = Dataset<"audit", string>;

function extract(): RawUsers {
  return [
    { id: 1, name: " Ada " },
    { id: 2, name: "Bob" },
  ];
}
const clean = task(
  { retries: 3 },
  (users: RawUsers): CleanUsers => users.map((user) => ({ ...user, name: user.name.trim() })),
  { id: "src/tasks.ts#clean" },
);
const summarise = async (users: CleanUsers): Promise<Metrics> => ({ total: users.length });
const audit = (users: RawUsers): Audit => `${users.length} users`;

const sketches: readonly TaskSketch[] = [
  { name: "extract", outputs: ["raw_users"] },
  { name: "clean", inputs: ["raw_users"], outputs: ["clean_users"], more: { retries: 3 } },
  { name: "summarise", inputs: ["clean_users"], outputs: ["metrics"] },
  { name: "audit", inputs: ["raw_users"], outputs: ["audit"] },
];

/** What the compiler would write for a pipeline of these tasks; with `keys`, for tasks in an object. */
function wire(tasks: readonly TaskSketch[], keys?: readonly string[]) {
  const manifest = makeManifest({ tasks, name: "analytics" });
  const id = "src/pipeline.ts#analytics";
  const written = manifest.pipelines[id];
  const elements = written?.tasks.map((element, n) => ({ ...element, ...(keys && { key: keys[n] ?? "" }) }));
  const pipelines = { [id]: { ...written, tasks: elements } };
  return { id, manifest: { ...manifest, pipelines }, root: "/project" };
}

const asArray = pipeline({ name: "analytics", tasks: [extract, clean, summarise, audit] }, wire(sketches));
const asObject = pipeline(
  { name: "analytics", tasks: { summarise, fetch: extract, audit, tidy: clean, limit: 10 } },
  wire(sketches, ["fetch", "tidy", "summarise", "audit"]),
);
const unwired = pipeline({ name: "analytics", tasks: [extract, clean, summarise, audit] });

/** A double of an executor: one task after the other, no retries. The real ones are tested in tests/runtime. */
class ExecutorDouble implements Executor {
  readonly name = "double";
  readonly requests: RunRequest[] = [];

  async execute(request: RunRequest): Promise<RunOutcome> {
    this.requests.push(request);
    const values = new Map<string, unknown>();
    const tasks = new Map<TaskId, TaskStatus>();
    const failures: Failure[] = [];
    for (const id of request.graph.order) {
      const manifest = request.graph.tasks.get(id)?.manifest;
      const inputs = manifest?.inputs.map((input) => input.dataset) ?? [];
      if (failures.length > 0 || request.signal?.aborted) {
        tasks.set(id, "cancelled");
        continue;
      }
      try {
        const run = request.functions.get(id) as (...inputs: unknown[]) => unknown;
        const value = await run(...inputs.map((dataset) => values.get(dataset)));
        for (const { dataset } of manifest?.outputs ?? []) values.set(dataset, value);
        tasks.set(id, "succeeded");
      } catch (error) {
        tasks.set(id, "failed");
        failures.push({ reason: "task-threw", task: id, attempt: 1, inputs, error: describeError(error) });
      }
    }
    const status = failures.length > 0 ? "failed" : request.signal?.aborted ? "cancelled" : "succeeded";
    request.onEvent?.({ type: "run-finished", runId: "run-1", at: "", status, durationMs: 7 });
    const datasets = new Map(request.keep.map((dataset) => [dataset, values.get(dataset) ?? null]));
    return { runId: "run-1", status, datasets, tasks, failures, durationMs: 7 };
  }
}

/** The error with the user's frames only: those before the double's. */
function describeError(thrown: unknown): ErrorInfo {
  const { name, message, stack = "", cause } = thrown as Error;
  const frames = stack.split("\n").filter((line) => /^\s+at /.test(line));
  const end = frames.findIndex((line) => line.includes("ExecutorDouble"));
  return {
    name,
    message,
    stack: frames.slice(0, end < 0 ? 1 : end).join("\n"),
    ...(cause instanceof Error && { cause: describeError(cause) }),
  };
}

/** An executor that ends in the given way, whatever it is asked. */
function executorThatEnds(end: Pick<RunOutcome, "status" | "failures">): Executor {
  const execute = async () => ({
    ...end,
    runId: "run-1",
    datasets: new Map(),
    tasks: new Map(),
    durationMs: 0,
  });
  return { name: "double", execute };
}

/** Each operation, called from a function of this file that is named `user…`. */
const operations: readonly (readonly [string, (subject: Pipeline<readonly [typeof extract]>) => unknown])[] =
  [
    [
      "validate",
      function userValidate(subject) {
        return subject.validate();
      },
    ],
    [
      "visualize",
      function userVisualize(subject) {
        return subject.visualize();
      },
    ],
    [
      "executionOrder",
      function userOrder(subject) {
        return subject.executionOrder();
      },
    ],
    [
      "sources",
      function userSources(subject) {
        return subject.sources();
      },
    ],
    [
      "sinks",
      function userSinks(subject) {
        return subject.sinks();
      },
    ],
    [
      "dependencies",
      function userDependencies(subject) {
        return subject.dependencies("extract");
      },
    ],
    [
      "consumers",
      function userConsumers(subject) {
        return subject.consumers(extract);
      },
    ],
    [
      "run",
      async function userRun(subject) {
        return await subject.run({ executor: new ExecutorDouble() });
      },
    ],
    [
      "compile",
      function userCompile(subject) {
        return subject.compile({ name: "none", compile: () => ({ ok: true, value: undefined }) });
      },
    ],
  ];

async function errorOf(call: () => unknown): Promise<GlacierError> {
  try {
    await call();
  } catch (error) {
    if (error instanceof GlacierError) return error;
    throw error;
  }
  throw new Error("expected a GlacierError");
}

const framesOf = (error: Error) => error.stack?.split("\n").filter((line) => /^\s+at /.test(line)) ?? [];

describe.each([
  ["an array", asArray as Pipeline<Tasks>],
  ["an object", asObject as Pipeline<Tasks>],
])("a pipeline whose tasks are %s", (_, subject) => {
  test("is valid", () => {
    expect(subject.name).toBe("analytics");
    expect(subject.validate()).toBeUndefined();
  });

  test("is drawn", () => {
    const graph = makeGraph({ tasks: sketches, name: "analytics" });
    expect(subject.visualize()).toBe(render(graph, {}));
    expect(subject.visualize({ format: "mermaid" })).toBe(render(graph, { format: "mermaid" }));
    expect(subject.visualize({ format: "dot" })).toBe(render(graph, { format: "dot" }));
  });

  test("has an order, sources and sinks", () => {
    expect(subject.executionOrder()).toEqual(["extract", "audit", "clean", "summarise"]);
    expect(subject.sources()).toEqual(["extract"]);
    expect(subject.sinks()).toEqual(["summarise", "audit"]);
  });

  test.each([
    ["extract", extract, [], ["audit", "clean"]],
    ["clean", clean, ["extract"], ["summarise"]],
    ["summarise", summarise, ["clean"], []],
    ["audit", audit, ["extract"], []],
  ] as const)("knows what is around %s, by name and by function", (name, run, upstream, downstream) => {
    expect(subject.dependencies(name)).toEqual(upstream);
    expect(subject.dependencies(run)).toEqual(upstream);
    expect(subject.consumers(name)).toEqual(downstream);
    expect(subject.consumers(run)).toEqual(downstream);
  });

  test("runs, and gives the datasets that no task reads", async () => {
    const executor = new ExecutorDouble();
    const run = await subject.run({ executor });
    expect(run).toMatchObject({ runId: "run-1", status: "succeeded", durationMs: 7 });
    expect(run.datasets).toEqual({ metrics: { total: 2 }, audit: "2 users" });
    expect(run.tasks).toEqual(new Map(sketches.map(({ name }) => [idOf(name), "succeeded"])));
    const [request, ...others] = executor.requests;
    expect(others).toEqual([]);
    expect(request?.projectRoot).toBe("/project");
    expect(request?.keep).toEqual(["audit", "metrics"]);
    expect(request?.params).toEqual(new Map());
    const names = ["functions", "graph", "keep", "params", "projectRoot"];
    expect(request && Object.keys(request).sort()).toEqual(names);
    expect([...(request?.functions ?? [])]).toEqual([
      [idOf("extract"), extract],
      [idOf("clean"), clean],
      [idOf("summarise"), summarise],
      [idOf("audit"), audit],
    ]);
  });

  test("gives a target its graph", () => {
    const target = {
      name: "order",
      compile: (graph: { order: unknown }) => ({ ok: true, value: graph.order }),
    };
    expect(subject.compile(target as never)).toEqual(["extract", "audit", "clean", "summarise"].map(idOf));
  });
});

describe("run with resources", () => {
  const Db = resource("db", { open: () => "a pool" });
  const wiring = wire(sketches);
  const { pipelines, ...rest } = wiring.manifest as Manifest;
  const written = pipelines[wiring.id] as ManifestPipeline;
  const resources = [{ name: "db", id: "src/resources.ts#Db" }];
  const manifest = { ...rest, pipelines: { [wiring.id]: { ...written, resources } } };
  const tasks = [extract, clean, summarise, audit] as const;

  test("gives their declarations to the executor", async () => {
    const executor = new ExecutorDouble();
    const subject = pipeline({ name: "analytics", tasks, resources: [Db] }, { ...wiring, manifest });
    await subject.run({ executor });
    expect(executor.requests[0]?.resources).toEqual(new Map([["db", Db]]));
  });

  test("refuses a build whose manifest has another one", async () => {
    const subject = pipeline({ name: "analytics", tasks }, { ...wiring, manifest });
    await expect(subject.run({ executor: new ExecutorDouble() })).rejects.toThrow(
      "GLA4004: The build of pipeline 'analytics' is stale: the manifest has resource 'db', which its resources do not.",
    );
  });
});

describe("run with parameters", () => {
  test("gives them to the executor with the provider of secrets", async () => {
    const executor = new ExecutorDouble();
    const secrets = () => "value";
    await expect(asArray.run({ executor, secrets, params: { limit: 1 } } as never)).rejects.toThrow(
      "GLA5017: Pipeline 'analytics' has no parameter 'limit'.",
    );
    expect(executor.requests).toEqual([]);
    await asArray.run({ executor, secrets });
    expect(executor.requests[0]?.secrets).toBe(secrets);
  });
});

describe("run", () => {
  test("also gives what it is told to keep, each once", async () => {
    const executor = new ExecutorDouble();
    const run = await asArray.run({ executor, keep: ["clean_users", "metrics", "clean_users"] });
    expect(executor.requests[0]?.keep).toEqual(["audit", "metrics", "clean_users"]);
    expect(run.datasets.clean_users.map((user) => user.name)).toEqual(["Ada", "Bob"]);
    expect(run.datasets.metrics.total).toBe(2);
  });

  test("hands the signal and the listener on", async () => {
    const executor = new ExecutorDouble();
    const events: RunEvent[] = [];
    const { signal } = new AbortController();
    await asArray.run({ executor, signal, onEvent: (event) => events.push(event) });
    expect(executor.requests[0]?.signal).toBe(signal);
    expect(events.map((event) => event.type)).toEqual(["run-finished"]);
  });

  test("refuses to keep what the pipeline does not produce, naming each", async () => {
    const executor = new ExecutorDouble();
    const stored = pipeline(
      { name: "analytics", tasks: [clean] },
      wire([{ name: "clean", inputs: ["raw_users"], outputs: ["clean_users"] }]),
    );
    const keep = ["clean_user", "raw_users", "clean_users", "weather"] as never[];
    const error = await errorOf(async function userKeep() {
      await stored.run({ executor, keep });
    });
    expect(error.message).toMatchInlineSnapshot(`
      "GLA4010: Pipeline 'analytics' produces no dataset 'clean_user'.
        hint: did you mean 'clean_users'?
      GLA4010: Pipeline 'analytics' produces no dataset 'raw_users'.
      GLA4010: Pipeline 'analytics' produces no dataset 'weather'."
    `);
    expect(framesOf(error)[0]).toContain("userKeep");
    expect(executor.requests).toEqual([]);
  });

  test("passes an error of the executor itself on", async () => {
    const trouble = new Error("Internal error: out of order");
    const executor = { name: "double", execute: () => Promise.reject(trouble) };
    await expect(asArray.run({ executor })).rejects.toBe(trouble);
  });

  test("can be repeated, at once too", async () => {
    const executor = new ExecutorDouble();
    const runs = await Promise.all([asArray.run({ executor }), asArray.run({ executor })]);
    expect(runs.map((run) => run.datasets.metrics.total)).toEqual([2, 2]);
  });
});

describe("a failed run", () => {
  const failing = (tidy: (users: RawUsers) => CleanUsers) =>
    pipeline({ name: "analytics", tasks: [extract, task({}, tidy), summarise, audit] }, wire(sketches)).run({
      executor: new ExecutorDouble(),
    });

  test("throws the failures, with the frames of the user's function and no others", async () => {
    function checkNames(users: RawUsers): CleanUsers {
      if (users.length > 0) throw new TypeError("no name");
      return [];
    }
    const error = await errorOf(() => failing(checkNames));
    expect(error).toBeInstanceOf(RunError);
    expect(error.name).toBe("RunError");
    expect(error.message).toBe("GLA5001: Task 'clean' failed (reads 'raw_users'): TypeError: no name");
    const [first, ...frames] = error.stack?.split("\n") ?? [];
    expect(first).toBe(`RunError: ${error.message}`);
    expect(frames.length).toBe(1);
    expect(frames[0]).toMatch(/^ {4}at checkNames \(.*pipeline\.test\.ts:\d+:\d+\)$/);
    const { outcome } = error as RunError;
    expect(outcome.status).toBe("failed");
    expect(outcome.failures.length).toBe(error.diagnostics.length);
    expect(outcome.tasks.get(taskId(idOf("summarise")))).toBe("cancelled");
  });

  test("says the causes of an error", async () => {
    function connect(): never {
      throw new Error("no network");
    }
    function load(): never {
      try {
        return connect();
      } catch (cause) {
        throw new Error("", { cause });
      }
    }
    const error = await errorOf(() => failing(load));
    expect(error.message).toBe("GLA5001: Task 'clean' failed (reads 'raw_users'): Error");
    const [, thrown, , caused, cause] = error.stack?.split("\n") ?? [];
    expect(thrown).toContain("at load (");
    expect(error.stack).toContain("\n  caused by Error: no network\n    at connect (");
    expect([caused, cause].join()).not.toContain("packages/core");
    expect(error.stack).not.toMatch(/packages\/core|@glacier-ts|ExecutorDouble/);
  });

  test("says every failure, of every kind, with the first frames that there are", async () => {
    const inputs = ["raw_users"];
    const of = { task: taskId(idOf("clean")), inputs };
    const diagnostic = {
      code: "GLA5004" as const,
      severity: "error" as const,
      message: "Dataset 'raw_users' was not found at data/users.json.",
      related: [],
    };
    const failures: readonly Failure[] = [
      { ...of, reason: "task-timed-out", attempt: 2, timeoutMs: 500 },
      { ...of, reason: "output-missing", dataset: "clean_users", path: "/0" },
      { ...of, reason: "output-missing", dataset: "clean_users", path: "" },
      { ...of, reason: "dataset-unavailable", dataset: "raw_users", diagnostic },
      { ...of, reason: "task-threw", attempt: 4, error: { name: "NonError", message: "1" } },
      { reason: "task-timed-out", task: taskId(idOf("extract")), inputs: [], attempt: 1, timeoutMs: 16.5 },
      {
        reason: "task-threw",
        task: taskId(idOf("summarise")),
        inputs: ["a", "b", "c"],
        attempt: 1,
        error: { name: "Error", message: "two\nlines", stack: "    at summarise (src/tasks.ts:1:1)" },
      },
    ];
    const executor = executorThatEnds({ status: "failed", failures });
    const error = await errorOf(() => asArray.run({ executor }));
    expect(`\n${error.stack}\n`).toMatchInlineSnapshot(`
      "
      RunError: GLA5002: Task 'clean' took longer than its timeout of 500 ms after 2 attempts (reads 'raw_users').
        hint: raise \`timeout\`, or watch \`context.signal\` to stop early
      GLA5003: Task 'clean' returned nothing for dataset 'clean_users' at '/0'.
        hint: return a value, or write \`| null\` in the return type
      GLA5003: Task 'clean' returned nothing for dataset 'clean_users'.
        hint: return a value, or write \`| null\` in the return type
      GLA5004: Dataset 'raw_users' was not found at data/users.json.
      GLA5001: Task 'clean' failed after 4 attempts (reads 'raw_users'): NonError: 1
      GLA5002: Task 'extract' took longer than its timeout of 16.5 ms.
        hint: raise \`timeout\`, or watch \`context.signal\` to stop early
      GLA5001: Task 'summarise' failed (reads 'a', 'b' and 'c'): Error: two
      lines
          at summarise (src/tasks.ts:1:1)
      "
    `);
  });

  test("that was cancelled says so", async () => {
    const executor = executorThatEnds({ status: "cancelled", failures: [] });
    const error = await errorOf(() => asArray.run({ executor }));
    expect(error).toBeInstanceOf(RunError);
    expect(error.stack).toBe("RunError: GLA5012: The run of pipeline 'analytics' was cancelled.");
  });
});

describe("a pipeline that was compiled without Glacier", () => {
  test.each(operations)("%s says what to do, at the user's call", async (operation, call) => {
    const error = await errorOf(() => call(unwired as never));
    expect(error.name).toBe("GlacierError");
    expect(error.message).toBe(
      [
        `GLA4001: Pipeline 'analytics' was compiled without Glacier, so ${operation}() does not know its graph.`,
        "  hint: compile it with `tspc`, `glacier build` or a bundler plugin of @glacier-ts/plugin, or start it with `node --import @glacier-ts/plugin/register`",
      ].join("\n"),
    );
    expect(framesOf(error)[0]).toMatch(/at (async )?user\w+ \(.*pipeline\.test\.ts/);
    expect(error.stack).not.toMatch(/packages\/core|@glacier-ts\/core/);
  });

  test("run rejects, it does not throw", async () => {
    const run = unwired.run({ executor: new ExecutorDouble() });
    await expect(run).rejects.toBeInstanceOf(GlacierError);
  });

  test("is declared without trouble", () => {
    expect(unwired.name).toBe("analytics");
  });
});

describe("a pipeline with a wrong graph", () => {
  const broken = pipeline(
    { name: "analytics", tasks: [extract, clean] },
    wire([
      { name: "extract", inputs: ["clean_users"], outputs: ["raw_users", "log"] },
      { name: "clean", inputs: ["raw_users"], outputs: ["clean_users", "raw_users", "log"] },
    ]),
  );

  test.each(operations)("%s says every problem, at the user's call", async (_, call) => {
    const error = await errorOf(() => call(broken as never));
    expect(error.diagnostics.map(({ code }) => code)).toEqual(["GLA3003", "GLA3004", "GLA3001"]);
    expect(framesOf(error)[0]).toMatch(/at (async )?user\w+ \(.*pipeline\.test\.ts/);
    expect(error.stack).not.toMatch(/packages\/core|@glacier-ts\/core/);
  });

  test("names the declarations", async () => {
    const { message, diagnostics } = await errorOf(() => broken.validate());
    expect(`\n${message}\n`).toMatchInlineSnapshot(`
      "
      src/tasks.ts:2:1 - GLA3003: Dataset 'log' is produced by both 'extract' and 'clean'.
        hint: give one of them another dataset name
      src/tasks.ts:2:1 - GLA3004: Task 'clean' reads and produces the same dataset 'raw_users'.
        hint: write the return type: the dataset that the task produces
      src/tasks.ts:1:1 - GLA3001: Tasks depend on each other in a cycle: extract → clean → extract.
      "
    `);
    expect(diagnostics.at(-1)?.related).toEqual([
      {
        message: "'clean' reads 'raw_users' from 'extract'",
        location: { file: "src/tasks.ts", line: 2, column: 1 },
      },
      {
        message: "'extract' reads 'clean_users' from 'clean'",
        location: { file: "src/tasks.ts", line: 1, column: 1 },
      },
    ]);
  });

  test("that is empty names the pipeline's declaration", async () => {
    const empty = pipeline({ name: "analytics", tasks: [] }, wire([]));
    expect((await errorOf(() => empty.validate())).message).toBe(
      "src/pipeline.ts:1:1 - GLA3007: Pipeline 'analytics' has no tasks.\n  hint: list the pipeline's functions in `tasks`",
    );
  });
});

describe("a stale build", () => {
  const otherId = task({}, audit, { id: "src/tasks.ts#check" });
  const noTask: never = "audit" as never;
  const keys = ["fetch", "tidy", "summarise", "audit"];
  const cases: readonly {
    readonly why: string;
    readonly tasks: Tasks;
    /** The manifest's keys, where it says that `tasks` is an object. */
    readonly keys?: readonly string[];
    readonly detail: string;
  }[] = [
    {
      why: "a task fewer",
      tasks: [extract, clean, summarise],
      detail: "the code has 3 tasks, the manifest 4",
    },
    {
      why: "a task more",
      tasks: [extract, clean, summarise, audit, otherId],
      detail: "the code has 5 tasks, the manifest 4",
    },
    {
      why: "another order of tasks with ids",
      tasks: [clean, extract, summarise, audit],
      detail: "the code has task 'src/tasks.ts#clean' where the manifest has 'src/tasks.ts#extract'",
    },
    {
      why: "a task with another id",
      tasks: [extract, clean, summarise, otherId],
      detail: "the code has task 'src/tasks.ts#check' where the manifest has 'src/tasks.ts#audit'",
    },
    {
      why: "an element that is no function",
      tasks: [extract, clean, summarise, noTask],
      detail: "'3' in its tasks is no function",
    },
    {
      why: "a missing key",
      tasks: { fetch: extract, clean, summarise, audit },
      keys,
      detail: "'tidy' in its tasks is no function",
    },
    {
      why: "a property that is no function",
      tasks: { fetch: extract, tidy: "clean", summarise, audit },
      keys,
      detail: "'tidy' in its tasks is no function",
    },
    {
      why: "a key with another id",
      tasks: { fetch: extract, tidy: otherId, summarise, audit },
      keys,
      detail: "the code has task 'src/tasks.ts#check' where the manifest has 'src/tasks.ts#clean'",
    },
    {
      why: "an object that was an array",
      tasks: { extract, clean, summarise, audit },
      detail: "'0' in its tasks is no function",
    },
    {
      why: "an array that was an object",
      tasks: [extract, clean, summarise, audit],
      keys,
      detail: "'fetch' in its tasks is no function",
    },
  ];

  test.each(cases)("with $why", async ({ tasks, keys, detail }) => {
    const stale = pipeline({ name: "analytics", tasks }, wire(sketches, keys));
    const expected = `GLA4004: The build of pipeline 'analytics' is stale: ${detail}.\n  hint: build the project again`;
    const executor = new ExecutorDouble();
    const inRun = await errorOf(async function userRun() {
      await stale.run({ executor });
    });
    const inConsumers = await errorOf(function userConsumers() {
      stale.consumers(extract);
    });
    expect([inRun.message, inConsumers.message]).toEqual([expected, expected]);
    expect(framesOf(inRun)[0]).toContain("userRun");
    expect(framesOf(inConsumers)[0]).toContain("userConsumers");
    expect(executor.requests).toEqual([]);
    // What needs the graph only still answers.
    expect(stale.executionOrder()).toEqual(["extract", "audit", "clean", "summarise"]);
  });

  test("whose manifest lacks the pipeline", async () => {
    const stale = pipeline({ name: "analytics", tasks: [] }, { ...wire(sketches), id: "constructor" });
    expect((await errorOf(() => stale.validate())).message).toBe(
      "GLA4004: The build of pipeline 'analytics' is stale: the manifest has no pipeline 'constructor'.\n  hint: build the project again",
    );
  });

  test.each([
    [
      { version: 2 },
      "GLA4003: 'glacier.manifest.json' has manifest version 2, but this Glacier reads versions up to 1.\n  hint: update @glacier-ts packages, or write the manifest again with `glacier manifest`",
    ],
    [
      undefined,
      "GLA4002: 'glacier.manifest.json' is not a Glacier manifest: no version number.\n  hint: write it again with `glacier manifest`",
    ],
  ])("whose manifest is %j", async (manifest, expected) => {
    const stale = pipeline({ name: "analytics", tasks: [] }, { ...wire(sketches), manifest });
    const error = await errorOf(function userValidate() {
      stale.validate();
    });
    expect(error.message).toBe(expected);
    expect(framesOf(error)[0]).toContain("userValidate");
  });
});

describe("a task that the pipeline does not have", () => {
  const notListed = task({}, (users: RawUsers): Audit => `${users.length}`);
  const wired = task({}, (users: RawUsers): Audit => `${users.length}`, { id: "src/tasks.ts#Sales.audits" });
  function summarize() {}

  test.each<[TaskReference, string]>([
    ["claen", "GLA4009: Pipeline 'analytics' has no task 'claen'.\n  hint: did you mean 'clean'?"],
    ["weather", "GLA4009: Pipeline 'analytics' has no task 'weather'."],
    ["constructor", "GLA4009: Pipeline 'analytics' has no task 'constructor'."],
    ["", "GLA4009: Pipeline 'analytics' has no task ''."],
    [summarize, "GLA4009: Pipeline 'analytics' has no task 'summarize'.\n  hint: did you mean 'summarise'?"],
    [
      task({}, task({}, summarize)),
      "GLA4009: Pipeline 'analytics' has no task 'summarize'.\n  hint: did you mean 'summarise'?",
    ],
    [notListed, "GLA4009: Pipeline 'analytics' has no task '(anonymous)'."],
    [wired, "GLA4009: Pipeline 'analytics' has no task 'Sales.audits'."],
  ])("%s", async (reference, expected) => {
    for (const operation of ["dependencies", "consumers"] as const) {
      const error = await errorOf(function userAsk() {
        asArray[operation](reference);
      });
      expect(error.message).toBe(expected);
      expect(framesOf(error)[0]).toContain("userAsk");
    }
  });
});
