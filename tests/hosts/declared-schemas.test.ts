/** Where a run finds the schemas of datasets: in what each host makes of the same project. */
import { rmSync } from "node:fs";
import path from "node:path";
import { openProject } from "@glacier-ts/analyzer";
import { buildGraph, checkGraph, describeFailure, pipelineId, type RunRequest } from "@glacier-ts/core";
import glacier from "@glacier-ts/plugin/esbuild";
import { LocalExecutor } from "@glacier-ts/runtime";
import { build } from "esbuild";
import { describe, expect, it } from "vitest";
import { writeFiles } from "../analyzer/support/temp-project.js";
import { caseNamed, makeProject, projectOfCase, runNode, tspc } from "./support/tspc.js";

const files = {
  "src/datasets.ts": `\
import { type Dataset, dataset } from "@glacier-ts/core";
import { file } from "@glacier-ts/core/storage";
import * as z from "zod";
console.log("the schema is loaded");
enum Least { Kelvin = -273 }
const reading = z.object({ sensor: z.string(), celsius: z.number().min(Least.Kelvin) });
export type Reading = z.infer<typeof reading>;
export const inner = { Raw: dataset("raw", { storage: file({ path: "raw.json" }), schema: reading }).of<Reading[]>() };
export type Raw = Dataset.Of<typeof inner.Raw>;
export type Count = Dataset<"count", number>;
`,
  "src/pipeline.ts": `\
import { pipeline } from "@glacier-ts/core";
import type { Count, Raw } from "./datasets.js";
export const count = (raw: Raw): Count => raw.length;
export const readings = pipeline({ name: "readings", tasks: [count] });
`,
  "src/main.ts": `\
import { LocalExecutor } from "@glacier-ts/runtime";
import { readings } from "./pipeline.js";
console.log("begins");
readings.run({ executor: new LocalExecutor() }).then(({ datasets }) => console.log(datasets), (error) => console.log(error.message));
`,
  "raw.json": '[{ "sensor": "a", "celsius": 1 }, { "sensor": "b", "celsius": -300 }]',
};

/** The schema is loaded when it is needed, and looks at what is read. */
const refused = {
  exitCode: 0,
  stderr: "",
  stdout: `begins
the schema is loaded
GLA5066: Dataset 'raw' at raw.json is not valid: row 2 at '/celsius': found -300, and its schema says: Too small: expected number to be >=-273.
  hint: mend the data or the type, or say what to do with such rows by the dataset's \`onInvalid\`
`,
};

describe("finds the schema of a dataset", () => {
  it("in compiled JavaScript, without its sources", async () => {
    const folder = makeProject(files, { types: ["node"] });
    expect(await tspc(folder, "-p", ".")).toMatchObject({ exitCode: 0, stdout: "" });
    rmSync(path.join(folder, "src"), { recursive: true });
    expect(await runNode(folder, ["dist/main.js"])).toEqual(refused);
  });

  it("in CommonJS", async () => {
    const folder = makeProject({ ...files, "package.json": "{}" }, { types: ["node"] });
    expect(await tspc(folder, "-p", ".")).toMatchObject({ exitCode: 0, stdout: "" });
    expect(await runNode(folder, ["dist/main.js"])).toEqual(refused);
  });

  it("in sources, without a build", async () => {
    const folder = makeProject(files, { noEmit: true });
    expect(await runNode(folder, ["--import", "@glacier-ts/plugin/register", "src/main.ts"])).toEqual(
      refused,
    );
  });

  it("in a bundle, in which it is", async () => {
    const folder = makeProject(files);
    await build({
      entryPoints: [path.join(folder, "src/main.ts")],
      absWorkingDir: folder,
      outfile: path.join(folder, "out/main.mjs"),
      bundle: true,
      format: "esm",
      platform: "node",
      packages: "external",
      plugins: [glacier()],
    });
    expect(await runNode(folder, ["out/main.mjs"])).toEqual(refused);
  });

  it("in a test, of what would be stored", async () => {
    const stored = files["src/pipeline.ts"]
      .replace("type { Count, Raw }", "type { Raw, Reading }")
      .replace(
        "export const count = (raw: Raw): Count => raw.length;",
        "export const make = (): Raw => [{ sensor: 'a', celsius: -300 }];",
      )
      .replace("[count]", "[make]");
    const test = `\
import { testPipeline } from "@glacier-ts/runtime/testing";
import { readings } from "./pipeline.js";
console.log(await testPipeline(readings, {}).catch((error) => error.message));
`;
    const folder = makeProject(
      { ...files, "src/pipeline.ts": stored, "src/main.ts": test },
      { noEmit: true },
    );
    const { stdout } = await runNode(folder, ["--import", "@glacier-ts/plugin/register", "src/main.ts"]);
    expect(stdout).toBe(`the schema is loaded
GLA5024: Task 'make' returned rows for dataset 'raw' that are not valid: row 1 at '/celsius': found -300, and its schema says: Too small: expected number to be >=-273.
`);
  });

  it("in other packages, installed and linked", async () => {
    const root = projectOfCase({ ...caseNamed("programs/packages-schemas"), hasPackages: true });
    writeFiles(root, {
      "node_modules/@acme/ledger/data/entries.json": '[{ "account": "a", "cents": 0.5 }]',
      "workspace/people/people.json": '[{ "name": "Ada" }, { "name": "" }]',
    });
    const opened = openProject(root);
    if (!opened.ok) throw new Error(opened.failure.message);
    const { manifest } = opened.value.analyze();
    const checked = checkGraph(buildGraph(manifest, pipelineId("src/pipeline.ts#shares")));
    if (!checked.ok) throw new Error("The graph has problems");
    const graph = checked.value;
    const functions = new Map(graph.order.map((id) => [id, () => 1]));
    const given = new Map([["balance", 1]]);
    const problemsOf = async (request: Pick<RunRequest, "given">) => {
      const executor = new LocalExecutor();
      const { failures } = await executor.execute({
        graph,
        functions,
        projectRoot: root,
        keep: [],
        ...request,
      });
      return failures.map((failure) => describeFailure(graph, failure).message);
    };
    expect(await problemsOf({})).toEqual([
      "Dataset 'entries' at data/entries.json of the package '@acme/ledger' is not valid: row 1 at '/cents': found 0.5, and its schema says: Cents are whole.",
    ]);
    expect(await problemsOf({ given })).toEqual([
      "Dataset 'people' at workspace/people/people.json is not valid: row 2: found an object, and its schema says: A name is missing.",
    ]);
  });
});
