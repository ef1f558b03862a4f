/** Several processes on one folder, and processes that are killed. */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, truncateSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { describe, expect, it, onTestFinished } from "vitest";
import { openState, rawDatabase, stateFolder } from "./state-folder.js";

const repository = fileURLToPath(new URL("../..", import.meta.url));

const prelude = `
  import { State } from "@glacier-ts/runtime/state";
  const [folder, name] = process.argv.slice(1);
  const opened = State.open(folder);
  if (!opened.ok) throw new Error(opened.failure.message);
  const { state, warnings } = opened.value;
  const begin = (runId) =>
    state.beginRun({ runId, pipeline: "p", pipelineId: "p", params: {}, startedAt: new Date().toISOString() });
  /** Every tenth value is large enough for a file. */
  const valueOf = (name, number) => ({ name, number, rows: number % 10 === 0 ? "x".repeat(100_000) : "" });
  async function work(run, runId, number) {
    const task = "task-" + number;
    const put = await state.artifacts.put(valueOf(name, number));
    if (!put.ok) throw new Error(put.failure);
    const { hash } = put.value;
    run.append({ type: "task-succeeded", runId, at: "", task, attempt: 1, durationMs: 1 });
    const outputs = [{ dataset: "d" + number, path: "", version: hash, artifact: hash }];
    const result = { key: name + number, runId, task, pipelineId: "p", createdAt: "", parts: { number }, outputs, durationMs: 1 };
    await run.commit(result, { id: task, status: "succeeded", attempts: 1, durationMs: 1 });
    return hash;
  }
  const tell = (text) => process.stdout.write(text + "\\n");
`;

class Child {
  readonly process: ChildProcess;
  readonly ended: Promise<{ code: number | null; stderr: string }>;
  readonly lines: string[] = [];
  #onLine: () => void = () => {};

  constructor(body: string, ...args: readonly string[]) {
    const words = ["--input-type=module", "-e", prelude + body, ...args];
    const child = spawn(process.execPath, words, { cwd: repository, stdio: ["ignore", "pipe", "pipe"] });
    this.process = child;
    onTestFinished(() => void child.kill("SIGKILL"));
    let stderr = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      stderr += text;
    });
    createInterface(child.stdout).on("line", (line) => {
      this.lines.push(line);
      this.#onLine();
    });
    this.ended = new Promise((resolve) => child.on("close", (code) => resolve({ code, stderr })));
  }

  /** Settles when it has written so many lines; rejects when it ends before. */
  hasTold(lines: number): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#onLine = () => {
        if (this.lines.length >= lines) resolve();
      };
      this.#onLine();
      this.ended.then(({ stderr }) => reject(new Error(`ended early: ${stderr}`)));
    });
  }
}

const fine = { code: 0, stderr: "" };

describe("a killed process", () => {
  const committing = `
    const run = begin("run-" + name);
    let next = 0;
    // Several tasks at a time, as in a run: their commits share transactions.
    const worker = async () => {
      for (;;) {
        const number = next++;
        const hash = await work(run, "run-" + name, number);
        tell(number + " " + hash);
      }
    };
    for (let count = 0; count < 8; count++) worker();
  `;

  it("loses nothing that was committed, at whatever moment it is killed", async () => {
    const moments = fc.sample(fc.integer({ min: 1, max: 400 }), { numRuns: 8, seed: Date.now() });
    const folder = stateFolder();
    for (const [round, moment] of moments.entries()) {
      const name = `round-${round}-`;
      const child = new Child(committing, folder, name);
      await child.hasTold(moment);
      child.process.kill("SIGKILL");
      await child.ended;

      const state = openState(folder);
      expect(state.run("last")).toMatchObject({ id: `run-${name}`, status: "interrupted" });
      expect(child.lines.length).toBeGreaterThanOrEqual(moment);
      for (const line of child.lines) {
        const [number = "", hash = ""] = line.split(" ");
        const result = state.result(`task-${number}`, name + number);
        expect(result).toMatchObject({ runId: `run-${name}`, parts: { number: Number(number) } });
        expect(result?.outputs).toMatchObject([{ dataset: `d${number}`, artifact: hash }]);
        expect(await state.artifacts.get(hash)).toMatchObject({
          ok: true,
          value: { name, number: Number(number) },
        });
      }
      // What was not told of is whole, too.
      for (const { outputs } of state.lastResults("p")) {
        expect(await state.artifacts.get(outputs[0]?.artifact ?? "")).toMatchObject({ ok: true });
      }
      expect([...state.events(`run-${name}`)].length).toBeGreaterThanOrEqual(child.lines.length);
      state.close();
    }
    expect(rawDatabase(folder).prepare("PRAGMA integrity_check").all()).toEqual([{ integrity_check: "ok" }]);
  });

  it("has a run that is going on until then, and interrupted from then on", async () => {
    const folder = stateFolder();
    const state = openState(folder);
    const child = new Child(`begin("run"); tell("begun"); setInterval(() => {}, 1000);`, folder, "a");
    await child.hasTold(1);
    expect(state.run("run")?.status).toBe("running");
    child.process.kill("SIGKILL");
    await child.ended;
    expect(state.run("run")?.status).toBe("interrupted");
    state.close();
    const next = openState(folder);
    expect(next.runs()).toMatchObject([{ id: "run", status: "interrupted" }]);
    expect(next.gc({ keepRuns: 0 })).toMatchObject({ runs: 1, runningRuns: 0 });
  });
});

describe("several processes", () => {
  it("make the database together, once", async () => {
    const folder = stateFolder();
    const body = `begin("run-" + name).finish("succeeded"); tell(warnings.length);`;
    const children = Array.from({ length: 6 }, (_, index) => new Child(body, folder, String(index)));
    expect(await Promise.all(children.map((child) => child.ended))).toEqual(children.map(() => fine));
    expect(children.flatMap((child) => child.lines)).toEqual(children.map(() => "0"));
    expect(openState(folder).runs()).toHaveLength(6);
  });

  it("put a damaged database aside together, once", async () => {
    const folder = stateFolder();
    openState(folder).close();
    truncateSync(join(folder, "state.db"), 4096);
    const body = `begin("run-" + name).finish("succeeded"); tell(warnings.length);`;
    const children = Array.from({ length: 6 }, (_, index) => new Child(body, folder, String(index)));
    expect(await Promise.all(children.map((child) => child.ended))).toEqual(children.map(() => fine));
    expect(children.flatMap((child) => child.lines).sort()).toEqual(["0", "0", "0", "0", "0", "1"]);
    expect(openState(folder).runs()).toHaveLength(6);
  });

  it("write at the same time, while another one collects garbage", async () => {
    const folder = stateFolder();
    const writing = `
      const run = begin("run-" + name);
      const hashes = [];
      for (let number = 0; number < 150; number++) hashes.push(await work(run, "run-" + name, number));
      for (const [number, hash] of hashes.entries()) {
        const result = state.result("task-" + number, name + number);
        if (result?.outputs[0].artifact !== hash) throw new Error("lost result " + number);
        const value = await state.artifacts.get(hash);
        if (!value.ok || value.value.number !== number) throw new Error("lost value " + number + " " + value.failure);
      }
      run.finish("succeeded");
      state.close();
    `;
    const collecting = `
      let isOver = false;
      process.on("SIGTERM", () => { isOver = true; });
      tell("ready");
      while (!isOver) {
        state.gc({ keepRuns: 0, maxAgeMs: 0 });
        await new Promise(setImmediate);
      }
      state.gc({ keepRuns: 0, maxAgeMs: 0 });
      state.close();
    `;
    mkdirSync(folder);
    const collector = new Child(collecting, folder, "gc");
    await collector.hasTold(1);
    const writers = ["a", "b", "c"].map((name) => new Child(writing, folder, name));
    expect(await Promise.all(writers.map((writer) => writer.ended))).toEqual(writers.map(() => fine));
    collector.process.kill("SIGTERM");
    expect(await collector.ended).toEqual(fine);
    const state = openState(folder);
    expect(state.runs()).toEqual([]);
    expect(state.cachedTasks()).toEqual([]);
    expect(rawDatabase(folder).prepare("SELECT count(*) AS count FROM artifacts").get()?.count).toBe(0);
    expect(rawDatabase(folder).prepare("PRAGMA integrity_check").all()).toEqual([{ integrity_check: "ok" }]);
  });
});
