import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { type Diagnostic, fail, type RunEvent, report, succeed } from "@glacier-ts/core";
import { type DatasetAccess, LocalExecutor } from "@glacier-ts/runtime";
import { describe, expect, test } from "vitest";
import { normalize } from "../contracts/executor.js";
import { idOf, makePipeline, type TaskSketch } from "./make-graph.js";

/** A storage in memory that writes down what is asked of it. */
class MemoryStorage implements DatasetAccess {
  readonly values: Map<string, unknown>;
  readonly log: string[] = [];
  broken = new Map<string, Diagnostic>();

  constructor(values: Record<string, unknown> = {}) {
    this.values = new Map(Object.entries(values));
  }

  async load(name: string) {
    this.log.push(`load ${name}`);
    const place = `memory/${name}`;
    const value = this.values.get(name);
    if (value === undefined) return fail(report("dataNotFound", { dataset: name, place }));
    return succeed({ value, rows: 2, place });
  }

  async save(name: string, _dataset: unknown, _schema: unknown, value: unknown) {
    this.log.push(`save ${name}`);
    const broken = this.broken.get(name);
    if (broken) return fail(broken);
    let stored = value;
    if (typeof value === "object" && value !== null && Symbol.asyncIterator in value) {
      const rows: unknown[] = [];
      for await (const row of value as AsyncIterable<unknown>) rows.push(row);
      stored = streamOf(rows);
    }
    this.values.set(name, stored);
    return succeed({ rows: 1, sizeBytes: 7, place: `memory/${name}` });
  }
}

/** A stream as storages give it: it starts anew for each reader. */
const streamOf = (rows: readonly unknown[]) => ({
  async *[Symbol.asyncIterator]() {
    yield* rows;
  },
});

async function execute(
  storage: DatasetAccess,
  stored: readonly string[],
  sketches: readonly TaskSketch[],
  keep: readonly string[] = [],
) {
  const events: RunEvent[] = [];
  const executor = new LocalExecutor({ concurrency: 3, retryDelayMs: 0, storage });
  const onEvent = (event: RunEvent) => void events.push(event);
  const outcome = await executor.execute({
    ...makePipeline(sketches, stored),
    projectRoot: "",
    keep,
    onEvent,
  });
  return { ...outcome, events };
}

const notFound = (dataset: string) => report("dataNotFound", { dataset, place: `memory/${dataset}` });

describe("external datasets", () => {
  test("are loaded once, just before their first reader", async () => {
    const storage = new MemoryStorage({ users: ["Ada", "Bob"] });
    const seen: unknown[] = [];
    const { status, events } = await execute(
      storage,
      ["users"],
      [
        { name: "first", makes: ["a"], run: () => storage.log.push("first") },
        { name: "second", reads: ["a", "users"], makes: ["b"], run: (_, users) => seen.push(users) },
        { name: "third", reads: ["b", "users"], run: (_, users) => seen.push(users) },
      ],
    );
    expect([status, seen]).toEqual([
      "succeeded",
      [
        ["Ada", "Bob"],
        ["Ada", "Bob"],
      ],
    ]);
    expect(storage.log).toEqual(["first", "load users"]);
    expect(events.slice(3, 6).map(normalize)).toEqual([
      { type: "dataset-loaded", dataset: "users", place: "memory/users", rows: 2, durationMs: 0 },
      { type: "task-started", task: idOf("second"), attempt: 1 },
      { type: "task-succeeded", task: idOf("second"), attempt: 1, durationMs: 0 },
    ]);
  });

  test("are not loaded for a task that is skipped", async () => {
    const storage = new MemoryStorage({ users: [] });
    await execute(
      storage,
      ["users"],
      [
        { name: "nothing", makes: [{ dataset: "a", path: "", nullable: true }], run: () => null },
        { name: "reader", reads: ["a", "users"], run: () => {} },
      ],
    );
    expect(storage.log).toEqual([]);
  });

  test("that cannot be read fail their first reader, each of them once", async () => {
    const { status, failures, tasks, events } = await execute(
      new MemoryStorage(),
      ["users", "rates"],
      [
        { name: "one", reads: ["users"], run: () => {} },
        { name: "two", reads: [{ dataset: "rates", optional: true }, "users"], run: () => {} },
        { name: "waiting", reads: ["users"], run: () => {} },
      ],
    );
    const unavailable = (task: string, inputs: string[], dataset: string) => ({
      reason: "dataset-unavailable",
      task: idOf(task),
      inputs,
      dataset,
      diagnostic: notFound(dataset),
    });
    expect(status).toBe("failed");
    expect(failures).toEqual([
      unavailable("one", ["users"], "users"),
      unavailable("two", ["rates", "users"], "rates"),
    ]);
    expect(tasks.get(idOf("waiting"))).toBe("cancelled");
    expect(events.some((event) => event.type === "task-started")).toBe(false);
  });

  test("that are streams are read in full by each of their readers", async () => {
    const storage = new MemoryStorage({
      rows: streamOf([1, 2, 3]),
    });
    const sum = async (rows: AsyncIterable<number>) => {
      let total = 0;
      for await (const row of rows) total += row;
      return total;
    };
    const { datasets } = await execute(
      storage,
      ["rows"],
      [
        { name: "one", reads: ["rows"], makes: ["a"], run: sum },
        { name: "two", reads: ["rows"], makes: ["b"], run: sum },
      ],
      ["a", "b"],
    );
    expect([...datasets.values()]).toEqual([6, 6]);
  });

  test("a storage that throws fails the task", async () => {
    const storage = new MemoryStorage();
    storage.load = () => Promise.reject(new Error("out of order"));
    const { failures } = await execute(
      storage,
      ["users"],
      [{ name: "one", reads: ["users"], run: () => {} }],
    );
    expect(failures).toMatchObject([{ reason: "task-threw", error: { message: "out of order" } }]);
  });
});

test("by default, datasets are files of the project", async () => {
  const root = await mkdtemp(join(tmpdir(), "glacier-runtime-"));
  await writeFile(join(root, "users.json"), JSON.stringify(["Ada", "Bob"]));
  const pipeline = makePipeline(
    [
      {
        name: "greet",
        reads: ["users"],
        makes: ["greetings"],
        run: (users: string[]) => users.map((u) => `Hi ${u}`),
      },
      {
        name: "count",
        reads: ["greetings"],
        makes: ["total"],
        run: (greetings: string[]) => greetings.length,
      },
    ],
    ["users", "greetings"],
  );
  const request = { ...pipeline, projectRoot: pathToFileURL(root).href, keep: ["total"] };
  const { status, failures, datasets } = await new LocalExecutor().execute(request);
  expect([status, failures, datasets.get("total")]).toEqual(["succeeded", [], 2]);
  const written = await readFile(join(root, "greetings.json"), "utf8");
  expect(JSON.parse(written)).toEqual(["Hi Ada", "Hi Bob"]);
  await rm(root, { recursive: true });
});

describe("outputs with a storage", () => {
  test("are written before their readers start; null is not written", async () => {
    const storage = new MemoryStorage();
    const { events, datasets } = await execute(
      storage,
      ["a", "none"],
      [
        {
          name: "make",
          makes: [
            { dataset: "a", path: "/0" },
            { dataset: "none", path: "/1", nullable: true },
          ],
          run: () => ["A", null],
        },
        { name: "read", reads: ["a"], run: () => void storage.log.push("read") },
      ],
      ["a", "none"],
    );
    expect(storage.log).toEqual(["save a", "read"]);
    expect([...datasets.values()]).toEqual(["A", null]);
    expect(events.slice(1, 5).map(normalize)).toEqual([
      { type: "task-started", task: idOf("make"), attempt: 1 },
      { type: "dataset-stored", dataset: "a", place: "memory/a", rows: 1, sizeBytes: 7, durationMs: 0 },
      { type: "task-succeeded", task: idOf("make"), attempt: 1, durationMs: 0 },
      { type: "task-started", task: idOf("read"), attempt: 1 },
    ]);
  });

  test("that cannot be written fail their task, which is not retried", async () => {
    const storage = new MemoryStorage();
    const diagnostic = report("dataUnwritable", { dataset: "a", place: "memory/a", why: "it is full" });
    storage.broken.set("a", diagnostic);
    const { failures } = await execute(
      storage,
      ["a"],
      [{ name: "make", makes: ["a"], retries: 3, run: () => 1 }],
    );
    expect(failures).toEqual([
      { reason: "dataset-unavailable", task: idOf("make"), inputs: [], dataset: "a", diagnostic },
    ]);
    expect(storage.log).toEqual(["save a"]);
  });

  test("that are streams are used up by the writing, and read again from the storage", async () => {
    const storage = new MemoryStorage();
    const all = async (rows: AsyncIterable<number>) => {
      const read: number[] = [];
      for await (const row of rows) read.push(row);
      return read;
    };
    let attempt = 0;
    const { status, datasets } = await execute(
      storage,
      ["rows"],
      [
        {
          name: "make",
          makes: [{ dataset: "rows", path: "", stream: true }],
          retries: 1,
          run: async function* () {
            yield 1;
            if (attempt++ === 0) throw new Error("broken off");
            yield 2;
          },
        },
        { name: "one", reads: ["rows"], makes: ["a"], run: all },
        { name: "two", reads: ["rows"], makes: ["b"], run: all },
      ],
      ["a", "b", "rows"],
    );
    expect([status, datasets.get("a"), datasets.get("b")]).toEqual(["succeeded", [1, 2], [1, 2]]);
    expect(datasets.get("rows")).toBe(storage.values.get("rows"));
    expect(storage.log).toEqual(["save rows", "save rows", "load rows"]);
  });
});
