import { describe, expect, it } from "vitest";
import { glacier, glacierInShell } from "../rig/glacier.js";
import { jsonLines, withoutTimes } from "../rig/output.js";
import { makeProject, tsconfigWith } from "../rig/temp-project.js";
import { analytics, broken, pipeline, tasks, twoPipelines } from "./analytics.js";

const runIn = async (folder: string, args: readonly string[] = []) => {
  const { stdout, stderr, code } = await glacier(folder, ["run", ...args]);
  return { stdout: withoutTimes(stdout), stderr: withoutTimes(stderr), code };
};

/** A project of one task with the body; `result` is its dataset. */
const oneTask = (body: string, type = "string") => ({
  "src/tasks.ts": `\
import { type Dataset, pipeline, type TaskContext } from "@glacier-ts/core";
export type Output = Dataset<"result", ${type}>;
export async function work(context: TaskContext): Promise<Output> {
${body}
}
export const main = pipeline({ name: "main", tasks: [work] });
`,
});

describe("glacier run", () => {
  it("runs the only pipeline and shows what came of it", async () => {
    const project = makeProject(analytics);
    expect(await runIn(project.folder)).toEqual({
      stdout: `\
task       status     duration
extract    succeeded  <time>
clean      succeeded  <time>
summarise  succeeded  <time>

metrics
total  2
names  ["Ada","Alan\\u001b[2J"]

analytics succeeded: 3 tasks in <time>.
`,
      stderr: "✓ extract  <time>\n✓ clean  <time>\n✓ summarise  <time>\n",
      code: 0,
    });
    expect([project.has("dist/tasks.js"), project.has("glacier.manifest.json")]).toEqual([true, true]);
  });

  it("says which datasets were read and written", async () => {
    const project = makeProject({
      "data/users.csv": "id,name\n1,Ada\n2,Alan\n",
      "src/tasks.ts": `\
import { dataset, type Dataset, pipeline } from "@glacier-ts/core";
import { file } from "@glacier-ts/core/storage";
interface User { id: number; name: string }
export const Users = dataset("users", { storage: file({ path: "data/users.csv" }) }).of<User[]>();
export type Users = Dataset.Of<typeof Users>;
export const Names = dataset("names", { storage: file({ path: "out/names.json" }) }).of<string[]>();
export type Names = Dataset.Of<typeof Names>;
export function list(users: Users): Names { return users.map((user) => user.name); }
export const main = pipeline({ name: "main", tasks: [list] });
`,
    });
    expect(await runIn(project.folder)).toEqual({
      stdout: `\
task  status     duration
list  succeeded  <time>

dataset           rows  size  place
users    read        2        data/users.csv
names    written     2  18 B  out/names.json

names
Ada
Alan

main succeeded: 1 task in <time>.
`,
      stderr: "✓ list  <time>\n",
      code: 0,
    });
    expect(JSON.parse(project.read("out/names.json"))).toEqual(["Ada", "Alan"]);
  });

  it("keeps datasets that other tasks read", async () => {
    const project = makeProject(analytics);
    const { stdout, code } = await runIn(project.folder, ["analytics", "--keep", "clean_users", "raw_users"]);
    expect(code).toBe(0);
    expect(stdout).toContain(`
clean_users
id  name
 1  Ada
 2  Alan\\u001b[2J

raw_users
id  name
 1   Ada
 2  Alan\\u001b[2J
`);
    expect(await runIn(project.folder, ["--keep", "clean_user"])).toEqual({
      stdout: "",
      stderr: `\
error GLA4010: Pipeline 'analytics' produces no dataset 'clean_user'.
  hint: did you mean 'clean_users'?

Found 1 error.
`,
      code: 2,
    });
  });

  it("writes an event a line as JSON, and the result last", async () => {
    const project = makeProject({ ...analytics, "src/tasks.ts": `${tasks}console.log("loading");\n` });
    const { stdout, stderr, code } = await glacier(project.folder, ["run", "--json"]);
    expect({ stderr, code }).toEqual({ stderr: "loading\n", code: 0 });
    const lines = jsonLines(stdout);
    expect(lines.map((line) => [line.type, line.task].filter(Boolean).join(" "))).toEqual([
      "run-started",
      "task-started src/tasks.ts#extract",
      "dataset-versioned src/tasks.ts#extract",
      "task-succeeded src/tasks.ts#extract",
      "task-started src/tasks.ts#clean",
      "dataset-versioned src/tasks.ts#clean",
      "task-succeeded src/tasks.ts#clean",
      "task-started src/tasks.ts#summarise",
      "dataset-versioned src/tasks.ts#summarise",
      "task-succeeded src/tasks.ts#summarise",
      "run-finished",
      "result",
    ]);
    expect(lines.at(-1)).toMatchObject({
      status: "succeeded",
      diagnostics: [],
      tasks: { "src/tasks.ts#clean": "succeeded" },
      datasets: { metrics: { total: 2, names: ["Ada", "Alan\u001b[2J"] } },
    });
  });

  it("never imports the module of the pipeline", async () => {
    const project = makeProject({
      ...analytics,
      "src/pipeline.ts": `${pipeline}throw new Error("the pipeline's module was imported");\n`,
    });
    expect((await runIn(project.folder)).code).toBe(0);
  });

  it("runs tasks that are default exports and properties, in ES modules and in CommonJS", async () => {
    const files = {
      "src/sales.ts": `\
import type { Dataset } from "@glacier-ts/core";
export type Numbers = Dataset<"numbers", number[]>;
export type Total = Dataset<"total", number>;
export class Sales {
  static read(): Numbers { return [1, 2, 3]; }
}
`,
      "src/sum.ts": `\
import type { Numbers, Total } from "./sales.js";
export default function (numbers: Numbers): Total { return numbers.reduce((a, b) => a + b, 0); }
`,
      "src/pipeline.ts": `\
import { pipeline } from "@glacier-ts/core";
import { Sales } from "./sales.js";
import sum from "./sum.js";
export const main = pipeline({ name: "main", tasks: [Sales.read, sum] });
`,
    };
    for (const type of ["module", "commonjs"]) {
      const project = makeProject({ ...files, "package.json": JSON.stringify({ type }) });
      const { stdout, stderr, code } = await runIn(project.folder);
      expect({ stderr, code }).toEqual({ stderr: "✓ read  <time>\n✓ sum  <time>\n", code: 0 });
      expect(stdout).toContain("\ntotal\n6\n");
    }
  });

  it("shows a failed task with the user's frames in the source", async () => {
    const failing = tasks.replace(
      "(users: RawUsers): CleanUsers =>\n",
      '(users: RawUsers): CleanUsers => {\n  throw new TypeError("no \\u001b[31mred\\n  users", { cause: new Error("deeper") });\n  return ',
    );
    const project = makeProject({ ...analytics, "src/tasks.ts": failing.replace("})));", "})); });") });
    const { stdout, stderr, code } = await runIn(project.folder);
    expect(code).toBe(1);
    expect(stdout).toBe(`\
task       status     duration
extract    succeeded  <time>
clean      failed  <time>
summarise  cancelled

analytics failed: 3 tasks, 1 failed, 1 cancelled in <time>.
`);
    // How Node names the function depends on the source map.
    const named = stderr.replaceAll(project.folder, "<project>").replace(/at \S+ \(/g, "at clean (");
    expect(named).toBe(`\
✓ extract  <time>
✗ clean  <time>  TypeError: no \\u001b[31mred\\n  users
- summarise  cancelled

error GLA5001: Task 'clean' failed (reads 'raw_users'): TypeError: no \\u001b[31mred
  users
    at clean (<project>/src/tasks.ts:12:9)
  caused by Error: deeper
    at clean (<project>/src/tasks.ts:12:61)

Found 1 error.
`);
    const json = await glacier(project.folder, ["run", "--json"]);
    expect(json).toMatchObject({ code: 1, stderr: "" });
    const lines = jsonLines(json.stdout);
    expect(lines.find((line) => line.type === "task-failed")).toMatchObject({
      task: "src/tasks.ts#clean",
      failure: { reason: "task-threw", error: { name: "TypeError" } },
    });
    expect(lines.at(-1)).toMatchObject({
      type: "result",
      status: "failed",
      datasets: { metrics: null },
      diagnostics: [{ code: "GLA5001" }],
    });
  });

  it("says that a task was tried again, or had nothing to do", async () => {
    const project = makeProject({
      ...analytics,
      "src/tasks.ts": tasks
        .replace("Promise<RawUsers>", "Promise<RawUsers | null>")
        .replace("return [{ id: 1", "if (1 > 0) return null; return [{ id: 1"),
    });
    const skipped = await runIn(project.folder);
    expect(skipped.stderr).toBe(`\
✓ extract  <time>
- clean  skipped: 'raw_users' is null
- summarise  skipped: 'clean_users' is null
`);
    expect(skipped.code).toBe(0);
    expect(skipped.stdout).toContain("\nmetrics\nnull: nothing was produced\n");

    project.write({
      "src/tasks.ts": tasks
        .replace("retries: 0", "retries: 1")
        .replace("=>\n  users.map", "=>\n  attempts++ === 0 ? refuse() : users.map")
        .concat('let attempts = 0;\nfunction refuse(): never { throw new Error("refused"); }\n'),
    });
    const retried = await runIn(project.folder);
    expect(retried.stderr).toBe(`\
✓ extract  <time>
↻ clean  attempt 1 failed: Error: refused; the next one in <time>
✓ clean  <time>, attempt 2
✓ summarise  <time>
`);
    expect(retried.code).toBe(0);
    expect(retried.stdout).toContain("clean      succeeded (2 attempts)  <time>\n");
  });

  it("wants to know which pipeline", async () => {
    const project = makeProject(twoPipelines);
    const refused = await runIn(project.folder);
    expect(refused).toEqual({
      stdout: "",
      stderr: `\
error GLA4012: The project has 2 pipelines, 'analytics' and 'intake': which one is meant?
  hint: name the pipeline

Found 1 error.
`,
      code: 2,
    });
    expect((await runIn(project.folder, ["intake"])).stdout).toContain("intake succeeded: 2 tasks");
    const unknown = await glacier(project.folder, ["run", "intke", "--json"]);
    expect(unknown).toMatchObject({ code: 2, stderr: "" });
    expect(jsonLines(unknown.stdout)).toMatchObject([
      {
        type: "result",
        status: "failed",
        datasets: {},
        diagnostics: [{ code: "GLA4006", hint: "did you mean 'intake'?" }],
      },
    ]);
  });

  it("does not run what has errors", async () => {
    const project = makeProject(broken);
    const { stdout, stderr, code } = await glacier(project.folder, ["run"]);
    expect({ stdout, code }).toEqual({ stdout: "", code: 1 });
    expect(stderr).toBe((await glacier(project.folder, ["check"])).stdout);
    expect(project.has("dist")).toBe(false);
  });

  it("shows the user's frames when a module of a task cannot be loaded", async () => {
    const project = makeProject({
      ...analytics,
      "src/tasks.ts": `${tasks}\nfunction connect() { throw new Error("no connection"); }\nconnect();\n`,
    });
    const { stdout, stderr, code } = await runIn(project.folder);
    expect({ stdout, code }).toEqual({ stdout: "", code: 1 });
    expect(stderr.replaceAll(project.folder, "<project>")).toBe(`\
error GLA4011: Cannot load 'dist/tasks.js': Error: no connection
  hint: build the project, and run the module by itself to see where it fails
    at connect (<project>/src/tasks.ts:17:28)
    at <anonymous> (<project>/src/tasks.ts:18:1)

Found 1 error.
`);
  });

  it("says why there is no JavaScript to run", async () => {
    const project = makeProject({ ...analytics, "tsconfig.json": tsconfigWith({ noEmit: true }) });
    const { stdout, stderr, code } = await runIn(project.folder);
    expect({ stdout, code }).toEqual({ stdout: "", code: 1 });
    expect(stderr).toContain(
      "error GLA4011: Cannot load 'src/tasks.ts': the project writes no JavaScript for it",
    );
  });

  it("says when a build of something else is in the way", async () => {
    const project = makeProject({
      ...analytics,
      "src/tasks.ts": tasks
        .replace("return [{", "if (1 > 2) clean; return [{")
        .concat("Reflect.deleteProperty(exports, 'extract');\ndeclare const exports: object;\n"),
      "package.json": '{ "type": "commonjs" }',
    });
    const { stdout, stderr, code } = await runIn(project.folder);
    expect({ stdout, code }).toEqual({ stdout: "", code: 1 });
    expect(stderr).toContain(
      "error GLA4004: The build of pipeline 'analytics' is stale: the manifest has 'extract', 'dist/tasks.js' has no such function.",
    );
  });

  it("shows rows, texts and what JSON has no form for", async () => {
    const project = makeProject(
      oneTask(
        `  return Array.from({ length: 14 }, (_, id) => ({ id, at: new Date(id), big: 2n, text: "a\\tb" }));`,
        "{ id: number; at: Date; big: bigint; text: string }[]",
      ),
    );
    const { stdout } = await runIn(project.folder);
    expect(stdout.split("\n").slice(2, 18)).toEqual([
      "",
      "result",
      "id  at                        big  text",
      ...Array.from({ length: 10 }, (_, id) => ` ${id}  1970-01-01T00:00:00.00${id}Z  2    a\\tb`),
      "… and 4 more rows",
      "",
      "main succeeded: 1 task in <time>.",
    ]);
    const json = await glacier(project.folder, ["run", "--json"]);
    const { datasets } = jsonLines(json.stdout).at(-1) as { datasets: { result: unknown[] } };
    expect(datasets.result[3]).toEqual({ id: 3, at: "1970-01-01T00:00:00.003Z", big: "2", text: "a\tb" });
  });

  it("reads no more of a stream than it shows", async () => {
    const project = makeProject({
      "src/tasks.ts": `\
import { type Dataset, pipeline } from "@glacier-ts/core";
export type Rows = Dataset<"rows", AsyncIterable<{ id: number }>>;
export async function* endless(): Rows { for (let id = 0; ; id++) yield { id }; }
export const main = pipeline({ name: "main", tasks: [endless] });
`,
    });
    const { stdout, code } = await runIn(project.folder);
    expect(code).toBe(0);
    expect(stdout).toContain(" 9\n… and more\n");
  });

  it("passes on what tasks print and log", async () => {
    const project = makeProject(
      oneTask(
        '  console.log("printed"); context.log("logged\\u0007\\ntwice"); process.stdout.write("open"); return "";',
      ),
    );
    const { stdout, stderr } = await runIn(project.folder, ["main"]);
    expect(stdout.split("\n").slice(0, 3)).toEqual(["printed", "open", "task  status     duration"]);
    expect(stderr).toBe("work: logged\\u0007\nwork: twice\n✓ work  <time>\n");
  });

  it("ends when the run does, whatever user code has left open", async () => {
    const project = makeProject(oneTask('  setInterval(() => {}, 1000); return "done";'));
    expect((await runIn(project.folder)).code).toBe(0);
  });

  it("ends when a task waits for what cannot come", async () => {
    const project = makeProject(oneTask('  await new Promise(() => {}); return "";'));
    expect(await runIn(project.folder)).toEqual({
      stdout: "",
      stderr:
        "error GLA5014: The run cannot go on: it waits for a promise that nothing is left to settle.\n\nFound 1 error.\n",
      code: 1,
    });
  });

  it("ends when an error is thrown where nothing can catch it", async () => {
    const project = makeProject(
      oneTask('  setImmediate(() => { throw new Error("loose"); }); await new Promise(() => {}); return "";'),
    );
    const { stdout, stderr, code } = await runIn(project.folder);
    expect({ stdout, code }).toEqual({ stdout: "", code: 1 });
    expect(stderr.replaceAll(project.folder, "<project>")).toBe(`\
error GLA5014: The run cannot go on: an error was thrown outside of every task, Error: loose.
    at Immediate.<anonymous> (<project>/src/tasks.ts:4:30)

Found 1 error.
`);
  });

  it("is no success when a task ends the process", async () => {
    const project = makeProject(oneTask('  process.exit(0); return "";'));
    expect(await runIn(project.folder)).toEqual({
      stdout: "",
      stderr: "error GLA5014: The run cannot go on: user code ended the process.\n\nFound 1 error.\n",
      code: 1,
    });
    const { stdout, code } = await glacier(project.folder, ["run", "--json"]);
    expect(code).toBe(1);
    expect(jsonLines(stdout).at(-1)).toMatchObject({ type: "result", status: "failed" });
  });

  it("takes no offence at a reader that leaves", async () => {
    const project = makeProject(
      oneTask("  return Array.from({ length: 200_000 }, (_, id) => id);", "number[]"),
    );
    const { stdout, stderr } = await glacierInShell(
      project.folder,
      "glacier run --json | head -c 10; echo; echo $PIPESTATUS",
    );
    expect({ stdout, stderr }).toEqual({ stdout: '{"type":"r\n0\n', stderr: "" });
  });
});
