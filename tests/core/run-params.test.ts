import { checkParams, diagnosticText, type JsonObject, parseParam } from "@glacier-ts/core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { makeGraph } from "./make-graph.js";

const params = {
  limit: { schema: { type: "number" } },
  order: { schema: { enum: ["down", "up"] }, optional: true },
  title: { schema: { anyOf: [{ const: 1 }, { type: "string" }] }, optional: true },
} as const;

function check(given: Readonly<Record<string, unknown>>): string {
  const graph = makeGraph({ tasks: [{ name: "extract", outputs: ["users"] }] });
  return checkParams({ ...graph, pipeline: { ...graph.pipeline, name: "analytics", params } }, given)
    .map(diagnosticText)
    .join("\n");
}

describe("checkParams", () => {
  test.each([{ limit: 1 }, { limit: 0, order: "up" }, { limit: -1.5, title: 1, order: undefined }])(
    "is quiet for %j",
    (given) => {
      expect(check(given)).toBe("");
    },
  );

  test("reports everything that is missing, wrong or unknown", () => {
    expect(check({ order: "sideways", title: true, limt: 3 })).toMatch(
      /^GLA5015: Pipeline '.*' needs the parameter 'limit'\.\n {2}hint: give it: `--param limit=…`, or `run\(\{ params: \{ limit: … \} \}\)`\nGLA5016: Parameter 'order' must be "down" or "up", but is "sideways"\.\nGLA5016: Parameter 'title' must be 1 or a string, but is true\.\nGLA5017: Pipeline '.*' has no parameter 'limt'\.\n {2}hint: did you mean 'limit'\?$/,
    );
    expect(check({ limit: Number.NaN })).toContain("'limit' must be a number, but is NaN");
  });
});

describe("a parameter whose type has constraints", () => {
  const cases: readonly [JsonObject, readonly unknown[], readonly unknown[], string][] = [
    [{ type: "string", pattern: "^user-" }, ["user-1"], ["7", 7], "a string like ^user-"],
    [{ type: "string", pattern: "^a", allOf: [{ pattern: "z$" }] }, ["az"], ["a", "z"], "a string like ^a"],
    [{ type: "integer", minimum: 1 }, [1, 2], [0, 1.5, "1"], "an integer at least 1"],
    [
      { type: "number", maximum: 2, multipleOf: 0.5 },
      [1.5, 2],
      [2.5, 1.2],
      "a number at most 2, a multiple of 0.5",
    ],
    [
      { type: "number", exclusiveMinimum: 0, exclusiveMaximum: 1 },
      [0.5],
      [0, 1],
      "a number above 0, below 1",
    ],
    [
      { type: "string", minLength: 2, maxLength: 3 },
      ["ab", "😀😀😀"],
      ["a", "abcd"],
      "a string not shorter than 2, not longer than 3",
    ],
  ];

  test.each(cases)("%j", (schema, good, bad, expected) => {
    const graph = makeGraph({ tasks: [{ name: "extract", outputs: ["users"] }] });
    const pipeline = { ...graph.pipeline, name: "analytics", params: { value: { schema } } };
    const found = (value: unknown) => checkParams({ ...graph, pipeline }, { value }).map(diagnosticText);
    for (const value of good) expect(found(value)).toEqual([]);
    for (const value of bad) {
      const shown = typeof value === "string" ? JSON.stringify(value) : value;
      expect(found(value)).toEqual([`GLA5016: Parameter 'value' must be ${expected}, but is ${shown}.`]);
    }
  });
});

describe("parseParam", () => {
  test.each<[JsonObject, string, unknown]>([
    [{ type: "string" }, "10", "10"],
    [{ type: "number" }, "10", 10],
    [{ type: "number" }, "-1.5e3", -1500],
    [{ type: "number" }, "", ""],
    [{ type: "number" }, "ten", "ten"],
    [{ type: "boolean" }, "true", true],
    [{ type: "boolean" }, "false", false],
    [{ type: "boolean" }, "yes", "yes"],
    [{ enum: [1, 2] }, "2", 2],
    [{ enum: ["1", 2] }, "1", "1"],
    [{ anyOf: [{ type: "number" }, { const: "all" }] }, "all", "all"],
    [{ anyOf: [{ type: "number" }, { const: "all" }] }, "7", 7],
    [{ type: "integer" }, "7", 7],
    [{ type: "integer" }, "7.5", "7.5"],
    [{ anyOf: [{ type: "string", pattern: "^user-" }, { type: "number" }] }, "7", 7],
  ])("%j from '%s'", (schema, text, expected) => {
    expect(parseParam(schema, text)).toBe(expected);
  });

  test("reads back every number and boolean", () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true }), (value) => {
        expect(parseParam({ type: "number" }, String(value))).toBe(Object.is(value, -0) ? 0 : value);
      }),
    );
  });
});
