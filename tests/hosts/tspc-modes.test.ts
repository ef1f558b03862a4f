/** Exit codes of `tspc`, and whether the JavaScript and the manifest are written, by compiler options. */
import { existsSync, rmSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { sharedConfig } from "../analyzer/support/compile.js";
import { writeFiles } from "../analyzer/support/temp-project.js";
import { correct, correctTasks, cycleError, cyclic, cyclicTasks } from "./support/sample.js";
import { makeProject, manifestOf, type ProcessResult, pluginConfig, tspc } from "./support/tspc.js";

const hasJavaScript = (folder: string) => existsSync(path.join(folder, "dist/pipeline.js"));
const stateOf = (folder: string) => ({
  javaScript: hasJavaScript(folder),
  manifest: manifestOf(folder) !== undefined,
});

const passed: ProcessResult = { exitCode: 0, stdout: "", stderr: "" };
const failed = (exitCode: number): ProcessResult => ({ exitCode, stdout: cycleError, stderr: "" });

describe.concurrent("a correct pipeline", () => {
  it.each([
    { options: {}, javaScript: true, manifest: true },
    { options: { noEmit: true }, javaScript: false, manifest: false },
    { options: { noEmitOnError: true }, javaScript: true, manifest: true },
    { options: { incremental: true }, javaScript: true, manifest: true },
    { options: { composite: true }, javaScript: true, manifest: true },
    { options: { emitDeclarationOnly: true, declaration: true }, javaScript: false, manifest: true },
  ])("with $options", async ({ options, ...written }) => {
    const folder = makeProject(correct, options);
    expect(await tspc(folder, "-p", ".")).toEqual(passed);
    expect(stateOf(folder)).toEqual(written);
  });

  it("with -b", async () => {
    const folder = makeProject(correct, { composite: true });
    expect(await tspc(folder, "-b")).toEqual(passed);
    expect(stateOf(folder)).toEqual({ javaScript: true, manifest: true });
  });
});

describe.concurrent("a cycle", () => {
  it.each([
    { options: {}, exitCode: 2, javaScript: true },
    { options: { noEmit: true }, exitCode: 2, javaScript: false },
    // tsc's exit code for outputs that were not written.
    { options: { noEmitOnError: true }, exitCode: 1, javaScript: false },
    { options: { incremental: true }, exitCode: 2, javaScript: true },
    { options: { incremental: true, noEmitOnError: true }, exitCode: 1, javaScript: false },
  ])("with $options", async ({ options, exitCode, javaScript }) => {
    const folder = makeProject(cyclic, options);
    expect(await tspc(folder, "-p", ".")).toEqual(failed(exitCode));
    expect(stateOf(folder)).toEqual({ javaScript, manifest: false });
    // A second build, with nothing changed, says the same.
    expect(await tspc(folder, "-p", ".")).toEqual(failed(exitCode));
    writeFiles(folder, { "src/tasks.ts": correctTasks });
    expect(await tspc(folder, "-p", ".")).toEqual(passed);
    expect(manifestOf(folder) !== undefined).toBe(!("noEmit" in options));
  });

  it("with -b, in the project that has it", async () => {
    const folder = makeProject({});
    const project = (...references: readonly string[]) =>
      pluginConfig(
        { ...sharedConfig, references: references.map((reference) => ({ path: `../${reference}` })) },
        { composite: true },
      );
    writeFiles(folder, {
      "tsconfig.json": JSON.stringify({ files: [], references: [{ path: "good" }, { path: "bad" }] }),
      "good/tsconfig.json": project(),
      "bad/tsconfig.json": project("good"),
      ...Object.fromEntries(Object.entries(correct).map(([file, text]) => [`good/${file}`, text])),
      ...Object.fromEntries(Object.entries(cyclic).map(([file, text]) => [`bad/${file}`, text])),
    });
    const { exitCode, stdout } = await tspc(folder, "-b");
    expect(stdout).toBe(`bad/${cycleError}`);
    expect(exitCode).not.toBe(0);
    expect(manifestOf(path.join(folder, "good"))).toBeDefined();
    expect(manifestOf(path.join(folder, "bad"))).toBeUndefined();
    writeFiles(folder, { "bad/src/tasks.ts": correctTasks });
    expect(await tspc(folder, "-b")).toEqual(passed);
    expect(manifestOf(path.join(folder, "bad"))).toBe(manifestOf(path.join(folder, "good")));
  });
});

describe.concurrent("type errors", () => {
  const wrong = { ...cyclic, "src/wrong.ts": "export const text: string = 1;\n" };
  const typeError = "src/wrong.ts(1,14): error TS2322: Type 'number' is not assignable to type 'string'.\n";

  it("are shown beside a cycle", async () => {
    const { exitCode, stdout } = await tspc(makeProject(wrong), "-p", ".");
    expect(stdout).toBe(cycleError + typeError);
    expect(exitCode).toBe(2);
  });

  const onlyTypeErrors = { ...wrong, "src/tasks.ts": correctTasks };
  const expected = { exitCode: 2, stdout: typeError, stderr: "" };

  it("alone keep the manifest from being written", async () => {
    const folder = makeProject(onlyTypeErrors);
    expect(await tspc(folder, "-p", ".")).toEqual(expected);
    expect(manifestOf(folder)).toBeUndefined();
  });

  it("alone keep the manifest from being written under --incremental", async () => {
    const folder = makeProject(onlyTypeErrors, { incremental: true });
    expect(await tspc(folder, "-p", ".")).toEqual(expected);
    expect(manifestOf(folder)).toBeUndefined();
    writeFiles(folder, { "src/other.ts": "export const other = 1;\n" });
    expect(await tspc(folder, "-p", ".")).toEqual(expected);
    expect(manifestOf(folder)).toBeUndefined();
  });
});

describe.concurrent("--incremental", () => {
  it("keeps an error that is in no file which changed", async () => {
    const folder = makeProject(
      { ...correct, "src/other.ts": "export const other = 1;\n" },
      { incremental: true },
    );
    expect(await tspc(folder, "-p", ".")).toEqual(passed);
    // The cycle closes in tasks.ts and is reported in pipeline.ts.
    writeFiles(folder, { "src/tasks.ts": cyclicTasks });
    expect(await tspc(folder, "-p", ".")).toEqual(failed(2));
    writeFiles(folder, { "src/other.ts": "export const other = 2;\n" });
    expect(await tspc(folder, "-p", ".")).toEqual(failed(2));
  });

  it.each([{ incremental: true }, { composite: true }])(
    "brings a deleted manifest back, with %o",
    async (options) => {
      const folder = makeProject(correct, options);
      await tspc(folder, "-p", ".");
      const written = manifestOf(folder);
      expect(written).toBeDefined();
      rmSync(path.join(folder, "glacier.manifest.json"));
      expect(await tspc(folder, "-p", ".")).toEqual(passed);
      expect(manifestOf(folder)).toBe(written);
    },
  );
});

it("builds on two paths to the same bytes", async () => {
  const build = async (folder: string) => {
    expect(await tspc(folder, "-p", ".")).toEqual(passed);
    return manifestOf(folder);
  };
  const inner = makeProject({});
  writeFiles(inner, {
    "a/deeper/place/tsconfig.json": pluginConfig(),
    ...Object.fromEntries(Object.entries(correct).map(([file, text]) => [`a/deeper/place/${file}`, text])),
  });
  expect(await build(path.join(inner, "a/deeper/place"))).toBe(await build(makeProject(correct)));
});
