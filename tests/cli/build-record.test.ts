/** The record of a build is current exactly as long as a build would read and write the same. */
import { mkdirSync, renameSync, rmSync, statSync, symlinkSync, utimesSync } from "node:fs";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { type Compiler, openProject } from "@glacier-ts/analyzer";
import { type TaskId, type TaskModule, taskId } from "@glacier-ts/core";
import { codeVersions } from "@glacier-ts/runtime";
import { describe, expect, it } from "vitest";
import { readBuildRecord } from "../../packages/cli/src/build-record/build-record.js";
import { readConfigFiles } from "../../packages/cli/src/build-record/config-files.js";
import { writeBuildRecord } from "../../packages/cli/src/build-record/write-build-record.js";
import { emptyProject, type TempProject, tsconfigWith } from "../rig/temp-project.js";

const installed = fileURLToPath(new URL("../../node_modules/@glacier-ts", import.meta.url));

const files = {
  "package.json": '{ "type": "module", "name": "shop" }',
  "package-lock.json": '{ "lockfileVersion": 3 }',
  "base/tsconfig.json": tsconfigWith({ types: [], rootDir: "../src", outDir: "../dist" }),
  "tsconfig.json":
    '{\n  // The options are shared.\n  "extends": "./base/tsconfig",\n  "include": ["src/**/*"],\n}\n',
  "node_modules/acme/package.json": '{ "name": "acme", "version": "1.0.0", "types": "index.d.ts" }',
  "node_modules/acme/index.d.ts": "export declare const factor: number;\n",
  "node_modules/acme/index.js": "exports.factor = 2;\n",
  "src/datasets.ts":
    'import type { Dataset } from "@glacier-ts/core";\n' +
    'export type Raw = Dataset<"raw", { id: number }[]>;\nexport type Sum = Dataset<"sum", { total: number }>;\n',
  "src/deep/extract.ts":
    'import type { Raw } from "../datasets.js";\nexport async function extract(): Promise<Raw> { return [{ id: 1 }]; }\n',
  "src/tasks.ts":
    'import { task } from "@glacier-ts/core";\nimport { factor } from "acme";\nimport type { Raw, Sum } from "./datasets.js";\n' +
    "export const sum = task({ retries: 1 }, (raw: Raw): Sum => ({ total: raw.length * factor }));\n",
  "src/pipeline.ts":
    'import { pipeline } from "@glacier-ts/core";\nimport { extract } from "./deep/extract.js";\nimport { sum } from "./tasks.js";\n' +
    'export const shop = pipeline({ name: "shop", tasks: [extract, sum] });\n',
  "data/rows.json": "[]",
};

function makeShop(more: Readonly<Record<string, string>> = {}): TempProject {
  const project = emptyProject({});
  rmSync(project.path("node_modules"));
  mkdirSync(project.path("node_modules"));
  symlinkSync(installed, project.path("node_modules/@glacier-ts"), "junction");
  project.write({ ...files, ...more });
  return project;
}

const configOf = (project: TempProject) => project.path("tsconfig.json");
const readRecord = (project: TempProject, compiler?: Compiler) =>
  readBuildRecord(configOf(project), compiler);
const isCurrent = (project: TempProject) => readRecord(project)?.isCurrent();

interface BuildOptions {
  readonly compiler?: Compiler;
  /** What happens after the compiler has read the project. */
  readonly meanwhile?: () => void;
}

/** @returns whether the build was recorded */
async function build(project: TempProject, { compiler, meanwhile }: BuildOptions = {}): Promise<boolean> {
  // What was written just before a build could as well have been written in it; tests do write just before.
  const startedAtMs = meanwhile ? Date.now() + 21 : Infinity;
  const opened = openProject(project.folder, { compiler });
  if (!opened.ok) throw new Error(opened.failure.message);
  const built = opened.value;
  const { manifest, diagnostics } = built.analyze();
  expect([...built.typeErrors(), ...diagnostics]).toEqual([]);
  meanwhile?.();
  const outputs = built.emit();
  const modules = Object.keys(manifest.tasks).map((id): [TaskId, TaskModule] => {
    const [module = "", name = ""] = id.split("#");
    const url = pathToFileURL(built.outputFile(module) ?? "").href;
    return [taskId(id), { url, path: name.split(".") }];
  });
  const cache = readRecord(project, compiler)?.code;
  const code = await codeVersions(new Map(modules), { projectRoot: built.root, cache });
  const isRecorded = writeBuildRecord({
    project: built,
    manifest,
    warnings: [],
    outputs,
    code,
    compiler,
    startedAtMs,
  });
  built.close();
  return isRecorded;
}

type Change = (project: TempProject) => void;

const write =
  (file: string, text: string): Change =>
  (project) =>
    project.write({ [file]: text });
const replace =
  (file: string, from: string, to: string): Change =>
  (project) => {
    expect(project.read(file)).toContain(from);
    project.write({ [file]: project.read(file).replace(from, to) });
  };
const remove =
  (file: string): Change =>
  (project) =>
    rmSync(project.path(file), { recursive: true });

const editUnseen =
  (file: string, from: string, to: string): Change =>
  (project) => {
    const { atime, mtime } = statSync(project.path(file));
    replace(file, from, to)(project);
    utimesSync(project.path(file), atime, mtime);
  };

/** Both times at which a program can set. */
const touch =
  (file: string): Change =>
  (project) =>
    utimesSync(project.path(file), 1e9, 1e9);

const changes: readonly (readonly [string, Change])[] = [
  ["a source is edited", replace("src/tasks.ts", "raw.length", "raw.length + 1")],
  [
    "a source is edited and has its size and time as before",
    editUnseen("src/tasks.ts", "retries: 1", "retries: 2"),
  ],
  [
    "a source is renamed",
    (project) => renameSync(project.path("src/tasks.ts"), project.path("src/other.ts")),
  ],
  ["a source is deleted", remove("src/deep/extract.ts")],
  ["a source is added", write("src/more.ts", "export {};")],
  ["a source is added in a folder", write("src/deep/more.ts", "export {};")],
  ["a source is added in a new folder", write("src/new/more.ts", "export {};")],
  ["an output is deleted", remove("dist/tasks.js")],
  ["all outputs are deleted", remove("dist")],
  ["an output is edited", write("dist/tasks.js", "export {};")],
  ["the manifest is deleted", remove("glacier.manifest.json")],
  ["the manifest is edited", replace("glacier.manifest.json", '"name": "shop"', '"name": "shoq"')],
  ["the tsconfig changes", replace("tsconfig.json", "{", '{ "compilerOptions": { "strict": false },')],
  ["the tsconfig is gone", remove("tsconfig.json")],
  ["the tsconfig that it extends changes", replace("base/tsconfig.json", "ES2023", "ES2022")],
  ["the package.json changes", write("package.json", '{ "type": "module", "name": "store" }')],
  ["a nearer package.json is added", write("src/package.json", '{ "type": "commonjs" }')],
  ["the lockfile changes", write("package-lock.json", "{}")],
  ["the lockfile is gone", remove("package-lock.json")],
  ["another package manager is used", write("pnpm-lock.yaml", "")],
  ["npm has installed something", write("node_modules/.package-lock.json", "{}")],
  ["a package has another version", replace("node_modules/acme/package.json", "1.0.0", "1.0.1")],
  ["a package is gone", remove("node_modules/acme")],
  ["a package has a manifest now", write("node_modules/acme/glacier.manifest.json", "{}")],
  ["the project gets a TypeScript of its own", write("node_modules/typescript/package.json", "{}")],
];

const touched: readonly (readonly [string, Change])[] = [
  ["nothing is", () => {}],
  ["a source is touched", touch("src/tasks.ts")],
  ["a source is written as it was", write("src/tasks.ts", files["src/tasks.ts"])],
  ["an output is touched", touch("dist/tasks.js")],
  ["data is written", write("data/more.json", "[]")],
  ["a file that is no source is written", write("src/notes.md", "")],
  [
    "a source comes and goes",
    (project) => {
      write("src/more.ts", "")(project);
      remove("src/more.ts")(project);
    },
  ],
  ["a folder of a tool is written", write("src/.cache/a.ts", "")],
  ["a package has other code", write("node_modules/acme/index.js", "exports.factor = 3;")],
];

describe("the record of a build", () => {
  it.each(changes)("is not current when %s", async (_, change) => {
    const project = makeShop();
    expect(await build(project)).toBe(true);
    expect(isCurrent(project)).toBe(true);
    change(project);
    expect(isCurrent(project)).not.toBe(true);
  });

  it.each(touched)("is current when %s", async (_, change) => {
    const project = makeShop();
    expect(await build(project)).toBe(true);
    change(project);
    expect(isCurrent(project)).toBe(true);
  });

  it("has what a run needs", async () => {
    const project = makeShop();
    expect(readRecord(project)).toBeUndefined();
    await build(project);
    const record = readRecord(project);
    const ids = ["src/deep/extract.ts#extract", "src/tasks.ts#sum"];
    expect(record?.root).toBe(project.folder);
    expect(Object.keys(record?.manifest().tasks ?? {})).toEqual(ids);
    expect(record?.outputFile("src/tasks.ts")).toBe(project.path("dist/tasks.js"));
    expect(record?.outputFile("src/pipeline.ts")).toBeUndefined();
    expect(record?.readSource("src/tasks.ts")).toBe(files["src/tasks.ts"]);
    expect(record?.readSource("src/gone.ts")).toBeUndefined();
    expect(record?.warnings).toEqual([]);
    expect(Object.keys(record?.code.tasks ?? {}).sort()).toEqual(ids);
    expect(record?.code.tasks[taskId("src/tasks.ts#sum")]?.code.packages).toEqual(["acme@1.0.0"]);
  });

  it("is current again after the next build", async () => {
    const project = makeShop();
    await build(project);
    project.write({ "src/more.ts": "export const x = 1;\n" });
    expect(isCurrent(project)).toBe(false);
    await build(project);
    expect(isCurrent(project)).toBe(true);
    project.write({ "src/more.ts": "export const x = 2;\n" });
    expect(isCurrent(project)).toBe(false);
  });

  it("is of a folder that can be moved", async () => {
    const project = makeShop();
    await build(project);
    const moved = makeShop();
    rmSync(moved.folder, { recursive: true });
    renameSync(project.folder, moved.folder);
    expect(isCurrent(moved)).toBe(true);
  });

  it.each<[string, Change]>([
    ["is edited", replace("src/tasks.ts", "raw.length", "raw.length * 2")],
    ["is added", write("src/deep/more.ts", "export {};")],
    ["is deleted", remove("src/deep/extract.ts")],
  ])("is not made when a source %s while the compiler works", async (_, change) => {
    const project = makeShop();
    expect(await build(project, { meanwhile: () => change(project) })).toBe(false);
    expect(readRecord(project)).toBeUndefined();
    const quiet = makeShop();
    expect(await build(quiet, { meanwhile: () => {} })).toBe(true);
  });

  it.each(["", "{", "null", "[]", "{}"])("is not there where the file has %j", async (text) => {
    const project = makeShop();
    await build(project);
    project.write({ ".glacier/build.json": text });
    expect(readRecord(project)).toBeUndefined();
  });

  it("is not there for another Glacier, tsconfig or compiler", async () => {
    const project = makeShop();
    await build(project);
    expect(readRecord(project, 6)).toBeUndefined();
    expect(readBuildRecord(project.path("tsconfig.build.json"), undefined)).toBeUndefined();
    replace(".glacier/build.json", '"version":"', '"version":"9')(project);
    expect(readRecord(project)).toBeUndefined();
  });

  it("is not made where it cannot be written", async () => {
    const project = makeShop({ ".glacier": "a file" });
    expect(await build(project)).toBe(false);
  });

  it("is the same with TypeScript 7", async () => {
    const project = makeShop();
    expect(await build(project, { compiler: 7 })).toBe(true);
    expect(readRecord(project, 7)?.isCurrent()).toBe(true);
    replace("src/tasks.ts", "raw.length", "raw.length + 1")(project);
    expect(readRecord(project, 7)?.isCurrent()).toBe(false);
  });
});

describe("the record of a project that refers to another one", () => {
  const library = {
    "lib/tsconfig.json": tsconfigWith({ types: [], composite: true, rootDir: "src" }),
    "lib/src/factor.ts": "export const factor = 2;\n",
    "src/tasks.ts": files["src/tasks.ts"].replace('"acme"', '"../lib/dist/factor.js"'),
    "tsconfig.json":
      '{ "extends": "./base/tsconfig.json", "include": ["src"], "references": [{ "path": "lib" }] }',
    "lib/dist/factor.d.ts": "export declare const factor = 2;\n",
    "lib/dist/factor.js": "export const factor = 2;\n",
  };

  it.each<[string, Change]>([
    ["its tsconfig changes", replace("lib/tsconfig.json", "ES2023", "ES2022")],
    ["a declaration changes", write("lib/dist/factor.d.ts", "export declare const factor = 3;")],
    ["its JavaScript changes", write("lib/dist/factor.js", "export const factor = 3;")],
    ["it has a manifest now", write("lib/glacier.manifest.json", "{}")],
  ])("is not current when %s", async (_, change) => {
    const project = makeShop(library);
    expect(await build(project)).toBe(true);
    expect(isCurrent(project)).toBe(true);
    change(project);
    expect(isCurrent(project)).toBe(false);
  });
});

describe("the tsconfigs of a project", () => {
  const configDir = "$\u007bconfigDir}";

  function read(given: Readonly<Record<string, string>>) {
    const project = emptyProject({});
    rmSync(project.path("node_modules"));
    project.write(given);
    const found = readConfigFiles(project.path("tsconfig.json"));
    const relative = (file: string) => path.relative(project.folder, file);
    return found && { files: found.files.map(relative).sort(), folders: found.folders.map(relative) };
  }

  it.each<[string, Readonly<Record<string, string>>, ReturnType<typeof read>]>([
    ["alone", { "tsconfig.json": "{}" }, { files: ["tsconfig.json"], folders: [""] }],
    [
      "with files only",
      { "tsconfig.json": '{ "files": ["a.ts"] }' },
      { files: ["tsconfig.json"], folders: [] },
    ],
    [
      "with patterns",
      {
        "tsconfig.json": `{ "include": ["src", "./lib/**/*", "*.ts", "a/b*/c", "src/one.ts", "${configDir}/x/*"] }`,
      },
      { files: ["tsconfig.json"], folders: ["src", "lib", "", "a", "src", "x"] },
    ],
    [
      "that extend others",
      {
        "tsconfig.json": '\uFEFF{ "extends": ["./a", "acme/base", "plain"] }',
        "a.json": '{ "extends": "./b/c.json", "include": ["never"] }',
        "b/c.json": "{}",
        "node_modules/acme/base.json": '{ "include": ["../../in"] }',
        "node_modules/plain/tsconfig.json": "{}",
      },
      {
        files: [
          "a.json",
          "b/c.json",
          "node_modules/acme/base.json",
          "node_modules/plain/tsconfig.json",
          "tsconfig.json",
        ],
        folders: ["in"],
      },
    ],
    [
      "that refer to others, and those to them",
      {
        "tsconfig.json":
          '{ "files": [], "references": [{ "path": "lib" }, { "path": "./tsconfig.test.json" }] }',
        "lib/tsconfig.json": '{ "references": [{ "path": ".." }] }',
        "tsconfig.test.json": '{ "extends": "./base.json" }',
        "base.json": "{}",
      },
      { files: ["base.json", "lib/tsconfig.json", "tsconfig.json", "tsconfig.test.json"], folders: [] },
    ],
    ["where one is missing", { "tsconfig.json": '{ "extends": "./gone.json" }' }, undefined],
    ["where a package is missing", { "tsconfig.json": '{ "extends": "gone" }' }, undefined],
    ["where one is broken", { "tsconfig.json": "{ extends }" }, undefined],
    ["in a circle", { "tsconfig.json": '{ "extends": "./tsconfig.json" }' }, undefined],
  ])("%s", (_, given, expected) => {
    expect(read(given)).toEqual(expected);
  });
});
