/** Datasets that are declared with schemas of zod, valibot and arktype, as `glacier run` stores and reads them. */
import { expect, it } from "vitest";
import { glacier } from "../rig/glacier.js";
import { makeProject } from "../rig/temp-project.js";

const datasets = `\
import { type Dataset, dataset } from "@glacier-ts/core";
import { file } from "@glacier-ts/core/storage";
import { type } from "arktype";
import * as v from "valibot";
import * as z from "zod";

const byZod = z.object({ sensor: z.string(), celsius: z.number().min(-273) });
export type Reading = z.infer<typeof byZod>;
export const ByZod = dataset("by_zod", {
  storage: file({ path: "by-zod.parquet" }),
  schema: byZod,
  onInvalid: { quarantine: file({ path: "rejected/" }) },
}).of<Reading[]>();
export type ByZod = Dataset.Of<typeof ByZod>;

const byValibot = v.object({ sensor: v.string(), celsius: v.pipe(v.number(), v.minValue(-273)) });
export const ByValibot = dataset("by_valibot", {
  storage: file({ path: "by-valibot.ndjson" }),
  schema: byValibot,
  onInvalid: "warn",
}).of<AsyncIterable<v.InferOutput<typeof byValibot>>>();
export type ByValibot = Dataset.Of<typeof ByValibot>;

const byArktype = type({ sensor: "string", celsius: "number >= -273" });
export const ByArktype = dataset("by_arktype", { storage: file({ path: "by-arktype.json" }), schema: byArktype }).of<
  (typeof byArktype.infer)[]
>();
export type ByArktype = Dataset.Of<typeof ByArktype>;
`;

const pipelines = `\
import { type Dataset, pipeline } from "@glacier-ts/core";
import type { ByArktype, ByValibot, ByZod } from "./datasets.js";

const rows = [1, -300, -400].map((celsius) => ({ sensor: "a", celsius }));
export const zod = (): ByZod => rows;
export const valibot = (): ByValibot => (async function* () { yield* rows; })();
export const arktype = (): ByArktype => rows.slice(0, 1);
export const making = pipeline({ name: "making", tasks: [zod, valibot, arktype] });

/** What is read of it has no column that its schema could refuse. */
type Sensors = Dataset<"by_zod", { sensor: string }[]>;
export const sensors = (rows: Sensors): Dataset<"sensors", string> => rows.map(({ sensor }) => sensor).join();
export const broken = (rows: ByArktype): Dataset<"broken", number> => rows.length;
export const reading = pipeline({ name: "reading", tasks: [sensors, broken] });
`;

async function run(folder: string, ...args: readonly string[]) {
  const { stdout, code } = await glacier(folder, ["run", ...args, "--json"]);
  const { diagnostics = [], datasets } = JSON.parse(stdout.trim().split("\n").at(-1) ?? "");
  const problems = diagnostics.map(({ code, message }: Record<string, string>) => `${code}: ${message}`);
  return { code, problems, datasets };
}

it("checks by the schema, which sees every column, what is stored and what is read", async () => {
  const project = makeProject({ "src/datasets.ts": datasets, "src/pipelines.ts": pipelines });
  const made = await run(project.folder, "making");
  expect({ ...made, problems: made.problems.sort() }).toMatchObject({
    code: 0,
    problems: [
      "GLA5067: Dataset 'by_valibot' is not valid: row 2 at '/celsius': found -300, and its schema says: Invalid value: Expected >=-273 but received -300; 1 more row is not valid.",
      "GLA5068: Rows of dataset 'by_zod' were set aside at rejected/by_zod.rejected.ndjson: row 2 at '/celsius': found -300, and its schema says: Too small: expected number to be >=-273; 1 more row is not valid.",
    ],
  });
  const rejected = (row: number, celsius: number) => ({
    row,
    path: "/celsius",
    expected: "Too small: expected number to be >=-273",
    found: String(celsius),
    bySchema: true,
    value: { sensor: "a", celsius },
  });
  expect(
    project
      .read("rejected/by_zod.rejected.ndjson")
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line)),
  ).toEqual([rejected(2, -300), rejected(3, -400)]);
  expect(project.read("by-valibot.ndjson").split("\n")).toHaveLength(4);

  project.write({ "by-arktype.json": '[{ "sensor": "a", "celsius": 1 }, { "sensor": "b" }]' });
  expect(await run(project.folder, "reading", "--keep-going")).toEqual({
    code: 1,
    problems: [
      "GLA5066: Dataset 'by_arktype' at by-arktype.json is not valid: row 2 at '/celsius': found nothing, and its schema says: celsius must be a number (was missing).",
    ],
    datasets: { sensors: "a", broken: null },
  });
});
