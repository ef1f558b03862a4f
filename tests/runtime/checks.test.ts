/** What checks do in a run, without a compiler. */
import {
  type CheckResult,
  type ManifestCheck,
  RunError,
  type RunEvent,
  type RunRequest,
} from "@glacier-ts/core";
import { LocalExecutor, type LocalState } from "@glacier-ts/runtime";
import { describe, expect, it } from "vitest";
import { idOf, makePipeline, type TaskSketch } from "./make-graph.js";
import { openState, rawDatabase, stateFolder } from "./state-folder.js";

type Result = boolean | CheckResult;

const checkOf = (
  name: string,
  severity: ManifestCheck["severity"],
  reads: NonNullable<TaskSketch["reads"]>,
  run: TaskSketch["run"],
): TaskSketch => ({ name, check: { name, severity }, reads, run });

/** A task that makes numbers, checks of these, and a task that reads them; and one that has nothing to do with them. */
function numbers(checks: readonly TaskSketch[], made: unknown = [1, 2, 3]) {
  const called: string[] = [];
  const noted = (sketch: TaskSketch): TaskSketch => ({
    ...sketch,
    run: (...inputs: never[]) => {
      called.push(sketch.name);
      return sketch.run(...inputs);
    },
  });
  const tasks: readonly TaskSketch[] = [
    { name: "make", makes: ["numbers"], run: () => made },
    {
      name: "sum",
      reads: ["numbers"],
      makes: ["sum"],
      run: (all: number[]) => all.reduce((a, b) => a + b, 0),
    },
    { name: "other", makes: ["other"], run: () => "other" },
    ...checks,
  ];
  return { ...makePipeline(tasks.map(noted)), called };
}

interface Asked extends Partial<RunRequest> {
  readonly state?: LocalState;
}

async function run(pipeline: ReturnType<typeof makePipeline>, { state, ...more }: Asked = {}) {
  const events: RunEvent[] = [];
  const executor = new LocalExecutor({ retryDelayMs: 1, ...(state && { state }) });
  const outcome = await executor.execute({
    ...pipeline,
    projectRoot: "",
    keep: ["sum"],
    onEvent: (event) => void events.push(event),
    ...more,
  });
  const statusOf = (name: string) => outcome.tasks.get(idOf(name));
  return { ...outcome, events, statusOf };
}

const always = (result: Result) => () => result;

describe("a check that stops", () => {
  it("runs after what it looks at is made, and before anybody reads it", async () => {
    const pipeline = numbers([
      checkOf("good", "error", ["numbers"], async (all: number[]) => all.length === 3),
    ]);
    const { status, checks, warnings, datasets } = await run(pipeline);
    expect(status).toBe("succeeded");
    expect(datasets.get("sum")).toBe(6);
    expect(pipeline.called.filter((name) => name !== "other")).toEqual(["make", "good", "sum"]);
    const outcome = { check: "good", severity: "error", passed: true, datasets: [{ dataset: "numbers" }] };
    expect(checks).toEqual([{ task: idOf("good"), ...outcome, durationMs: expect.any(Number) }]);
    expect(warnings).toBeUndefined();
  });

  it("fails the run with what it has found, and is not tried again", async () => {
    const found = { passed: false, message: "odd", failedRows: 2, examples: [1, { n: 3n }] };
    const bad = { ...checkOf("bad", "error", ["numbers"], always(found)), retries: 3 };
    const pipeline = numbers([bad]);
    const { status, failures, statusOf, checks, events } = await run(pipeline, { keepGoing: true });
    expect(status).toBe("failed");
    expect(statusOf("bad")).toBe("failed");
    expect(statusOf("sum")).toBe("cancelled");
    expect(statusOf("other")).toBe("succeeded");
    expect(pipeline.called.filter((name) => name === "bad")).toHaveLength(1);
    const kept = { message: "odd", failedRows: 2, examples: [1, { n: "3" }] };
    expect(failures).toEqual([
      { reason: "check-failed", task: idOf("bad"), inputs: ["numbers"], check: "bad", ...kept },
    ]);
    expect(checks).toMatchObject([{ check: "bad", passed: false, ...kept }]);
    const about = events
      .filter((event) => "task" in event && event.task === idOf("bad"))
      .map(({ type }) => type);
    expect(about).toEqual(["task-started", "datasets-checked", "task-failed"]);
  });

  it("is said in words, with rows and without", async () => {
    const text = async (result: Result) => {
      const pipeline = numbers([checkOf("bad", "error", ["numbers"], always(result))]);
      return new RunError(pipeline.graph, await run(pipeline)).diagnostics[0]?.message;
    };
    const start = "Check 'bad' did not pass (reads 'numbers')";
    expect(await text(false)).toBe(`${start}.`);
    expect(await text({ passed: false, failedRows: 1 })).toBe(`${start}: 1 row.`);
    const examples = [{ row: 4, value: "a" }, "text", { id: 7 }];
    expect(await text({ passed: false, message: "odd", examples })).toBe(
      `${start}: odd, such as row 4 ("a"), "text", {"id":7}.`,
    );
    expect(await text({ passed: false, examples: ["x".repeat(2000)] })).toMatch(/: "x{78}…\.$/);
  });

  it("is skipped with a dataset that is null, and stops nobody then", async () => {
    const tasks: readonly TaskSketch[] = [
      { name: "make", makes: [{ dataset: "numbers", path: "", nullable: true }], run: () => null },
      checkOf("bad", "error", ["numbers"], always(false)),
      { name: "sum", reads: [{ dataset: "numbers", nullable: true }], makes: ["sum"], run: () => 0 },
    ];
    const { status, statusOf, checks } = await run(makePipeline(tasks));
    expect(status).toBe("succeeded");
    expect([statusOf("bad"), statusOf("sum")]).toEqual(["skipped", "succeeded"]);
    expect(checks).toBeUndefined();
  });
});

describe("a check that warns", () => {
  it("leaves a warning for each", async () => {
    const bad = always({ passed: false, message: "odd" });
    const pipeline = numbers([
      checkOf("first", "warn", ["numbers"], bad),
      checkOf("second", "warn", ["sum", "other"], bad),
      checkOf("good", "warn", ["numbers"], always(true)),
    ]);
    const { status, warnings, statusOf } = await run(pipeline);
    expect(status).toBe("succeeded");
    expect(statusOf("first")).toBe("succeeded");
    expect(warnings?.map(({ code, severity, message }) => `${severity} ${code} ${message}`)).toEqual([
      "warning GLA5076 Check 'first' did not pass (reads 'numbers'): odd.",
      "warning GLA5076 Check 'second' did not pass (reads 'sum' and 'other'): odd.",
    ]);
  });
});

describe("a check that says nothing", () => {
  it("fails as a task does where it throws, after its retries", async () => {
    let attempts = 0;
    const shaky = checkOf("shaky", "warn", ["numbers"], () => {
      if (++attempts < 3) throw new Error("refused");
      return true;
    });
    expect((await run(numbers([{ ...shaky, retries: 2 }]))).checks).toMatchObject([{ passed: true }]);
    attempts = 0;
    const { status, failures, checks } = await run(numbers([shaky]));
    expect(status).toBe("failed");
    expect(failures).toMatchObject([{ reason: "task-threw", error: { message: "refused" } }]);
    expect(checks).toBeUndefined();
  });

  it.each([undefined, null, "yes", {}, { passed: "yes" }])("fails where it returns %j", async (returned) => {
    const { failures } = await run(numbers([checkOf("odd", "error", ["numbers"], () => returned)]));
    expect(failures).toMatchObject([{ reason: "task-threw", error: { name: "TypeError" } }]);
  });

  it("is stopped by its timeout", async () => {
    const slow = checkOf("slow", "error", ["numbers"], () => new Promise(() => {}));
    const pipeline = numbers([{ ...slow, timeout: "5ms" }]);
    const executor = new LocalExecutor({ graceMs: 1 });
    const { failures } = await executor.execute({ ...pipeline, projectRoot: "", keep: [] });
    expect(failures).toMatchObject([{ reason: "task-timed-out", task: idOf("slow") }]);
  });
});

it("has no secret in what it has found", async () => {
  const leaks = checkOf(
    "leaks",
    "error",
    [{ dataset: "numbers", position: 0 }],
    (_: unknown, key: string) => ({
      passed: false,
      message: `key ${key}`,
      examples: [{ [key]: `with ${key}` }],
    }),
  );
  const pipeline = numbers([{ ...leaks, secrets: [{ name: "KEY", position: 1 }] }]);
  const secrets = () => "hush";
  const { events, checks, failures } = await run({ ...pipeline }, { secrets });
  expect(checks).toHaveLength(1);
  expect(JSON.stringify({ events, checks, failures })).not.toContain("hush");
});

describe("streams", () => {
  const rows = 5000;
  const streaming = (check: TaskSketch["run"]): readonly TaskSketch[] => [
    {
      name: "follow",
      makes: [{ dataset: "live", path: "", stream: true }],
      run: async function* () {
        for (let row = 0; row < rows; row++) yield row;
      },
    },
    checkOf("seen", "error", ["live"], check),
    {
      name: "sum",
      reads: ["live"],
      makes: ["sum"],
      run: async (live: AsyncIterable<number>) => {
        let count = 0;
        for await (const _ of live) count++;
        return count;
      },
    },
  ];

  it("are looked at as a whole before anybody else reads them", async () => {
    const { status, datasets } = await run(
      makePipeline(
        streaming(async (live: AsyncIterable<number>) => {
          let count = 0;
          for await (const _ of live) count++;
          return count === rows;
        }),
      ),
    );
    expect(status).toBe("succeeded");
    expect(datasets.get("sum")).toBe(rows);
  });

  it("are there as a whole for readers of a check that has looked at a part", async () => {
    const { status, datasets } = await run(
      makePipeline(
        streaming(async (live: AsyncIterable<number>) => {
          for await (const row of live) if (row === 10) return true;
          return false;
        }),
      ),
    );
    expect(status).toBe("succeeded");
    expect(datasets.get("sum")).toBe(rows);
  });
});

describe("given datasets", () => {
  it("are looked at; nothing is made for a check alone", async () => {
    const looked: string[] = [];
    const look = (name: string, ...reads: readonly string[]) =>
      checkOf(name, "error", reads, () => looked.push(name) > 0);
    const tasks: readonly TaskSketch[] = [
      { name: "extract", makes: ["raw"], run: () => looked.push("extract") },
      { name: "clean", reads: ["raw"], makes: ["clean"], run: () => looked.push("clean") },
      { name: "count", reads: ["clean"], makes: ["count"], run: (clean: number[]) => clean.length },
      look("of raw", "raw"),
      look("of clean", "clean"),
      look("of both", "raw", "clean"),
      look("with rates", "clean", "rates"),
      look("of count", "count"),
    ];
    const given = new Map([["clean", [1, 2]]]);
    const { status, tasks: ran } = await run(makePipeline(tasks, ["rates"]), { given, keep: ["count"] });
    expect(status).toBe("succeeded");
    expect(looked.toSorted()).toEqual(["of clean", "of count"]);
    expect([...ran.keys()].toSorted()).toEqual(["count", "of clean", "of count"].map(idOf).toSorted());
  });
});

describe("what is kept", () => {
  const codeVersions = (...changed: readonly string[]) =>
    new Map(
      ["make", "sum", "other", "look"].map((name) => [
        idOf(name) as string,
        changed.includes(name) ? "2" : "1",
      ]),
    );
  const look = (severity: ManifestCheck["severity"], result: Result) =>
    checkOf("look", severity, ["numbers"], always(result));

  it("is a result for each run, of which the newest is found by the dataset", async () => {
    const state = openState(stateFolder());
    const local = { state, codeVersions: codeVersions() };
    const failed = await run(numbers([look("error", { passed: false, message: "odd", examples: [1] })]), {
      state: local,
    });
    expect(failed.status).toBe("failed");
    const expected = {
      task: idOf("look"),
      check: "look",
      severity: "error",
      datasets: [{ dataset: "numbers", version: expect.any(String) }],
      durationMs: expect.any(Number),
      checkedAt: expect.any(String),
    };
    const first = { ...expected, runId: failed.runId, passed: false, message: "odd", examples: [1] };
    expect(state.checks(failed.runId)).toEqual([first]);
    expect(state.checksOf("numbers")).toEqual([first]);

    const passed = await run(numbers([look("error", true)]), { state: local });
    expect(passed.status).toBe("succeeded");
    const second = { ...expected, runId: passed.runId, passed: true };
    expect(state.checksOf("numbers")).toEqual([second]);
    expect(state.checks(failed.runId)).toEqual([first]);
    expect(state.checksOf("sum")).toEqual([]);
  });

  it("is used again while data and code are the same, with its warning", async () => {
    const state = openState(stateFolder());
    const bad = numbers([look("warn", { passed: false, message: "odd", failedRows: 2 })]);
    const first = await run(bad, { state: { state, codeVersions: codeVersions() } });
    const second = await run(bad, { state: { state, codeVersions: codeVersions() } });
    expect(second.statusOf("look")).toBe("cached");
    expect(second.checks).toMatchObject([
      { passed: false, message: "odd", failedRows: 2, cachedFrom: first.runId, durationMs: 0 },
    ]);
    expect(second.warnings).toEqual(first.warnings);
    expect(state.checks(second.runId)).toMatchObject([{ cachedFrom: first.runId }]);
    expect((await run(bad, { state: { state, codeVersions: codeVersions("look") } })).statusOf("look")).toBe(
      "succeeded",
    );
    const others = numbers([look("warn", true)], [4]);
    expect(
      (await run(others, { state: { state, codeVersions: codeVersions("make") } })).statusOf("look"),
    ).toBe("succeeded");
  });

  it("is asked again where it did not pass and would stop now, or is not valid any more", async () => {
    const state = openState(stateFolder());
    const local = { state, codeVersions: codeVersions() };
    await run(numbers([look("warn", false)]), { state: local });
    const stopped = await run(numbers([look("error", false)]), { state: local });
    expect(stopped.statusOf("look")).toBe("failed");
    const until = (ms: number) => ({ passed: true, validUntil: new Date(Date.now() + ms).toISOString() });
    const shortLived = numbers([look("error", until(-1))]);
    await run(shortLived, { state: local });
    expect((await run(shortLived, { state: local })).statusOf("look")).toBe("succeeded");
    const lasting = numbers([look("error", until(3_600_000))]);
    await run(lasting, { state: local });
    expect((await run(lasting, { state: local })).statusOf("look")).toBe("cached");
  });

  it("goes with its run, and is taken up by a database of an older Glacier", async () => {
    const folder = stateFolder();
    const before = openState(folder);
    const { runId } = await run(numbers([look("error", true)]), {
      state: { state: before, codeVersions: codeVersions() },
    });
    before.close();
    const database = rawDatabase(folder);
    database.exec(
      "DROP TABLE checked_datasets; DROP TABLE check_results; ALTER TABLE results DROP COLUMN verdict",
    );
    database.exec("PRAGMA user_version = 1");
    database.close();

    const state = openState(folder);
    expect(state.run(runId)?.status).toBe("succeeded");
    expect(state.checks(runId)).toEqual([]);
    // Its result has no verdict, so the check is done once more; what it has looked at is still there.
    const again = await run(numbers([look("error", true)]), {
      state: { state, codeVersions: codeVersions() },
    });
    expect([again.statusOf("make"), again.statusOf("look")]).toEqual(["cached", "succeeded"]);
    expect(state.checksOf("numbers")).toHaveLength(1);

    const raw = rawDatabase(folder);
    raw.exec("PRAGMA foreign_keys = ON; DELETE FROM runs");
    expect(raw.prepare("SELECT count(*) AS left FROM checked_datasets").get()).toEqual({ left: 0 });
    expect(state.checksOf("numbers")).toEqual([]);
  });
});
