import type { JsonObject } from "@glacier-ts/core";
import { expect, it } from "vitest";
import { narrowSchema } from "../../packages/runtime/dist/narrow-schema.js";

const number = { type: "number" };
const rows = (properties: JsonObject, required: string[] = [], rest: JsonObject = {}): JsonObject => ({
  type: "array",
  items: { type: "object", properties, required, ...rest },
});
const wide = rows({ a: number, b: number, c: number }, ["a", "b"]);

it("has the columns that readers mention", () => {
  expect(narrowSchema(wide, [rows({ a: number }), rows({ c: number })])).toEqual(
    rows({ a: number, c: number }, ["a"]),
  );
});

it("follows a reference to the row, and keeps other definitions", () => {
  const $defs = { Row: wide.items as JsonObject, Other: number };
  const referring: JsonObject = { type: "array", items: { $ref: "#/$defs/Row" }, $defs };
  expect(narrowSchema(referring, [rows({ b: number })])).toEqual({ ...rows({ b: number }, ["b"]), $defs });
});

it.for<readonly [what: string, schema: JsonObject, readers: readonly JsonObject[]]>([
  ["every column is read", wide, [rows({ a: number, b: number }), rows({ c: number })]],
  ["nobody reads it", wide, []],
  ["a reader reads something else", wide, [rows({ a: number }), number]],
  [
    "a reader reads columns that are not named",
    wide,
    [rows({ a: number }, [], { additionalProperties: number })],
  ],
  [
    "rows have columns that are not named",
    rows({ a: number }, [], { additionalProperties: number }),
    [rows({})],
  ],
  ["it is no rows", { type: "object", properties: { a: number } }, [rows({ a: number })]],
])("is none where %s", ([, schema, readers]) => {
  expect(narrowSchema(schema, readers)).toBeUndefined();
});
