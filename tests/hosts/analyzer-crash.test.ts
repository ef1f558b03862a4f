/**
 * A crash of the analyzer in every host: said with the file that was read, never taken for success, and no manifest is
 * written. It is provoked by a compiler whose checker fails in one file; the editor's is in `tsserver-incremental.test.ts`.
 */
import { existsSync } from "node:fs";
import path from "node:path";
import { AnalyzerCrash, ProgramProject } from "@glacier-ts/analyzer";
import ts from "typescript";
import { describe, expect, it } from "vitest";
import { createVirtualProgram } from "../analyzer/support/compile.js";
import { glacier } from "../rig/glacier.js";
import { makeProject as makePlainProject } from "../rig/temp-project.js";
import { direct, node } from "./support/direct.js";
import { correct } from "./support/sample.js";
import { makeProject, pluginConfig, tspc } from "./support/tspc.js";

const message = "Internal error: boom while reading src/tasks.ts";

/** Makes a program whose checker fails in `tasks.ts`. */
const poison = `function poison(program) {
  const checker = program.getTypeChecker();
  const getTypeAtLocation = (node) => {
    if (node.getSourceFile().fileName.endsWith("/tasks.ts")) throw new Error("boom");
    return checker.getTypeAtLocation(node);
  };
  return { ...program, getTypeChecker: () => ({ ...checker, getTypeAtLocation }) };
}
`;
/** Loaded before a host: puts a compiler whose programs are poisoned in the place of TypeScript. */
const poisonedCompiler = `${poison}
const { Module } = require("node:module");
const filename = require.resolve("typescript");
const ts = require(filename);
const createProgram = (...given) => poison(ts.createProgram(...given));
const poisoned = Object.create(ts, { createProgram: { value: createProgram } });
require.cache[filename] = Object.assign(new Module(filename), { filename, loaded: true, exports: poisoned });
`;
/** Before the plugin in the tsconfig: gives it a program whose checker fails, and the compiler the one that it made. */
const poisonedPlugin = `${poison}
exports.default = (program) => {
  const poisoned = poison(program);
  return new Proxy(program, {
    get: (target, name) => (name === "getTypeChecker" ? poisoned.getTypeChecker : target[name]),
  });
};
`;

const manifestIn = (folder: string) => existsSync(path.join(folder, "glacier.manifest.json"));

describe("glacier", () => {
  it.each(["check", "manifest", "build", "run", "graph"])("%s", async (command) => {
    const { folder } = makePlainProject({ ...direct, "poison.cjs": poisonedCompiler });
    const env = { NODE_OPTIONS: `--require=${path.join(folder, "poison.cjs")}` };
    const { stdout, stderr, code } = await glacier(folder, [command], { env });
    expect(stderr).toMatch(new RegExp(`^${message}; please report it\\.\\n`));
    expect(stderr).toMatch(/\nError: boom\n {4}at /);
    expect({ stdout, code, hasManifest: manifestIn(folder) }).toEqual({
      stdout: "",
      code: 2,
      hasManifest: false,
    });
    expect(existsSync(path.join(folder, "dist"))).toBe(false);
  });

  it("check --json", async () => {
    const { folder } = makePlainProject({ ...direct, "poison.cjs": poisonedCompiler });
    const env = { NODE_OPTIONS: `--require=${path.join(folder, "poison.cjs")}` };
    const { stdout, code } = await glacier(folder, ["check", "--json"], { env });
    const error = { kind: "internal", message: `${message}; please report it.` };
    expect(JSON.parse(stdout)).toEqual({ ok: false, diagnostics: [], error });
    expect(code).toBe(2);
  });
});

describe("tspc", () => {
  const plugins = [
    { transform: "./poison.cjs", transformProgram: true },
    { transform: "@glacier-ts/plugin", transformProgram: true },
  ];

  it.each([
    { name: "plain", options: {} },
    { name: "noEmitOnError", options: { noEmitOnError: true } },
    { name: "incremental", options: { incremental: true } },
  ])("$name", async ({ options }) => {
    const config = JSON.parse(pluginConfig(undefined, options));
    const folder = makeProject({
      ...correct,
      "poison.cjs": poisonedPlugin,
      "tsconfig.json": JSON.stringify({ ...config, compilerOptions: { ...config.compilerOptions, plugins } }),
    });
    const { stdout, stderr, exitCode } = await tspc(folder, "-p", ".");
    expect({ stdout, stderr }).toEqual({ stdout: `error TS990000: ${message}\n`, stderr: "" });
    expect(exitCode).not.toBe(0);
    expect(manifestIn(folder)).toBe(false);
  });
});

describe("the loader", () => {
  const register = import.meta.resolve("@glacier-ts/plugin/register");

  it("does not start a program of the project", async () => {
    const { folder } = makePlainProject({ ...direct, "poison.cjs": poisonedCompiler });
    const { stdout, stderr, code } = await node(folder, [
      "--require=./poison.cjs",
      `--import=${register}`,
      "src/main.ts",
    ]);
    expect(stderr).toMatch(new RegExp(`^${message}\\nError: boom\\n {4}at `));
    expect({ stdout, code }).toEqual({ stdout: "", code: 1 });
  });

  it("does not load a file of the project", async () => {
    const { folder } = makePlainProject({
      ...direct,
      "poison.cjs": poisonedCompiler,
      "ask.mjs": 'await import("./src/pipeline.ts").catch((error) => console.log(error.message));\n',
    });
    const { stdout, stderr, code } = await node(folder, [
      "--require=./poison.cjs",
      `--import=${register}`,
      "ask.mjs",
    ]);
    expect({ stdout, stderr, code }).toEqual({ stdout: `${message}\n`, stderr: "", code: 0 });
  });
});

it("stops a bundler", async () => {
  const { folder } = makePlainProject({
    ...direct,
    "poison.cjs": poisonedCompiler,
    "bundle.mjs": `import glacier from "@glacier-ts/plugin/rolldown";
import { rolldown } from "rolldown";
const bundle = await rolldown({ input: "src/main.ts", plugins: [glacier()], external: /^@glacier-ts/ });
await bundle.write({ file: "out/main.js" }).catch((error) => { console.log(error.message); process.exitCode = 1; });
`,
  });
  const { stdout, code } = await node(folder, ["--require=./poison.cjs", "bundle.mjs"]);
  expect(stdout).toContain(message);
  expect(code).toBe(1);
  expect(existsSync(path.join(folder, "out"))).toBe(false);
});

describe("a program", () => {
  it("is analysed once, although the analysis crashes", () => {
    const program = createVirtualProgram(correct);
    const thrown = new Error("boom");
    let asked = 0;
    const checker = program.getTypeChecker();
    const getTypeAtLocation = () => {
      asked++;
      throw thrown;
    };
    const failing = { ...program, getTypeChecker: () => ({ ...checker, getTypeAtLocation }) };
    const project = new ProgramProject(ts, failing);
    for (const _ of [1, 2]) {
      expect(() => project.analyze()).toThrow(new AnalyzerCrash(thrown, "src/tasks.ts"));
      expect(project.compilerDiagnostics().map(({ messageText }) => messageText)).toEqual([message]);
      expect(project.tryWriteManifest()).toEqual([]);
    }
    expect(asked).toBe(1);
    expect(existsSync(project.manifestFile)).toBe(false);
  });
});
