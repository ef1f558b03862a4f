/**
 * `glacier check --compiler 7` by TypeScript 6 alone: the whole command, type check and analysis, against `tsc --noEmit`
 * on the same project, in turns.
 */
import { spawn } from "node:child_process";
import { readdirSync, readFileSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import type { BenchRow } from "./bench-row.ts";
import { generateProject, type ProjectSize } from "./generate-project.ts";
import { median } from "./statistics.ts";

const goal = 0.5;
const tsc6 = fileURLToPath(new URL("../node_modules/typescript/lib/tsc.js", import.meta.url));
const tsc7 = fileURLToPath(new URL("../node_modules/typescript7/bin/tsc", import.meta.url));
const glacier = fileURLToPath(new URL("../packages/cli/bin/glacier.js", import.meta.url));

/** Measures a small and a large project. */
export async function benchCompiler7(): Promise<readonly BenchRow[]> {
  return [await measure({ tasks: 1_000, files: 300 }, 5), await measure({ tasks: 10_000, files: 3_000 }, 3)];
}

async function measure(size: ProjectSize, pairs: number): Promise<BenchRow> {
  const folder = path.join(os.tmpdir(), `glacier-bench-${process.pid}-compiler7`);
  generateProject(folder, size);
  try {
    const runs: Record<"tsc6" | "tsc7" | "check", Run[]> = { tsc6: [], tsc7: [], check: [] };
    for (let pair = 0; pair < pairs; pair++) {
      runs.tsc6.push(await run(folder, [tsc6, "-p", "tsconfig.plain.json", "--noEmit"]));
      runs.check.push(await run(folder, [glacier, "check", "--compiler", "7"]));
      runs.tsc7.push(await run(folder, [tsc7, "-p", "tsconfig.plain.json", "--noEmit"]));
    }
    const seconds = (name: keyof typeof runs) => median(runs[name].map((run) => run.seconds));
    const memory = (name: keyof typeof runs) => Math.max(...runs[name].map((run) => run.memoryMb));
    const text = (name: keyof typeof runs) => `${seconds(name).toFixed(1)} s, ${memory(name).toFixed(0)} MB`;
    const tasks = size.tasks.toLocaleString("en");
    return {
      name: `typescript 7: glacier check by tsc 6 alone, wall, ${tasks} tasks in ${size.files.toLocaleString("en")} files`,
      ratio: seconds("check") / seconds("tsc6"),
      goal,
      detail: `${text("check")} by ${text("tsc6")}; tsc 7 alone ${text("tsc7")}; medians of ${pairs} pairs, highest peaks of all processes together`,
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

interface Run {
  readonly seconds: number;
  /** Peaks of the process and of those that it started, added up; 0 where the system does not tell. */
  readonly memoryMb: number;
}

function run(folder: string, args: readonly string[]): Promise<Run> {
  return new Promise((resolve, reject) => {
    const start = performance.now();
    const child = spawn(process.execPath, args, { cwd: folder });
    const peaks = new Map<number, number>();
    const watch = setInterval(() => {
      for (const pid of familyOf(child.pid)) peaks.set(pid, Math.max(peaks.get(pid) ?? 0, peakOf(pid)));
    }, 100);
    let output = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (text: string) => {
        output += text;
      });
    }
    child.on("error", reject);
    child.on("close", (code) => {
      clearInterval(watch);
      if (code !== 0) reject(new Error(`${args.join(" ")} failed: ${output}`));
      const memoryMb = [...peaks.values()].reduce((sum, peak) => sum + peak, 0) / 1024;
      resolve({ seconds: (performance.now() - start) / 1000, memoryMb });
    });
  });
}

/** A process and those that it started, on Linux. */
function familyOf(pid: number | undefined): readonly number[] {
  if (pid === undefined) return [];
  const threads = tryRead(() => readdirSync(`/proc/${pid}/task`)) ?? [];
  const children = threads.flatMap((thread) => {
    const text = tryRead(() => readFileSync(`/proc/${pid}/task/${thread}/children`, "utf8")) ?? "";
    return text.split(" ").filter(Boolean).map(Number);
  });
  return [pid, ...children.flatMap(familyOf)];
}

/** Kilobytes. */
function peakOf(pid: number): number {
  const status = tryRead(() => readFileSync(`/proc/${pid}/status`, "utf8")) ?? "";
  return Number(/^VmHWM:\s+(\d+)/m.exec(status)?.[1] ?? 0);
}

/** Undefined where the process has ended meanwhile. */
function tryRead<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
