/** Datasets that are declared with a schema, in runs of the executor: where the schema is found, and what is done by it. */
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";
import {
  type Diagnostic,
  dataset,
  describeFailure,
  type GraphDataset,
  type ManifestDataset,
  type RunRequest,
} from "@glacier-ts/core";
import { LocalExecutor } from "@glacier-ts/runtime";
import { describe, expect, it } from "vitest";
import * as z from "zod";
import { tempFolder } from "../analyzer/support/temp-project.js";
import { makePipeline } from "./make-graph.js";

interface Reading {
  readonly sensor: string;
  readonly celsius: number;
}

const reading = z.object({ sensor: z.string(), celsius: z.number().min(-273) });
const rows: readonly Reading[] = [
  { sensor: "a", celsius: 1 },
  { sensor: "b", celsius: -300 },
  { sensor: "c", celsius: -400 },
];

const payload = {
  type: "array",
  items: { type: "object", properties: { sensor: { type: "string" }, celsius: { type: "number" } } },
};

interface Asked {
  readonly validator?: ManifestDataset["validator"];
  readonly onInvalid?: ManifestDataset["onInvalid"];
  readonly imports?: RunRequest["imports"];
  readonly root?: string;
  readonly value?: unknown;
  readonly schema?: ManifestDataset["schema"] | object;
  /** What a task reads, by default; or what it makes. */
  readonly at?: "read" | "made";
  readonly stream?: boolean;
}

const id = "src/datasets.ts#Readings";
const declared = (schema: z.ZodType, name = "readings") => ({
  "src/datasets.ts": async () => ({ Readings: dataset(name, { schema }).of<never>() }),
});

/** Runs a task that reads the dataset from a file, or that makes it. */
async function run({
  validator = { id },
  onInvalid,
  imports,
  root = tempFolder(),
  value = rows,
  schema = payload,
  at = "read",
  stream = false,
}: Asked) {
  mkdirSync(root, { recursive: true });
  writeFileSync(path.join(root, "readings.json"), JSON.stringify(value));
  const seen: unknown[] = [];
  const made = () => (stream ? streamOf(value as readonly unknown[]) : value);
  const use = async (given: unknown) => {
    if (!stream) seen.push(...[given].flat());
    else for await (const row of given as AsyncIterable<unknown>) seen.push(row);
    return seen.length;
  };
  const output = { dataset: "readings", path: "", ...(stream && { stream: true as const }) };
  const { graph, functions } = makePipeline(
    at === "read"
      ? [{ name: "use", reads: ["readings"], makes: ["count"], run: use }]
      : [
          { name: "make", makes: [output], run: made },
          { name: "use", reads: ["readings"], makes: ["count"], run: use },
        ],
    ["readings"],
  );
  const known = graph.datasets.get("readings") as GraphDataset;
  const manifest = {
    ...known.manifest,
    schema: "#/schemas/readings",
    storage: { kind: "file", path: stream ? "readings.ndjson" : "readings.json" },
    validator,
    ...(onInvalid && { onInvalid }),
  } as ManifestDataset;
  if (stream) {
    const lines = (value as readonly unknown[]).map((row) => `${JSON.stringify(row)}\n`);
    writeFileSync(path.join(root, "readings.ndjson"), lines.join(""));
  }
  const isStream = stream ? { "x-glacier-type": "AsyncIterable" } : {};
  const whole = {
    ...graph,
    datasets: new Map([...graph.datasets, ["readings", { ...known, manifest }]]),
    schemas: { ...graph.schemas, readings: { ...(schema as object), ...isStream } },
  } as typeof graph;
  const outcome = await new LocalExecutor().execute({
    graph: whole,
    functions,
    projectRoot: pathToFileURL(`${root}/`).href,
    keep: [],
    ...(imports && { imports }),
  });
  const textOf = ({ code, message }: Diagnostic) => `${code}: ${message}`;
  return {
    status: outcome.status,
    problems: [
      ...outcome.failures.map((failure) => textOf(describeFailure(whole, failure))),
      ...(outcome.warnings ?? []).map(textOf),
    ],
    seen,
    root,
  };
}

async function* streamOf(items: readonly unknown[]) {
  yield* items;
}

/** What reads a stream from outside is the task: it may catch what that throws. */
const toldByTask = (problem: string) =>
  expect.stringContaining(`GLA5001: Task 'use' failed (reads 'readings'): GlacierError: ${problem}`);

const tooSmall =
  "row 2 at '/celsius': found -300, and its schema says: Too small: expected number to be >=-273";

describe.for([false, true])("rows (stream: %s)", (stream) => {
  const imports = declared(reading);
  const one = stream ? "" : "; 1 more row is not valid";

  it("pass where they are valid", async () => {
    const valid = rows.slice(0, 1);
    for (const at of ["read", "made"] as const) {
      const { status, problems, seen } = await run({ imports, value: valid, at, stream });
      expect({ status, problems, seen }).toEqual({ status: "succeeded", problems: [], seen: valid });
    }
  });

  it("fail where they are read", async () => {
    const { problems } = await run({ imports, stream });
    const place = stream ? "readings.ndjson" : "readings.json";
    const problem = `GLA5066: Dataset 'readings' at ${place} is not valid: ${tooSmall}${one}.`;
    expect(problems).toEqual([stream ? toldByTask(problem) : problem]);
  });

  it("fail where they are made", async () => {
    const { problems, seen } = await run({ imports, at: "made", stream });
    expect(problems).toEqual([
      `GLA5024: Task 'make' returned rows for dataset 'readings' that are not valid: ${tooSmall}${one}.`,
    ]);
    expect(seen).toEqual([]);
  });

  it("are kept with a warning", async () => {
    const { status, problems, seen } = await run({ imports, onInvalid: "warn", stream });
    expect(problems).toEqual([
      `GLA5067: Dataset 'readings' is not valid: ${tooSmall}; 1 more row is not valid.`,
    ]);
    expect({ status, seen }).toEqual({ status: "succeeded", seen: rows });
  });

  it("are checked by a schema that needs time, in their order", async () => {
    const slow = reading.refine(
      async ({ sensor }) => {
        await new Promise(setImmediate);
        return sensor !== "b";
      },
      { message: "Sensor b is broken." },
    );
    const value = ["a", "b", "c", "b"].map((sensor) => ({ sensor, celsius: 0 }));
    const { problems, seen } = await run({ imports: declared(slow), onInvalid: "warn", value, stream });
    expect(problems).toEqual([
      "GLA5067: Dataset 'readings' is not valid: row 2: found an object, and its schema says: Sensor b is broken; 1 more row is not valid.",
    ]);
    expect(seen).toEqual(value);
  });

  it("stop the run where the schema throws, whatever else is done with invalid rows", async () => {
    const broken = reading.refine(({ celsius }) => {
      if (celsius === 7) throw new RangeError("no sevens");
      return true;
    });
    const value = [rows[0], { sensor: "b", celsius: 7 }];
    const { problems } = await run({ imports: declared(broken), onInvalid: "warn", value, stream });
    const problem = "GLA5070: The schema of dataset 'readings' failed at row 2: RangeError: no sevens.";
    expect(problems).toEqual([stream ? toldByTask(problem) : problem]);
  });

  it("stay as they are, whatever the schema makes of them", async () => {
    const trimming = z.object({ sensor: z.string().trim(), celsius: z.number() });
    const value = [{ sensor: " a ", celsius: 1, more: true }];
    expect((await run({ imports: declared(trimming), value, stream })).seen).toEqual(value);
  });
});

describe("a value that is no rows", () => {
  const object = { type: "object", properties: { sensor: { type: "string" } } };

  it("is checked as a whole", async () => {
    const value = { sensor: "a", celsius: -300 };
    const { problems } = await run({ imports: declared(reading), value, schema: object });
    expect(problems).toEqual([
      "GLA5066: Dataset 'readings' at readings.json is not valid: at '/celsius': found -300, and its schema says: Too small: expected number to be >=-273.",
    ]);
    const made = await run({ imports: declared(reading), value, schema: object, at: "made" });
    expect(made.problems).toEqual([
      "GLA5024: Task 'make' returned -300 for dataset 'readings' at '/celsius', and its schema says: Too small: expected number to be >=-273.",
    ]);
  });

  it("is not valid in the place of rows", async () => {
    const { problems } = await run({ imports: declared(reading), value: rows[0], at: "made" });
    expect(problems).toEqual([
      "GLA5024: Task 'make' returned an object for dataset 'readings', expected an array.",
    ]);
  });
});

describe("the schema", () => {
  /** A project with JavaScript, in which no other code of the test is. */
  const module = (exported: string) => {
    const root = tempFolder();
    mkdirSync(path.join(root, "dist"));
    writeFileSync(path.join(root, "dist/datasets.mjs"), exported);
    return { root, validator: { id, file: "dist/datasets.mjs" } };
  };
  const refusing = `{ "~standard": { version: 1, vendor: "own", validate: () => ({ issues: [{ message: "Never." }] }) } }`;
  const unloadable = (why: string) =>
    `GLA5069: Cannot load the schema of dataset 'readings', 'src/datasets.ts#Readings': ${why}.`;

  it("is taken from the JavaScript that the manifest names", async () => {
    const found = module(`export const Readings = { name: "readings", options: { schema: ${refusing} } };`);
    expect((await run({ ...found, onInvalid: "warn" })).problems).toEqual([
      "GLA5067: Dataset 'readings' is not valid: row 1: found an object, and its schema says: Never; 2 more rows are not valid.",
    ]);
  });

  it("is taken from an installed package", async () => {
    const root = tempFolder();
    const folder = path.join(root, "node_modules/@acme/weather/dist");
    mkdirSync(folder, { recursive: true });
    const text = `exports.held = { Readings: { name: "readings", options: { schema: ${refusing} } } };`;
    writeFileSync(path.join(folder, "index.cjs"), text);
    const validator = {
      id: "@acme/weather:src/index.cts#held.Readings",
      file: "dist/index.cjs",
      package: "@acme/weather",
    };
    expect((await run({ root, validator })).problems).toEqual([
      "GLA5066: Dataset 'readings' at readings.json is not valid: row 1: found an object, and its schema says: Never; 2 more rows are not valid.",
    ]);
    const gone = await run({ validator: { ...validator, package: "@acme/gone" } });
    expect(gone.problems).toEqual([
      "GLA5069: Cannot load the schema of dataset 'readings', '@acme/weather:src/index.cts#held.Readings': package '@acme/gone' is not installed.",
    ]);
  });

  it("is not looked for where nothing is checked", async () => {
    expect(await run({ onInvalid: "ignore" })).toMatchObject({ status: "succeeded", problems: [] });
  });

  it("may be none after all: the payload's is used", async () => {
    const found = module(`export const Readings = { name: "readings", options: {} };`);
    const { problems } = await run({ ...found, value: [{ sensor: 1 }] });
    expect(problems).toEqual([
      "GLA5066: Dataset 'readings' at readings.json is not valid: row 1 at '/sensor': found 1, expected a string.",
    ]);
  });

  it.each([
    ["is in a module that throws", 'throw new Error("no network");', "Error: no network"],
    ["is in no declaration", "export const Other = 1;", "the module has no declaration of 'readings' there"],
    [
      "is of another dataset",
      `export const Readings = { name: "users", options: { schema: ${refusing} } };`,
      "the module has no declaration of 'readings' there",
    ],
    [
      "is none",
      'export const Readings = { name: "readings", options: { schema: { parse() {} } } };',
      "it is no Standard Schema, version 1",
    ],
  ])("is told where it %s", async (_, text, why) => {
    expect((await run(module(text))).problems).toEqual([unloadable(why)]);
  });

  it("is told where there is no JavaScript", async () => {
    expect((await run({})).problems).toEqual([unloadable("the project writes no JavaScript for it")]);
    const { problems } = await run({ validator: { id, file: "dist/gone.js" } });
    expect(problems).toEqual([unloadable("there is no file 'dist/gone.js'")]);
  });
});
