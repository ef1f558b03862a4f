import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { GlacierError } from "@glacier-ts/core";
import type { State } from "@glacier-ts/runtime/state";
import { describe, expect, it } from "vitest";
import {
  day,
  logged,
  makeResult,
  newRun,
  openState,
  pipelineId,
  rawDatabase,
  stateFolder,
} from "./state-folder.js";

const clean = "src/tasks.ts#clean";
const extract = "src/tasks.ts#extract";

describe("runs", () => {
  it("are remembered with their tasks, newest first", async () => {
    const folder = stateFolder();
    const state = openState(folder);
    const first = state.beginRun(newRun("first", { params: { limit: 10 }, selected: [clean] }));
    const task = { id: clean, status: "succeeded", attempts: 2, durationMs: 1.5 } as const;
    await first.commit(makeResult("first", clean, "k1"), task);
    await first.commit(undefined, { id: extract, status: "failed", attempts: 1, durationMs: 3 });
    first.finish("failed");
    const second = state.beginRun(newRun("second", { resumedFrom: "first", startedAt: day(1) }));
    await second.commit(undefined, { ...task, status: "cached", key: "k1", cachedFrom: "first" });

    expect(openState(folder).runs()).toMatchObject([
      { id: "second", status: "running", startedAt: day(1), resumedFrom: "first", counts: { cached: 1 } },
      {
        id: "first",
        status: "failed",
        pipeline: "analytics",
        pipelineId,
        counts: { succeeded: 1, failed: 1 },
      },
    ]);
    expect(state.runs(1).map(({ id }) => id)).toEqual(["second"]);
    second.finish("succeeded");

    const run = state.run("first");
    expect(run).toMatchObject({ id: "first", params: { limit: 10 }, selected: [clean], status: "failed" });
    expect(run?.tasks).toMatchObject([
      { id: clean, status: "succeeded", attempts: 2, durationMs: 1.5, key: "k1" },
      { id: extract, status: "failed", attempts: 1, durationMs: 3 },
    ]);
    expect(state.run("second")?.tasks).toMatchObject([{ status: "cached", key: "k1", cachedFrom: "first" }]);
    expect(state.run("second")).not.toHaveProperty("selected");
  });

  it("are found by id, by the beginning of it, and as the last", () => {
    const state = openState(stateFolder());
    expect(state.run("last")).toBeUndefined();
    for (const id of ["abc-1", "abc-2", "abc"]) state.beginRun(newRun(id)).finish("succeeded");
    expect(state.run("abc-1")?.id).toBe("abc-1");
    expect(state.run("abc")?.id).toBe("abc");
    expect(state.run("ab")).toBeUndefined();
    expect(state.run("abc-")).toBeUndefined();
    expect(state.run("%")).toBeUndefined();
    expect(state.run("last")?.id).toBe("abc");
  });

  it("cannot be begun twice", () => {
    const state = openState(stateFolder());
    const run = state.beginRun(newRun("one"));
    expect(() => state.beginRun(newRun("one"))).toThrow(GlacierError);
    run.finish("succeeded");
    expect(state.runs()).toMatchObject([{ id: "one", status: "succeeded" }]);
  });

  it("leave no lock behind", () => {
    const folder = stateFolder();
    openState(folder).beginRun(newRun("a/b")).finish("succeeded");
    expect(readdirSync(join(folder, "running"))).toEqual([]);
  });
});

describe("events", () => {
  it("are written with the next commit, in order", async () => {
    const folder = stateFolder();
    const state = openState(folder);
    const run = state.beginRun(newRun("run"));
    const events = ["one", "two", "three"].map((message) => logged("run", message));
    run.append(events[0] as never);
    run.append(events[1] as never);
    await run.commit(undefined, { id: clean, status: "succeeded", attempts: 1, durationMs: 1 });
    expect([...openState(folder).events("run")]).toEqual(events.slice(0, 2));
    run.append(events[2] as never);
    run.finish("succeeded");
    expect([...state.events("run")]).toEqual(events);
    expect([...state.events("other")]).toEqual([]);
  });

  it("of runs that go on at the same time stay apart", async () => {
    const state = openState(stateFolder());
    const runs = ["a", "b"].map((id) => ({ id, recorder: state.beginRun(newRun(id)) }));
    for (let count = 0; count < 2500; count++) {
      for (const { id, recorder } of runs) recorder.append(logged(id, `${id} ${count}`));
    }
    for (const { recorder } of runs) recorder.finish("succeeded");
    for (const { id } of runs) {
      const messages = [...state.events(id)].map((event) => (event as { message: string }).message);
      expect(messages).toEqual(Array.from({ length: 2500 }, (_, count) => `${id} ${count}`));
    }
  });

  it("of a task that takes long are written before it ends", async () => {
    const folder = stateFolder();
    const run = openState(folder).beginRun(newRun("run"));
    const other = openState(folder);
    run.append(logged("run", "still here"));
    await expect.poll(() => [...other.events("run")], { timeout: 30_000 }).toHaveLength(1);
    run.finish("succeeded");
  });

  it("that come in one commit take one row", async () => {
    const folder = stateFolder();
    const run = openState(folder).beginRun(newRun("run"));
    const commits = Array.from({ length: 50 }, (_, index) => {
      run.append(logged("run", String(index)));
      return run.commit(undefined, { id: `t${index}`, status: "succeeded", attempts: 1, durationMs: 1 });
    });
    await Promise.all(commits);
    const count = rawDatabase(folder).prepare("SELECT count(*) AS rows FROM event_batches").get();
    expect(count?.rows).toBe(1);
    run.finish("succeeded");
  });
});

describe("results", () => {
  it("come back whole", async () => {
    const state = openState(stateFolder());
    const run = state.beginRun(newRun("run"));
    const result = makeResult("run", clean, "k1", {
      parts: { code: "c", inputs: { users: "v1" }, params: null },
      outputs: [
        {
          dataset: "users",
          path: "users",
          version: "v2",
          artifact: "a1",
          rows: 3,
          sizeBytes: 40,
          schema: "s",
        },
        { dataset: "rejected", path: "rejected", version: null },
        { dataset: "stored", path: "stored", version: "v3", place: "out/stored.json" },
      ],
      durationMs: 0.25,
    });
    const nothing = makeResult("run", extract, "k2", { outputs: [] });
    await Promise.all(
      [result, nothing].map((made) =>
        run.commit(made, { id: made.task, status: "succeeded", attempts: 1, durationMs: 1 }),
      ),
    );
    expect(state.result(clean, "k1")).toEqual(result);
    expect(state.lastResult(pipelineId, extract)).toEqual(nothing);
    expect(state.lastResults(pipelineId)).toEqual([result, nothing]);
    expect(state.result(extract, "k1")).toBeUndefined();
    expect(state.result(clean, "k3")).toBeUndefined();
    expect(state.lastResult("other", clean)).toBeUndefined();
    expect(state.run("run")?.tasks.map(({ key }) => key)).toEqual(["k1", "k2"]);
    run.finish("succeeded");
  });

  it("are the newest of a key, and of a task", async () => {
    const state = openState(stateFolder());
    await record(state, "one", [clean, "same beginning 1"], [extract, "x"]);
    await record(state, "two", [clean, "same beginning 2"]);
    await record(state, "three", [clean, "same beginning 1"]);
    await record(state, "four", [clean, "same beginning 2"]);
    expect(state.result(clean, "same beginning 1")?.runId).toBe("three");
    expect(state.result(clean, "same beginning 2")?.runId).toBe("four");
    expect(state.lastResult(pipelineId, clean)?.runId).toBe("four");
    expect(state.lastResults(pipelineId).map(({ runId }) => runId)).toEqual(["one", "four"]);
  });

  it("are counted by task", async () => {
    const state = openState(stateFolder());
    const put = await state.artifacts.put([1, 2, 3]);
    if (!put.ok) throw new Error(put.failure);
    const { hash, sizeBytes } = put.value;
    const outputs = [{ dataset: "users", path: "", version: hash, artifact: hash }];
    await record(state, "one", [clean, "k1", { outputs }], [extract, "k2"]);
    await record(state, "two", [clean, "k3", { outputs, createdAt: day(2) }]);
    expect(state.cachedTasks()).toEqual([
      { pipelineId, task: clean, results: 2, sizeBytes, newestRunId: "two", newestAt: day(2) },
      { pipelineId, task: extract, results: 1, sizeBytes: 0, newestRunId: "one", newestAt: day(0) },
    ]);
  });
});

describe("artifacts", () => {
  it("keep small values in the database, large ones in files", async () => {
    const folder = stateFolder();
    const state = openState(folder);
    const small = { when: new Date(5), tags: new Set(["a"]) };
    const large = Array.from({ length: 10_000 }, (_, id) => ({ id, name: `name ${id}` }));
    const hashes: string[] = [];
    for (const value of [small, large]) {
      const put = await state.artifacts.put(value);
      if (!put.ok) throw new Error(put.failure);
      hashes.push(put.value.hash);
      expect(state.artifacts.has(put.value.hash)).toBe(true);
      expect(await openState(folder).artifacts.get(put.value.hash)).toEqual({ ok: true, value });
    }
    const [inDatabase = "", inFile = ""] = hashes;
    const pathOf = (hash: string) => join(folder, "artifacts", hash.slice(0, 2), hash.slice(2));
    expect(existsSync(pathOf(inDatabase))).toBe(false);
    expect(existsSync(pathOf(inFile))).toBe(true);
    expect(readdirSync(join(folder, "artifacts", "new"))).toEqual([]);
  });

  it("are the same for the same value", async () => {
    const state = openState(stateFolder());
    const values = [
      [1, "a"],
      [1, "a"],
      [1, "b"],
    ];
    const [one, same, other] = await Promise.all(values.map((value) => state.artifacts.put(value)));
    expect(same).toEqual(one);
    expect(other).not.toEqual(one);
  });

  it("are written side by side", async () => {
    const state = openState(stateFolder());
    const values = Array.from({ length: 8 }, (_, seed) =>
      Array.from({ length: 20_000 }, (_, id) => id * seed),
    );
    const puts = await Promise.all(values.map((value) => state.artifacts.put(value)));
    for (const [index, put] of puts.entries()) {
      if (!put.ok) throw new Error(put.failure);
      expect(await state.artifacts.get(put.value.hash)).toEqual({ ok: true, value: values[index] });
    }
  });

  it("say why a value cannot be kept, and leave nothing behind", async () => {
    const folder = stateFolder();
    const state = openState(folder);
    const rows: unknown[] = Array.from({ length: 200_000 }, (_, id) => ({ id }));
    rows.push({ id: 1, format: () => "" });
    expect(await state.artifacts.put(() => 1)).toEqual({ ok: false, failure: "it is a function" });
    expect(await state.artifacts.put(rows)).toEqual({ ok: false, failure: "'format' is a function" });
    expect(readdirSync(join(folder, "artifacts", "new"))).toEqual([]);
  });

  it("are missing where nobody put them", async () => {
    const state = openState(stateFolder());
    expect(state.artifacts.has("ab".repeat(32))).toBe(false);
    expect(await state.artifacts.get("ab".repeat(32))).toEqual({ ok: false, failure: "missing" });
  });
});

it("writes what is left when it is closed", () => {
  const folder = stateFolder();
  const state = openState(folder);
  state.beginRun(newRun("run")).append(logged("run", "last words"));
  state.close();
  expect([...openState(folder).events("run")]).toHaveLength(1);
});

/** A finished run with results: tasks, keys, and what is special about them. */
async function record(
  state: State,
  runId: string,
  ...made: readonly (readonly [task: string, key: string, changes?: Parameters<typeof makeResult>[3]])[]
): Promise<void> {
  const run = state.beginRun(newRun(runId));
  for (const [task, key, changes] of made) {
    const effort = { id: task, status: "succeeded", attempts: 1, durationMs: 1 } as const;
    await run.commit(makeResult(runId, task, key, changes), effort);
  }
  run.finish("succeeded");
}
