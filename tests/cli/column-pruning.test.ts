/** A task whose type mentions 3 of 40 columns reads 3 of them, whoever writes the others. */
import { readFileSync, writeFileSync } from "node:fs";
import { parquetMetadata } from "hyparquet";
import { expect, it } from "vitest";
import { glacier } from "../rig/glacier.js";
import { makeProject } from "../rig/temp-project.js";

const columns = Array.from({ length: 40 }, (_, index) => `c${index}`);
const tasks = `\
import { type Dataset, dataset, pipeline, task } from "@glacier-ts/core";
import { file } from "@glacier-ts/core/storage";

export interface Wide { ${columns.map((name) => `${name}: number`).join("; ")} }
export const Wides = dataset("wides", { storage: file({ path: "wides.parquet" }) }).of<Wide[]>();
export type Wides = Dataset.Of<typeof Wides>;
/** What some readers need of it. */
export type Narrow = Dataset<"wides", { c0: number; c7: number }[]>;
export type Narrower = Dataset<"wides", { c7: number; c39: number }[]>;
export type First = Dataset<"first", string>;
export type Second = Dataset<"second", string>;
export type Third = Dataset<"third", number>;

export const make = task({}, (): Wides => [1, 2].map((n) => ({ ${columns.map((name, index) => `${name}: n * ${index + 1}`).join(", ")} })));
export const first = task({}, (rows: Narrow): First => JSON.stringify(rows));
export const second = task({}, (rows: Narrower): Second => JSON.stringify(rows.map(({ c39 }) => c39)));
export const third = task({}, (rows: Wides): Third => rows.length);
export const making = pipeline({ name: "making", tasks: [make] });
export const reading = pipeline({ name: "reading", tasks: [first, second] });
export const whole = pipeline({ name: "whole", tasks: [third] });
`;

it("reads what its readers mention, together, and no other column", async () => {
  const project = makeProject({ "src/tasks.ts": tasks });
  expect(await glacier(project.folder, ["run", "making"])).toMatchObject({ code: 0 });
  // The other columns are not even looked at: their bytes are no column any more.
  const file = project.path("wides.parquet");
  const bytes = readFileSync(file);
  const { row_groups } = parquetMetadata(new Uint8Array(bytes).buffer);
  for (const { meta_data } of row_groups[0]?.columns ?? []) {
    if (!meta_data || /^c(0|7|39)$/.test(meta_data.path_in_schema.join("."))) continue;
    const start = Number(meta_data.dictionary_page_offset ?? meta_data.data_page_offset);
    bytes.fill(0xff, start, start + Number(meta_data.total_compressed_size));
  }
  writeFileSync(file, bytes);

  const run = await glacier(project.folder, ["run", "reading", "--json"]);
  expect(run).toMatchObject({ code: 0 });
  const { datasets } = JSON.parse(run.stdout.trim().split("\n").at(-1) ?? "");
  expect(datasets).toEqual({
    first: JSON.stringify([1, 2].map((n) => ({ c0: n, c39: n * 40, c7: n * 8 }))),
    second: JSON.stringify([40, 80]),
  });

  const whole = await glacier(project.folder, ["run", "whole"]);
  expect(whole.code).toBe(1);
  expect(whole.stderr).toMatch(
    /GLA5006: Dataset 'wides' is not valid parquet: column 'c\d+' of row group 1 is damaged/,
  );
});
