/** What real schema libraries say of values, as violations. */
import type { StandardSchemaV1 } from "@glacier-ts/core";
import { refusalOf } from "@glacier-ts/storage/validate";
import { type } from "arktype";
import fc from "fast-check";
import * as v from "valibot";
import { describe, expect, it } from "vitest";
import * as z from "zod";

const schemas: Readonly<Record<string, StandardSchemaV1>> = {
  zod: z.object({ name: z.string().min(2), tags: z.array(z.object({ "a/b": z.number() })) }),
  valibot: v.object({
    name: v.pipe(v.string(), v.minLength(2)),
    tags: v.array(v.object({ "a/b": v.number() })),
  }),
  arktype: type({ name: "string >= 2", tags: type({ "a/b": "number" }).array() }),
};

describe.for(Object.entries(schemas))("%s", ([library, schema]) => {
  it("says nothing of what is valid", () => {
    expect(refusalOf(schema, { name: "Ada", tags: [{ "a/b": 1 }] })).toBeUndefined();
  });

  it.for<readonly [value: unknown, path: string, found: string, says: Readonly<Record<string, string>>]>([
    [
      { name: "A", tags: [] },
      "/name",
      "'A'",
      {
        zod: "Too small: expected string to have >=2 characters",
        valibot: "Invalid length: Expected >=2 but received 1",
        arktype: "name must be at least length 2 (was 1)",
      },
    ],
    [
      { tags: [] },
      "/name",
      "nothing",
      {
        zod: "Invalid input: expected string, received undefined",
        valibot: 'Invalid key: Expected "name" but received undefined',
        arktype: "name must be a string (was missing)",
      },
    ],
    [
      { name: "Ada", tags: [{ "a/b": 1 }, { "a/b": "2" }] },
      "/tags/1/a~1b",
      "'2'",
      {
        zod: "Invalid input: expected number, received string",
        valibot: 'Invalid type: Expected number but received "2"',
        arktype: 'tags[1]["a/b"] must be a number (was a string)',
      },
    ],
    [
      7,
      "",
      "7",
      {
        zod: "Invalid input: expected object, received number",
        valibot: "Invalid type: Expected Object but received 7",
        arktype: "must be an object (was a number)",
      },
    ],
  ])("says what is wrong with %j", ([value, path, found, says]) => {
    expect(refusalOf(schema, value)).toEqual({ path, found, expected: says[library], bySchema: true });
  });
});

/** A schema that answers as it is told. */
const answering = (answer: unknown): StandardSchemaV1 => ({
  "~standard": { version: 1, vendor: "test", validate: () => answer as never },
});

describe("a refusal", () => {
  it("says the first thing that is wrong", () => {
    const issues = [{ message: "one", path: ["a"] }, { message: "two" }];
    expect(refusalOf(answering({ issues }), { a: 1 })).toMatchObject({ expected: "one", found: "1" });
  });

  it.each([
    ["a key of a Map", ["scores", { key: "x" }], "/scores/x", "'high'"],
    ["an index", [{ key: "list" }, 1], "/list/1", "null"],
    ["what is in nothing", ["none", "a", "b"], "/none/a/b", "nothing"],
    ["a symbol", [Symbol("s")], "/Symbol(s)", "nothing"],
  ])("finds %s", (_, path, pointer, found) => {
    const value = { scores: new Map([["x", "high"]]), list: [1, null] };
    expect(refusalOf(answering({ issues: [{ message: "wrong", path }] }), value)).toEqual({
      path: pointer,
      expected: "wrong",
      found,
      bySchema: true,
    });
  });

  it("is one where a schema refuses without a word", () => {
    expect(refusalOf(answering({ issues: [] }), 1)).toMatchObject({
      expected: "it is not valid",
      found: "1",
    });
  });

  it("comes later where the schema needs time", async () => {
    const even = z.number().refine(async (value) => value % 2 === 0, { message: "odd" });
    await expect(refusalOf(even, 2)).resolves.toBeUndefined();
    await expect(refusalOf(even, 3)).resolves.toMatchObject({ path: "", expected: "odd", found: "3" });
  });

  it("is thrown where the schema throws, at once or later", async () => {
    const error = new Error("broken");
    const throwing: StandardSchemaV1 = {
      "~standard": {
        version: 1,
        vendor: "test",
        validate() {
          throw error;
        },
      },
    };
    expect(() => refusalOf(throwing, 1)).toThrow(error);
    await expect(refusalOf(answering(Promise.reject(error)), 1)).rejects.toBe(error);
  });

  it("is there exactly where zod, valibot and arktype say so", () => {
    const alike = [
      z.array(z.number().int()),
      v.array(v.pipe(v.number(), v.integer())),
      type("number.integer[]"),
    ];
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.integer(), fc.string(), fc.constant(0.5))), (values) => {
        const wrong = values.findIndex((value) => !Number.isInteger(value));
        for (const schema of alike) {
          const refusal = refusalOf(schema, values);
          expect(refusal && "path" in refusal ? refusal.path : undefined).toBe(
            wrong < 0 ? undefined : `/${wrong}`,
          );
        }
      }),
    );
  });
});
