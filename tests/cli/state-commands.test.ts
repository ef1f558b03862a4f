import { spawnSync } from "node:child_process";
import { truncateSync, writeFileSync } from "node:fs";
import path from "node:path";
import { type RunEvent, taskId } from "@glacier-ts/core";
import { State } from "@glacier-ts/runtime/state";
import { describe, expect, it } from "vitest";
import { type GlacierResult, glacier } from "../rig/glacier.js";
import { jsonLines } from "../rig/output.js";
import { emptyProject, type TempProject } from "../rig/temp-project.js";

const clean = taskId("src/tasks.ts#clean");
const extract = taskId("src/tasks.ts#Sources.extract");
const pipelineId = "src/pipeline.ts#analytics";
const firstId = "11111111-aaaa-4aaa-8aaa-aaaaaaaaaaaa";
const secondId = "22222222-bbbb-4bbb-8bbb-bbbbbbbbbbbb";
const startedAt = "2026-11-20T10:00:00.000Z";

/** Commands need no tsconfig and no source. */
const run = (project: TempProject, ...args: readonly string[]): Promise<GlacierResult> =>
  glacier(project.folder, args, { env: { TZ: "UTC" } });
const fine = (stdout: string) => ({ stdout, stderr: "", code: 0 });

function openState(project: TempProject): State {
  const opened = State.open(project.path(".glacier"));
  if (!opened.ok) throw new Error(opened.failure.message);
  return opened.value.state;
}

/** Two runs: one failed, one used what the first has made and was never finished. */
async function makeRuns(): Promise<TempProject> {
  const project = emptyProject({});
  const state = openState(project);
  const newRun = { pipeline: "analytics", pipelineId, params: { limit: 10 }, startedAt };
  const base = (runId: string, at = startedAt) => ({ runId, at });
  const log = (task: typeof clean, level: "info" | "error", message: string, at: string): RunEvent => ({
    type: "task-logged",
    ...base(firstId, at),
    task,
    level,
    message,
    ...(level === "error" && { fields: { rows: 3 } }),
  });

  const first = state.beginRun({ ...newRun, runId: firstId });
  first.append({ type: "run-started", ...base(firstId), pipeline: "analytics", tasks: 2 });
  first.append(log(extract, "info", "reading\nall of it", "2026-11-20T10:00:01.000Z"));
  first.append(log(clean, "error", "3 rows are empty\u001b[2J", "2026-11-20T10:00:02.000Z"));
  const put = await state.artifacts.put([1, 2, 3]);
  if (!put.ok) throw new Error(put.failure);
  const { hash, sizeBytes } = put.value;
  const result = {
    key: "k1",
    runId: firstId,
    task: extract,
    pipelineId,
    createdAt: startedAt,
    parts: {},
    outputs: [{ dataset: "users", path: "", version: hash, artifact: hash, sizeBytes }],
    durationMs: 12,
  };
  await first.commit(result, { id: extract, status: "succeeded", attempts: 1, durationMs: 12 });
  const error = { name: "Error", message: "no users", stack: "    at clean (src/tasks.ts:3:9)" };
  const failure = { reason: "task-threw", task: clean, attempt: 2, inputs: ["users"], error } as const;
  first.append({ type: "task-failed", ...base(firstId), task: clean, failure });
  await first.commit(undefined, { id: clean, status: "failed", attempts: 2, durationMs: 1500 });
  first.finish("failed");

  const second = state.beginRun({
    ...newRun,
    runId: secondId,
    params: {},
    selected: [extract],
    resumedFrom: firstId,
  });
  const cached = {
    id: extract,
    status: "cached",
    attempts: 0,
    durationMs: 0,
    key: "k1",
    cachedFrom: firstId,
  } as const;
  await second.commit(undefined, cached);
  state.close();
  return project;
}

/** The time between a fixed start and now. */
const withoutDuration = (text: string) => text.replace(/\d+ h \d\d min/g, "<time>");

describe("glacier runs", () => {
  it("lists runs, the newest first", async () => {
    const project = await makeRuns();
    const { stdout, stderr, code } = await run(project, "runs", "ls");
    expect({ stderr, code }).toEqual({ stderr: "", code: 0 });
    expect(withoutDuration(stdout).replace(/ +<time>/, "  <time>")).toMatchInlineSnapshot(`
      "run       pipeline   status       started                  duration  succeeded  failed  cached
      22222222  analytics  interrupted  2026-11-20 10:00:00                        0       0       1
      11111111  analytics  failed       2026-11-20 10:00:00  <time>          1       1       0
      "
    `);
    const { runs } = JSON.parse((await run(project, "runs", "ls", "--json")).stdout);
    expect(runs).toMatchObject([
      { id: secondId, status: "interrupted", counts: { cached: 1 } },
      { id: firstId, status: "failed", counts: { succeeded: 1, failed: 1 } },
    ]);
    expect((await run(project, "runs", "ls", "--limit", "1")).stdout).not.toContain("11111111");
  });

  it("shows a run with its failures", async () => {
    const project = await makeRuns();
    const { stdout, stderr, code } = await run(project, "runs", "show", "1111");
    expect({ stderr, code }).toEqual({ stderr: "", code: 0 });
    expect(withoutDuration(stdout)).toMatchInlineSnapshot(`
      "run       11111111-aaaa-4aaa-8aaa-aaaaaaaaaaaa
      pipeline  analytics
      status    failed
      started   2026-11-20 10:00:00
      duration  <time>
      params    limit=10

      task     status     attempts  duration
      extract  succeeded         1     12 ms
      clean    failed            2     1.5 s

      error GLA5001: Task 'clean' failed after 2 attempts (reads 'users'): Error: no users
          at clean (src/tasks.ts:3:9)

      Found 1 error.
      "
    `);
    const shown = JSON.parse((await run(project, "runs", "show", firstId, "--json")).stdout);
    expect(shown).toMatchObject({
      ok: true,
      diagnostics: [],
      run: {
        id: firstId,
        params: { limit: 10 },
        tasks: [{ id: extract }, { id: clean }],
        failures: [{ code: "GLA5001" }],
      },
    });
  });

  it("shows the last run where none is named", async () => {
    const project = await makeRuns();
    expect((await run(project, "runs", "show")).stdout).toMatchInlineSnapshot(`
      "run       22222222-bbbb-4bbb-8bbb-bbbbbbbbbbbb
      pipeline  analytics
      status    interrupted
      started   2026-11-20 10:00:00
      selected  extract
      resumes   11111111-aaaa-4aaa-8aaa-aaaaaaaaaaaa

      task     status                attempts  duration
      extract  cached from 11111111         0
      "
    `);
  });

  it("says so where there is no run, or no such one", async () => {
    const empty = emptyProject({});
    expect(await run(empty, "runs", "ls")).toEqual(fine("There is no run yet.\n"));
    expect(JSON.parse((await run(empty, "runs", "ls", "--json")).stdout)).toEqual({
      ok: true,
      diagnostics: [],
      runs: [],
    });
    expect(await run(empty, "runs", "show")).toEqual({
      stdout: "",
      stderr:
        "error GLA5028: There is no run yet.\n  hint: `glacier runs ls` shows the runs\n\nFound 1 error.\n",
      code: 2,
    });
    expect(empty.has(".glacier")).toBe(false);
    const project = await makeRuns();
    expect(await run(project, "runs", "show", "1111111-")).toEqual({
      stdout: "",
      stderr: `\
error GLA5028: There is no run '1111111-', or more than one that begins so.
  hint: did you mean '11111111'?

Found 1 error.
`,
      code: 2,
    });
    const { stdout, code } = await run(project, "runs", "show", "x", "--json");
    expect(code).toBe(2);
    expect(JSON.parse(stdout)).toMatchObject({ ok: false, diagnostics: [{ code: "GLA5028" }] });
  });

  it("finds the project by its folder or its tsconfig", async () => {
    const project = await makeRuns();
    project.write({ "tsconfig.json": "{}", "other/file.txt": "" });
    const other = project.path("other");
    for (const named of ["..", "../tsconfig.json"]) {
      const { stdout } = await glacier(other, ["runs", "ls", "--project", named]);
      expect(stdout).toContain("22222222");
    }
    const { stderr, code } = await glacier(other, ["runs", "ls", "--project", "../nowhere"]);
    expect(code).toBe(2);
    expect(stderr).toContain(
      `error GLA4008: Cannot read project '${project.path("nowhere")}': there is no such file.`,
    );
  });
});

describe("glacier logs", () => {
  it("shows what tasks have logged", async () => {
    const project = await makeRuns();
    expect(await run(project, "logs", "11111111")).toEqual(
      fine(`\
2026-11-20 10:00:01 info  extract: reading
2026-11-20 10:00:01 info  extract: all of it
2026-11-20 10:00:02 error clean: 3 rows are empty\\u001b[2J {"rows":3}
`),
    );
    expect(await run(project, "logs", "last")).toEqual(fine(""));
  });

  it("shows one task, by its name or id", async () => {
    const project = await makeRuns();
    for (const name of ["clean", clean]) {
      const { stdout } = await run(project, "logs", "1", name);
      expect(stdout.split("\n")).toHaveLength(2);
      expect(stdout).toContain("error clean: 3 rows");
    }
    expect(await run(project, "logs", "1", "claen")).toEqual({
      stdout: "",
      stderr: `\
error GLA5029: There is no task 'claen' in run '${firstId}'.
  hint: did you mean 'clean'?

Found 1 error.
`,
      code: 2,
    });
  });

  it("writes an event a line for programs", async () => {
    const project = await makeRuns();
    const { stdout, code } = await run(project, "logs", firstId, "--json");
    expect(code).toBe(0);
    expect(jsonLines(stdout)).toMatchObject([
      { type: "task-logged", task: extract, message: "reading\nall of it" },
      { type: "task-logged", task: clean, level: "error", fields: { rows: 3 } },
    ]);
  });
});

describe("glacier cache", () => {
  it("lists what is kept, by task", async () => {
    const project = await makeRuns();
    const { stdout, code } = await run(project, "cache", "ls");
    expect(code).toBe(0);
    const [head, row] = stdout.split("\n").map((line) => line.split(/ {2,}/));
    expect(head).toEqual(["task", "pipeline", "results", "size", "age", "newest run"]);
    expect(row).toEqual([
      "extract",
      "analytics",
      "1",
      expect.stringMatching(/^\d+ B$/),
      expect.anything(),
      "11111111",
    ]);
    expect(JSON.parse((await run(project, "cache", "ls", "--json")).stdout)).toMatchObject({
      ok: true,
      tasks: [{ task: extract, pipelineId, results: 1, newestRunId: firstId, newestAt: startedAt }],
    });
    expect(await run(emptyProject({}), "cache", "ls")).toEqual(fine("Nothing is kept.\n"));
  });

  it("removes what is not needed, and says what", async () => {
    const project = await makeRuns();
    expect(await run(project, "cache", "gc")).toEqual(
      fine("Removed 0 runs, 0 results and 0 artifacts: 0 B.\n"),
    );
    const keepNone = ["cache", "gc", "--keep-runs", "0", "--max-age", "1ms"];
    const dry = await run(project, ...keepNone, "--dry-run");
    expect(dry.stdout).toMatch(/^Would remove 2 runs, 1 result and 1 artifact: \d+ B\.\n$/);
    const { stdout } = await run(project, ...keepNone, "--json");
    expect(JSON.parse(stdout)).toMatchObject({
      ok: true,
      isDryRun: false,
      runs: 2,
      results: 1,
      artifacts: 1,
      runningRuns: 0,
    });
    expect(await run(project, "runs", "ls")).toEqual(fine("There is no run yet.\n"));
    expect((await run(emptyProject({}), "cache", "gc")).stdout).toBe(
      "Removed 0 runs, 0 results and 0 artifacts: 0 B.\n",
    );
  });

  it("keeps what a run may need that is going on", async () => {
    const project = await makeRuns();
    const state = openState(project);
    state.beginRun({ runId: "now", pipeline: "analytics", pipelineId, params: {}, startedAt });
    const { stdout } = await run(project, "cache", "gc", "--keep-runs", "0", "--max-age", "1ms");
    expect(stdout).toBe(
      "Removed 2 runs, 0 results and 0 artifacts: 0 B.\n1 run is going on: what may be needed was kept.\n",
    );
    state.close();
  });

  it.each([
    [["--max-age", "soon"], "It must be a duration, such as 7d, 12h or 30m."],
    [["--keep-runs", "-1"], "It must be a whole number."],
  ])("refuses %j", async (args, message) => {
    const { stderr, code } = await run(emptyProject({}), "cache", "gc", ...args);
    expect(code).toBe(2);
    expect(stderr).toContain(message);
  });
});

describe("state that cannot be used", () => {
  it("is named, without a stack", async () => {
    const project = emptyProject({ ".glacier/state.db/keep": "" });
    expect(await run(project, "runs", "ls")).toEqual({
      stdout: "",
      stderr: `\
error GLA5026: The state in '${project.path(".glacier")}' cannot be used: its database cannot be opened or written.
  hint: check the permissions and the free space; \`glacier cache gc\` frees what is not needed

Found 1 error.
`,
      code: 1,
    });
  });

  it("because it is damaged is put aside with a warning", async () => {
    const project = await makeRuns();
    truncateSync(project.path(".glacier/state.db"), 8192);
    const { stdout, stderr, code } = await run(project, "runs", "ls");
    expect({ stdout, code }).toEqual({ stdout: "There is no run yet.\n", code: 0 });
    expect(stderr).toContain("warning GLA5027: The database");
    expect(project.has(".glacier/state.db.damaged-1")).toBe(true);
    expect((await run(project, "runs", "ls")).stderr).toBe("");
  });
});

it("loads no compiler", async () => {
  const project = await makeRuns();
  const preload = project.path("loaded.mjs");
  writeFileSync(
    preload,
    `import { registerHooks } from "node:module";
     registerHooks({ load(url, context, next) {
       if (/node_modules\\/(typescript|ts-morph)|packages\\/(analyzer|storage)\\/dist\\/index/.test(url)) console.log(url);
       return next(url, context);
     } });`,
  );
  const bin = path.resolve(import.meta.dirname, "../../packages/cli/bin/glacier.js");
  const words = ["--import", preload, bin, "runs", "ls", "--json"];
  const { stdout } = spawnSync(process.execPath, words, { cwd: project.folder, encoding: "utf8" });
  expect(jsonLines(stdout)).toHaveLength(1);
});
