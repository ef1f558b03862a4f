/** `tspc -b` and the editor over two projects, the one of which has the tasks of the other's pipeline. */
import { readFileSync } from "node:fs";
import path from "node:path";
import type { Manifest } from "@glacier-ts/core";
import { describe, expect, it } from "vitest";
import { writeFiles } from "../analyzer/support/temp-project.js";
import { manifestOf, type ProcessResult, runNode, tspc } from "./support/tspc.js";
import { Tsserver } from "./support/tsserver.js";
import { type Linked, libTasks, makeWorkspace, pipelineOf } from "./support/workspace.js";

const passed: ProcessResult = { exitCode: 0, stdout: "", stderr: "" };

function appManifest(folder: string): Manifest {
  return JSON.parse(manifestOf(path.join(folder, "app")) ?? "null");
}

const lib = { "by-path": "../lib/src/tasks.ts", "by-name": "@acme/lib:src/tasks.ts" } as const;

describe.each<Linked>(["by-path", "by-name"])("a project that is linked %s", (linked) => {
  it("is merged: an edge crosses projects, and the pipeline runs", async () => {
    const folder = makeWorkspace(linked);
    expect(await tspc(folder, "-b")).toEqual(passed);
    const { datasets, pipelines, tasks } = appManifest(folder);
    expect(Object.keys(tasks)).toEqual(
      [`${lib[linked]}#clean`, `${lib[linked]}#extract`, "src/pipeline.ts#measure"].sort(),
    );
    expect(tasks[`${lib[linked]}#clean`]).toMatchObject({ retries: 1, declared: `${lib[linked]}:13` });
    expect(pipelines["src/pipeline.ts#analytics"]?.edges.map(({ from, to }) => [from, to])).toEqual(
      [
        [`${lib[linked]}#clean`, "src/pipeline.ts#measure"],
        [`${lib[linked]}#extract`, `${lib[linked]}#clean`],
      ].sort(),
    );
    expect(datasets.raw_users).toMatchObject({
      declared: `${lib[linked]}:4`,
      storage: { kind: "file", path: "../lib/data/users.json" },
    });

    expect(await runNode(folder, ["app/dist/main.js"])).toEqual({
      ...passed,
      stdout: '{"lengths":[6,7]}\n',
    });
    expect(JSON.parse(readFileSync(path.join(folder, "lib/data/users.json"), "utf8"))).toEqual([
      "Dr Ada ",
      "Dr Alan",
    ]);
  });
});

it("a change of the referenced project reaches the other one", async () => {
  const folder = makeWorkspace("by-name");
  expect(await tspc(folder, "-b")).toEqual(passed);
  // The type of the task that reads it stays the same.
  writeFiles(folder, { "lib/src/tasks.ts": libTasks.replace("data/users.json", "data/other.json") });
  expect(await tspc(folder, "-b")).toEqual(passed);
  expect(appManifest(folder).datasets.raw_users?.storage).toEqual({
    kind: "file",
    path: "../lib/data/other.json",
  });

  writeFiles(folder, { "lib/src/tasks.ts": libTasks.replace('"clean_users"', '"tidy_users"') });
  expect(await tspc(folder, "-b")).toEqual(passed);
  const { datasets, pipelines } = appManifest(folder);
  expect(Object.keys(datasets).sort()).toEqual(["lengths", "raw_users", "tidy_users"]);
  expect(pipelines["src/pipeline.ts#analytics"]?.edges.map(({ dataset }) => dataset).sort()).toEqual([
    "raw_users",
    "tidy_users",
  ]);

  // Only the manifest of the one changes; under --incremental, nothing of the other is emitted.
  const text = manifestOf(path.join(folder, "lib")) ?? "";
  writeFiles(folder, { "lib/glacier.manifest.json": text.replace('"retries": 1', '"retries": 5') });
  expect(await tspc(folder, "-p", "app")).toEqual(passed);
  expect(appManifest(folder).tasks["@acme/lib:src/tasks.ts#clean"]?.retries).toBe(5);
});

it("what a change of the referenced project breaks is an error of the other one, until it is mended", async () => {
  const folder = makeWorkspace("by-name");
  expect(await tspc(folder, "-b")).toEqual(passed);
  const before = manifestOf(path.join(folder, "app"));
  writeFiles(folder, { "lib/src/tasks.ts": libTasks.replace("users: RawUsers", "users: CleanUsers") });
  const { exitCode, stdout } = await tspc(folder, "-b");
  expect(stdout).toBe(
    "app/src/pipeline.ts(10,20): error TS993004: GLA3004: Task 'clean' reads and produces the same dataset 'clean_users'.\n" +
      "  hint: write the return type: the dataset that the task produces\n",
  );
  expect(exitCode).not.toBe(0);
  expect(manifestOf(path.join(folder, "app"))).toBe(before);

  writeFiles(folder, { "lib/src/tasks.ts": libTasks });
  expect(await tspc(folder, "-b")).toEqual(passed);
  expect(manifestOf(path.join(folder, "app"))).toBe(before);
});

it("an error of the referenced project keeps both manifests from being written", async () => {
  const folder = makeWorkspace("by-path");
  writeFiles(folder, {
    "lib/src/tasks.ts": libTasks.replace("(users: RawUsers): CleanUsers", "(users: RawUsers)"),
  });
  const { exitCode, stdout } = await tspc(folder, "-b");
  expect(stdout.split("\n").filter((line) => line.includes("error"))).toEqual([
    "lib/src/tasks.ts(13,14): error TS992001: GLA2001: Task 'clean' returns string[], which does not say its dataset.",
    "app/src/pipeline.ts(10,11): error TS994014: GLA4014: Task 'extract' is declared in project '../lib', which has no 'glacier.manifest.json'.",
  ]);
  expect(exitCode).not.toBe(0);
  expect(manifestOf(path.join(folder, "lib"))).toBeUndefined();
  expect(manifestOf(path.join(folder, "app"))).toBeUndefined();
});

it("an editor, which sees the sources of the other project, says what tspc says", async ({
  onTestFinished,
}) => {
  const folder = makeWorkspace("by-name");
  const pipeline = pipelineOf("@acme/lib").replace("[extract, clean, measure]", "[extract, measure]");
  writeFiles(folder, { "app/src/pipeline.ts": pipeline });
  const text =
    "GLA3002: No task produces dataset 'clean_users', which 'measure' reads.\n" +
    "  hint: add its producer to `tasks`, or declare where it is stored with `dataset(…)`";
  const { stdout } = await tspc(folder, "-b");
  expect(stdout).toContain(`app/src/pipeline.ts(10,20): error TS993002: ${text}\n`);

  const server = new Tsserver(folder);
  onTestFinished(() => server.stop());
  server.open("app/src/pipeline.ts", pipeline);
  const found = await server.diagnostics("app/src/pipeline.ts");
  expect(found.map(({ message, startLocation }) => ({ message, startLocation }))).toEqual([
    { message: text, startLocation: { line: 10, offset: 20 } },
  ]);

  // What is typed in the one project is seen in the other at once, before it is built.
  const whole = server.replace(
    "app/src/pipeline.ts",
    pipeline,
    "[extract, measure]",
    "[extract, clean, measure]",
  );
  expect(whole).toBe(pipelineOf("@acme/lib"));
  expect(await server.diagnostics("app/src/pipeline.ts")).toEqual([]);
  server.open("lib/src/tasks.ts", libTasks);
  server.replace(
    "lib/src/tasks.ts",
    libTasks,
    "(users: RawUsers): CleanUsers",
    "(users: CleanUsers): CleanUsers",
  );
  expect(await server.diagnostics("app/src/pipeline.ts")).toMatchObject([
    { message: expect.stringContaining("GLA3004"), startLocation: { line: 10, offset: 20 } },
  ]);
  expect(await server.diagnostics("lib/src/tasks.ts")).toEqual([]);
});

it("the loader needs no build: sources of the other project are compiled as they are loaded", async () => {
  const folder = makeWorkspace("by-path");
  writeFiles(folder, { "app/src/pipeline.ts": pipelineOf("../../lib/src/tasks.js") });
  expect(await runNode(folder, ["--import", "@glacier-ts/plugin/register", "app/src/main.ts"])).toEqual({
    ...passed,
    stdout: '{"lengths":[6,7]}\n',
  });
});
