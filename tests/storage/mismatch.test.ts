import type { JsonObject } from "@glacier-ts/core";
import { findMismatch } from "@glacier-ts/storage/shape";
import { expect, it } from "vitest";

const user: JsonObject = {
  type: "object",
  properties: {
    id: { type: "number" },
    name: { type: "string" },
    born: { "x-glacier-type": "Date" },
    address: { anyOf: [{ $ref: "#/$defs/Address" }, { type: "null" }] },
  },
  required: ["id", "name", "address"],
};
const users: JsonObject = {
  type: "array",
  items: user,
  $defs: { Address: { type: "object", properties: { zip: { type: "string" } }, required: ["zip"] } },
};
const ada = { id: 1, name: "Ada", address: null };

it.each<[what: string, value: unknown, path: string, expected: string, found: string]>([
  ["another kind of value", { ada }, "", "an array", "{ ada: { id: 1, name: 'Ada', address: null } }"],
  ["an item that is none", [ada, 5], "[1]", "an object", "5"],
  [
    "an array in the place of an object",
    [[ada]],
    "[0]",
    "an object",
    "[ { id: 1, name: 'Ada', address: null } ]",
  ],
  ["a property of another type", [ada, { ...ada, id: "1" }], "[1].id", "a number", "'1'"],
  ["a property that is missing", [{ id: 1, address: null }], "[0].name", "a string", "undefined"],
  [
    "a date as text",
    [{ ...ada, born: "1815-12-10" }],
    "[0].born",
    "a date such as 2026-01-31 or 2026-01-31T12:00:00Z",
    "'1815-12-10'",
  ],
  ["what is wrong inside of a union", [{ ...ada, address: { zip: 7 } }], "[0].address.zip", "a string", "7"],
  ["no branch of a union", [{ ...ada, address: 7 }], "[0].address", "an object or null", "7"],
])("names the place of %s", (_, value, path, expected, found) => {
  expect(findMismatch(value, users)).toEqual({ path, expected, found });
});

it("accepts what fits, more properties, and instances with getters", () => {
  class Person {
    get id() {
      return 1;
    }
    get name() {
      return "Ada";
    }
    readonly address = null;
  }
  const fine = [ada, { ...ada, more: true }, { ...ada, born: new Date(0) }, new Person()];
  for (const value of fine) expect(findMismatch([value], users)).toBeUndefined();
});

it("names what is wrong in maps and sets", () => {
  const schema: JsonObject = {
    "x-glacier-type": "Map",
    items: { prefixItems: [{ type: "string" }, { "x-glacier-type": "Set", items: { type: "number" } }] },
  };
  expect(findMismatch(new Map([["a", new Set([1, "2"])]]), schema)).toEqual({
    path: "['a'][1]",
    expected: "a number",
    found: "'2'",
  });
});
