/** What `glacier run` does not do again, what it says of that, and how one asks for it all the same. */
import { existsSync, readFileSync, rmSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { glacier } from "../rig/glacier.js";
import { jsonLines } from "../rig/output.js";
import { makeProject, type TempProject } from "../rig/temp-project.js";

/** Every task notes in a journal that it was called. */
const tasks = `\
import { appendFileSync } from "node:fs";
import { type Dataset, dataset, type Param, task, type TaskContext } from "@glacier-ts/core";
import { file } from "@glacier-ts/core/storage";
import { double } from "./double.js";

const note = (name: string) => appendFileSync("journal.txt", name + "\\n");

export const Source = dataset("source", { storage: file({ path: "source.json" }) }).of<number[]>();
export type Source = Dataset.Of<typeof Source>;
export const Doubled = dataset("doubled", { storage: file({ path: "out/doubled.ndjson" }) }).of<number[]>();
export type Doubled = Dataset.Of<typeof Doubled>;
export type Sum = Dataset<"sum", number>;
export type IsLarge = Dataset<"is_large", boolean>;
export type Report = Dataset<"report", string>;
export type Side = Dataset<"side", Date>;

export const doubleAll = task({ tags: ["numbers"] }, (source: Source): Doubled => {
  note("doubleAll");
  return source.map(double);
});
export const add = task({ tags: ["numbers"] }, (doubled: Doubled): Sum => {
  note("add");
  return doubled.reduce((a, b) => a + b, 0);
});
/** Few sums are large. */
export const judge = task({}, (sum: Sum, limit: Param<"limit", number>): IsLarge => {
  note("judge");
  return sum > limit;
});
export const write = task({ cache: { env: ["UNIT"] } }, (isLarge: IsLarge, context: TaskContext): Report => {
  note("write");
  context.log("writing", { isLarge });
  if (process.env.FAIL) throw new Error("no paper");
  return isLarge ? "large" : "small";
});
export const aside = task({ cache: false }, (sum: Sum): Side => {
  note("aside");
  return new Date(sum);
});
`;

const files = {
  "source.json": "[1, 2, 3]",
  "src/double.ts": "export const double = (value: number): number => value * 2;\n",
  "src/tasks.ts": tasks,
  "src/pipeline.ts": `\
import { pipeline } from "@glacier-ts/core";
import { add, aside, doubleAll, judge, write } from "./tasks.js";
export const numbers = pipeline({ name: "numbers", tasks: [doubleAll, add, judge, write, aside] });
`,
};

/** The names of the tasks that a run calls, and its result. */
async function called(
  project: TempProject,
  options: readonly string[] = [],
  env: Record<string, string> = {},
) {
  rmSync(project.path("journal.txt"), { force: true });
  const args = [
    "run",
    "--json",
    ...(options.includes("--resume") ? [] : ["--param", "limit=10"]),
    ...options,
  ];
  const { stdout, stderr, code } = await glacier(project.folder, args, { env });
  expect(stderr).toBe("");
  const lines = jsonLines(stdout);
  const file = project.path("journal.txt");
  const tasks = existsSync(file) ? readFileSync(file, "utf8").trim().split("\n") : [];
  const events = lines.slice(0, -1);
  return { tasks, code, result: lines.at(-1) as Record<string, unknown>, events };
}

async function why(project: TempProject, task: string, options: readonly string[] = ["--param", "limit=10"]) {
  const { stdout, stderr } = await glacier(project.folder, ["why", task, ...options]);
  expect(stderr).toBe("");
  return stdout.trim();
}

const all = ["doubleAll", "add", "judge", "aside", "write"];

describe("a run", () => {
  it("does again what has changed, and what follows from that", async () => {
    const project = makeProject(files);
    const first = await called(project);
    expect(first.tasks.toSorted()).toEqual(all.toSorted());
    expect(first.result.datasets).toEqual({ report: "large", side: new Date(12).toJSON() });

    // `aside` is never to be used again.
    const second = await called(project);
    expect(second.tasks).toEqual(["aside"]);
    expect(second.result).toMatchObject({
      status: "succeeded",
      tasks: { "src/tasks.ts#add": "cached", "src/tasks.ts#aside": "succeeded" },
      datasets: { report: "large", side: new Date(12).toJSON() },
    });
    const cached = second.events.filter(({ type }) => type === "task-cached");
    expect(cached.map(({ task, from }) => [task, from])).toContainEqual([
      "src/tasks.ts#write",
      first.result.runId,
    ]);
    expect(await why(project, "add")).toMatch(
      /^add would not run: nothing has changed since run [0-9a-f]{8}\.$/,
    );

    // Types, comments and options of the schedule are not what the task does.
    project.write({
      "src/tasks.ts": tasks
        .replace("/** Few sums are large. */", "/** Some sums are large. */")
        .replace('Dataset<"is_large", boolean>', 'Dataset<"is_large", true | false>')
        .replace('task({ tags: ["numbers"] }, (doubled', "task({ retries: 2 }, (doubled"),
    });
    expect((await called(project)).tasks).toEqual(["aside"]);

    // A helper that one task uses: the sum is another one, and still large.
    project.write({
      "src/double.ts": "export const double = (value: number): number => value + value + 1;\n",
    });
    expect(await why(project, "doubleAll")).toBe(
      "doubleAll would run: its code, or code that it uses, has changed.",
    );
    expect(await why(project, "add")).toBe("add would run: 'doubleAll' would run first.");
    expect((await called(project)).tasks.toSorted()).toEqual(["add", "aside", "doubleAll", "judge"]);
  });

  it("knows its parameters, environment, sources and outputs", async () => {
    const project = makeProject(files);
    await called(project);
    expect(await why(project, "judge", ["--param", "limit=100"])).toBe(
      "judge would run: parameter 'limit' was 10 and is 100.",
    );
    expect((await called(project, ["--param", "limit=100"])).tasks.toSorted()).toEqual([
      "aside",
      "judge",
      "write",
    ]);
    // What was there before the last run is there still.
    expect((await called(project)).tasks).toEqual(["aside"]);

    expect((await called(project, [], { UNIT: "cm" })).tasks.toSorted()).toEqual(["aside", "write"]);
    project.write({ "source.json": "[1, 2, 3]\n" });
    expect((await called(project)).tasks.toSorted()).toEqual(["aside", "doubleAll"]);
    project.write({ "out/doubled.ndjson": "7\n" });
    expect(await why(project, "doubleAll")).toBe(
      "doubleAll would run: what it left of 'doubled' is gone or was changed.",
    );
    expect((await called(project)).tasks.toSorted()).toEqual(["aside", "doubleAll"]);
    expect(readFileSync(project.path("out/doubled.ndjson"), "utf8")).toBe("2\n4\n6\n");
    expect((await called(project, ["--force"])).tasks.toSorted()).toEqual(all.toSorted());
  });
});

describe("a selection", () => {
  it("runs some tasks, with what is kept of the others", async () => {
    const project = makeProject(files);
    const nothing = await glacier(project.folder, ["run", "--select", "judge", "--param", "limit=10"]);
    expect(nothing.code).toBe(1);
    expect(nothing.stderr).toContain(
      "error GLA5043: Dataset 'sum' is not there: task 'add' is not part of this run",
    );

    await called(project);
    const some = await called(project, ["--select", "judge+", "--force", "--param", "limit=100"]);
    expect(some.tasks).toEqual(["judge", "write"]);
    expect(some.result.datasets).toEqual({ report: "small" });
    expect((await called(project, ["--select", "tag:numbers", "--force"])).tasks).toEqual([
      "doubleAll",
      "add",
    ]);
    expect((await called(project, ["--exclude", "write", "aside", "--force"])).tasks).toEqual([
      "doubleAll",
      "add",
      "judge",
    ]);
    project.write({ "src/double.ts": "export const double = (value: number): number => value * 3;\n" });
    expect((await called(project, ["--select", "state:changed+1"])).tasks).toEqual(["doubleAll", "add"]);

    const unknown = await glacier(project.folder, ["run", "--select", "jugde", "--param", "limit=10"]);
    expect(unknown).toMatchObject({ code: 2, stdout: "" });
    expect(unknown.stderr).toContain(
      "error GLA5036: Pipeline 'numbers' has no task 'jugde'.\n  hint: did you mean 'judge'?",
    );
  });

  it("is shown before it runs", async () => {
    const project = makeProject(files);
    await called(project);
    const { stdout, stderr, code } = await glacier(project.folder, [
      "run",
      "--dry-run",
      "--select",
      "+write",
      "--param",
      "limit=5",
    ]);
    expect({ stderr, code }).toEqual({ stderr: "", code: 0 });
    expect(stdout.replaceAll(/run [0-9a-f]{8}/g, "run <id>").replaceAll(/ +$/gm, "")).toBe(`\
task       would      because
doubleAll  use again  nothing has changed since run <id>
add        use again  nothing has changed since run <id>
judge      run        parameter 'limit' was 10 and is 5
write      run        'judge' would run first

2 tasks of 4 would run.
`);
  });
});

describe("a failed run", () => {
  it("is gone on with", async () => {
    const project = makeProject(files);
    const failed = await called(project, [], { FAIL: "1" });
    expect(failed).toMatchObject({ code: 1, result: { status: "failed" } });
    const before = failed.tasks.filter((name) => name !== "write");
    const resumed = await called(project, ["--resume"]);
    expect(resumed.code).toBe(0);
    // Also the task that is never to be used again in another run.
    expect([...before, ...resumed.tasks].toSorted()).toEqual(all.toSorted());
    expect(resumed.result.datasets).toEqual({ report: "large", side: new Date(12).toJSON() });
    const { stdout } = await glacier(project.folder, ["runs", "ls", "--json"]);
    const { runs } = JSON.parse(stdout) as { runs: Record<string, unknown>[] };
    expect(runs.map(({ status, resumedFrom }) => [status, resumedFrom])).toEqual([
      ["succeeded", failed.result.runId],
      ["failed", undefined],
    ]);
    const logs = await glacier(project.folder, ["logs", "last", "write", "--json"]);
    expect(jsonLines(logs.stdout)).toMatchObject([
      { level: "info", message: "writing", fields: { isLarge: true } },
    ]);
    const unknown = await glacier(project.folder, ["run", "--resume", "zzz"]);
    expect(unknown).toMatchObject({ code: 2 });
    expect(unknown.stderr).toContain("error GLA5028: There is no run 'zzz'");
  });

  it("goes on with the rest, or ends when its time is over", async () => {
    const slow = tasks.replace(
      'Side => {\n  note("aside");\n  return new Date(sum);',
      'Promise<Side> => {\n  note("aside");\n  return new Promise(() => setInterval(() => {}, 1000));',
    );
    const project = makeProject(files);
    const failed = await called(project, ["--keep-going", "--concurrency", "1"], { FAIL: "1" });
    expect(failed.result).toMatchObject({
      status: "failed",
      tasks: { "src/tasks.ts#write": "failed", "src/tasks.ts#aside": "succeeded" },
    });
    project.write({ "src/tasks.ts": slow });
    const { stderr, code } = await glacier(project.folder, [
      "run",
      "--timeout",
      "900ms",
      "--param",
      "limit=10",
    ]);
    expect(code).toBe(1);
    expect(stderr).toContain("error GLA5025: The run of pipeline 'numbers' took longer than it may.");
  });
});

it("runs tasks in processes of their own", async () => {
  const project = makeProject({
    ...files,
    "src/tasks.ts": tasks.replace(
      "const note = (name: string) =>",
      "const note = (_name: string, name = String(process.pid)) =>",
    ),
  });
  const { tasks: pids, result } = await called(project, ["--isolate"]);
  expect(result).toMatchObject({ status: "succeeded", datasets: { report: "large" } });
  expect(new Set(pids).size).toBe(5);
});
