/**
 * What it costs to run TypeScript without a build: the loader and a bundler with the plugin, by the way through `tspc`
 * to the same result. CPU, in turns.
 */
import { rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import type { BenchRow } from "./bench-row.ts";
import { cpuSeconds } from "./cpu-seconds.ts";
import { generateProject } from "./generate-project.ts";
import { median } from "./statistics.ts";

const repetitions = 5;
const size = { tasks: 1_000, files: 300 };
const tspc = fileURLToPath(new URL("../node_modules/ts-patch/bin/tspc.js", import.meta.url));

/** Bundles the pipelines of `src` or, without the plugin, what `tspc` has made of them. */
const bundle = `import { readdirSync } from "node:fs";
import { build } from "esbuild";
const [folder, hasPlugin] = process.argv.slice(2);
const plugins = hasPlugin ? [(await import("@glacier-ts/plugin/esbuild")).default()] : [];
const entryPoints = readdirSync(folder).filter((name) => /^pipeline\\d+\\.[jt]s$/.test(name)).map((name) => folder + "/" + name);
await build({ entryPoints, outdir: "out", bundle: true, format: "esm", platform: "node", packages: "external", plugins });
`;
/** Imports a pipeline, and its tasks with it. */
const importing = `const { p0 } = await import(process.argv[2]);
if (p0.executionOrder().length === 0) throw new Error("There are no tasks");
`;

export function benchHosts(): readonly BenchRow[] {
  const folder = path.join(os.tmpdir(), `glacier-bench-${process.pid}-hosts`);
  generateProject(folder, size);
  writeFileSync(path.join(folder, "bundle.mjs"), bundle);
  writeFileSync(path.join(folder, "import.mjs"), importing);
  const compile = () => cpuSeconds(folder, [tspc, "-p", "tsconfig.json"]);
  try {
    return [
      compare(
        "hosts: esbuild with the plugin by tspc and esbuild",
        () => cpuSeconds(folder, ["bundle.mjs", "src", "plugin"]),
        () => compile() + cpuSeconds(folder, ["bundle.mjs", "dist"]),
      ),
      compare(
        "hosts: node --import register by tspc and node",
        () =>
          cpuSeconds(folder, ["--import", "@glacier-ts/plugin/register", "import.mjs", "./src/pipeline0.ts"]),
        () => compile() + cpuSeconds(folder, ["import.mjs", "./dist/pipeline0.js"]),
      ),
    ];
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function compare(name: string, direct: () => number, built: () => number): BenchRow {
  const times = { direct: [] as number[], built: [] as number[] };
  for (let repetition = 0; repetition < repetitions; repetition++) {
    times.direct.push(direct());
    times.built.push(built());
  }
  const [one, other] = [median(times.direct), median(times.built)];
  return {
    name: `${name}, CPU, 1,000 tasks in 300 files`,
    ratio: one / other,
    goal: 1,
    detail: `${one.toFixed(2)} s by ${other.toFixed(2)} s, medians of ${repetitions} pairs`,
  };
}
