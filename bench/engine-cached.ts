/** A run in which nothing is left to do: the whole process, beside an empty one of Node and beside `make`. */
import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import type { BenchRow } from "./bench-row.ts";
import { generateProject } from "./generate-project.ts";
import { chained } from "./graphs.ts";
import { measureInTurns } from "./in-turns.ts";

const tasks = 1_000;
const goalMs = 250;
const glacier = fileURLToPath(new URL("../packages/cli/bin/glacier.js", import.meta.url));

export async function benchCached(): Promise<readonly BenchRow[]> {
  const folder = mkdtempSync(path.join(os.tmpdir(), "glacier-bench-cached-"));
  const [project, made] = [path.join(folder, "project"), path.join(folder, "made")];
  try {
    // Twenty files are one pipeline.
    generateProject(project, { tasks, files: 20, isServerless: false });
    const run = () => outputOf(process.execPath, [glacier, "run", "p0"], project);
    run();
    if (!run().includes("1,000 cached"))
      throw new Error("The second run should use the results of the first");
    const hasMake = spawnSync("make", ["--version"]).status === 0;
    if (hasMake) generateMakefile(made);
    const times = await measureInTurns(
      {
        glacier: run,
        node: () => outputOf(process.execPath, ["--eval", "0"], folder),
        ...(hasMake && { make: () => outputOf("make", ["--silent"], made) }),
      } as Record<"glacier" | "node" | "make", () => void>,
      { turns: 11, warmUps: 2 },
    );
    const name = `engine-cached: ${tasks} tasks of which none has to run`;
    const text = (ms: number) => `${ms.toFixed(0)} ms for the whole process`;
    return [
      {
        name: `${name}, glacier run by ${goalMs} ms`,
        ratio: times.glacier / goalMs,
        goal: 1,
        detail: `${text(times.glacier)}; an empty one of Node takes ${times.node.toFixed(0)} ms`,
      },
      {
        name: `${name}, make by ${goalMs} ms`,
        ratio: hasMake ? times.make / goalMs : undefined,
        goal: undefined,
        detail: hasMake ? text(times.make) : "is not installed",
      },
    ];
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The same number of files, each made of the one before. */
function generateMakefile(folder: string): void {
  const rules = chained(tasks).map((reads, number) => {
    return `d${number}: ${reads.map((read) => `d${read}`).join(" ")}\n\ttouch $@\n`;
  });
  mkdirSync(folder);
  writeFileSync(path.join(folder, "Makefile"), `all: d${tasks - 1}\n${rules.join("")}`);
  outputOf("make", ["--silent"], folder);
}

function outputOf(command: string, args: readonly string[], folder: string): string {
  return execFileSync(command, args, { cwd: folder, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
}
