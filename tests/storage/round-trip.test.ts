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
async function roundTrips(
  format: string,
  types: fc.Arbitrary<Typed>,
  numRuns: number,
  compression?: string,
): Promise<void> {
  const { store, root } = await makeProject();
  const dataset = fileDataset("value", { format, ...(compression && { compression }) });
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

const cells = fc.constantFrom(
  ...scalars,
  anyNumber,
  union(string, anyNumber),
  union(string, boolean),
  union(string, date),
);
const tables = objectOf(fc.oneof(cells, nullable(cells))).map((row) => arrayOf(row));

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

const formats: readonly (readonly [
  format: string,
  types: fc.Arbitrary<Typed>,
  compressions?: readonly string[],
])[] = [
  ["json", jsonTypes],
  ["ndjson", jsonTypes.map((type) => arrayOf(type))],
  ["csv", tables],
  ["tsv", tables],
  ["parquet", columnTables],
  ["arrow", columnTables, ["zstd"]],
  ["text", fc.constant(string)],
  ["bytes", fc.constant(bytes)],
];

for (const [format, types, compressions = ["gzip", "zstd"]] of formats) {
  test(`${format} gives back every value that it can hold`, () => roundTrips(format, types, 300));
  test.for(compressions)(`${format} with %s, too`, (compression) =>
    roundTrips(format, types, 50, compression),
  );
}

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

const object = (properties: JsonObject, ...required: string[]): JsonObject => ({
  type: "object",
  properties,
  required,
});
const four: JsonObject = { ...bigint.schema, const: 4 };

test.for<[what: string, branches: JsonObject[], values: unknown[]]>([
  [
    "the properties that it declares",
    [object({ at: date.schema }), object({ id: bigint.schema }, "id")],
    [{ id: 1n }, { at: new Date(0) }, {}],
  ],
  [
    "names that fit an index signature",
    [{ type: "object", patternProperties: { "^x-": number.schema } }, object({ id: bigint.schema })],
    [{ "x-a": 1 }, { id: 1n }],
  ],
  ["its value, a bigint", [{ const: 7 }, four], [7, 4n]],
])("a branch of a union is known by %s", async ([, branches, value]) => {
  const { store } = await makeProject();
  const dataset = fileDataset("value", { format: "json" });
  for (const anyOf of [branches, branches.toReversed()]) {
    const schema = { type: "array", items: { anyOf } };
    valueFrom(await store.save("value", dataset, schema, value));
    expect(valueFrom(await store.load("value", dataset, schema)).value).toStrictEqual(value);
  }
});
