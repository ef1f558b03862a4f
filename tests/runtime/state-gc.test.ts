import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { State } from "@glacier-ts/runtime/state";
import { describe, expect, it } from "vitest";
import { day, makeResult, newRun, openState, pipelineId, rawDatabase, stateFolder } from "./state-folder.js";

const clean = "src/tasks.ts#clean";
const extract = "src/tasks.ts#extract";

/** What a task of a run has made, or used. */
interface Work {
  readonly task: string;
  readonly key: string;
  /** Kept as an artifact. */
  readonly value?: unknown;
  readonly isCached?: true;
}

async function beginRun(state: State, runId: string, days: number, ...works: readonly Work[]) {
  const run = state.beginRun(newRun(runId, { startedAt: day(days) }));
  for (const { task, key, value, isCached } of works) {
    const effort = { id: task, attempts: 1, durationMs: 1, key } as const;
    if (isCached) {
      await run.commit(undefined, { ...effort, status: "cached" });
      continue;
    }
    const artifact = await put(state, value);
    const outputs = [{ dataset: "d", path: "", version: artifact, artifact }];
    const result = makeResult(runId, task, key, { outputs, createdAt: day(days) });
    await run.commit(result, { ...effort, status: "succeeded" });
  }
  return run;
}

async function record(...args: Parameters<typeof beginRun>): Promise<void> {
  (await beginRun(...args)).finish("succeeded");
}

async function put(state: State, value: unknown): Promise<string> {
  const kept = await state.artifacts.put(value);
  if (!kept.ok) throw new Error(kept.failure);
  return kept.value.hash;
}

const large = (seed: number) => Array.from({ length: 20_000 }, (_, id) => `${seed} ${id}`);
const filesIn = (folder: string) =>
  existsSync(join(folder, "artifacts"))
    ? readdirSync(join(folder, "artifacts"), { recursive: true, withFileTypes: true }).filter((entry) =>
        entry.isFile(),
      ).length
    : 0;
const sinceDay = (days: number) => Date.now() - Date.parse(day(days));

describe("collecting garbage", () => {
  it("keeps so many runs of each pipeline, what they made or used, and the newest result of each task", async () => {
    const state = openState(stateFolder());
    await record(
      state,
      "one",
      1,
      { task: extract, key: "e1", value: 1 },
      { task: clean, key: "c1", value: 2 },
    );
    await record(state, "two", 2, { task: clean, key: "c2", value: 3 });
    await record(state, "three", 3, { task: clean, key: "c1", isCached: true });
    await record(state, "four", 4, { task: clean, key: "c3", value: 4 });
    const other = state.beginRun(
      newRun("other", { pipelineId: "src/pipeline.ts#intake", startedAt: day(1) }),
    );
    other.finish("succeeded");

    const expected = { runs: 2, results: 1, artifacts: 1, runningRuns: 0 };
    expect(state.gc({ keepRuns: 2, isDryRun: true })).toMatchObject(expected);
    expect(state.runs()).toHaveLength(5);
    const report = state.gc({ keepRuns: 2 });
    expect(report).toMatchObject(expected);
    expect(report.freedBytes).toBeGreaterThan(0);
    expect(state.runs().map(({ id }) => id)).toEqual(["other", "four", "three"]);
    expect(state.result(extract, "e1")).toBeDefined(); // the newest of its task
    expect(state.result(clean, "c1")).toBeDefined(); // used by the third run
    expect(state.result(clean, "c2")).toBeUndefined();
    expect(state.result(clean, "c3")).toBeDefined();
    expect([...state.events("one")]).toEqual([]);
    expect(state.gc({ keepRuns: 2 })).toMatchObject({ runs: 0, results: 0, artifacts: 0, freedBytes: 0 });
  });

  it("removes what is older than it may be, also the newest result of a task", async () => {
    const state = openState(stateFolder());
    await record(
      state,
      "old",
      1,
      { task: extract, key: "e1", value: 1 },
      { task: clean, key: "c1", value: 2 },
    );
    await record(state, "used", 5, { task: extract, key: "e1", isCached: true });
    state.gc({ maxAgeMs: sinceDay(4) });
    expect(state.runs().map(({ id }) => id)).toEqual(["used"]);
    expect(state.result(extract, "e1")).toBeDefined();
    expect(state.lastResult(pipelineId, clean)).toBeUndefined();
  });

  it("keeps ten runs when nothing is said", async () => {
    const state = openState(stateFolder());
    for (let number = 0; number < 12; number++) await record(state, `run-${number}`, number);
    expect(state.gc()).toMatchObject({ runs: 2 });
    expect(state.runs()).toHaveLength(10);
  });

  it("removes files, those of large artifacts and those that killed processes left", async () => {
    const folder = stateFolder();
    const state = openState(folder);
    await record(state, "one", 1, { task: clean, key: "c1", value: large(1) });
    await record(state, "two", 2, { task: clean, key: "c2", value: large(2) });
    const stray = join(folder, "artifacts", "ab");
    mkdirSync(stray, { recursive: true });
    writeFileSync(join(stray, "cd"), "stray");
    const aside = join(folder, "artifacts", "new");
    writeFileSync(join(aside, "forgotten"), "12345");
    writeFileSync(join(folder, "running", "forgotten"), "");
    expect(filesIn(folder)).toBe(4);

    const sizeBytes = state.cachedTasks()[0]?.sizeBytes ?? 0;
    const { freedBytes, artifacts } = state.gc({ keepRuns: 1 });
    expect(artifacts).toBe(1);
    expect(freedBytes).toBe(sizeBytes / 2 + "stray".length + "12345".length);
    expect(filesIn(folder)).toBe(1);
    expect(readdirSync(join(folder, "running"))).toEqual([]);
    const kept = state.result(clean, "c2")?.outputs[0]?.artifact ?? "";
    expect(await state.artifacts.get(kept)).toEqual({ ok: true, value: large(2) });
  });

  it("keeps files that a run may be writing", async () => {
    const folder = stateFolder();
    const state = openState(folder);
    await record(state, "one", 1, { task: clean, key: "c1", value: large(1) });
    writeFileSync(join(folder, "artifacts", "new", "in-work"), "12345");
    const run = state.beginRun(newRun("going-on"));
    state.gc();
    expect(filesIn(folder)).toBe(2);
    run.finish("succeeded");
    expect(state.gc().freedBytes).toBe("12345".length);
    expect(filesIn(folder)).toBe(1);
  });

  it("keeps what a run may need that is going on", async () => {
    const folder = stateFolder();
    const state = openState(folder);
    await record(state, "one", 1, { task: clean, key: "c1", value: 1 });
    await record(
      state,
      "two",
      2,
      { task: clean, key: "c1", value: 2 },
      { task: extract, key: "e1", value: 5 },
    );
    await record(state, "three", 3, { task: clean, key: "c3", value: 3 });
    const run = await beginRun(state, "four", 4, { task: extract, key: "e4", value: 4 });
    const uncommitted = await put(state, "not committed yet");

    const other = openState(folder);
    expect(other.gc({ keepRuns: 0, maxAgeMs: 0 })).toMatchObject({ runs: 3, results: 1, runningRuns: 1 });
    expect(state.result(clean, "c1")?.runId).toBe("two");
    expect(state.result(clean, "c3")).toBeDefined();
    expect(state.run("four")?.status).toBe("running");
    expect(await state.artifacts.get(uncommitted)).toEqual({ ok: true, value: "not committed yet" });
    run.finish("succeeded");
    expect(other.gc({ keepRuns: 0, maxAgeMs: 0 })).toMatchObject({ runs: 1, results: 4, runningRuns: 0 });
    expect(state.cachedTasks()).toEqual([]);
    expect(await state.artifacts.get(uncommitted)).toEqual({ ok: false, failure: "missing" });
  });

  it("removes many, and gives the space back", async () => {
    const folder = stateFolder();
    const state = openState(folder);
    for (const runId of ["one", "two"]) {
      const run = state.beginRun(newRun(runId));
      await Promise.all(
        Array.from({ length: 6000 }, (_, index) =>
          run.commit(makeResult(runId, `task-${index}`, `${runId} ${index}`), {
            id: `task-${index}`,
            status: "succeeded",
            attempts: 1,
            durationMs: 1,
          }),
        ),
      );
      run.finish("succeeded");
    }
    const pages = () => Number(rawDatabase(folder).prepare("PRAGMA page_count").get()?.page_count);
    const before = pages();
    expect(state.gc({ keepRuns: 0, maxAgeMs: 0 })).toMatchObject({ runs: 2, results: 12_000 });
    expect(pages()).toBeLessThan(before / 10);
  });
});
