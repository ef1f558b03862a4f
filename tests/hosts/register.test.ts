/** The real Node on TypeScript sources: no build, no output. */
import { cpSync, readdirSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { type Files, makeProject, tsconfigWith } from "../rig/temp-project.js";
import { cycleText, cyclic, direct, node, placeOf, printed, tasks } from "./support/direct.js";
import { caseNamed } from "./support/tspc.js";

const run = (folder: string, entry: string, env: Readonly<Record<string, string>> = {}) =>
  node(folder, ["--import", "@glacier-ts/plugin/register", entry], env);

const clean = { code: 0, stdout: printed, stderr: "" };

describe("node --import @glacier-ts/plugin/register", () => {
  it("runs a pipeline, with an enum, a parameter property and an import of a type; writes nothing", async () => {
    const { folder } = makeProject(direct);
    expect(await run(folder, "src/main.ts")).toEqual(clean);
    expect(readdirSync(folder).sort()).toEqual(["node_modules", "package.json", "src", "tsconfig.json"]);
  });

  it("shows the line and column of the source where a task throws", async () => {
    const { folder } = makeProject(direct);
    const { code, stderr } = await run(folder, "src/main.ts", { FAIL: "1" });
    const { line, column } = placeOf(tasks, 'new Error("boom")');
    expect(code).toBe(1);
    expect(stderr).toContain(`(${folder}/src/tasks.ts:${line}:${column})`);
  });

  it("keeps positions behind a pipeline on its line, and in a file without wiring", async () => {
    const wired = `import { pipeline } from "@glacier-ts/core";
import { extract, score } from "./tasks.js";
export const a = pipeline({ name: "a", tasks: [extract, score] }); const at: string = new Error().stack ?? "";
import { plain } from "./plain.js";
console.log(at, plain);
`;
    const plain = `type Text = string;\n/* ☃ */ export const plain: Text = <T,>(x: T): T => x && new Error().stack as Text;`;
    const unwired = plain.replace("<T,>(x: T): T => x &&", "(1 as number) &&");
    const { folder } = makeProject({ ...direct, "src/at.ts": wired, "src/plain.ts": unwired });
    const { stdout, stderr } = await run(folder, "src/at.ts");
    const place = (text: string) => Object.values(placeOf(text, "new Error()")).join(":");
    expect(stderr).toBe("");
    expect(stdout).toContain(`/src/at.ts:${place(wired)}`);
    expect(stdout).toContain(`/src/plain.ts:${place(unwired)}`);
  });

  it("prints the errors of the whole project and runs nothing", async () => {
    const { folder } = makeProject(cyclic);
    const { code, stdout, stderr } = await run(folder, "src/main.ts");
    expect(stdout).toBe("");
    expect(stderr.startsWith(cycleText)).toBe(true);
    expect(stderr).not.toContain("    at ");
    expect(code).toBe(1);
  });

  it.each([
    ["of a project", { "src/main.ts": "const age: = 3;\nconsole.log(age);\n" }, "src/main.ts"],
    ["in no project", { "main.mts": "const age: = 3;\nconsole.log(age);\n" }, "main.mts"],
  ])("stops at a syntax error in a file %s", async (_, files, entry) => {
    const { folder } = makeProject({ ...direct, ...files });
    const { code, stdout, stderr } = await run(folder, entry);
    expect(stderr).toContain(`${entry}:1:12 - error TS1110: Type expected.
  1 | const age: = 3;
    |            ~
`);
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
  });

  it("throws them where a program imports the project later", async () => {
    const main =
      'await import("./src/main.ts").catch((error) => console.log(error.name, error.diagnostics[0].code));\n';
    const { folder } = makeProject({ ...cyclic, "main.js": main });
    expect(await run(folder, "main.js")).toEqual({ code: 0, stdout: "GlacierError GLA3001\n", stderr: "" });
  });

  it("says which tsconfig it cannot read", async () => {
    const { folder } = makeProject({ ...direct, "tsconfig.json": '{ "extends": "./none.json" }' });
    const { code, stdout, stderr } = await run(folder, "src/main.ts");
    expect(stderr).toMatch(/^error GLA4008: Cannot read project '.*tsconfig\.json': .*none\.json/);
    expect(stderr).not.toContain("    at ");
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
  });

  it.each<[string, Files]>([
    ["CommonJS", { "package.json": "{}", "src/main.ts": inFunction(direct["src/main.ts"]) }],
    [
      "path aliases and specifiers without an ending",
      {
        "tsconfig.json": tsconfigWith({
          module: "esnext",
          moduleResolution: "bundler",
          paths: { "@/*": ["./src/*"] },
        }),
        "src/main.ts": direct["src/main.ts"]?.replace("./pipeline.js", "@/pipeline") ?? "",
        "src/pipeline.ts": direct["src/pipeline.ts"]?.replace("./tasks.js", "./tasks") ?? "",
      },
    ],
    [
      "a tsconfig that only refers to others",
      {
        "tsconfig.json": '{ "files": [], "references": [{ "path": "./tsconfig.app.json" }] }',
        "tsconfig.app.json": tsconfigWith({ composite: true }),
      },
    ],
    [
      "byte order marks",
      { "src/tasks.ts": `\uFEFF${tasks}`, "src/main.ts": `\uFEFF${direct["src/main.ts"]}` },
    ],
    [
      "declarations as its only output",
      {
        "tsconfig.json": tsconfigWith({ declaration: true, emitDeclarationOnly: true, removeComments: true }),
      },
    ],
    ["a tsconfig with noEmit", { "tsconfig.json": tsconfigWith({ noEmit: true, sourceMap: false }) }],
  ])("runs a project with %s", async (_, files) => {
    const { folder } = makeProject({ ...direct, ...files });
    expect(await run(folder, "src/main.ts")).toEqual(clean);
  });

  it.each([
    ["module-as-tasks", ["Zebra", "clean", "count"]],
    ["own-names-for-core", ["extract", "clean", "count"]],
    ["object-as-tasks", ["extract", "clean", "count"]],
  ])("runs fixture %s as tspc's output does", async (name, order) => {
    const project = makeProject({});
    cpSync(caseNamed(`programs/${name}`).folder, project.folder, { recursive: true });
    project.write({
      "ask.ts":
        'import { analytics } from "./src/pipeline.js";\nconsole.log(JSON.stringify(analytics.executionOrder()));\n',
    });
    const { stdout, stderr } = await run(project.folder, "ask.ts");
    expect(stderr).toBe("");
    expect(JSON.parse(stdout)).toEqual(order);
  });
});

/** Without `await` at the top level. */
function inFunction(text = ""): string {
  return text.replace("console.log(", "void (async () => {\nconsole.log(").concat("})();\n");
}
