/** `glacier` over a project whose tasks are in another one. */
import { readFileSync } from "node:fs";
import path from "node:path";
import { expect, it } from "vitest";
import { writeFiles } from "../analyzer/support/temp-project.js";
import { runNode } from "../hosts/support/tspc.js";
import { libTasks, makeWorkspace } from "../hosts/support/workspace.js";
import { type GlacierResult, glacier } from "../rig/glacier.js";
import { makeProject, tsconfigWith } from "../rig/temp-project.js";

const command = (folder: string, name: string, project: string, ...rest: string[]) =>
  glacier(folder, [name, "--project", project, ...rest]);

const run = (folder: string) => command(folder, "run", "app", "--json", "--param", "prefix=Dr ");

/** The last line of a run, which is its result. */
const resultOf = ({ stdout }: GlacierResult) => JSON.parse(stdout.trim().split("\n").at(-1) ?? "");

const dr = { status: "succeeded", diagnostics: [], datasets: { lengths: [6, 7] } };

it("runs tasks of a referenced project, from what that one was built to", async () => {
  const folder = makeWorkspace("by-path");
  // As tsc -p has it: references are built before.
  const unbuilt = await command(folder, "check", "app");
  expect(unbuilt.code).toBe(1);
  expect(unbuilt.stdout).toContain(
    "app/src/pipeline.ts:1:49 - error TS2307: Cannot find module '../../lib/dist/tasks.js'",
  );

  expect(await command(folder, "build", "lib")).toMatchObject({ code: 0, stderr: "" });
  expect(await command(folder, "check", "app")).toMatchObject({ code: 0, stderr: "" });
  expect(resultOf(await run(folder))).toMatchObject({
    ...dr,
    tasks: { "../lib/src/tasks.ts#clean": "succeeded", "src/pipeline.ts#measure": "succeeded" },
  });
  const written = readFileSync(path.join(folder, "lib/data/users.json"), "utf8");
  expect(JSON.parse(written)).toEqual(["Dr Ada ", "Dr Alan"]);
});

it("runs tasks of a package, from its JavaScript or from sources that Node can take", async () => {
  const folder = makeWorkspace("by-name");
  expect((await command(folder, "build", "lib")).code).toBe(0);
  const byManifest = resultOf(await run(folder));
  expect(byManifest).toMatchObject({
    ...dr,
    tasks: { "@acme/lib:src/tasks.ts#clean": "succeeded", "@acme/lib:src/tasks.ts#extract": "succeeded" },
  });

  // A stale build: the manifest and the declarations have a task that the JavaScript has lost.
  const javaScript = path.join(folder, "lib/dist/tasks.js");
  const compiled = readFileSync(javaScript, "utf8");
  writeFiles(folder, { "lib/dist/tasks.js": compiled.replaceAll("clean", "tidy") });
  const stale = await run(folder);
  expect(stale.code).toBe(1);
  expect(resultOf(stale).diagnostics[0]).toMatchObject({
    code: "GLA4004",
    message:
      "The build of pipeline 'analytics' is stale: the manifest has 'clean', 'lib/dist/tasks.js' has no such function.",
  });

  const project = JSON.parse(readFileSync(path.join(folder, "app/tsconfig.json"), "utf8"));
  writeFiles(folder, {
    "app/tsconfig.json": JSON.stringify({ ...project, references: [] }),
    "lib/package.json": '{ "name": "@acme/lib", "type": "module", "exports": "./src/tasks.ts" }',
    "lib/src/tasks.ts": libTasks,
  });
  const bySource = resultOf(await run(folder));
  expect(bySource.datasets).toEqual(byManifest.datasets);
  expect(bySource.tasks).toEqual(byManifest.tasks);
});

it("runs tasks of a package whose sources the project compiles itself", async () => {
  const project = makeProject({
    "package.json": '{ "name": "@acme/app", "type": "module" }',
    "tsconfig.json": tsconfigWith({ rootDir: "." }),
    "lib/package.json": '{ "name": "@acme/lib", "type": "module" }',
    "lib/tasks.ts": `
import { type Dataset, task } from "@glacier-ts/core";

export type Users = Dataset<"users", string[]>;
const asTask = task;
export const extract = asTask({ retries: 1 }, (): Users => ["Ada"]);
`,
    "src/pipeline.ts": `
import { type Dataset, pipeline } from "@glacier-ts/core";
import { extract, type Users } from "../lib/tasks.js";

export const count = (users: Users): Dataset<"total", number> => users.length;
export const analytics = pipeline({ name: "analytics", tasks: [extract, count] });
`,
    "src/main.ts": `
import { LocalExecutor } from "@glacier-ts/runtime";
import { analytics } from "./pipeline.js";

console.log(JSON.stringify((await analytics.run({ executor: new LocalExecutor() })).datasets));
`,
  });
  const result = resultOf(await glacier(project.folder, ["run", "--json"]));
  expect(result).toMatchObject({
    tasks: { "@acme/lib:tasks.ts#extract": "succeeded", "src/pipeline.ts#count": "succeeded" },
    datasets: { total: 1 },
  });
  expect(await runNode(project.folder, ["dist/src/main.js"])).toMatchObject({
    exitCode: 0,
    stdout: '{"total":1}\n',
  });
});
