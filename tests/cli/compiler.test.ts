/** `--compiler`: the same answers from TypeScript 6 and from TypeScript 7, and what is said where one of them is missing. */
import { cpSync, mkdirSync, readdirSync, rmSync, symlinkSync } from "node:fs";
import path from "node:path";
import process from "node:process";
import { describe, expect, it } from "vitest";
import { repository } from "../analyzer/support/paths.js";
import { type GlacierResult, glacier, RunningCommand } from "../rig/glacier.js";
import { withoutTimes } from "../rig/output.js";
import { makeProject, type TempProject, tsconfigWith } from "../rig/temp-project.js";
import { analytics, broken, pipeline, tasks } from "./analytics.js";

describe("with either compiler", () => {
  it.each([
    ["check", analytics],
    ["check", broken],
    ["manifest --stdout", analytics],
    ["graph --json", analytics],
  ])("`%s` says the same", async (command, files) => {
    const project = makeProject(files);
    const ask = (compiler: string) =>
      glacier(project.folder, [...command.split(" "), "--compiler", compiler]);
    const answer = await ask("7");
    expect(answer).toEqual(await ask("6"));
    expect(answer.code).toBe(files === broken ? 1 : 0);
  });

  it.each([
    ["ES modules", "module"],
    ["CommonJS", "commonjs"],
  ])("`build` writes the same JavaScript, and a map that leads to the source: %s", async (_, type) => {
    const fails = tasks.replace(
      "return { total",
      'if (users.length > 1) throw new Error("too many");\n  return { total',
    );
    const project = makeProject({
      "src/tasks.ts": fails,
      "src/pipeline.ts": pipeline,
      "package.json": JSON.stringify({ type }),
      "tsconfig.json": tsconfigWith({ declaration: true, inlineSources: true }),
    });
    const build = async (compiler: string) => {
      rmSync(project.path("dist"), { recursive: true, force: true });
      const run = await glacier(project.folder, ["run", "--force", "--compiler", compiler]);
      const files = readdirSync(project.path("dist")).toSorted();
      const scripts = files.filter((file) => !file.endsWith(".map"));
      const sources = files
        .filter((file) => file.endsWith(".map"))
        .map((file) => JSON.parse(project.read(`dist/${file}`)).sourcesContent);
      // TypeScript 7 leaves the comment out where it writes another name for the function; in CommonJS it helps nobody.
      const comment = type === "commonjs" ? "/* @__PURE__ */ " : "";
      const texts = scripts.map((file) => project.read(`dist/${file}`).replaceAll(comment, ""));
      const manifest = project.read("glacier.manifest.json");
      return { stderr: withoutTimes(run.stderr), code: run.code, files, texts, sources, manifest };
    };
    const built = await build("7");
    expect(built).toEqual(await build("6"));
    expect(built.stderr).toContain("src/tasks.ts:14:31");
    expect(built.code).toBe(1);
  });
});

describe("without the option", () => {
  it("a project is read with its own compiler", async () => {
    const project = makeProject({ ...analytics, "tsconfig.json": tsconfigWith({ target: "ES5" }) });
    const check = async () => (await glacier(project.folder, ["check"])).stdout;
    expect(await check()).toContain("Option 'target=ES5' is deprecated");
    useTypescript7(project);
    expect(await check()).toContain("Option 'target=ES5' has been removed");
  });
});

describe("a compiler that is missing (GLA4031)", () => {
  it("is reported with what installs it", async () => {
    const project = makeProject(analytics);
    installCommand(project, ["typescript"]);
    const { stdout, stderr, code } = await installedGlacier(project, ["check", "--compiler", "7"]);
    expect({ stdout, code }).toEqual({ stdout: "", code: 2 });
    expect(stderr.replaceAll(project.folder, "<project>")).toBe(`\
error GLA4031: Cannot read project '<project>/tsconfig.json' with TypeScript 7: it has TypeScript 6.0.3.
  hint: install it: \`npm install --save-dev --no-bin-links typescript7@npm:typescript@7.1.0-dev.20261021.1\`

Found 1 error.
`);
    expect(await installedGlacier(project, ["check"])).toMatchObject({ stderr: "", code: 0 });
  });

  it("is reported for TypeScript 6 as well", async () => {
    const project = makeProject(analytics);
    installCommand(project, []);
    const { stderr, code } = await installedGlacier(project, ["check"]);
    expect(code).toBe(2);
    expect(stderr).toContain(
      "with TypeScript 6: there is none.\n  hint: install it: `npm install --save-dev typescript@6`",
    );
  });
});

/** Gives a project a `node_modules` of its own, where `typescript` is TypeScript 7. */
function useTypescript7(project: TempProject): void {
  rmSync(project.path("node_modules"));
  link(project, "typescript", "typescript7");
  for (const name of ["@glacier-ts", "@types", "undici-types"]) link(project, name);
}

/** Installs the command in a project, so that it finds no compiler but those that the project has. */
function installCommand(project: TempProject, compilers: readonly string[]): void {
  rmSync(project.path("node_modules"));
  for (const name of ["core", "analyzer", "cli"]) {
    const source = path.join(repository, "packages", name);
    const target = project.path(`node_modules/@glacier-ts/${name}`);
    cpSync(path.join(source, "package.json"), path.join(target, "package.json"));
    cpSync(path.join(source, "dist"), path.join(target, "dist"), { recursive: true });
  }
  // Those of the command's own dependencies that differ from what others need.
  link(project, "@glacier-ts/cli/node_modules", "../packages/cli/node_modules");
  const others = ["cli-truncate", "log-update", "string-width", "table", "@types", "undici-types"];
  for (const name of [...others, ...compilers]) link(project, name);
}

/** Lets a project use a package of this repository, by the same name or by another one. */
function link(project: TempProject, name: string, target = name): void {
  mkdirSync(path.dirname(project.path(`node_modules/${name}`)), { recursive: true });
  symlinkSync(
    path.join(repository, "node_modules", target),
    project.path(`node_modules/${name}`),
    "junction",
  );
}

/** Runs the command that a project has installed. */
function installedGlacier(project: TempProject, args: readonly string[]): Promise<GlacierResult> {
  const main = project.path("node_modules/@glacier-ts/cli/dist/main.js");
  return new RunningCommand(process.execPath, [main, ...args], project.folder, {}).finished;
}
