import { isDeepStrictEqual } from "node:util";
import type { JsonObject } from "@glacier-ts/core";
import fc from "fast-check";
import { expect, test } from "vitest";
import {
  arrayOf,
  cases,
  discriminated,
  kinds,
  mapOf,
  names,
  nested,
  nullable,
  objectOf,
  recordOf,
  setOf,
  type Typed,
  templateRecordOf,
  tupleOf,
  union,
} from "./arbitrary.js";
import { fileDataset, makeProject, valueFrom } from "./project.js";

/** What is written comes back as it was. */
async function roundTrips(format: string, types: fc.Arbitrary<Typed>, numRuns = 300): Promise<void> {
  const { store, root } = await makeProject();
  const dataset = fileDataset("value", { format });
  const check = async ({ schema, value }: { schema: JsonObject; value: unknown }) => {
    valueFrom(await store.save("value", dataset, schema, value));
    const { value: read } = valueFrom(await store.load("value", dataset, schema));
    if (!isDeepStrictEqual(read, value)) expect(read).toStrictEqual(value);
    expect(isDeepStrictEqual(read, value), `in ${root}`).toBe(true);
  };
  await fc.assert(fc.asyncProperty(cases(types), check), { numRuns });
}

const { string, boolean, number, anyNumber, integer, date, bigint, bytes, literal, constant } = kinds;
const { described, template, five } = kinds;
const scalars = [
  string,
  boolean,
  number,
  integer,
  date,
  bigint,
  bytes,
  literal,
  constant,
  described,
  template,
  five,
];

const shapeA: Typed = {
  schema: { type: "object", properties: { kind: { const: "a" }, at: date.schema }, required: ["kind", "at"] },
  values: fc.record({ kind: fc.constant("a"), at: date.values }, { noNullPrototype: true }),
};
const shapeB: Typed = {
  schema: {
    type: "object",
    properties: { kind: { const: "b" }, at: string.schema },
    required: ["kind", "at"],
  },
  values: fc.record({ kind: fc.constant("b"), at: string.values }, { noNullPrototype: true }),
};
const unions = [
  union(date, number),
  union(string, number, boolean),
  union(shapeA, shapeB),
  union(bigint, string),
];

const jsonTypes = nested([...scalars, ...unions], (inner) =>
  fc.oneof(
    nullable(inner),
    inner.map((item) => arrayOf(item)),
    inner.map(setOf),
    inner.map(recordOf),
    fc.tuple(inner, inner).map(([left, right]) => templateRecordOf(left, right)),
    fc.tuple(inner, inner).map(([left, right]) => discriminated(left, right)),
    fc.tuple(inner, inner).map(([left, right]) => mapOf(left, right)),
    fc.tuple(inner, inner).map(([left, right]) => tupleOf(left, right)),
    objectOf(inner),
  ),
);

test("json gives back every payload", () => roundTrips("json", jsonTypes, 300));

test("ndjson gives back every array", () =>
  roundTrips(
    "ndjson",
    jsonTypes.map((type) => arrayOf(type)),
    200,
  ));

const cells = fc.constantFrom(
  ...scalars,
  anyNumber,
  union(string, anyNumber),
  union(string, boolean),
  union(string, date),
);
const tables = objectOf(fc.oneof(cells, nullable(cells))).map((row) => arrayOf(row));

test("csv gives back every array of flat objects", () => roundTrips("csv", tables, 300));

test("tsv gives back every array of flat objects", () => roundTrips("tsv", tables));

const columnTypes = nested([...scalars, anyNumber], (inner) =>
  fc.oneof(
    nullable(inner),
    inner.map((item) => arrayOf(item)),
    inner.map(setOf),
    inner.map(recordOf),
    fc.tuple(fc.constantFrom(string, integer, bigint, date), inner).map(([key, value]) => mapOf(key, value)),
    objectOf(
      inner,
      names.filter((name) => name !== "__proto__"),
    ),
  ),
);

const columnTables = objectOf(columnTypes).map((row) => arrayOf(row));

test("parquet gives back every array of objects, nested ones too", () =>
  roundTrips("parquet", columnTables, 300));

test("arrow gives back every array of objects, nested ones too", () =>
  roundTrips("arrow", columnTables, 300));

test("text gives back every string", () => roundTrips("text", fc.constant(string)));

test("bytes gives back every Uint8Array", () => roundTrips("bytes", fc.constant(bytes)));

test("json gives back a recursive payload", async () => {
  const { store } = await makeProject();
  const schema: JsonObject = {
    $ref: "#/$defs/Tree",
    $defs: {
      Tree: {
        type: "object",
        properties: { born: date.schema, children: { type: "array", items: { $ref: "#/$defs/Tree" } } },
        required: ["born", "children"],
      },
    },
  };
  const value = { born: new Date(1), children: [{ born: new Date(2), children: [] }] };
  valueFrom(await store.save("tree", fileDataset("tree.json"), schema, value));
  expect(valueFrom(await store.load("tree", fileDataset("tree.json"), schema)).value).toStrictEqual(value);
});
