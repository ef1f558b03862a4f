/** Where a dataset's options lead: places, formats, secrets; and what formats cannot hold. */
import { pathToFileURL } from "node:url";
import type { Json, JsonObject, ManifestDataset } from "@glacier-ts/core";
import { DatasetStore } from "@glacier-ts/storage";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { bigintSchema, bytesSchema, dateSchema, kinds, setOf } from "./arbitrary.js";
import { failureFrom, fileDataset, makeProject, rowsSchema, valueFrom } from "./project.js";

const string: Json = { type: "string" };
const number: Json = { type: "number" };

function storedAt(storage: ManifestDataset["storage"] & {}): ManifestDataset {
  return { schema: "#/schemas/0", storage, declared: "src/datasets.ts:1" };
}

describe("load and save", () => {
  test("say rows, size and place", async () => {
    const { store, read } = await makeProject();
    const schema = rowsSchema({ name: string });
    const saved = await store.save("users", fileDataset("out/users.json"), schema, [
      { name: "Ann" },
      { name: "Bob" },
    ]);
    expect(saved).toEqual({ ok: true, value: { rows: 2, sizeBytes: 35, place: "out/users.json" } });
    expect(await read("out/users.json")).toBe('[\n{"name":"Ann"},\n{"name":"Bob"}\n]\n');
    expect(await store.load("users", fileDataset("out/users.json"), schema)).toEqual({
      ok: true,
      value: { value: [{ name: "Ann" }, { name: "Bob" }], rows: 2, place: "out/users.json", isTyped: false },
    });
  });

  test("say no rows where there are none", async () => {
    const { store } = await makeProject();
    const schema: JsonObject = { type: "object", properties: { total: number }, required: ["total"] };
    const saved = await store.save("metrics", fileDataset("metrics.json"), schema, { total: 1 });
    expect(valueFrom(saved)).toEqual({ sizeBytes: 12, place: "metrics.json" });
    const loaded = await store.load("metrics", fileDataset("metrics.json"), schema);
    expect(valueFrom(loaded)).toEqual({ value: { total: 1 }, place: "metrics.json", isTyped: false });
  });

  test("take the project's root as a file: URL", async () => {
    const { root, write } = await makeProject();
    await write("a b.json", "1");
    const store = new DatasetStore({ projectRoot: pathToFileURL(root).href });
    expect(valueFrom(await store.load("data", fileDataset("a b.json"), undefined)).value).toBe(1);
  });
});

describe("the format", () => {
  test.for<[payload: string, schema: JsonObject, value: unknown, file: string]>([
    ["rows of plain values", rowsSchema({ id: number }, { name: string }), [{ id: 1 }], "data.parquet"],
    ["rows with parts", rowsSchema({ id: { type: "array", items: number } }), [{ id: [1] }], "data.json"],
    ["rows of other things", { type: "array", items: number }, [1], "data.json"],
    ["one value", { type: "string" }, "1", "data.json"],
    ["a stream", { "x-glacier-type": "AsyncIterable", items: number }, [1], "data.ndjson"],
  ])("of %s without an ending is what fits", async ([, schema, value, file]) => {
    const { store } = await makeProject();
    const saved = await store.save("data", fileDataset("out/"), schema, value);
    expect(valueFrom(saved).place).toBe(`out/${file}`);
  });

  test.for([
    ["data.json", '"1"\n'],
    ["data.NDJSON", '"1"\n'],
    ["data.jsonl", '"1"\n'],
    ["data.txt", "1"],
    ["data", '"1"\n'],
    ["folder.txt/data", '"1"\n'],
    ["data.other", '"1"\n'],
  ])("follows the ending of %s", async ([path, content]) => {
    const { store, read } = await makeProject();
    const isRows = /n?jsonl?$/i.test(path as string) && !(path as string).endsWith(".json");
    const schema: JsonObject = isRows ? { type: "array", items: string } : { type: "string" };
    valueFrom(await store.save("data", fileDataset(path as string), schema, isRows ? ["1"] : "1"));
    expect(await read(path as string)).toBe(content);
  });

  test("is what the declaration says, whatever the ending", async () => {
    const { store, read } = await makeProject();
    const dataset = fileDataset("data.json", { format: "csv" });
    valueFrom(await store.save("data", dataset, rowsSchema({ id: number }), [{ id: 1 }]));
    expect(await read("data.json")).toBe("id\n1\n");
  });

  test("may not exist", async () => {
    const { store } = await makeProject();
    const dataset = fileDataset("data", { format: "orc" });
    const failure = failureFrom(await store.load("data", dataset, undefined));
    expect(failure).toEqual({
      code: "GLA5009",
      severity: "error",
      message: "Dataset 'data' has the format 'orc', which does not exist.",
      hint: "use one of json, ndjson, csv, tsv, parquet, arrow, text and bytes",
      related: [],
    });
  });
});

describe("options", () => {
  test("storage that nobody knows", async () => {
    const { store } = await makeProject();
    expect(failureFrom(await store.save("data", storedAt({ kind: "tape" }), undefined, 1))).toEqual({
      code: "GLA5008",
      severity: "error",
      message: "Dataset 'data' lives in storage 'tape', for which there is no adapter.",
      hint: expect.stringMatching(/^use one of file\b/),
      related: [],
    });
  });

  test("env() is resolved, and shown", async () => {
    const { store, write } = await makeProject({ DATA: "data.json" });
    await write("data.json", "1");
    const dataset = storedAt({ kind: "file", path: { $env: "DATA" } });
    expect(valueFrom(await store.load("data", dataset, undefined))).toEqual({
      value: 1,
      place: "data.json",
      isTyped: false,
    });
  });

  test.for(["$env", "$secret"])("%s that is not set", async (kind) => {
    const { store } = await makeProject();
    const dataset = storedAt({ kind: "file", path: { [kind]: "DATA" } });
    expect(failureFrom(await store.load("data", dataset, undefined))).toEqual({
      code: "GLA5011",
      severity: "error",
      message: "Option 'path' of dataset 'data' needs the environment variable 'DATA', which is not set.",
      related: [],
    });
  });

  test("a secret is resolved, and never shown", async () => {
    const secret = "hush-hush";
    const { store, write } = await makeProject({
      DATA: `${secret}.csv`,
      GONE: `${secret}-gone`,
      FOLDER: ".",
    });
    await write(`${secret}.csv`, "id\nx\n");
    const at = (variable: string) => storedAt({ kind: "file", path: { $secret: variable } });
    const outcomes = [
      await store.load("data", at("DATA"), rowsSchema({ id: string })),
      await store.load("data", at("DATA"), rowsSchema({ id: number })),
      await store.load("data", at("GONE"), undefined),
      await store.load("data", at("FOLDER"), undefined),
      await store.save("data", at("FOLDER"), undefined, 1),
      await store.save("data", at("DATA"), rowsSchema({ id: string }), [{ id: "y" }]),
    ];
    expect(JSON.stringify(outcomes)).not.toContain(secret);
    expect(outcomes.map((outcome) => (outcome.ok ? outcome.value.place : outcome.failure.message))).toEqual([
      "the path in secret 'DATA'",
      "Dataset 'data' is not valid csv: line 2, column 'id': found 'x', expected a number.",
      "Dataset 'data' was not found at the path in secret 'GONE'.",
      "Dataset 'data' cannot be read from the path in secret 'FOLDER': it is a directory.",
      "Dataset 'data' cannot be written to the path in secret 'FOLDER': it is a directory.",
      "the path in secret 'DATA'",
    ]);
  });

  test("that are no text are reported", async () => {
    const { store } = await makeProject();
    expect(
      failureFrom(await store.load("data", storedAt({ kind: "file", path: 12 }), undefined)).message,
    ).toBe("Option 'path' of dataset 'data' must be a string, but is 12.");
  });
});

const undeclared = (found: string) =>
  `found ${found}, and JSON cannot hold one where its type is not declared`;

function circular(): unknown {
  const value: { self?: unknown } = {};
  value.self = value;
  return value;
}

describe("what a format cannot hold is GLA5013, and the former content stays", () => {
  const loop: Record<string, unknown> = {};
  loop.self = { loop };
  const row = { type: "object", properties: { id: number }, required: ["id"] };
  const rows = rowsSchema({ id: number });
  const nested = rowsSchema({ id: number, address: row });
  const tree: JsonObject = {
    ...rowsSchema({ children: { $ref: "#/$defs/Tree" } }),
    $defs: { Tree: { type: "array", items: { $ref: "#/$defs/Tree" } } },
  };

  test.for<
    readonly [format: string, schema: JsonObject | undefined, value: unknown, path: string, why: string]
  >([
    [
      "json",
      { type: "object", properties: { mean: number } },
      { mean: Number.NaN },
      "/mean",
      "JSON has no NaN",
    ],
    ["json", rows, [{ id: 1 }, { id: Number.POSITIVE_INFINITY }], "/1/id", "JSON has no Infinity"],
    ["json", undefined, { a: [1, undefined] }, "/a/1", "JSON has no undefined"],
    [
      "json",
      rowsSchema({ at: dateSchema }),
      [{ at: new Date(Number.NaN) }],
      "/0/at",
      "found an invalid Date",
    ],
    ["json", undefined, { a: loop }, "/a/self/loop", "it contains itself"],
    ["json", undefined, () => 1, "", undeclared("a function")],
    ["json", undefined, { a: [new Map()] }, "/a/0", undeclared("a Map")],
    ["json", undefined, { a: 1n }, "/a", undeclared("1n")],
    ["json", undefined, { a: () => 1 }, "/a", undeclared("a function")],
    ["json", undefined, [{ a: /x/ }], "/0/a", undeclared("an instance of RegExp")],
    ["json", undefined, Buffer.from("a"), "", undeclared("bytes")],
    ["json", undefined, circular(), "/self", "it contains itself"],
    [
      "ndjson",
      rowsSchema({ rest: {} }),
      [{ rest: 1 }, { rest: new Set([1]) }],
      "/1/rest",
      undeclared("a Set"),
    ],
    [
      "json",
      rowsSchema({ rest: { anyOf: [{}, bytesSchema] } }),
      [{ rest: new Uint8Array(1) }, { rest: new Float64Array(1) }],
      "/1/rest",
      undeclared("an instance of Float64Array"),
    ],
    ["csv", rowsSchema({ rest: {} }), [{ rest: new Map() }], "/0/rest", "found a Map, expected a value"],
    [
      "json",
      rowsSchema({ n: bigintSchema }),
      [{ n: 1n }, { n: "1" }],
      "/1/n",
      "found '1', expected a bigint",
    ],
    ["json", rowsSchema({ b: bytesSchema }), [{ b: [1] }], "/0/b", "found an array, expected bytes"],
    ["json", setOf(kinds.bigint).schema, new Set([1n, 2]), "/1", "found 2, expected a bigint"],
    ["ndjson", rows, [{ id: Number.NaN }], "/0/id", "JSON has no NaN"],
    ["ndjson", row, { id: 1 }, "", "the dataset is an object, and ndjson holds rows"],
    ["ndjson", rows, 12, "", "found 12, expected rows"],
    ["csv", nested, [], "/*/address", "it is an object, and a cell holds one plain value"],
    ["csv", rows, [{ id: 1 }, { id: "2" }], "/1/id", "found '2', expected a number"],
    ["csv", rows, [{ id: 1 }, {}], "/1/id", "found nothing, expected a number"],
    ["csv", rows, [1], "/0", "found 1, expected an object"],
    [
      "csv",
      { type: "array", items: number },
      [1],
      "",
      "a row is a number, and csv holds rows that are objects",
    ],
    [
      "csv",
      rowsSchema({ name: string }),
      [{ name: "\uD800" }],
      "/0/name",
      "found '\uD800', expected well-formed text",
    ],
    ["tsv", row, { id: 1 }, "", "the dataset is an object, and tsv holds rows"],
    ["parquet", rows, [{ id: 1 }, { id: "2" }], "/1/id", "found '2', expected a number"],
    ["parquet", rows, [{ id: null }], "/0/id", "found null, expected a number"],
    ["parquet", nested, [{ id: 1, address: {} }], "/0/address/id", "found nothing, expected a number"],
    [
      "parquet",
      rowsSchema({ n: bigintSchema }),
      [{ n: 2n ** 63n }],
      "/0/n",
      "found 9223372036854775808n, expected a bigint of 64 bits",
    ],
    [
      "parquet",
      rowsSchema({ id: { anyOf: [string, number] } }),
      [],
      "/*/id",
      "it is a string or a number, and a column has one type",
    ],
    [
      "parquet",
      rowsSchema({ at: { type: "array", prefixItems: [number], items: false } }),
      [],
      "/*/at",
      "it is a tuple, and a list has items of one type",
    ],
    [
      "parquet",
      tree,
      [],
      "/*/children",
      "it is of a type that contains itself, and a column has a fixed depth",
    ],
    [
      "parquet",
      rowsSchema({ empty: { type: "object", properties: {} } }),
      [],
      "/*/empty",
      "it is an object without properties, and a column holds something",
    ],
    ["parquet", row, { id: 1 }, "", "the dataset is an object, and parquet holds rows"],
    [
      "parquet",
      undefined,
      [{ id: 1 }],
      "",
      "a row is an object whose properties are not all named, and each column needs a name and a type",
    ],
    ["text", string as JsonObject, 12, "", "found 12, expected a string"],
    ["text", string as JsonObject, "\uDC00", "", "it has half of a surrogate pair, which UTF-8 cannot hold"],
    ["text", rows, "", "", "the dataset is an array, and text holds a string"],
    ["bytes", bytesSchema, "abc", "", "found 'abc', expected a Uint8Array"],
  ])("%s", async ([format, schema, value, path, why]) => {
    const { store, write, read } = await makeProject();
    await write("data", "former");
    const result = await store.save("data", fileDataset("data", { format }), schema, value);
    expect(failureFrom(result)).toEqual({
      code: "GLA5013",
      severity: "error",
      message: `Dataset 'data' cannot be written as ${format}${path === "" ? "" : ` at '${path}'`}: ${why}.`,
      hint: "return a value that it can hold, or use another `format` or storage",
      related: [],
    });
    expect(await read("data")).toBe("former");
  });
});

test("what is not declared is written to JSON as it is, and dates as texts", async () => {
  class Point {
    x = 1;
    toString = undefined;
  }
  const { store, read } = await makeProject();
  const value = {
    at: new Date(0),
    point: new Point(),
    url: new URL("file:///a"),
    plain: Object.create(null),
  };
  valueFrom(await store.save("data", fileDataset("data.json"), undefined, value));
  expect(JSON.parse(await read("data.json"))).toEqual({
    at: "1970-01-01T00:00:00.000Z",
    point: { x: 1 },
    url: "file:///a",
    plain: {},
  });
});

test("what is not declared is refused or comes back whole", async () => {
  const { store } = await makeProject();
  const dataset = fileDataset("data.json");
  // Without -0, which JSON does not have.
  const plain = [fc.string(), fc.integer(), fc.boolean(), fc.constant(null), fc.constant(undefined)];
  const anything = fc.anything({
    values: plain,
    withBigInt: true,
    withMap: true,
    withSet: true,
    withTypedArray: true,
    withNullPrototype: true,
    maxDepth: 3,
  });
  const check = async (value: unknown) => {
    const saved = await store.save("data", dataset, undefined, value);
    if (saved.ok) expect(valueFrom(await store.load("data", dataset, undefined)).value).toEqual(value);
    else expect(saved.failure.code).toBe("GLA5013");
  };
  await fc.assert(fc.asyncProperty(anything, check), { numRuns: 500 });
});

test("null in JSON is no mistake", async () => {
  const { store } = await makeProject();
  const value = [{ id: null, text: "null", nested: [null, { at: new Date(0) }] }];
  valueFrom(await store.save("data", fileDataset("data.json"), undefined, value));
  expect(valueFrom(await store.load("data", fileDataset("data.json"), undefined)).value).toEqual([
    { id: null, text: "null", nested: [null, { at: "1970-01-01T00:00:00.000Z" }] },
  ]);
});
