/**
 * Files with a few wrong bytes: a value comes out, or GLA5006; nothing is thrown and nothing hangs. Compressed files have
 * checksums: the value is the one that was written.
 */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import process from "node:process";
import fc from "fast-check";
import { expect, test } from "vitest";
import { dateSchema } from "./arbitrary.js";
import { fileDataset, makeProject, rowsSchema, valueFrom } from "./project.js";

const string = { type: "string" };
const flat = {
  id: { type: "number" },
  name: string,
  at: dateSchema,
  note: { anyOf: [string, { type: "null" }] },
};
const nested = { ...flat, tags: { type: "array", items: string } };

const rows = Array.from({ length: 200 }, (_, id) => ({
  id: id / 3,
  name: `größe ${id % 7}`,
  at: new Date(id * 1e9),
  note: id % 5 === 0 ? null : "n",
  tags: ["x", `y${id}`].slice(id % 3),
}));

test.for([
  ["parquet"],
  ["parquet", "gzip"],
  ["parquet", "zstd"],
  ["arrow"],
  ["arrow", "zstd"],
  ["json"],
  ["json", "gzip"],
  ["ndjson"],
  ["ndjson", "zstd"],
  ["csv"],
  ["csv", "zstd"],
  ["tsv"],
] as const)("%s %s", async ([format, compression]) => {
  const { store, root } = await makeProject();
  const dataset = fileDataset("data", { format, ...(compression && { compression }) });
  const isChecked = compression !== undefined && format !== "parquet" && format !== "arrow";
  const schema = rowsSchema(format === "csv" || format === "tsv" ? flat : nested);
  valueFrom(await store.save("data", dataset, schema, rows));
  const { value: expected } = valueFrom(await store.load("data", dataset, schema));
  const sound = await readFile(join(root, "data"));
  const wrong = fc.tuple(fc.nat({ max: sound.length - 1 }), fc.nat({ max: 255 }));
  const length = fc.oneof(
    { weight: 9, arbitrary: fc.constant(sound.length) },
    { weight: 1, arbitrary: fc.nat({ max: sound.length }) },
  );
  await fc.assert(
    fc.asyncProperty(fc.array(wrong, { minLength: 1, maxLength: 3 }), length, async (bytes, end) => {
      const damaged = Buffer.from(sound);
      for (const [position, byte] of bytes) damaged[position] = byte;
      await writeFile(join(root, "data"), damaged.subarray(0, end));
      const loaded = await store.load("data", dataset, schema);
      if (!loaded.ok) expect(loaded.failure.code).toBe("GLA5006");
      else if (isChecked) expect(loaded.value.value).toEqual(expected);
    }),
    { numRuns: Number(process.env.DAMAGED_FILES ?? 500) },
  );
});
