/** The real bundlers, and the user's own vitest, on projects with the plugin. */
import { SourceMap } from "node:module";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { type Files, makeProject, type TempProject } from "../rig/temp-project.js";
import { cycleText, cyclic, direct, node, placeOf, printed, tasks } from "./support/direct.js";

/** Two tasks of which each is an entry of its own. */
const entries: Files = {
  "src/extract.ts": 'export { extract } from "./tasks.js";\n',
  "src/score.ts": 'export { score } from "./tasks.js";\n',
};

/** Scripts that bundle `src/<name>.ts` to `out/<name>.js`; what fails is printed bare. */
const scripts = {
  vite: `import glacier from "@glacier-ts/plugin/vite";
import { build } from "vite";
const bundle = (name) => build({
  configFile: false, logLevel: "silent", plugins: [glacier()],
  ssr: { external: ["@glacier-ts/core", "@glacier-ts/runtime"] },
  build: { ssr: "src/" + name + ".ts", outDir: "out", emptyOutDir: false, sourcemap: true },
});`,
  rollup: `import glacier from "@glacier-ts/plugin/rollup";
import { transform } from "esbuild";
import { rollup } from "rollup";
const strip = {
  name: "strip",
  resolveId: (id, from) => from && id.startsWith(".") ? new URL(id.replace(/\\.js$/, ".ts"), "file://" + from).pathname : null,
  transform: (code, sourcefile) => transform(code, { loader: "ts", sourcemap: true, sourcefile }),
};
const bundle = async (name) => {
  const made = await rollup({ input: "src/" + name + ".ts", plugins: [glacier(), strip], external: /^@glacier-ts/ });
  await made.write({ file: "out/" + name + ".js", sourcemap: true });
};`,
  rolldown: `import glacier from "@glacier-ts/plugin/rolldown";
import { rolldown } from "rolldown";
const bundle = async (name) => {
  const made = await rolldown({ input: "src/" + name + ".ts", plugins: [glacier()], external: /^@glacier-ts/ });
  await made.write({ file: "out/" + name + ".js", sourcemap: true });
};`,
  esbuild: `import glacier from "@glacier-ts/plugin/esbuild";
import { build } from "esbuild";
const bundle = (name) => build({
  entryPoints: ["src/" + name + ".ts"], outdir: "out", bundle: true, format: "esm", platform: "node",
  packages: "external", sourcemap: true, logLevel: "silent", plugins: [glacier()],
});`,
  webpack: `import glacier from "@glacier-ts/plugin/webpack";
import pack from "webpack";
const rule = { test: /.ts$/, use: { loader: path.resolve("strip.cjs") } };${webpackBundle()}`,
  rspack: `import glacier from "@glacier-ts/plugin/rspack";
import { rspack as pack } from "@rspack/core";
const rule = {
  test: /.ts$/, loader: "builtin:swc-loader",
  options: { jsc: { parser: { syntax: "typescript" }, target: "es2022" }, sourceMaps: true },
};${webpackBundle()}`,
};

function webpackBundle(): string {
  return `
import path from "node:path";
const bundle = (name) => new Promise((resolve, reject) => {
  pack({
    entry: "./src/" + name + ".ts", mode: "production", target: "node22", devtool: "source-map",
    experiments: { outputModule: true }, externals: /^@glacier-ts/, externalsType: "module",
    output: { path: path.resolve("out"), filename: name + ".js", module: true, library: { type: "module" }, devtoolModuleFilenameTemplate: "[absolute-resource-path]" },
    optimization: { emitOnErrors: false },
    resolve: { extensionAlias: { ".js": [".ts", ".js"] } },
    module: { rules: [rule] }, plugins: [glacier()],
  }, (error, stats) => error || stats.hasErrors() ? reject(error ?? new Error(stats.toJson({ all: false, errors: true }).errors.map((found) => found.message.replace(/^  [×│] /gm, "")).join("\\n"))) : resolve());
});`;
}

const script = (text: string): Files => ({
  "strip.cjs": `module.exports = function (code, map) {
  const sourcefile = this.resourcePath;
  const before = map ? "\\n//# sourceMappingURL=data:application/json;base64," + btoa(JSON.stringify(map)) : "";
  require("esbuild").transform(code + before, { loader: "ts", sourcemap: true, sourcefile }).then(
    (made) => this.callback(null, made.code, made.map), this.callback);
  this.async();
};
`,
  "bundle.mjs": `${text}
try {
  for (const name of process.argv.slice(2)) await bundle(name);
} catch (error) {
  console.log(error.message);
  process.exitCode = 1;
}
`,
});

describe.each(Object.entries(scripts))("%s", (_, text) => {
  it("bundles tasks without their siblings, and pipelines that run; positions are those of the source", async () => {
    const project = makeProject({ ...direct, ...entries, ...script(text) });
    const built = await node(project.folder, ["bundle.mjs", "main", "extract", "score"]);
    expect(built).toEqual({ code: 0, stdout: "", stderr: "" });

    const extract = project.read("out/extract.js");
    expect(extract).toContain("Alan");
    expect(extract).not.toContain("boom");
    expect(extract).not.toContain("src/tasks.ts#score");
    const score = project.read("out/score.js");
    expect(score).toContain("boom");
    expect(score).toContain("src/tasks.ts#score");
    expect(score).not.toContain("Alan");

    expect(await node(project.folder, ["out/main.js"])).toEqual({ code: 0, stdout: printed, stderr: "" });

    for (const name of ["main", "score"]) {
      const bundle = `out/${name}.js`;
      // A minifier drops `new`.
      const part = /(new )?Error\("boom"\)/.exec(project.read(bundle))?.[0] ?? "";
      expect(originOf(project, bundle, part)).toEqual({
        file: project.path("src/tasks.ts"),
        ...placeOf(tasks, part),
      });
    }
  });

  it("stops at an error of the graph", async () => {
    const project = makeProject({ ...cyclic, ...script(text) });
    const { code, stdout } = await node(project.folder, ["bundle.mjs", "main"]);
    expect(stdout).toContain(cycleText);
    expect(code).toBe(1);
    expect(project.has("out/main.js")).toBe(false);
  });
});

/** The place in the source that a bundle's map has for a part of the bundle; 1-based. */
function originOf(project: TempProject, bundle: string, part: string): unknown {
  const { line, column } = placeOf(project.read(bundle), part);
  const map = new SourceMap(JSON.parse(project.read(`${bundle}.map`)));
  const origin = map.findOrigin(line, column);
  if (!("fileName" in origin)) return undefined;
  const source = origin.fileName.startsWith("file:") ? fileURLToPath(origin.fileName) : origin.fileName;
  const file = path.resolve(path.dirname(project.path(bundle)), source);
  return { file, line: origin.lineNumber, column: origin.columnNumber };
}

describe("vitest", () => {
  const files: Files = {
    "vitest.config.mjs": `import glacier from "@glacier-ts/plugin/vite";
import { defineConfig } from "vitest/config";
export default defineConfig({ plugins: [glacier()], cacheDir: ".cache", test: { include: ["test/*.test.ts"] } });
`,
    "test/analytics.test.ts": `import { LocalExecutor } from "@glacier-ts/runtime";
import { expect, it } from "vitest";
import { analytics } from "../src/pipeline.js";

it("runs the pipeline", async () => {
  const { datasets } = await analytics.run({ executor: new LocalExecutor() });
  expect(datasets).toEqual({ scores: [6, 8] });
});
`,
  };
  const vitest = (folder: string, env = {}) =>
    node(folder, ["node_modules/vitest/vitest.mjs", "run"], { NO_COLOR: "1", ...env });

  it("runs pipelines in the user's tests", async () => {
    const { folder } = makeProject({ ...direct, ...files });
    const { code, stdout, stderr } = await vitest(folder);
    expect(stderr).toBe("");
    expect(stdout).toContain("1 passed");
    expect(code).toBe(0);
  });

  it("shows the line and column of the source where a task throws", async () => {
    const { folder } = makeProject({ ...direct, ...files });
    const { code, stderr } = await vitest(folder, { FAIL: "1" });
    const { line, column } = placeOf(tasks, 'new Error("boom")');
    expect(stderr).toContain(`src/tasks.ts:${line}:${column}`);
    expect(code).toBe(1);
  });

  it("fails with the errors of the graph", async () => {
    const { folder } = makeProject({ ...cyclic, ...files });
    const { code, stderr } = await vitest(folder);
    expect(stderr).toContain(cycleText);
    expect(code).toBe(1);
  });
});

describe("a Vite server", () => {
  it.each([
    [
      "only has types",
      "src/row.ts",
      "interface Row { name: string }",
      "interface Row { name: string; age?: number }",
    ],
    ["has tasks", "src/tasks.ts", 'Dataset<"scores"', 'Dataset<"points"'],
  ])("knows the manifest again after a change of a file that %s", async (_, file, from, to) => {
    const project = makeProject({
      ...direct,
      "src/ask.ts": `import { analytics } from "./pipeline.js";
import { LocalExecutor } from "@glacier-ts/runtime";
export const ask = async () => {
  let manifest = "";
  const executor = new LocalExecutor();
  const execute = (request) => { manifest = JSON.stringify([...request.graph.datasets.values()]); return executor.execute(request); };
  await analytics.run({ executor: { name: "ask", execute } });
  return manifest;
};
`,
      "serve.mjs": `import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import glacier from "@glacier-ts/plugin/vite";
import { createServer } from "vite";
const server = await createServer({
  configFile: false, cacheDir: ".cache", logLevel: "warn", plugins: [glacier()],
  server: { middlewareMode: true, ws: false }, optimizeDeps: { noDiscovery: true },
});
const ask = async () => (await server.ssrLoadModule("/src/ask.ts")).ask();
const [file, from, to] = process.argv.slice(2);
const first = await ask();
if (await ask() !== first) throw new Error("a file that nobody changed");
const changed = once(server.watcher, "change");
writeFileSync(file, readFileSync(file, "utf8").replace(from, to));
await changed;
let second = first;
for (let turn = 0; turn < 100 && second === first; turn++) {
  await new Promise((resolve) => setTimeout(resolve, 50));
  second = await ask();
}
console.log(second === first ? "stale" : "new");
await server.close();
`,
    });
    const { code, stdout, stderr } = await node(project.folder, ["serve.mjs", file, from, to]);
    expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: "new\n", stderr: "" });
  });
});
