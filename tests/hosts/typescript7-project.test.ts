/** Projects over TypeScript 7: the life of its process, and what `openProject` promises for any compiler. */
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import process from "node:process";
import { openProject, type Project } from "@glacier-ts/analyzer";
import { describe, expect, it, onTestFinished } from "vitest";
import { tempFolder, writeFiles } from "../analyzer/support/temp-project.js";
import { correct } from "./support/sample.js";
import { makeProject, pluginConfig } from "./support/tspc.js";

function open(folder: string): Project {
  const opened = openProject(folder, { compiler: 7 });
  if (!opened.ok) throw new Error(opened.failure.message);
  onTestFinished(() => opened.value.close());
  return opened.value;
}

/** The processes of TypeScript 7 that this process has started and that have not ended. */
function compilers(): readonly number[] {
  const lines = execFileSync("ps", ["-o", "pid=,stat=,args=", "--ppid", String(process.pid)], {
    encoding: "utf8",
  });
  return lines
    .split("\n")
    .map((line) => line.trim().split(/\s+/))
    .filter(([, state, ...command]) => !state?.startsWith("Z") && command.join(" ").includes("--api"))
    .map(([pid]) => Number(pid));
}

describe("the compiler's process", () => {
  it("ends when the project is closed, and what was known stays", () => {
    const folder = makeProject(correct);
    const project = open(folder);
    const { manifest } = project.analyze();
    expect(compilers()).toHaveLength(1);
    project.close();
    expect(compilers()).toEqual([]);
    expect(project.analyze().manifest).toBe(manifest);
    expect(project.outputFile("src/pipeline.ts")).toBe(path.join(folder, "dist/pipeline.js"));
    expect(project.readSource("src/pipeline.ts")).toBe(readFileSync(`${folder}/src/pipeline.ts`, "utf8"));
  });

  it("ends when the project cannot be read", () => {
    const opened = openProject(tempFolder(), { compiler: 7 });
    expect(opened).toMatchObject({ ok: false, failure: { code: "GLA4008" } });
    expect(compilers()).toEqual([]);
  });

  it("is an internal error where it has ended before", () => {
    const project = open(makeProject(correct));
    for (const pid of compilers()) process.kill(pid, "SIGKILL");
    expect(() => project.analyze()).toThrow(/^Internal error: TypeScript 7\.1\S* could not answer: /);
    expect(() => project.typeErrors()).toThrow(/^Internal error: TypeScript 7\.1/);
  });
});

it("writes the manifest where the plugin's option says, also in a tsconfig that is extended", () => {
  const folder = makeProject(correct);
  const config = JSON.parse(pluginConfig());
  config.compilerOptions.plugins[0].manifest = "out/here.json";
  // The compiler lets it pass.
  config.compilerOptions.plugins.unshift(null);
  writeFiles(folder, {
    "base.json": JSON.stringify(config),
    "tsconfig.json": '{ "extends": "./base.json" }',
  });
  const project = open(folder);
  const written = project.emit();
  expect(written).toContain(path.join(folder, "out/here.json"));
  expect(written).toContain(project.outputFile("src/pipeline.ts"));
  expect(existsSync(path.join(folder, "glacier.manifest.json"))).toBe(false);
  expect(readFileSync(path.join(folder, "dist/pipeline.js"), "utf8")).toContain('"../out/here.json"');
});

it("writes nothing where the tsconfig says `noEmit`", () => {
  const project = open(makeProject(correct, { noEmit: true }));
  expect(project.emit()).toEqual([]);
  expect(project.outputFile("src/pipeline.ts")).toBeUndefined();
  expect(existsSync(project.manifestFile)).toBe(false);
});

describe("a project that cannot be read (GLA4008)", () => {
  it.each([
    ["no tsconfig", {}],
    ["no JSON", { "tsconfig.json": "{ include: [" }],
    ["no files", { "tsconfig.json": '{ "include": ["src"] }' }],
    ["an unknown option", { "tsconfig.json": '{ "compilerOptions": { "stric": true } }' }],
  ])("%s, in the words of TypeScript 6", (_, files: Record<string, string>) => {
    const folder = tempFolder();
    writeFiles(folder, files);
    const opened = openProject(folder, { compiler: 7 });
    expect(opened).toEqual(openProject(folder, { compiler: 6 }));
  });
});

it("finds places in characters, not in bytes", () => {
  const folder = makeProject({
    "src/index.ts": 'export const näme = "🧊"; export const wrong: number = "é";\n',
  });
  const [six, seven] = ([6, 7] as const).map((compiler) => {
    const opened = openProject(folder, { compiler });
    if (!opened.ok) throw new Error(opened.failure.message);
    onTestFinished(() => opened.value.close());
    return opened.value.typeErrors();
  });
  expect(six).toMatchObject([{ code: "TS2322", location: { line: 1, column: 40 } }]);
  expect(seven).toEqual(six);
});
