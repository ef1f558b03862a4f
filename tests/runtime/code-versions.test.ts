/** The version of a task's code, over JavaScript as the compiler writes it. */
import { cpSync, mkdirSync, rmSync, symlinkSync } from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { openProject } from "@glacier-ts/analyzer";
import { type TaskId, type TaskModule, taskId } from "@glacier-ts/core";
import { type CodeCache, codeVersions } from "@glacier-ts/runtime";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { emptyProject, makeProject, type TempProject } from "../rig/temp-project.js";

/** By the name of each task, such as `clean` or `Sales.clean`, in `dist/tasks.js` unless it says `file#name`. */
function modulesOf(project: TempProject, names: readonly string[]): ReadonlyMap<TaskId, TaskModule> {
  const moduleOf = (name: string): [TaskId, TaskModule] => {
    const [file = "", exported = ""] = name.includes("#") ? name.split("#") : ["dist/tasks.js", name];
    return [taskId(name), { url: pathToFileURL(project.path(file)).href, path: exported.split(".") }];
  };
  return new Map(names.map(moduleOf));
}

const read = (project: TempProject, names: readonly string[], cache?: CodeCache) =>
  codeVersions(modulesOf(project, names), { projectRoot: project.folder, cache });

async function versionsOf(project: TempProject, ...names: readonly string[]): Promise<readonly string[]> {
  const { versions, problems } = await read(project, names);
  expect(problems).toEqual([]);
  return names.map((name) => versions.get(taskId(name))?.version ?? "");
}

/** Which of the tasks have another version after a change. */
async function changed(
  project: TempProject,
  names: readonly string[],
  change: () => void,
): Promise<readonly string[]> {
  const before = await versionsOf(project, ...names);
  change();
  const after = await versionsOf(project, ...names);
  return names.filter((_, index) => before[index] !== after[index]);
}

const task = (name: string, body: string, options = "{ retries: 3 }") =>
  `export const ${name} = /* @__PURE__ */ task(${options}, ${body}, { id: "src/tasks.ts#${name}" });\n`;

const modules = {
  "package.json": '{ "type": "module" }',
  "dist/tasks.js":
    `import { task } from "@glacier-ts/core";\nimport { trim, mean } from "./helpers.js";\n` +
    'import rates from "./rates.json" with { type: "json" };\n' +
    task("clean", "(users) => users.map(trim)") +
    task("summarise", "(users) => mean(users) * rates.eur") +
    "export async function extract() { return [1]; }\n" +
    `export const Sales = {\n  clean: (users) => users,\n  report: (users) => users.length,\n};\n`,
  "dist/helpers.js":
    'import { size } from "./size.js";\n' +
    "export function trim(user) { return user; }\nexport function mean(users) { return users.length / size(users); }\n",
  "dist/size.js": "export const size = (users) => users.length;\n",
  "dist/rates.json": '{ "eur": 1, "usd": 2 }',
};
const all = ["clean", "summarise", "extract", "Sales.clean", "Sales.report"];

function edit(project: TempProject, file: string, from: string | RegExp, to: string): void {
  const before = project.read(file);
  const after = before.replace(from, to);
  expect(after).not.toBe(before);
  project.write({ [file]: after });
}

describe("the version of a task's code", () => {
  it.each([
    ["its own function", "dist/tasks.js", "users.map(trim)", "users.filter(trim)", ["clean"]],
    ["a plain function", "dist/tasks.js", "[1]", "[2]", ["extract"]],
    ["a function that it calls", "dist/helpers.js", "return user;", "return user.name;", ["clean"]],
    ["a function that one of those calls", "dist/size.js", "users.length", "users.size", ["summarise"]],
    ["JSON that it reads", "dist/rates.json", '"eur": 1', '"eur": 3', ["summarise"]],
    [
      "an object that holds it",
      "dist/tasks.js",
      "users.length,",
      "users.size,",
      ["Sales.clean", "Sales.report"],
    ],
    ["what runs when its module is loaded", "dist/tasks.js", /^/, "globalThis.x = 1;\n", all],
    ["a comment", "dist/tasks.js", "(users) => users.map", "/** Trims. */ (users) => users.map", []],
    ["a legal comment", "dist/tasks.js", /^/, "/*! (c) Acme */\n", []],
    ["formatting", "dist/tasks.js", "users.map(trim)", "\n    users\n  .map( trim )", []],
    ["a task beside it", "dist/tasks.js", /$/, task("more", "(users) => mean(users)"), []],
    [
      "an import that only another task uses",
      "dist/tasks.js",
      /$/,
      'import { z } from "./size.js";\nexport const y = () => z;\n',
      [],
    ],
    ["options", "dist/tasks.js", "{ retries: 3 }", '{ retries: 5, tags: ["nightly"], timeout: limit() }', []],
    ["the id", "dist/tasks.js", '"src/tasks.ts#clean"', '"src/moved.ts#clean"', []],
  ])("and %s", async (_, file, from, to, expected) => {
    const project = emptyProject(modules);
    if (file === "dist/tasks.js")
      project.write({ "dist/size.js": `${modules["dist/size.js"]}export const z = 1;\n` });
    expect(await changed(project, all, () => edit(project, file, from, to))).toEqual(expected);
  });

  it("is the same in another folder and among other tasks", async () => {
    const [clean, summarise] = await versionsOf(emptyProject(modules), "clean", "summarise");
    expect(await versionsOf(emptyProject(modules), "clean")).toEqual([clean]);
    expect(await versionsOf(emptyProject(modules), "extract", "summarise")).toEqual([
      expect.any(String),
      summarise,
    ]);
  });

  it("does not go by what only options use", async () => {
    const options = (limit: number) => ({
      "dist/options.js": `export const limit = () => ${limit};\n`,
      "dist/tasks.js":
        'import { task } from "@glacier-ts/core";\nimport { limit } from "./options.js";\n' +
        task("clean", "(users) => users", "{ retries: limit() }"),
    });
    const project = emptyProject({ ...modules, ...options(1) });
    expect(await changed(project, ["clean"], () => project.write(options(2)))).toEqual([]);
  });

  it("takes a call that only looks like a task's as code", async () => {
    const text = (retries: number) =>
      `import { load } from "./helpers.js";\nconst rows = () => load({ retries: ${retries} }, "x", { id: "a#b" });\n` +
      "export const clean = () => rows();\n";
    const project = emptyProject({
      ...modules,
      "dist/tasks.js": text(1),
      "dist/helpers.js": "export const load = () => 1;",
    });
    const change = () => project.write({ "dist/tasks.js": text(2) });
    expect(await changed(project, ["clean"], change)).toEqual(["clean"]);
  });

  it("is that of the whole module where it is CommonJS", async () => {
    const text = (more: string, retries: number) =>
      'const core_1 = require("@glacier-ts/core");\nconst size_1 = require("./size");\n' +
      `exports.clean = /* @__PURE__ */ (0, core_1.task)({ retries: ${retries} }, (users) => (0, size_1.size)(users), { id: "src/tasks.ts#clean" });\n` +
      `exports.other = () => ${more};\n`;
    const project = emptyProject({
      "package.json": "{}",
      "dist/tasks.js": text("1", 1),
      "dist/size.js": "exports.size = (users) => users.length;\n",
    });
    const names = ["clean", "other"];
    const write = (tasks: string) => () => project.write({ "dist/tasks.js": tasks });
    expect(await changed(project, names, write(text("2", 1)))).toEqual(names);
    expect(await changed(project, names, write(text("2", 7)))).toEqual([]);
    expect(await changed(project, names, () => edit(project, "dist/size.js", "length", "size"))).toEqual(
      names,
    );
  });

  it("takes default exports, names that are no identifiers, and modules that are imported when they are needed", async () => {
    const project = emptyProject({
      "package.json": '{ "type": "module" }',
      "dist/daily.js": 'export default async () => (await import("./late.js")).late();\n',
      "dist/late.js": "export const late = () => 1;\n",
      "dist/named.js":
        'const run = () => 2;\nexport { run as "run daily" };\nexport const Jobs = { "a b": () => 3 };\n',
    });
    const names = ["dist/daily.js#default", "dist/named.js#run daily", "dist/named.js#Jobs.a b"];
    expect(await changed(project, names, () => edit(project, "dist/late.js", "1", "2"))).toEqual([names[0]]);
    expect(await changed(project, names, () => edit(project, "dist/named.js", "2", "4"))).toEqual([names[1]]);
    expect(await changed(project, names, () => edit(project, "dist/named.js", "3", "5"))).toEqual([names[2]]);
  });

  it("goes by the bytes of files that are no JavaScript", async () => {
    const project = emptyProject({
      "package.json": '{ "type": "module" }',
      "dist/tasks.js":
        'import { createRequire } from "node:module";\nimport native from "./native.node";\nexport const clean = () => native;\nexport const other = () => 1;\n',
      "dist/native.node": "\u0000one",
    });
    const change = () => project.write({ "dist/native.node": "\u0000two" });
    expect(await changed(project, ["clean", "other"], change)).toEqual(["clean"]);
  });

  it("is not there for a task that cannot be bundled, which is told; others have theirs", async () => {
    const project = emptyProject({
      ...modules,
      "dist/broken.js": "export const a = ;\n",
      "dist/lost.js": 'import { b } from "./nowhere.js";\nexport const a = () => b;\n',
    });
    const names = ["dist/broken.js#a", ...all, "dist/lost.js#a", "dist/tasks.js#gone", "dist/none.js#a"];
    const { versions, problems } = await read(project, names);
    expect([...versions.keys()]).toEqual(all);
    expect(problems.map(({ code, severity, message }) => `${severity} ${code} ${message}`).sort()).toEqual([
      expect.stringMatching(
        /^warning GLA5039 Task 'dist\/broken.js#a' .*Unexpected ";" \(dist\/broken.js:1\)\.$/,
      ),
      expect.stringMatching(
        /^warning GLA5039 Task 'dist\/lost.js#a' .*"\.\/nowhere.js" \(dist\/lost.js:1\)\.$/,
      ),
      expect.stringMatching(/^warning GLA5039 Task 'dist\/none.js#a' /),
      expect.stringMatching(/^warning GLA5039 Task 'dist\/tasks.js#gone' /),
    ]);
  });
});

/** A project with packages of its own. */
function projectWithPackages(): TempProject {
  const project = emptyProject({});
  rmSync(project.path("node_modules"));
  const installed = (name: string, version: string, more: object = {}) => ({
    [`node_modules/${name}/package.json`]: JSON.stringify({ name, version, main: "index.js", ...more }),
    [`node_modules/${name}/index.js`]: "module.exports = {};",
  });
  project.write({
    "package.json": '{ "type": "module" }',
    ...installed("direct", "1.0.0", { dependencies: { deep: "*", "not-there": "*" } }),
    ...installed("deep", "1.0.0", { peerDependencies: { direct: "*" } }),
    ...installed("@scope/other", "2.0.0"),
    ...installed("effects", "1.0.0"),
    "dist/tasks.js":
      'import { a } from "direct/sub.js";\nimport * as other from "@scope/other";\nimport { join } from "node:path";\n' +
      "export const one = () => a;\nexport const two = () => other.b(join);\nexport const none = () => 1;\n",
    "dist/effects.js": 'import "effects";\nexport const three = () => 3;\n',
  });
  return project;
}

const setVersion = (project: TempProject, name: string) => () =>
  edit(project, `node_modules/${name}/package.json`, /"version":"[^"]*"/, '"version":"9.9.9"');

describe("the packages of a task's code", () => {
  const names = ["one", "two", "none", "dist/effects.js#three"];

  it("are those that it uses, with what they depend on", async () => {
    const { versions } = await read(projectWithPackages(), names);
    expect(names.map((name) => versions.get(taskId(name))?.packages)).toEqual([
      [expect.stringMatching(/^direct@1\.0\.0\+[0-9a-f]{16}$/)],
      ["@scope/other@2.0.0"],
      [],
      ["effects@1.0.0"],
    ]);
  });

  it.each([
    ["direct", ["one"]],
    ["deep", ["one"]],
    ["@scope/other", ["two"]],
    ["effects", ["dist/effects.js#three"]],
  ])("change it with another version of %s", async (name, expected) => {
    const project = projectWithPackages();
    expect(await changed(project, names, setVersion(project, name))).toEqual(expected);
  });

  it("change it where one appears that was not there, and leave its own code as it was", async () => {
    const project = projectWithPackages();
    const before = await read(project, names);
    project.write({ "node_modules/not-there/package.json": '{ "name": "not-there", "version": "1.0.0" }' });
    const after = await read(project, names, before.cache);
    const [old, now] = [before, after].map(({ versions }) => versions.get(taskId("one")));
    expect(now?.own).toBe(old?.own);
    expect(now?.version).not.toBe(old?.version);
    expect(now?.packages).not.toEqual(old?.packages);
  });

  it("are code of the project where they are linked", async () => {
    const project = projectWithPackages();
    project.write({
      "libs/sales/package.json": '{ "name": "@acme/sales", "type": "module", "exports": "./index.js" }',
      "libs/sales/index.js":
        'import * as other from "@scope/other";\nexport const used = () => other;\nexport const unused = () => 1;\n',
      "dist/linked.js": 'import { used } from "@acme/sales";\nexport const four = () => used();\n',
    });
    mkdirSync(project.path("node_modules/@acme"));
    symlinkSync(project.path("libs/sales"), project.path("node_modules/@acme/sales"), "junction");
    const four = ["dist/linked.js#four"];
    expect((await read(project, four)).versions.get(taskId("dist/linked.js#four"))?.packages).toEqual([
      "@scope/other@2.0.0",
    ]);
    const change = (from: string, to: string) => () => edit(project, "libs/sales/index.js", from, to);
    expect(await changed(project, four, change("() => 1", "() => 2"))).toEqual([]);
    expect(await changed(project, four, change("() => other", "() => [other]"))).toEqual(four);
    expect(await changed(project, four, setVersion(project, "@scope/other"))).toEqual(four);
  });

  it("are those that are nearest to each file", async () => {
    const project = projectWithPackages();
    project.write({
      "libs/node_modules/direct/package.json": '{ "name": "direct", "version": "3.0.0" }',
      "libs/near.js": 'import { a } from "direct";\nexport const near = () => a;\n',
      "dist/both.js":
        'import { near } from "../libs/near.js";\nimport { a } from "direct";\nexport const both = () => [near, a];\n',
    });
    const { versions } = await read(project, ["libs/near.js#near", "dist/both.js#both"]);
    expect(versions.get(taskId("libs/near.js#near"))?.packages).toEqual(["direct@3.0.0"]);
    expect(versions.get(taskId("dist/both.js#both"))?.packages).toEqual([
      expect.stringContaining("direct@1.0.0+"),
      "direct@3.0.0",
    ]);
  });
});

describe("with what is known from before", () => {
  const edits: readonly ((project: TempProject) => void)[] = [
    (project) => edit(project, "dist/tasks.js", /$/, "// more\n"),
    (project) => edit(project, "dist/tasks.js", /$/, "export const more = () => 1;\n"),
    (project) => edit(project, "dist/helpers.js", "return user", "return [user]"),
    (project) => edit(project, "dist/size.js", "users.length", "users.length + 1"),
    (project) => project.write({ "dist/rates.json": `{ "eur": ${project.read("dist/rates.json").length} }` }),
    (project) => project.write({ "package.json": '{ "type": "module", "sideEffects": false }' }),
    (project) => project.write({ "dist/package.json": '{ "type": "module" }' }),
    (project) => setVersion(project, "fast")(),
    (project) => rmSync(project.path("dist/size.js"), { force: true }),
    (project) =>
      project.write({ "dist/size.js": 'import "fast";\nexport const size = (users) => users.length;\n' }),
  ];

  it("versions are what they would be without, after any edits", async () => {
    const step = fc.record({
      edits: fc.array(fc.nat(edits.length - 1), { maxLength: 3 }),
      tasks: fc.subarray(all),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 4 }), async (steps) => {
        const project = emptyProject(modules);
        rmSync(project.path("node_modules"));
        project.write({ "node_modules/fast/package.json": '{ "name": "fast", "version":"1.0.0" }' });
        let cache: CodeCache | undefined;
        for (const { edits: chosen, tasks } of steps) {
          for (const index of chosen) {
            try {
              edits[index]?.(project);
            } catch {
              // There is nothing to edit: the file is gone, or it was edited in this way before.
            }
          }
          const known: Awaited<ReturnType<typeof read>> = await read(project, tasks, cache);
          const fresh = await read(project, tasks);
          expect(known.versions).toEqual(fresh.versions);
          expect(known.problems).toEqual(fresh.problems);
          cache = JSON.parse(JSON.stringify(known.cache));
        }
        project.remove();
      }),
      { numRuns: 25 },
    );
  });

  it("only what changed is bundled", async () => {
    const project = emptyProject(modules);
    const { cache } = await read(project, all);
    // A version that no bundle has tells what was taken from the cache.
    const marked = Object.entries(cache.tasks).map(([id, known]) => [
      id,
      { ...known, code: { ...known.code, version: `known ${id}` } },
    ]);
    const known = { ...cache, tasks: Object.fromEntries(marked) };
    const isKnown = async () => {
      const { versions } = await read(project, all, known);
      return all.filter((name) => versions.get(taskId(name))?.version === `known ${name}`);
    };
    expect(await isKnown()).toEqual(all);
    edit(project, "dist/size.js", "users.length", "users.size");
    expect(await isKnown()).toEqual([]);
    project.write({ "dist/size.js": modules["dist/size.js"] });
    expect(await isKnown()).toEqual(all);
    const other = new Map([
      [taskId("clean"), { url: pathToFileURL(project.path("dist/helpers.js")).href, path: ["trim"] }],
    ]);
    const { versions } = await codeVersions(other, { projectRoot: project.folder, cache: known });
    expect(versions.get(taskId("clean"))?.version).not.toBe("known clean");
  });
});

describe("of a compiled project", () => {
  const source = {
    "src/datasets.ts":
      'import type { Dataset } from "@glacier-ts/core";\n' +
      'export type Raw = Dataset<"raw", { id: number }[]>;\nexport type Clean = Dataset<"clean", { id: number }[]>;\n',
    "src/tasks.ts":
      'import { compute, task } from "@glacier-ts/core";\nimport type { Clean, Raw } from "./datasets.js";\n' +
      "export async function extract(): Promise<Raw> { return [{ id: 1 }]; }\n" +
      'export const clean = task({ compute: compute.local({ workers: 1 }), retries: 1, tags: ["a"] },\n' +
      "  (raw: Raw): Clean => raw.filter((row) => row.id > 0));\n",
    "src/pipeline.ts":
      'import { pipeline } from "@glacier-ts/core";\nimport { clean, extract } from "./tasks.js";\n' +
      'export const p = pipeline({ name: "p", tasks: [extract, clean] });\n',
  };

  function compile(project: TempProject): void {
    const opened = openProject(project.folder);
    if (!opened.ok) throw new Error(opened.failure.message);
    expect([...opened.value.typeErrors(), ...opened.value.analyze().diagnostics]).toEqual([]);
    opened.value.emit();
    opened.value.close();
  }

  it.each([
    ["types", "src/datasets.ts", "{ id: number }[]>;", "{ id: number; name?: string }[]>;", []],
    ["options", "src/tasks.ts", 'retries: 1, tags: ["a"]', 'retries: 2, timeout: "5m", tags: []', []],
    ["compute", "src/tasks.ts", "workers: 1", "workers: 2", []],
    ["the function", "src/tasks.ts", "row.id > 0", "row.id > 1", ["clean"]],
  ])("%s", async (_, file, from, to, expected) => {
    const project = makeProject(source);
    compile(project);
    const change = () => {
      edit(project, file, from, to);
      compile(project);
    };
    expect(await changed(project, ["extract", "clean"], change)).toEqual(expected);
  });

  it("also where it is written as CommonJS", async () => {
    const project = makeProject({ ...source, "package.json": "{}" });
    compile(project);
    const change = () => {
      edit(project, "src/tasks.ts", "retries: 1", "retries: 2");
      compile(project);
    };
    expect(await changed(project, ["extract", "clean"], change)).toEqual([]);
  });
});

it("of an installed package's task is its code there", async () => {
  const project = projectWithPackages();
  project.write({
    "node_modules/@acme/sales/package.json":
      '{ "name": "@acme/sales", "version": "1.0.0", "type": "module" }',
    "node_modules/@acme/sales/dist/tasks.js":
      'import { join } from "./join.js";\nexport const sell = () => join();\n',
    "node_modules/@acme/sales/dist/join.js": "export const join = () => 1;\n",
  });
  const sell = ["node_modules/@acme/sales/dist/tasks.js#sell"];
  const change = () => edit(project, "node_modules/@acme/sales/dist/join.js", "1", "2");
  expect(await changed(project, sell, change)).toEqual(sell);
  const copy = emptyProject({});
  rmSync(copy.path("node_modules"));
  cpSync(project.folder, copy.folder, { recursive: true });
  expect(path.basename(copy.folder)).not.toBe(path.basename(project.folder));
  expect(await versionsOf(copy, ...sell)).toEqual(await versionsOf(project, ...sell));
});
