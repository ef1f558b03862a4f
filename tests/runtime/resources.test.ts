/** Resources in the local executor: opened once, given, and closed on every kind of end. */
import { threadId } from "node:worker_threads";
import {
  type ResourceDeclaration,
  RunError,
  type RunEvent,
  type RunRequest,
  resource,
} from "@glacier-ts/core";
import { LocalExecutor, type LocalExecutorOptions } from "@glacier-ts/runtime";
import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import { idOf, makePipeline, type TaskSketch } from "./make-graph.js";
import { openState, stateFolder } from "./state-folder.js";

type Declaration = ResourceDeclaration<string, {}>;

/** The parameters of a task that are resources, from a position on. */
const takes = (names: readonly string[], from = 0) => ({
  resources: names.map((name, index) => ({ name, position: from + index })),
});

/** A promise and what resolves it. */
function deferred<Value>() {
  let resolve!: (value: Value) => void;
  const promise = new Promise<Value>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}

async function execute(
  sketches: readonly TaskSketch[],
  declarations: readonly Declaration[],
  request: Partial<RunRequest> = {},
  options: LocalExecutorOptions = {},
) {
  const events: RunEvent[] = [];
  const executor = new LocalExecutor({ concurrency: 10, retryDelayMs: 0, ...options });
  const outcome = await executor.execute({
    ...makePipeline(sketches),
    projectRoot: "",
    keep: [],
    resources: new Map(declarations.map((declaration) => [declaration.name, declaration])),
    onEvent: (event) => void events.push(event),
    ...request,
  });
  const statuses = Object.fromEntries(
    Array.from(outcome.tasks, ([id, status]) => [id.replace(/.*#/, ""), status]),
  );
  return { ...outcome, statuses, events, types: events.map(({ type }) => type) };
}

/** A resource that writes down when it is opened and closed. */
function journaled(name: string, journal: string[], open: () => unknown = () => ({ name })): Declaration {
  return resource(name, {
    open: async () => {
      journal.push(`open ${name}`);
      return (await open()) as {};
    },
    close: () => void journal.push(`close ${name}`),
  });
}

describe("opening", () => {
  it("happens once, although ten tasks begin at once, and all get the value at its place", async () => {
    const journal: string[] = [];
    const run = vi.fn((..._: unknown[]) => {});
    const sketches = Array.from({ length: 10 }, (_, index): TaskSketch => {
      return { name: `t${index}`, ...takes(["db"], 2), run };
    });
    const pool = { query: () => 1 };
    const { status, types } = await execute(sketches, [journaled("db", journal, () => pool)]);
    expect(status).toBe("succeeded");
    expect(run.mock.calls).toEqual(sketches.map(() => [undefined, undefined, pool]));
    expect(run.mock.calls.every(([, , value]) => value === pool)).toBe(true);
    expect(journal).toEqual(["open db", "close db"]);
    expect(types.slice(0, 2)).toEqual(["run-started", "resource-opened"]);
    expect(types.slice(-2)).toEqual(["resource-closed", "run-finished"]);
  });

  it("waits for the first task that takes it", async () => {
    const journal: string[] = [];
    const note = (name: string) => () => void journal.push(name);
    await execute(
      [
        { name: "first", makes: [{ dataset: "a", path: "" }], run: () => journal.push("first") },
        { name: "second", reads: ["a"], ...takes(["db"], 1), run: note("second") },
      ],
      [journaled("db", journal), journaled("unused", journal)],
    );
    expect(journal).toEqual(["first", "open db", "second", "close db"]);
  });

  it("may be synchronous, and of a value of any kind", async () => {
    const clock = () => 7;
    const { datasets } = await execute(
      [{ name: "now", makes: ["now"], ...takes(["clock"]), run: (get: () => number) => get() }],
      [resource("clock", { open: () => clock })],
      { keep: ["now"] },
    );
    expect(datasets.get("now")).toBe(7);
  });

  it("is left out for an optional parameter whose resource is not there", async () => {
    const run = vi.fn((..._: unknown[]) => {});
    const resources = [{ name: "cache", position: 0, optional: true as const }];
    const { status } = await execute([{ name: "load", resources, run }], []);
    expect(status).toBe("succeeded");
    expect(run.mock.calls).toEqual([[undefined]]);
  });

  it("is not repeated for a retry", async () => {
    const journal: string[] = [];
    const run = vi.fn().mockRejectedValueOnce(new Error("once")).mockResolvedValueOnce(undefined);
    const { status } = await execute(
      [{ name: "load", retries: 1, ...takes(["db"]), run }],
      [journaled("db", journal, () => 1)],
    );
    expect(status).toBe("succeeded");
    expect(run.mock.calls).toEqual([[1], [1]]);
    expect(journal).toEqual(["open db", "close db"]);
  });

  it("does not happen where every task that takes it has a current result", async () => {
    const journal: string[] = [];
    const state = openState(stateFolder());
    const sketches: TaskSketch[] = [
      { name: "extract", makes: ["rows"], ...takes(["db"]), run: () => journal.push("extract") },
    ];
    const local = { state, codeVersions: new Map([[idOf("extract"), "1"]]) };
    const declarations = [journaled("db", journal)];
    const first = await execute(sketches, declarations, {}, { state: local });
    const second = await execute(sketches, declarations, {}, { state: local });
    expect([first.statuses, second.statuses]).toEqual([{ extract: "succeeded" }, { extract: "cached" }]);
    expect(journal).toEqual(["open db", "extract", "close db"]);
  });
});

describe("a resource that cannot be opened", () => {
  const refused = () => {
    throw new Error("connect ECONNREFUSED");
  };
  const sketches: readonly TaskSketch[] = [
    { name: "extract", makes: ["rows"], run: () => 1 },
    { name: "load", reads: ["rows"], makes: ["loaded"], ...takes(["db"], 1), run: () => 1 },
    { name: "index", reads: ["rows"], ...takes(["cache", "db"], 1), run: () => {} },
    { name: "report", reads: ["loaded"], run: () => {} },
    { name: "count", reads: ["rows"], run: () => {} },
  ];

  it("fails the tasks that take it, whatever their retries, and no other", async () => {
    const journal: string[] = [];
    const declarations = [journaled("db", journal, refused), journaled("cache", journal)];
    const retried = sketches.map((sketch) => ({ ...sketch, retries: 2 }));
    const outcome = await execute(retried, declarations, { keepGoing: true });
    expect(outcome.status).toBe("failed");
    expect(outcome.statuses).toEqual({
      extract: "succeeded",
      load: "failed",
      index: "failed",
      report: "cancelled",
      count: "succeeded",
    });
    expect(journal.toSorted()).toEqual(["close cache", "open cache", "open db"]);
    const error = new RunError(makePipeline(sketches).graph, outcome);
    expect(error.message).toBe(
      `GLA5046: Resource 'db', which task 'load' takes, could not be opened: Error: connect ECONNREFUSED
GLA5046: Resource 'db', which task 'index' takes, could not be opened: Error: connect ECONNREFUSED`,
    );
    expect(error.stack).toContain("at refused (");
  });

  it("stops the run at the first one", async () => {
    const { status, statuses } = await execute(sketches, [resource("db", { open: refused })], {
      selected: new Set(["extract", "load", "report"].map(idOf)),
    });
    expect(status).toBe("failed");
    expect(statuses).toEqual({ extract: "succeeded", load: "failed", report: "cancelled" });
  });

  it("tells no secret", async () => {
    const secrets = [{ name: "DATABASE_URL", position: 1 }];
    const sketch = { name: "load", ...takes(["db"]), secrets, run: () => {} };
    const open = () => Promise.reject(new Error("refused: postgres://ada:pass"));
    const { events, failures } = await execute([sketch as TaskSketch], [resource("db", { open })], {
      secrets: () => "postgres://ada:pass",
    });
    expect(JSON.stringify([events, failures])).not.toContain("ada:pass");
    expect(failures).toMatchObject([{ reason: "resource-unavailable", error: { message: /‹secret/ } }]);
  });
});

describe("closing", () => {
  const failing = (message: string) => () => Promise.reject(new Error(message));

  it("happens when a task has failed, after those that still run", async () => {
    const journal: string[] = [];
    const other = deferred<void>();
    const { status } = await execute(
      [
        {
          name: "slow",
          ...takes(["db"]),
          run: async () => {
            await other.promise;
            journal.push("slow is done");
          },
        },
        {
          name: "fails",
          ...takes(["db"]),
          run: async () => {
            other.resolve();
            throw new Error("boom");
          },
        },
      ],
      [journaled("db", journal)],
    );
    expect(status).toBe("failed");
    expect(journal).toEqual(["open db", "slow is done", "close db"]);
  });

  it("happens when the run is cancelled while a task runs", async () => {
    const journal: string[] = [];
    const controller = new AbortController();
    const run = async (_: unknown, { signal }: { signal: AbortSignal }) => {
      controller.abort();
      journal.push(signal.aborted ? "aborted" : "not aborted");
    };
    const { status } = await execute(
      [{ name: "load", ...takes(["db"]), context: 1, run }],
      [journaled("db", journal)],
      { signal: controller.signal },
    );
    expect(status).toBe("cancelled");
    expect(journal).toEqual(["open db", "aborted", "close db"]);
  });

  it("happens when the run is cancelled while a resource is opened, which hears of it", async () => {
    const controller = new AbortController();
    const closed = vi.fn();
    const open = async ({ signal }: { signal: AbortSignal }) => {
      controller.abort(new Error("Ctrl-C"));
      return { reason: (signal.reason as Error).message };
    };
    const run = vi.fn();
    const { status, statuses } = await execute(
      [{ name: "load", ...takes(["db"]), run }],
      [resource("db", { open: open as never, close: closed })],
      { signal: controller.signal },
    );
    expect([status, statuses]).toEqual(["cancelled", { load: "cancelled" }]);
    expect(run).not.toHaveBeenCalled();
    expect(closed.mock.calls).toEqual([[{ reason: "Ctrl-C" }]]);
  });

  it("happens when the run's time has passed, of what is opened later as well", async () => {
    const closed = deferred<string>();
    const late = deferred<string>();
    const { status } = await execute(
      [{ name: "load", ...takes(["db"]), run: () => {} }],
      [resource("db", { open: () => late.promise, close: closed.resolve })],
      { timeoutMs: 1 },
      { graceMs: 1 },
    );
    expect(status).toBe("timed-out");
    late.resolve("a connection");
    expect(await closed.promise).toBe("a connection");
  });

  it("goes on when one fails, and is a warning", async () => {
    const journal: string[] = [];
    const broken = resource("broken", { open: () => 1, close: failing("reset by peer") });
    const outcome = await execute(
      [
        { name: "a", makes: ["da"], ...takes(["db"]), run: () => 1 },
        { name: "b", reads: ["da"], ...takes(["broken"], 1), run: () => {} },
      ],
      [journaled("db", journal), broken],
    );
    expect(outcome.status).toBe("succeeded");
    expect(journal).toEqual(["open db", "close db"]);
    const diagnostic = {
      code: "GLA5047",
      severity: "warning",
      message: "Resource 'broken' could not be closed: Error: reset by peer",
      related: [],
    };
    expect(outcome.warnings).toEqual([diagnostic]);
    expect(outcome.events.filter(({ type }) => type === "resource-closed")).toMatchObject([
      { resource: "broken", diagnostic },
      { resource: "db" },
    ]);
  });

  it("is given up when it does not end", async () => {
    const journal: string[] = [];
    const hanging = resource("hanging", { open: () => 1, close: () => new Promise(() => {}) });
    const { status, warnings } = await execute(
      [{ name: "a", ...takes(["db", "hanging"]), run: () => {} }],
      [hanging, journaled("db", journal)],
      {},
      { closeTimeoutMs: 1 },
    );
    expect(status).toBe("succeeded");
    expect(journal).toEqual(["open db", "close db"]);
    expect(warnings?.map(({ message }) => message)).toEqual([
      "Resource 'hanging' could not be closed: it took longer than 1 ms",
    ]);
  });

  it("comes before a stream that the caller gets is read, which then says why it fails", async () => {
    const db = { isOpen: true };
    async function* rows(from: typeof db) {
      if (!from.isOpen) throw new Error("the pool has ended");
      yield 1;
    }
    const { status, datasets } = await execute(
      [{ name: "rows", makes: [{ dataset: "rows", path: "", stream: true }], ...takes(["db"]), run: rows }],
      [
        resource("db", {
          open: () => db,
          close: (opened) => {
            opened.isOpen = false;
          },
        }),
      ],
      { keep: ["rows"] },
    );
    expect(status).toBe("succeeded");
    const read = async () => {
      for await (const _ of datasets.get("rows") as AsyncIterable<number>);
    };
    await expect(read()).rejects.toThrow(
      "GLA5049: Dataset 'rows' is a stream that is read after the run, when resource 'db' is closed: Error: the pool has ended\n  hint: give 'rows' a storage, or read it in a task of the pipeline",
    );
  });

  it("disposes of what knows how, where the declaration does not say it", async () => {
    const journal: string[] = [];
    const disposable = (name: string, ...ways: readonly symbol[]) =>
      Object.fromEntries(ways.map((way) => [way, () => void journal.push(`${name} ${way.description}`)]));
    const both = disposable("both", Symbol.dispose, Symbol.asyncDispose);
    const names = ["both", "sync", "said", "nothing"];
    await execute(
      [{ name: "a", ...takes(names), run: () => {} }],
      [
        resource("both", { open: () => both }),
        resource("sync", { open: () => disposable("sync", Symbol.dispose) }),
        resource("said", { open: () => both, close: () => void journal.push("said") }),
        resource("nothing", { open: () => "text" }),
      ],
    );
    expect(journal.toSorted()).toEqual(["both Symbol.asyncDispose", "said", "sync Symbol.dispose"]);
  });
});

it.each([
  { name: "a thread", compute: { kind: "serverless" }, isolate: false },
  { name: "a process", compute: { kind: "container", memory: 64 }, isolate: false },
  { name: "a process of its own", compute: { kind: "local" }, isolate: true },
])("a task that would get $name runs in the process of the run", async ({ compute, isolate }) => {
  const moduleOf = () => ({ url: "file:///nowhere.js", path: ["load"] });
  const { status, datasets } = await execute(
    [{ name: "load", makes: ["place"], compute, ...takes(["db"]), run: (get: () => number) => get() }],
    [resource("db", { open: () => () => threadId })],
    { moduleOf, keep: ["place"] },
    { isolate },
  );
  expect([status, datasets.get("place")]).toEqual(["succeeded", threadId]);
});

describe("of random runs", () => {
  const names = ["a", "b", "c", "d"];
  const outcomes = fc.constantFrom("fine", "fine", "fine", "fails");
  const randomRun = fc.record({
    tasks: fc.array(
      fc.record({
        reads: fc.array(fc.nat(), { maxLength: 2 }),
        takes: fc.subarray(names),
        turns: fc.nat(3),
        ends: outcomes,
      }),
      { minLength: 1, maxLength: 12 },
    ),
    opens: fc.array(outcomes, { minLength: 4, maxLength: 4 }),
    closes: fc.array(outcomes, { minLength: 4, maxLength: 4 }),
    keepGoing: fc.boolean(),
    cancelAt: fc.option(fc.nat(20)),
    concurrency: fc.integer({ min: 1, max: 4 }),
  });

  it("what was opened is closed once, in the reverse order, after all tasks, whatever happens", async () => {
    await fc.assert(
      fc.asyncProperty(randomRun, async ({ tasks, opens, closes, keepGoing, cancelAt, concurrency }) => {
        const journal: string[] = [];
        const controller = new AbortController();
        const note = async (entry: string, turns: number, ends: string | undefined) => {
          journal.push(entry);
          if (journal.length === cancelAt) controller.abort();
          for (let turn = 0; turn < turns; turn++) await new Promise((resolve) => setImmediate(resolve));
          if (ends === "fails") throw new Error(entry);
        };
        const declarations = names.map((name, index) =>
          resource(name, {
            open: async () => {
              await note(`open ${name}`, index, opens[index]);
              return { name };
            },
            close: () => note(`close ${name}`, index, closes[index]),
          }),
        );
        const sketches = tasks.map((task, index): TaskSketch => {
          const reads = index === 0 ? [] : [...new Set(task.reads.map((read) => `d${read % index}`))];
          return {
            name: `t${index}`,
            reads,
            makes: [`d${index}`],
            ...takes(task.takes, reads.length),
            run: async (...values: unknown[]) => {
              const given = values.slice(reads.length) as unknown as readonly { name: string }[];
              expect(given.map(({ name }) => name)).toEqual(task.takes);
              expect(journal).toEqual(expect.arrayContaining(task.takes.map((name) => `open ${name}`)));
              await note(`task ${index}`, task.turns, task.ends);
              return index;
            },
          };
        });
        const { signal } = controller;
        const outcome = await execute(sketches, declarations, { keepGoing, signal }, { concurrency });

        const of = (verb: string) => journal.filter((entry) => entry.startsWith(verb));
        expect(new Set(of("open")).size).toBe(of("open").length);
        const opened = outcome.events.flatMap((event) =>
          event.type === "resource-opened" ? `close ${event.resource}` : [],
        );
        expect(of("close")).toEqual(opened.toReversed());
        const firstClose = journal.findIndex((entry) => entry.startsWith("close"));
        if (firstClose >= 0) expect(journal.slice(firstClose)).toEqual(of("close"));
        const unclosed = opened.filter((entry) => closes[names.indexOf(entry.slice(6))] === "fails");
        expect(outcome.warnings?.length ?? 0).toBe(unclosed.length);
        expect(outcome.types.at(-1)).toBe("run-finished");
      }),
    );
  });
});
