/** What is emitted runs under plain Node, and says so when it is stale (GLA4004) or was compiled by plain `tsc` (GLA4001). */
import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { writeFiles } from "../analyzer/support/temp-project.js";
import { correct, correctTasks, pipelineFile } from "./support/sample.js";
import {
  caseNamed,
  makeProject,
  manifestOf,
  pluginConfig,
  projectOfCase,
  runNode,
  tsc,
  tspc,
} from "./support/tspc.js";

const passed = { exitCode: 0, stdout: "", stderr: "" };
const emitted = (folder: string, file: string) => readFileSync(path.join(folder, "dist", file), "utf8");

/** Prints what a pipeline answers. */
const askPipeline = (module: string, exported = "analytics") =>
  `import { ${exported} as asked } from ${JSON.stringify(module)};
asked.validate();
console.log(JSON.stringify([asked.executionOrder(), asked.sources(), asked.sinks()]));`;

/** Runs every task, one after the other, with the values of the tasks before. */
const runPipeline = (module: string) =>
  `import { analytics } from ${JSON.stringify(module)};
const executor = {
  async execute({ graph, functions, keep }) {
    const values = new Map();
    for (const id of graph.order) {
      const { inputs, outputs } = graph.tasks.get(id).manifest;
      const value = await functions.get(id)(...inputs.map((input) => values.get(input.dataset)));
      for (const output of outputs) values.set(output.dataset, value);
    }
    return { status: "succeeded", datasets: new Map(keep.map((name) => [name, values.get(name)])), failures: [] };
  },
};
const run = await analytics.run({ executor });
console.log(JSON.stringify(run.datasets));`;

const runScript = (folder: string, script: string) => runNode(folder, ["--input-type=module", "-e", script]);

describe.concurrent("wiring", () => {
  it("runs as ES modules", async () => {
    const folder = makeProject(correct);
    expect(await tspc(folder, "-p", ".")).toEqual(passed);
    const { stdout, stderr } = await runScript(folder, askPipeline("./dist/pipeline.js"));
    expect(stderr).toBe("");
    expect(JSON.parse(stdout)).toEqual([["extract", "clean", "score"], ["extract"], ["score"]]);
    expect((await runScript(folder, runPipeline("./dist/pipeline.js"))).stdout).toBe('{"scores":[3]}\n');
  });

  it.each([
    [{ rootDir: "." }, "./dist/src/pipeline.js"],
    [{ rootDir: undefined, outDir: undefined }, "./src/pipeline.js"],
    [{ outDir: "../out/deep" }, "../out/deep/pipeline.js"],
    [{ module: "esnext", moduleResolution: "bundler", removeComments: true }, "./dist/pipeline.js"],
    [{ module: undefined, target: undefined, moduleResolution: "bundler" }, "./dist/pipeline.js"],
    [
      { isolatedModules: true, verbatimModuleSyntax: true, declaration: true, sourceMap: true },
      "./dist/pipeline.js",
    ],
    [{ module: "commonjs", moduleResolution: "bundler", outDir: "dist" }, "./dist/pipeline.js"],
  ])("finds the manifest from where the JavaScript is written, with %o", async (options, module) => {
    const isCommonJs = "module" in options && options.module === "commonjs";
    const type = isCommonJs ? "commonjs" : "module";
    const outer = makeProject({});
    const folder = path.join(outer, "project");
    writeFiles(folder, {
      "tsconfig.json": pluginConfig(undefined, options),
      "package.json": `{ "type": "${type}" }`,
      ...correct,
    });
    expect(await tspc(folder, "-p", ".")).toEqual(passed);
    const { stdout, stderr } = await runScript(folder, askPipeline(module));
    expect(stderr).toBe("");
    expect(JSON.parse(stdout)[0]).toEqual(["extract", "clean", "score"]);
  });

  it("keeps a shebang first", async () => {
    const head = "#!/usr/bin/env node\n";
    const folder = makeProject({ ...correct, "src/pipeline.ts": head + pipelineFile });
    expect(await tspc(folder, "-p", ".")).toEqual(passed);
    expect(emitted(folder, "pipeline.js").startsWith(head)).toBe(true);
    expect((await runNode(folder, ["dist/pipeline.js"])).exitCode).toBe(0);
  });

  it("runs as CommonJS", async () => {
    const folder = projectOfCase(caseNamed("programs/commonjs"));
    expect(await tspc(folder, "-p", ".")).toEqual(passed);
    expect(emitted(folder, "pipeline.js")).toContain('require("../glacier.manifest.json")');
    const { stdout, stderr } = await runScript(folder, askPipeline("./dist/pipeline.js"));
    expect(stderr).toBe("");
    expect(JSON.parse(stdout)).toEqual([["extract", "clean"], ["extract"], ["clean"]]);
  });

  it("runs as .mts, .cts and .tsx together", async () => {
    const folder = projectOfCase(caseNamed("programs/module-kinds"), { jsx: "react-jsx" });
    expect(await tspc(folder, "-p", ".")).toEqual(passed);
    const { stdout, stderr } = await runScript(folder, askPipeline("./dist/pipeline.mjs"));
    expect(stderr).toBe("");
    expect(JSON.parse(stdout)[0]).toEqual(["extract", "clean", "count", "render"]);
  });

  it.each([
    ["default-exports", "default", ["extract", "clean", "count-users", "findLongest", "printTotal"]],
    ["holders", "analytics", ["extract", "clean", "count", "mean", "print", "report"]],
    ["module-as-tasks", "analytics", ["Zebra", "clean", "count"]],
    ["own-names-for-core", "analytics", ["extract", "clean", "count"]],
    ["object-as-tasks", "analytics", ["extract", "clean", "count"]],
  ])("runs %s", async (name, exported, order) => {
    const folder = projectOfCase(caseNamed(`programs/${name}`));
    expect(await tspc(folder, "-p", ".")).toEqual(passed);
    const { stdout, stderr } = await runScript(folder, askPipeline("./dist/pipeline.js", exported));
    expect(stderr).toBe("");
    expect(JSON.parse(stdout)[0]).toEqual(order);
  });

  it("writes ids, one import of the manifest, and no effects that a bundler would keep", async () => {
    const folder = projectOfCase(caseNamed("programs/other-functions-of-core"));
    expect(await tspc(folder, "-p", ".")).toEqual(passed);
    const code = emitted(folder, "pipeline.js");
    expect(code.match(/^import .*glacier\.manifest\.json" with \{ type: "json" \};$/gm)).toHaveLength(1);
    expect(code).toContain(
      '/* @__PURE__ */ task({ retries: 1 }, () => ["Ada"], { id: "src/pipeline.ts#extract" })',
    );
    expect(code).toMatch(
      /\/\* @__PURE__ \*\/ pipeline\(\{ .* \}, \{ id: "src\/pipeline.ts#analytics", manifest: /,
    );
    // These have effects, or belong to others.
    expect(code).toContain("export const order = analytics.executionOrder();");
    expect(code).toContain('export const named = own.task("a") + own.pipeline("b");');
    expect(code).toContain("export const metadata = taskMetadata(extract);");
  });
});

describe.concurrent("--incremental", () => {
  it("takes a new dataset name from a file of types to the manifest and the run", async () => {
    const [types = "", functions = ""] = correctTasks.split("\n\nexport function");
    const [imports = "", ...declarations] = types.split("\n\n");
    const files = {
      "src/datasets.ts": `import type { Dataset } from "@glacier-ts/core";\n\n${declarations.join("\n\n")}\n`,
      "src/tasks.ts": `${imports.replace("type Dataset, ", "")}\nimport type { CleanUsers, RawUsers, Scores } from "./datasets.js";\n\nexport function${functions}`,
      "src/pipeline.ts": pipelineFile,
    };
    const folder = makeProject(files, { incremental: true });
    expect(await tspc(folder, "-p", ".")).toEqual(passed);
    const first = manifestOf(folder);
    expect(first).toContain('"clean_users"');

    writeFiles(folder, {
      "src/datasets.ts": files["src/datasets.ts"].replace('"scores"', '"scores_of_users"'),
    });
    expect(await tspc(folder, "-p", ".")).toEqual(passed);
    expect(manifestOf(folder)).toBe(first?.replaceAll('"scores"', '"scores_of_users"'));
    expect((await runScript(folder, runPipeline("./dist/pipeline.js"))).stdout).toBe(
      '{"scores_of_users":[3]}\n',
    );
  });
});

describe.concurrent("a build that cannot be used", () => {
  it.each([
    {
      what: "another task in its place",
      edit: (text: string) => text.replaceAll("src/tasks.ts#clean", "src/tasks.ts#tidy"),
      detail: "the code has task 'src/tasks.ts#clean' where the manifest has 'src/tasks.ts#tidy'",
    },
    {
      what: "another number of tasks",
      edit: (text: string) => {
        const manifest = JSON.parse(text);
        const { tasks, edges } = manifest.pipelines["src/pipeline.ts#analytics"];
        tasks.pop();
        edges.shift();
        return JSON.stringify(manifest);
      },
      detail: "the code has 3 tasks, the manifest 2",
    },
    {
      what: "no such pipeline",
      edit: (text: string) => text.replaceAll("#analytics", "#statistics"),
      detail: "the manifest has no pipeline 'src/pipeline.ts#analytics'",
    },
  ])("is stale (GLA4004): $what", async ({ edit, detail }) => {
    const folder = makeProject(correct);
    expect(await tspc(folder, "-p", ".")).toEqual(passed);
    writeFiles(folder, { "glacier.manifest.json": edit(manifestOf(folder) ?? "") });
    const { exitCode, stderr } = await runScript(folder, runPipeline("./dist/pipeline.js"));
    expect(exitCode).toBe(1);
    expect(stderr).toContain(
      `GlacierError: GLA4004: The build of pipeline 'analytics' is stale: ${detail}.\n`,
    );
    expect(stderr).toContain("hint: build the project again");
  });

  it("was compiled without Glacier (GLA4001): says what to do, at the user's own line", async () => {
    const use = 'import { analytics } from "./pipeline.js";\n\nanalytics.visualize();\n';
    const folder = makeProject({ ...correct, "src/main.ts": use });
    expect(await tsc(folder, "-p", ".")).toEqual(passed);
    const { exitCode, stderr } = await runNode(folder, ["dist/main.js"]);
    expect(exitCode).toBe(1);
    expect(stderr).toContain(
      "GLA4001: Pipeline 'analytics' was compiled without Glacier, so visualize() does not know its graph.\n" +
        "  hint: compile it with `tspc`, `glacier build` or a bundler plugin of @glacier-ts/plugin, " +
        "or start it with `node --import @glacier-ts/plugin/register`",
    );
    const frames = stderr.split("\n").filter((line) => line.startsWith("    at "));
    expect(frames[0]).toMatch(/dist\/main\.js:2:11\)?$/);
    expect(frames.filter((frame) => frame.includes("core/dist"))).toEqual([]);
  });
});
