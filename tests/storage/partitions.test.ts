/** Datasets that are divided into files: as Glacier writes them, and as DuckDB does and reads them. */
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import type { JsonObject } from "@glacier-ts/core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { dateSchema, kinds } from "./arbitrary.js";
import {
  collect,
  failureFrom,
  fileDataset,
  makeProject,
  type Project,
  rowsSchema,
  valueFrom,
} from "./project.js";

const string = { type: "string" };
const number = { type: "number" };
const schema = rowsSchema({
  id: number,
  day: string,
  region: { anyOf: [string, { type: "null" }] },
  at: dateSchema,
});
const streamSchema: JsonObject = { ...schema, "x-glacier-type": "AsyncIterable" };
const dataset = fileDataset("out/", { partitionBy: ["day", "region"] });
const rows = Array.from({ length: 12 }, (_, id) => ({
  id,
  day: `2026-11-2${id % 2}`,
  region: id % 3 === 0 ? null : `r${id % 3}`,
  at: new Date(id),
}));

/** The files of a folder without the names of the attempt that wrote them. */
async function filesOf({ root }: Project, folder = "out"): Promise<string[]> {
  const entries = await readdir(join(root, folder), { recursive: true, withFileTypes: true });
  const names = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return names
    .map((name) => name.slice(join(root, folder).length + 1).replace(/-[0-9a-f]{12}\./, "-*."))
    .sort();
}

function byId(all: unknown): unknown {
  return [...(all as { id: number }[])].sort((left, right) => left.id - right.id);
}

async function load(project: Project, options = dataset, payload = schema): Promise<unknown> {
  return byId(valueFrom(await project.store.load("data", options, payload)).value);
}

describe("a folder for each value", () => {
  test.for([
    [{}, "parquet"],
    [{ format: "csv", compression: "gzip" }, "csv.gz"],
    [{ format: "ndjson" }, "ndjson"],
    [{ format: "json" }, "json"],
    [{ format: "arrow", compression: "zstd" }, "arrow"],
  ] as const)("%o", async ([options, ending]) => {
    const project = await makeProject();
    const partitioned = { ...dataset, ...options };
    expect(valueFrom(await project.store.save("data", partitioned, schema, rows)).rows).toBe(12);
    expect(await filesOf(project)).toEqual([
      "_glacier.json",
      `day=2026-11-20/region=__HIVE_DEFAULT_PARTITION__/part-0-*.${ending}`,
      `day=2026-11-20/region=r1/part-0-*.${ending}`,
      `day=2026-11-20/region=r2/part-0-*.${ending}`,
      `day=2026-11-21/region=__HIVE_DEFAULT_PARTITION__/part-0-*.${ending}`,
      `day=2026-11-21/region=r1/part-0-*.${ending}`,
      `day=2026-11-21/region=r2/part-0-*.${ending}`,
    ]);
    expect(await load(project, partitioned)).toEqual(rows);
    // By the order of the folders.
    const { value } = valueFrom(await project.store.load("data", partitioned, schema));
    expect((value as { id: number }[]).map(({ id }) => id)).toEqual([0, 6, 4, 10, 2, 8, 3, 9, 1, 7, 5, 11]);
    const { value: streamed } = valueFrom(await project.store.load("data", partitioned, streamSchema));
    expect(await collect(streamed)).toEqual(value);
  });

  test("whose columns are not in the file", async () => {
    const project = await makeProject();
    valueFrom(await project.store.save("data", { ...dataset, format: "csv" }, schema, rows.slice(1, 2)));
    const [key] = (await readdir(join(project.root, "out"), { recursive: true })).filter((name) =>
      name.endsWith(".csv"),
    );
    expect(await project.read(`out/${key}`)).toBe("id,at\n1,1970-01-01T00:00:00.001Z\n");
  });

  test("of which a reader may want fewer columns", async () => {
    const project = await makeProject();
    valueFrom(await project.store.save("data", dataset, schema, rows));
    expect(await load(project, dataset, rowsSchema({ id: number }))).toEqual(rows.map(({ id }) => ({ id })));
  });

  const { boolean, integer, bigint, literal } = kinds;
  const text = fc.string({ unit: "grapheme", maxLength: 20 });
  const traps = fc.constantFrom("", "a/b", "..", "a=b", "100%", "%2f", "a\\b", "é", "x\ny", "null", "__HIVE");
  test.for([
    ["string", { schema: string, values: fc.oneof(text, traps) }],
    ["number", { schema: number, values: fc.double().filter((each) => !Object.is(each, -0)) }],
    ["boolean", boolean],
    ["integer", integer],
    ["bigint", bigint],
    ["literal", literal],
  ] as const)("gives back any %s", async ([, type]) => {
    const project = await makeProject();
    const payload = rowsSchema({ id: number, value: { anyOf: [type.schema, { type: "null" }] } });
    const options = fileDataset("out/", { partitionBy: ["value"], format: "ndjson" });
    const values = fc.array(fc.option(type.values as fc.Arbitrary<unknown>), { minLength: 1, maxLength: 4 });
    const check = async (all: readonly unknown[]) => {
      const value = all.map((each, id) => ({ id, value: each }));
      valueFrom(await project.store.save("data", options, payload, value));
      expect(byId(valueFrom(await project.store.load("data", options, payload)).value)).toStrictEqual(value);
    };
    await fc.assert(fc.asyncProperty(values, check), { numRuns: 25 });
  });
});

describe("DuckDB", () => {
  test("reads what Glacier has written", async () => {
    const project = await makeProject();
    const odd = [{ id: 1, day: "a/b =%'é", region: null, at: new Date(5) }, ...rows.slice(2)];
    valueFrom(await project.store.save("data", dataset, schema, odd));
    const connection = await (await DuckDBInstance.create()).connect();
    const files = `read_parquet('${project.root}/out/**/*.parquet', hive_partitioning = true)`;
    const reader = await connection.runAndReadAll(`SELECT id, day, region FROM ${files} ORDER BY id`);
    expect(reader.getRowObjects()).toEqual(odd.map(({ id, day, region }) => ({ id, day, region })));
    connection.closeSync();
  });

  test("has written what Glacier reads, and replaces at once", async () => {
    const project = await makeProject();
    const connection = await (await DuckDBInstance.create()).connect();
    const table = `(SELECT i::DOUBLE AS id, CASE WHEN i % 3 = 0 THEN NULL ELSE 'r/' || i % 3 END AS region, make_date(2026, 1, i::INT) AS day FROM range(1, 7) t(i))`;
    await connection.run(
      `COPY ${table} TO '${project.root}/out' (FORMAT parquet, PARTITION_BY (day, region))`,
    );
    connection.closeSync();
    await writeFile(join(project.root, "out/_SUCCESS"), "");
    const payload = rowsSchema({ id: number, day: string, region: { anyOf: [string, { type: "null" }] } });
    const expected = [1, 2, 3, 4, 5, 6].map((id) => ({
      id,
      day: `2026-01-0${id}`,
      region: id % 3 === 0 ? null : `r/${id % 3}`,
    }));
    expect(await load(project, dataset, payload)).toEqual(expected);
    valueFrom(await project.store.save("data", dataset, payload, expected.slice(1, 3)));
    expect(await load(project, dataset, payload)).toEqual(expected.slice(1, 3));
    expect(await filesOf(project)).toEqual([
      "_SUCCESS",
      "_glacier.json",
      "day=2026-01-02/region=r%2F2/part-0-*.parquet",
      "day=2026-01-03/region=__HIVE_DEFAULT_PARTITION__/part-0-*.parquet",
    ]);
  });
});

describe("a new version", () => {
  const error = new Error("the source broke");
  /** More rows than are held in memory, so that files are written before it fails. */
  async function* failing(before?: () => Promise<void>) {
    for (let id = 0; id < 150_000; id++) yield { id, day: `d${id % 3}`, region: null, at: new Date(0) };
    await before?.();
    throw error;
  }

  test("is not there before it is whole", async () => {
    const project = await makeProject();
    valueFrom(await project.store.save("data", dataset, schema, rows));
    const before = await filesOf(project);
    let during: unknown;
    let files = 0;
    const saving = project.store.save(
      "data",
      dataset,
      streamSchema,
      failing(async () => {
        files = (await filesOf(project)).length;
        during = await load(project);
      }),
    );
    await expect(saving).rejects.toBe(error);
    expect(files).toBeGreaterThan(before.length);
    expect(during).toEqual(rows);
    expect(await load(project)).toEqual(rows);
    expect(await filesOf(project)).toEqual(before);
  });

  test("that is the first one leaves nothing where it fails", async () => {
    const project = await makeProject();
    await expect(project.store.save("data", dataset, streamSchema, failing())).rejects.toBe(error);
    expect(failureFrom(await project.store.load("data", dataset, schema))).toMatchObject({
      code: "GLA5004",
      message: "Dataset 'data' was not found at out/.",
    });
    valueFrom(await project.store.save("data", dataset, schema, rows));
    expect(await load(project)).toEqual(rows);
  });

  test("that is the first one leaves what others have put there where it fails", async () => {
    const project = await makeProject();
    const csv = { ...dataset, format: "csv" };
    valueFrom(await project.store.save("data", csv, schema, rows));
    await rm(join(project.root, "out/_glacier.json"));
    await expect(project.store.save("data", csv, streamSchema, failing())).rejects.toBe(error);
    expect(await load(project, csv)).toEqual(rows);
  });

  test("may be empty", async () => {
    const project = await makeProject();
    valueFrom(await project.store.save("data", dataset, schema, rows));
    valueFrom(await project.store.save("data", dataset, schema, []));
    expect(await load(project)).toEqual([]);
    expect(await filesOf(project)).toEqual(["_glacier.json"]);
  });

  test("breaks off the reading of the one before, whose files are gone", async () => {
    const project = await makeProject();
    valueFrom(await project.store.save("data", dataset, schema, rows));
    const { value } = valueFrom(await project.store.load("data", dataset, streamSchema));
    const iterator = (value as AsyncIterable<unknown>)[Symbol.asyncIterator]();
    expect((await iterator.next()).value).toEqual(rows[0]);
    valueFrom(await project.store.save("data", dataset, schema, rows.slice(5)));
    const rest = (async () => {
      while (!(await iterator.next()).done);
    })();
    await expect(rest).rejects.toMatchObject({
      diagnostics: [{ code: "GLA5005", message: expect.stringContaining("was replaced while it was read") }],
    });
  });

  test("with the same content is the same, and with another one another", async () => {
    const project = await makeProject();
    const versionOf = async (known = (_: string, __: string): string | undefined => undefined) =>
      valueFrom(await project.store.version("data", dataset, schema, known));
    valueFrom(await project.store.save("data", dataset, schema, rows));
    const first = await versionOf();
    valueFrom(await project.store.save("data", dataset, schema, rows));
    const second = await versionOf();
    expect(second.version).toBe(first.version);
    expect((await versionOf((_, mark) => (mark === second.mark ? "known" : undefined))).version).toBe(
      "known",
    );
    // What others have put there is the same, too.
    await rm(join(project.root, "out/_glacier.json"));
    expect((await versionOf()).version).toBe(first.version);
    valueFrom(await project.store.save("data", dataset, schema, rows.slice(1)));
    expect((await versionOf()).version).not.toBe(first.version);
  });
});

test("a stream goes into few files, whatever the order of its rows", async () => {
  const project = await makeProject();
  const count = 250_000;
  let ahead = 0;
  async function* stream() {
    for (let id = 0; id < count; id++) {
      ahead = id;
      yield { id, day: `d${(id * 7919) % 5}`, region: "r", at: new Date(0) };
    }
  }
  expect(valueFrom(await project.store.save("data", dataset, streamSchema, stream())).rows).toBe(count);
  expect(ahead).toBe(count - 1);
  const files = await filesOf(project);
  expect(files.length).toBeGreaterThan(6);
  expect(files.length).toBeLessThan(20);
  const seen = new Set<number>();
  const { value } = valueFrom(await project.store.load("data", dataset, streamSchema));
  for await (const { id, day } of value as AsyncIterable<{ id: number; day: string }>) {
    if (day !== `d${(id * 7919) % 5}`) expect.fail(`row ${id} has ${day}`);
    seen.add(id);
  }
  expect(seen.size).toBe(count);
});

describe("what cannot be", () => {
  test("a file", async () => {
    const { store } = await makeProject();
    const options = fileDataset("out.csv", { partitionBy: ["day"] });
    expect(failureFrom(await store.save("data", options, schema, rows))).toMatchObject({
      code: "GLA5058",
      message: "Dataset 'data' cannot be divided into files: out.csv is one file, and not a folder.",
    });
  });

  test.for([
    ["a column that is not there", ["dya"], "/*/dya", "the rows have no such column (did you mean 'day'?)"],
    [
      "a column of another type",
      ["at"],
      "/*/at",
      "it is a date such as 2026-01-31 or 2026-01-31T12:00:00Z, and the name of a folder has one type: a string, a number or a boolean",
    ],
    ["all columns", ["id", "day", "region"], "", "no other column is left for the files"],
  ] as const)("%s", async ([, partitionBy, path, why]) => {
    const { store } = await makeProject();
    const payload =
      partitionBy.length === 3 ? rowsSchema({ id: number, day: string, region: string }) : schema;
    const failure = failureFrom(
      await store.save("data", fileDataset("out/", { partitionBy, format: "csv" }), payload, rows),
    );
    const place = path === "" ? "" : ` at '${path}'`;
    expect(failure.message).toBe(
      `Dataset 'data' cannot be written as csv${place}: it cannot be divided into files: ${why}.`,
    );
  });

  test.for([
    [{ id: 0, day: 7, region: null, at: new Date(0) }, "/1/day", "found 7, expected a string"],
    [
      { id: 0, day: "a", region: "__HIVE_DEFAULT_PARTITION__", at: new Date(0) },
      "/1/region",
      "'__HIVE_DEFAULT_PARTITION__' stands for null in the name of a folder",
    ],
    [{ id: "0", day: "b", region: null, at: new Date(0) }, "/1/id", "found '0', expected a number"],
    [12, "/1", "found 12, expected an object"],
  ] as const)("a row: %o", async ([row, path, why]) => {
    const project = await makeProject();
    const failure = failureFrom(await project.store.save("data", dataset, schema, [rows[1], row]));
    expect(failure.message).toBe(`Dataset 'data' cannot be written as parquet at '${path}': ${why}.`);
  });

  test.for([
    ["a file beside the folders", "readme.csv", "id\n1\n", "'readme.csv' is not in a folder code=…/"],
    [
      "a folder of another column",
      "day=1/a.csv",
      "id\n1\n",
      "'day=1/a.csv' has the folder 'day=1', expected 'code=…'",
    ],
    [
      "a value of another type",
      "code=x/a.csv",
      "id\n1\n",
      "'code=x/a.csv' has the folder 'code=x': found 'x', expected a number",
    ],
    [
      "null",
      "code=__HIVE_DEFAULT_PARTITION__/a.csv",
      "id\n1\n",
      "'code=__HIVE_DEFAULT_PARTITION__/a.csv' has the folder 'code=__HIVE_DEFAULT_PARTITION__': found '__HIVE_DEFAULT_PARTITION__', expected a number",
    ],
    ["a name that is not encoded", "code=%/a.csv", "id\n1\n", "'%' is not percent-encoded"],
    [
      "a row",
      "code=1/a.csv",
      "id\nx\n",
      "in 'code=1/a.csv', line 2, column 'id': found 'x', expected a number",
    ],
    ["a damaged list of files", "_glacier.json", "{}", "'_glacier.json', which lists the files, is damaged"],
  ] as const)("data of others: %s", async ([, name, content, why]) => {
    const { store, root } = await makeProject();
    await mkdir(join(root, "out", name, ".."), { recursive: true });
    await writeFile(join(root, "out", name), content);
    const options = fileDataset("out/", { partitionBy: ["code"], format: "csv" });
    const failure = failureFrom(await store.load("data", options, rowsSchema({ id: number, code: number })));
    expect(failure).toMatchObject({ code: "GLA5006", message: `Dataset 'data' is not valid csv: ${why}.` });
  });

  test("a file that was cut off", async () => {
    const project = await makeProject();
    const csv = { ...dataset, format: "csv" };
    valueFrom(await project.store.save("data", csv, schema, rows));
    const keys = (await readdir(join(project.root, "out"), { recursive: true })).filter((name) =>
      name.endsWith(".csv"),
    );
    const path = join(project.root, "out", keys.sort()[0] as string);
    const content = await readFile(path);
    await writeFile(path, content.subarray(0, content.lastIndexOf(10, -2) + 1));
    const { code, message } = failureFrom(await project.store.load("data", csv, schema));
    expect(code).toBe("GLA5006");
    expect(message).toMatch(/'day=2026-11-20.*' has \d+ bytes, and \d+ were written\.$/);
  });
});
