/**
 * What Glacier adds to a compilation, and how it grows: projects of generated tasks, compiled by the real `tspc` with
 * and without the plugin.
 */
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { type Manifest, parseManifest } from "@glacier-ts/core";
import type { BenchRow } from "./bench-row.ts";
import { cpuSeconds } from "./cpu-seconds.ts";
import { generateProject, type ProjectSize } from "./generate-project.ts";
import { median } from "./statistics.ts";

const repetitions = 9;
const small: ProjectSize = { tasks: 1_000, files: 300 };
const large: ProjectSize = { tasks: 10_000, files: 3_000 };
const analysis = fileURLToPath(new URL("measure-analysis.ts", import.meta.url));
const tspc = fileURLToPath(new URL("../node_modules/ts-patch/bin/tspc.js", import.meta.url));

/** Measures the compiler with and without the plugin, and 10,000 tasks against 1,000. */
export function benchCompiler(): readonly BenchRow[] {
  const smallProject = project("small", small);
  const largeProject = project("large", large);
  try {
    return [
      pluginOverhead(smallProject),
      buildGrowth(smallProject, largeProject),
      linkGrowth(smallProject, largeProject),
    ];
  } finally {
    for (const folder of [smallProject, largeProject]) rmSync(folder, { recursive: true });
  }
}

function project(name: string, size: ProjectSize): string {
  const folder = path.join(os.tmpdir(), `glacier-bench-${process.pid}-${name}`);
  generateProject(folder, size);
  return folder;
}

function pluginOverhead(folder: string): BenchRow {
  const plain: number[] = [];
  const plugin: number[] = [];
  for (let repetition = 0; repetition < repetitions; repetition++) {
    plain.push(compile(folder, "tsconfig.plain.json"));
    plugin.push(compile(folder, "tsconfig.json"));
  }
  const manifest = readManifest(folder);
  if (Object.keys(manifest.tasks).length !== small.tasks) throw new Error("The manifest lacks tasks");
  return {
    name: "compiler: tspc with the plugin by without, CPU, 1,000 tasks in 300 files",
    ratio: median(plugin) / median(plain),
    goal: 1.1,
    detail: `${median(plugin).toFixed(2)} s by ${median(plain).toFixed(2)} s, lowest ${(Math.min(...plugin) / Math.min(...plain)).toFixed(2)}`,
  };
}

function buildGrowth(smallFolder: string, largeFolder: string): BenchRow {
  const smallTimes = [1, 2, 3].map(() => compile(smallFolder, "tsconfig.json"));
  const largeTimes = [1, 2].map(() => compile(largeFolder, "tsconfig.json"));
  if (Object.keys(readManifest(largeFolder).tasks).length !== large.tasks)
    throw new Error("The manifest lacks tasks");
  return growth(
    "compiler: whole build, CPU, 10,000 tasks by 1,000",
    median(largeTimes),
    median(smallTimes),
    "s",
  );
}

/** Analysis apart from type checking: reading every file, linking, and building every graph. */
function linkGrowth(smallFolder: string, largeFolder: string): BenchRow {
  const smallTimes = [1, 2, 3].map(() => analyse(smallFolder));
  const largeTimes = [1, 2, 3].map(() => analyse(largeFolder));
  return growth(
    "compiler: analysis, link and graphs, 10,000 tasks by 1,000",
    median(largeTimes),
    median(smallTimes),
    "ms",
  );
}

/** CPU milliseconds of one analysis. */
function analyse(folder: string): number {
  const { status, stdout, stderr } = spawnSync(process.execPath, [analysis, folder], { encoding: "utf8" });
  if (status !== 0) throw new Error(`the analysis failed: ${stderr}`);
  return Number(stdout);
}

function growth(name: string, large: number, small: number, unit: string): BenchRow {
  return {
    name,
    ratio: large / small,
    goal: 12,
    detail: `${large.toFixed(1)} ${unit} by ${small.toFixed(1)} ${unit}`,
  };
}

/** CPU seconds of one compilation. */
const compile = (folder: string, config: string) => cpuSeconds(folder, [tspc, "-p", config]);

function readManifest(folder: string): Manifest {
  const file = path.join(folder, "glacier.manifest.json");
  if (!existsSync(file)) throw new Error("tspc wrote no manifest");
  const manifest = parseManifest(readFileSync(file, "utf8"), file);
  if (!manifest.ok) throw new Error(manifest.failure.message);
  return manifest.value;
}
