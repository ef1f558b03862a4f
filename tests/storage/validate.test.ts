/** What generated code says of values in memory. */
import type { JsonObject } from "@glacier-ts/core";
import { findMismatch } from "@glacier-ts/storage/shape";
import { findInvalid, payloadTest, type TestSources } from "@glacier-ts/storage/validate";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { analyzeFiles } from "../analyzer/support/analyze-folder.js";
import { declarationsOf, type PayloadType } from "../analyzer/support/payloads/payload-type.js";
import { payloads } from "../analyzer/support/payloads/types.js";

const user: JsonObject = {
  type: "object",
  properties: {
    id: { type: "integer", minimum: 1 },
    name: { type: "string", pattern: "^[A-Z]" },
    mail: { type: "string", format: "email" },
    kind: { enum: ["a", "b"] },
    born: { type: "string", format: "date-time", "x-glacier-type": "Date" },
    big: { type: "integer", format: "int64", "x-glacier-type": "bigint" },
    bytes: { type: "string", contentEncoding: "base64", "x-glacier-type": "Uint8Array" },
    tags: { type: "array", items: { type: "string" }, uniqueItems: true, "x-glacier-type": "Set" },
    scores: {
      type: "array",
      items: { type: "array", prefixItems: [{ type: "string" }, { type: "number" }], minItems: 2 },
      "x-glacier-type": "Map",
    },
    address: { anyOf: [{ $ref: "#/$defs/Address" }, { type: "null" }] },
  },
  required: ["id"],
};
const users: JsonObject = {
  type: "array",
  items: user,
  $defs: { Address: { type: "object", properties: { zip: { type: "string" } }, required: ["zip"] } },
};

const violations = async (value: unknown, schema: JsonObject = users) =>
  findInvalid(value, await payloadTest(schema));

describe("a value in memory", () => {
  it("is valid as its type has it", async () => {
    const all = {
      id: 1,
      name: "Ada",
      mail: "ada@example.org",
      kind: "a",
      born: new Date(0),
      big: 2n ** 70n,
      bytes: new Uint8Array(2),
      tags: new Set(["x"]),
      scores: new Map([["x", Number.NaN]]),
      address: { zip: "1" },
    };
    expect(await violations([all, { id: 2, name: undefined, address: null, more: true }])).toEqual([]);
    expect(await violations([])).toEqual([]);
  });

  it.for<readonly [row: unknown, path: string, expected: string, found: string]>([
    [7, "", "an object", "7"],
    [{}, "/id", "a value", "nothing"],
    [{ id: "1" }, "/id", "an integer", "'1'"],
    [{ id: 0 }, "/id", "an integer at least 1", "0"],
    [{ id: 1, name: "ada" }, "/name", "a string like ^[A-Z]", "'ada'"],
    [{ id: 1, mail: "ada" }, "/mail", "text of the format 'email'", "'ada'"],
    [{ id: 1, kind: "c" }, "/kind", '"a" or "b"', "'c'"],
    [{ id: 1, born: "1970-01-01" }, "/born", "a Date", "'1970-01-01'"],
    [{ id: 1, born: new Date(Number.NaN) }, "/born", "a Date", "an invalid Date"],
    [{ id: 1, big: 1 }, "/big", "a bigint", "1"],
    [{ id: 1, bytes: [1] }, "/bytes", "bytes", "an array"],
    [{ id: 1, tags: ["x"] }, "/tags", "a Set", "an array"],
    [{ id: 1, tags: new Set(["x", 1]) }, "/tags", "a string", "1"],
    [{ id: 1, scores: new Map([[1, 1]]) }, "/scores", "a string", "1"],
    [{ id: 1, scores: new Map([["x", "1"]]) }, "/scores", "a number", "'1'"],
    [{ id: 1, address: 5 }, "/address", "what its type says", "5"],
  ])("%o is not", async ([row, path, expected, found]) => {
    expect(await violations([{ id: 1 }, row])).toEqual([{ row: 2, path, expected, found }]);
  });

  it("has every invalid row named, with the first thing that is wrong with it", async () => {
    const found = await violations([{ id: 0, name: "x" }, { id: 1 }, null, {}]);
    expect(found.map(({ row, path }) => [row, path])).toEqual([
      [1, "/id"],
      [3, ""],
      [4, "/id"],
    ]);
  });

  it("may be wrong as a whole", async () => {
    expect(await violations({ id: 1 })).toEqual([{ path: "", expected: "an array", found: "an object" }]);
    const few: JsonObject = { ...users, maxItems: 1, uniqueItems: true };
    expect(await violations([{ id: 1 }, { id: 2 }], few)).toEqual([
      { path: "", expected: "at most 1 items", found: "an array" },
    ]);
    expect(await violations(-1, { type: "number", minimum: 0 })).toEqual([
      { path: "", expected: "a number at least 0", found: "-1" },
    ]);
  });

  it("has the properties that are its objects' own", async () => {
    class Person {
      mail = "ada@example.org";
      constructor(id?: number) {
        if (id !== undefined) Object.assign(this, { id });
      }
      get name() {
        return 7;
      }
      get address() {
        return new Person();
      }
    }
    const bare = Object.assign(Object.create(null), { id: 1, address: Object.create({ zip: "1" }) });
    expect(await violations([new Person(1), new Person(), { id: 1, address: new Person() }, bare])).toEqual([
      { row: 2, path: "/id", expected: "a value", found: "nothing" },
      { row: 3, path: "/address", expected: "what its type says", found: "an object" },
      { row: 4, path: "/address", expected: "what its type says", found: "an object" },
    ]);
  });

  it("may have columns with the names of keywords and of the prototype", async () => {
    const schema: JsonObject = {
      type: "array",
      items: {
        type: "object",
        properties: {
          items: { type: "string" },
          constructor: { type: "number" },
          $defs: { type: "boolean" },
        },
        required: ["items", "constructor", "$defs"],
      },
    };
    expect(await violations([{ items: "x", constructor: 1, $defs: true }], schema)).toEqual([]);
    expect(await violations([{ items: "x", $defs: true }], schema)).toMatchObject([{ path: "/constructor" }]);
  });
});

describe("a value whose types were checked", () => {
  const check = async (value: unknown, schema: JsonObject) =>
    findInvalid(value, await payloadTest(schema, { isTyped: true })).map(({ row, path }) => [row, path]);

  it("is looked at only where the schema says more than types", async () => {
    const plain: JsonObject = {
      type: "array",
      items: { type: "object", properties: { id: { type: "number" } }, required: ["id"] },
    };
    const test = await payloadTest(plain, { isTyped: true });
    expect(test).toEqual({ whole: undefined, row: undefined });
    const limited: JsonObject = {
      type: "array",
      items: {
        type: "object",
        properties: {
          id: { type: "number", minimum: 1 },
          name: { type: "string" },
          at: { $ref: "#/$defs/At" },
        },
        required: ["id", "name"],
      },
      $defs: { At: { type: "array", items: { type: "string", pattern: "^a" } } },
    };
    expect(await check([{ id: 1, name: 7 }, { id: 0 }, { id: 1, at: ["a", "b"] }], limited)).toEqual([
      [2, "/id"],
      [3, "/at/1"],
    ]);
  });
});

describe("generated code", () => {
  function memory(): TestSources & { readonly kept: Map<string, string> } {
    const kept = new Map<string, string>();
    return { kept, read: (name) => kept.get(name), write: (name, source) => void kept.set(name, source) };
  }

  it("is generated once a schema, and says the same when it is read again", async () => {
    const sources = memory();
    const copy = () => structuredClone(users);
    await payloadTest(copy(), { hash: "hash", sources });
    expect([...sources.kept.keys()]).toEqual(["hash-row"]);
    const [[name, source]] = [...sources.kept] as [[string, string]];
    sources.kept.set(name, `${source}\n// as it was kept`);
    const test = await payloadTest(copy(), { hash: "hash", sources });
    expect(findInvalid([{ id: 0 }], test)).toEqual([
      { row: 1, path: "/id", expected: "an integer at least 1", found: "0" },
    ]);
    expect(sources.kept.get(name)).toMatch(/as it was kept$/);
  });

  it.for(["", "module.exports = 1", "throw new Error()", "{"])(
    "is made anew where '%s' was kept",
    async (text) => {
      const sources = memory();
      sources.kept.set("hash-row", text);
      const test = await payloadTest(structuredClone(users), { hash: "hash", sources });
      expect(findInvalid([{}], test)).toHaveLength(1);
      expect(sources.kept.get("hash-row")).not.toBe(text);
    },
  );
});

/** Keywords that say more than a shape does; `not` is how the type `{}` leaves out null. */
const constraint =
  /"(not|minimum|maximum|exclusiveMinimum|exclusiveMaximum|multipleOf|minLength|maxLength|pattern|format|minItems|maxItems|uniqueItems|patternProperties|additionalProperties)":/;

it("accepts every value of random types, and of other values what the types say", {
  timeout: 60_000,
}, async () => {
  const typesPerProgram = 60;
  const samples = payloads.chain((type) =>
    fc.record({ type: fc.constant(type), values: fc.array(type.values, { minLength: 2, maxLength: 3 }) }),
  );
  let compared = 0;
  const check = async (seed: number) => {
    const all = fc.sample(samples, { seed, numRuns: typesPerProgram });
    const schemas = schemasOf(all.map(({ type }) => type));
    const values = all.flatMap((each) => each.values);
    for (const [index, { type, values: own }] of all.entries()) {
      const schema = schemas[index];
      if (!schema) continue;
      const test = await payloadTest(schema);
      for (const value of own) {
        expect({ type: type.text, value, found: findInvalid(value, test) }).toMatchObject({ found: [] });
      }
      if (constraint.test(JSON.stringify(schema).replaceAll('"format":"date-time"', ""))) continue;
      for (const value of values) {
        compared++;
        const isValid = findInvalid(value, test).length === 0;
        const mismatch = findMismatch(value, schema);
        if (isValid !== (mismatch === undefined)) {
          expect.fail(
            JSON.stringify({ type: type.text, schema, mismatch, invalid: findInvalid(value, test) }, null, 1),
          );
        }
      }
    }
  };
  await fc.assert(fc.asyncProperty(fc.integer(), check), { numRuns: 3, endOnFailure: true });
  expect(compared).toBeGreaterThan(1000);
});

function schemasOf(types: readonly PayloadType[]): readonly (JsonObject | undefined)[] {
  const source = [
    'import type { Dataset } from "@glacier-ts/core";',
    ...declarationsOf(types),
    ...types.map(({ text }, index) => `export type D${index} = Dataset<"d${index}", ${text}>;`),
  ].join("\n");
  const { manifest, diagnostics } = analyzeFiles({ "src/datasets.ts": source });
  return types.map((_, index) => {
    const isAmbiguous = diagnostics.some(({ message }) => message.startsWith(`Dataset 'd${index}' `));
    const reference = manifest.datasets[`d${index}`]?.schema ?? "";
    return isAmbiguous ? undefined : manifest.schemas[reference.replace("#/schemas/", "")];
  });
}
