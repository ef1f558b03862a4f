/** Arrow IPC as others write and read it; the library `apache-arrow` stands for them. */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { JsonObject } from "@glacier-ts/core";
import {
  Binary,
  DateDay,
  Dictionary,
  Float32,
  Int8,
  Int16,
  Int32,
  Null,
  RecordBatchFileWriter,
  RecordBatchStreamWriter,
  Table,
  TimestampMicrosecond,
  TimestampNanosecond,
  TimestampSecond,
  tableFromIPC,
  Uint64,
  Utf8,
  Utf8View,
  type Vector,
  vectorFromArray,
} from "apache-arrow";
import { describe, expect, test } from "vitest";
import { bigintSchema, bytesSchema, dateSchema } from "./arbitrary.js";
import { collect, failureFrom, fileDataset, makeProject, rowsSchema, valueFrom } from "./project.js";

const string = { type: "string" };
const number = { type: "number" };
const nullable = (schema: JsonObject): JsonObject => ({ anyOf: [schema, { type: "null" }] });

test("is written with the types that others expect", async () => {
  const { store, root } = await makeProject();
  const schema = rowsSchema(
    {
      id: { type: "integer" },
      exact: bigintSchema,
      name: string,
      score: number,
      at: dateSchema,
      data: bytesSchema,
      tags: { type: "array", items: string },
      address: { type: "object", properties: { city: string }, required: ["city"] },
      counts: { type: "object", additionalProperties: number },
    },
    { note: string },
  );
  const row = {
    id: 2 ** 53 - 1,
    exact: 2n ** 63n - 1n,
    name: "größe",
    score: 0.5,
    at: new Date(12),
    data: new Uint8Array([1, 2]),
    tags: ["a", "b"],
    address: { city: "Oslo" },
    counts: { x: 1 },
  };
  valueFrom(await store.save("data", fileDataset("data.arrow"), schema, [row, { ...row, note: "n" }]));
  const table = tableFromIPC(await readFile(join(root, "data.arrow")));
  expect(
    table.schema.fields.map(({ name, type, nullable }) => `${name}: ${type}${nullable ? "?" : ""}`),
  ).toEqual([
    "id: Int64",
    "exact: Int64",
    "name: Utf8",
    "score: Float64",
    "at: Timestamp<MILLISECOND, UTC>",
    "data: Binary",
    "tags: List<Utf8>",
    "address: Struct<{city:Utf8}>",
    "counts: Map<{key:Utf8, value:Float64}>",
    "note: Utf8?",
  ]);
  const [first, second] = table.toArray().map((each) => each.toJSON());
  expect(first).toMatchObject({
    id: 2n ** 53n - 1n,
    exact: 2n ** 63n - 1n,
    name: "größe",
    at: 12,
    note: null,
  });
  expect(second.note).toBe("n");
});

/** Columns that Glacier never writes, and what they are read as. */
const columns: readonly (readonly [
  name: string,
  vector: Vector,
  schema: JsonObject,
  expected: readonly unknown[],
])[] = [
  ["small integers", vectorFromArray([1, null, -3], new Int8()), nullable(number), [1, null, -3]],
  [
    "large integers",
    vectorFromArray([2n ** 64n - 1n, 5n, 0n], new Uint64()),
    bigintSchema,
    [2n ** 64n - 1n, 5n, 0n],
  ],
  ["floats", vectorFromArray([0.5, 1.5, -2], new Float32()), number, [0.5, 1.5, -2]],
  [
    "days",
    vectorFromArray([new Date(0), new Date(864e5), new Date(-864e5)], new DateDay()),
    string,
    ["1970-01-01", "1970-01-02", "1969-12-31"],
  ],
  [
    "seconds",
    vectorFromArray([1e3, 2e3, -1e3], new TimestampSecond()),
    dateSchema,
    [new Date(1e3), new Date(2e3), new Date(-1e3)],
  ],
  [
    "microseconds",
    vectorFromArray([1, 2.5, null], new TimestampMicrosecond()),
    nullable(dateSchema),
    [new Date(1), new Date(2), null],
  ],
  [
    "nanoseconds",
    vectorFromArray([1, 2, 3], new TimestampNanosecond("UTC")),
    dateSchema,
    [new Date(1), new Date(2), new Date(3)],
  ],
  [
    "texts in dictionaries",
    vectorFromArray(["x", "y", "x"], new Dictionary(new Utf8(), new Int16())),
    string,
    ["x", "y", "x"],
  ],
  [
    "bytes in dictionaries",
    vectorFromArray(
      [new Uint8Array([1]), null, new Uint8Array([1])],
      new Dictionary(new Binary(), new Int32()),
    ),
    nullable(bytesSchema),
    [new Uint8Array([1]), null, new Uint8Array([1])],
  ],
  [
    "views",
    vectorFromArray(["short", "longer than twelve bytes, größer", null], new Utf8View()),
    nullable(string),
    ["short", "longer than twelve bytes, größer", null],
  ],
  ["nothing", vectorFromArray([null, null, null], new Null()), nullable(number), [null, null, null]],
];

describe.for([
  ["file format", (table: Table) => RecordBatchFileWriter.writeAll(table)],
  ["stream format", (table: Table) => RecordBatchStreamWriter.writeAll(table)],
] as const)("the %s of others", ([, writeAll]) => {
  test.for(columns)("%s", async ([, vector, schema, expected]) => {
    const { store, write } = await makeProject();
    const other = vectorFromArray(["a", "b", "c"], new Utf8());
    await write("data.arrow", writeAll(new Table({ other, value: vector })).toUint8Array(true));
    const payload = rowsSchema({ value: schema });
    expect(valueFrom(await store.load("data", fileDataset("data.arrow"), payload)).value).toStrictEqual(
      expected.map((value) => ({ value })),
    );
  });
});

test("of the columns only those that the type names are read", async () => {
  const { store, root } = await makeProject();
  const rows = Array.from({ length: 100 }, (_, id) => ({ id, name: `the name ${id}` }));
  const dataset = fileDataset("data.arrow");
  valueFrom(await store.save("data", dataset, rowsSchema({ id: number, name: string }), rows));
  const path = join(root, "data.arrow");
  const bytes = await readFile(path);
  bytes[bytes.indexOf("the name 50")] = 0xff;
  await writeFile(path, bytes);
  const ids = await store.load("data", dataset, rowsSchema({ id: number }));
  expect(valueFrom(ids).value).toEqual(rows.map(({ id }) => ({ id })));
  expect(failureFrom(await store.load("data", dataset, rowsSchema({ name: string }))).message).toBe(
    "Dataset 'data' is not valid arrow: column 'name' of record batch 1 is damaged (a text is not UTF-8).",
  );
});

test("streams are read and written in record batches", async () => {
  const { store } = await makeProject();
  const schema = {
    type: "array",
    "x-glacier-type": "AsyncIterable",
    items: rowsSchema({ id: number }).items as object,
  };
  const count = 150_000;
  async function* rows() {
    for (let id = 0; id < count; id++) yield { id };
  }
  const dataset = fileDataset("data.arrow");
  expect(valueFrom(await store.save("data", dataset, schema as never, rows())).rows).toBe(count);
  const read = await collect(valueFrom(await store.load("data", dataset, schema as never)).value);
  expect(read).toHaveLength(count);
  expect(read.at(-1)).toEqual({ id: count - 1 });
});

describe("what is not as it should be is GLA5006", () => {
  const file = new Table({
    id: vectorFromArray([1, 2, 3], new Int32()),
    name: vectorFromArray(["a", null, "c"], new Utf8()),
  });
  const whole = RecordBatchFileWriter.writeAll(file).toUint8Array(true);
  const stream = RecordBatchStreamWriter.writeAll(file).toUint8Array(true);
  test.for([
    ["nothing", new Uint8Array(), { id: number }, "not an Arrow file: it has only 0 bytes"],
    ["a text", Buffer.from("id,name\n1,a\n2,b\n"), { id: number }, "the message at byte 0 is damaged"],
    [
      "the start of a file",
      whole.subarray(0, -20),
      { id: number },
      "not an Arrow file: no ARROW1 at the end; it may have been cut off",
    ],
    [
      "the start of a stream",
      stream.subarray(0, -8),
      { id: number },
      `there is no message at byte ${stream.length - 8}, and no end mark; it may have been cut off`,
    ],
    ["a null", whole, { name: string }, "row 2, column 'name': found null, expected a string"],
    ["another type", whole, { name: number }, "column 'name' is Utf8, expected a number"],
    [
      "no such column",
      whole,
      { nam: string },
      "column 'nam' is missing (did you mean 'name'?); there are 'id', 'name'",
    ],
  ] as const)("%s", async ([, content, properties, why]) => {
    const { store, write } = await makeProject();
    await write("data.arrow", content);
    const failure = failureFrom(await store.load("data", fileDataset("data.arrow"), rowsSchema(properties)));
    expect(failure).toMatchObject({ code: "GLA5006", message: `Dataset 'data' is not valid arrow: ${why}.` });
  });
});
