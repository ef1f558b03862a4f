/** Does what docs/getting-started.md says, with the code that is in it. */
import { execFileSync, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { glacier } from "../rig/glacier.js";
import { emptyProject, makeProject, type TempProject } from "../rig/temp-project.js";

const page = readFileSync(new URL("../../docs/getting-started.md", import.meta.url), "utf8");
const tspc = fileURLToPath(new URL("../../node_modules/ts-patch/bin/tspc.js", import.meta.url));

/** The code block that the text is in, without its fences. */
function block(text: string): string {
  const found = Array.from(page.matchAll(/^```\w+\n([\s\S]*?)^```$/gm), ([, code]) => code ?? "");
  const code = found.find((candidate) => candidate.includes(text));
  if (code === undefined) throw new Error(`The page has no code block with ${text}`);
  return code;
}

/** The project of the page: its tsconfig and its files, which begin with their names. */
function pageProject(): TempProject {
  const sources = ["src/datasets.ts", "src/tasks.ts", "src/pipeline.ts"];
  return makeProject({
    "tsconfig.json": block('"@glacier-ts/plugin"'),
    "data/users.csv": "id,name,age\n1,Ada,36\n2,,0\n3,Alan,41\n",
    ...Object.fromEntries(sources.map((file) => [file, block(`// ${file}`)])),
  });
}

/** The arguments of the page's `npx glacier` commands in a code block, without comments. */
function commands(text: string): readonly (readonly string[])[] {
  const lines = block(text).trimEnd().split("\n");
  return lines
    .map((line) => line.replace(/ +#.*$/, "").split(" "))
    .flatMap(([npx, name, ...args]) =>
      npx === "npx" && /^(glacier|@glacier-ts\/cli)$/.test(name ?? "") ? [args] : [],
    );
}

describe("getting started", () => {
  it("starts a project as the page says", async () => {
    const project = emptyProject({});
    const steps = [...commands("npx @glacier-ts/cli init"), ...commands("npx glacier check\n")];
    expect(steps.map(([verb]) => verb)).toEqual(["init", "check", "run"]);
    let last = "";
    for (const args of steps) {
      const { stdout, code } = await glacier(project.folder, args);
      expect(code).toBe(0);
      last = stdout;
    }
    expect(last).toContain(block("metrics\ntotal"));
  });

  it("renames a dataset as the page says", async () => {
    const project = pageProject();
    const [print = [], write = []] = commands("npx glacier rename");
    expect((await glacier(project.folder, print)).stdout).toContain(
      '+export type People = Dataset<"people", User[]>;',
    );
    expect((await glacier(project.folder, write)).code).toBe(0);
    expect(project.read("src/tasks.ts")).toContain("(users: RawUsers): People");
  });

  it("builds, draws, runs and checks what the page has", async () => {
    const project = pageProject();
    execFileSync(process.execPath, [tspc, "-p", "."], { cwd: project.folder });
    expect(project.has("dist/pipeline.js")).toBe(true);

    const graph = await glacier(project.folder, ["graph"]);
    expect(graph.stdout).toContain("│ → clean_users │");
    const run = await glacier(project.folder, ["run", "analytics"]);
    expect(run.code).toBe(0);
    expect(run.stdout).toMatch(/^total +2\naverageAge +38\.5$/m);
    expect((await glacier(project.folder, ["check"])).code).toBe(0);
    expect((await glacier(project.folder, ["manifest", "--check"])).code).toBe(0);
  });

  it("runs from code as the page says", () => {
    const project = pageProject();
    project.write({ "src/main.ts": block("new LocalExecutor()") });
    execFileSync(process.execPath, [tspc, "-p", "."], { cwd: project.folder });
    const printed = execFileSync(process.execPath, ["dist/main.js"], {
      cwd: project.folder,
      encoding: "utf8",
    });
    expect(printed).toBe("2\n");
  });

  it("runs without a build step as the page says", () => {
    const project = pageProject();
    project.write({ "src/main.ts": block("new LocalExecutor()") });
    const [command = "", ...list] = block("--import").trim().split(" ");
    expect(command).toBe("node");
    const printed = execFileSync(process.execPath, list, { cwd: project.folder, encoding: "utf8" });
    expect(printed).toBe("2\n");
    expect(project.has("dist")).toBe(false);
  });

  it("prints the error that the page shows", () => {
    const project = pageProject();
    const tasks = block("// src/tasks.ts").replace(
      "(users: CleanUsers): Metrics",
      '(users: Dataset<"clean_user", User[]>): Metrics',
    );
    const imports =
      'import type { Dataset } from "@glacier-ts/core";\nimport type { User } from "./datasets.js";\n';
    project.write({ "src/tasks.ts": imports + tasks });
    const { status, stdout } = spawnSync(process.execPath, [tspc, "-p", "."], {
      cwd: project.folder,
      encoding: "utf8",
    });
    expect(stdout).toBe(block("error TS993002"));
    expect(status).toBe(2);
    expect(project.has("glacier.manifest.json")).toBe(false);
  });
});
