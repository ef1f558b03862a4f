import { readFileSync } from "node:fs";
import {
  compareText,
  diagnosticText,
  type Manifest,
  manifestVersion,
  parseManifest,
  readManifest,
  renderManifest,
  sortKeys,
} from "@glacier-ts/core";
import { Ajv2020 } from "ajv/dist/2020.js";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type GraphSketch, makeManifest } from "./make-graph.js";
import { randomSketches, scrambleKeys } from "./random-sketch.js";

const analytics: GraphSketch = {
  name: "analytics",
  tasks: [
    { name: "extract", outputs: ["raw"], more: { retries: 3, timeout: "5m", tags: ["nightly"], context: 0 } },
    {
      name: "clean",
      inputs: ["raw", "rates"],
      outputs: ["tidy", "rejected"],
      more: {
        compute: { kind: "serverless", memory: { $dynamic: "number" } },
        retries: { $dynamic: "number" },
        doc: "Tidies.",
      },
    },
  ],
  storage: { tidy: { kind: "s3", bucket: { $env: "BUCKET" }, prefix: "tidy/" } },
};
const anyManifest = fc
  .oneof(randomSketches({ acyclic: true }), randomSketches({ acyclic: false }))
  .map((tasks) => makeManifest({ tasks }));
/** Any JSON, with keys that objects treat in a way of their own. */
const anyJson = fc.letrec<{ json: unknown }>((tie) => ({
  json: fc.oneof(
    { maxDepth: 4 },
    fc.jsonValue({ maxDepth: 1 }),
    fc.array(tie("json")),
    fc.dictionary(
      fc.oneof(fc.string(), fc.constantFrom("__proto__", "10", "9", "b", "B", "é", "", "toString")),
      tie("json"),
    ),
  ),
})).json;

describe("renderManifest", () => {
  test("sorts keys, indents, and ends with a newline", () => {
    const { datasets, ...manifest } = makeManifest({ tasks: [{ name: "a", outputs: ["b", "B", "_"] }] });
    expect(renderManifest({ ...manifest, datasets })).toMatchInlineSnapshot(`
      "{
        "datasets": {
          "B": {
            "declared": "src/datasets.ts:2",
            "schema": "#/schemas/any"
          },
          "_": {
            "declared": "src/datasets.ts:3",
            "schema": "#/schemas/any"
          },
          "b": {
            "declared": "src/datasets.ts:1",
            "schema": "#/schemas/any"
          }
        },
        "pipelines": {
          "src/pipeline.ts#sketch": {
            "declared": "src/pipeline.ts:1",
            "edges": [],
            "external": [],
            "name": "sketch",
            "tasks": [
              {
                "task": "src/tasks.ts#a"
              }
            ]
          }
        },
        "schemas": {
          "any": {}
        },
        "tasks": {
          "src/tasks.ts#a": {
            "declared": "src/tasks.ts:1",
            "inputs": [],
            "name": "a",
            "outputs": [
              {
                "dataset": "b",
                "path": "/0"
              },
              {
                "dataset": "B",
                "path": "/1"
              },
              {
                "dataset": "_",
                "path": "/2"
              }
            ]
          }
        },
        "version": 1
      }
      "
    `);
  });

  test("gives the same text whatever the order of the keys", () => {
    fc.assert(
      fc.property(anyJson, fc.nat(), (json, seed) => {
        expect(renderManifest(scrambleKeys(json, seed) as Manifest)).toBe(renderManifest(json as Manifest));
      }),
    );
  });

  test("keeps the value", () => {
    fc.assert(
      fc.property(anyJson, (json) => {
        const text = renderManifest(json as Manifest);
        expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(json)));
        expect(renderManifest(JSON.parse(text))).toBe(text);
      }),
    );
  });

  test("keeps the order of arrays", () => {
    expect(sortKeys(["b", "a", { d: 1, c: [2, 1] }])).toEqual(["b", "a", { c: [2, 1], d: 1 }]);
  });

  test("leaves out what is undefined", () => {
    expect(Object.keys(sortKeys({ b: undefined, a: 1 }))).toEqual(["a"]);
  });

  test("does not touch its argument", () => {
    const manifest = makeManifest(analytics);
    const before = JSON.stringify(manifest);
    renderManifest(manifest);
    expect(JSON.stringify(manifest)).toBe(before);
  });

  test("sorts by code unit, also by compareText", () => {
    const keys = ["é", "a", "Z", "_", "A", "ä", "😀", "\uffff", "aa", "-", "."];
    const sorted = Object.keys(sortKeys(Object.fromEntries(keys.map((key) => [key, 0]))));
    expect(sorted).toEqual(["-", ".", "A", "Z", "_", "a", "aa", "ä", "é", "😀", "\uffff"]);
    expect(keys.toSorted(compareText)).toEqual(sorted);
  });
});

describe("parseManifest", () => {
  test("reads what renderManifest wrote", () => {
    fc.assert(
      fc.property(anyManifest, (manifest) => {
        const text = renderManifest(manifest);
        const read = parseManifest(text, "glacier.manifest.json");
        expect(read).toEqual({ ok: true, value: manifest });
        expect(read.ok && renderManifest(read.value)).toBe(text);
      }),
    );
  });

  const empty = { version: manifestVersion, datasets: {}, tasks: {}, pipelines: {}, schemas: {} };
  test.each([
    ["", "text that is not JSON"],
    ["{", "text that is not JSON"],
    ["\ufeff{}", "text that is not JSON"],
    ["null", "no version number"],
    ["[]", "no version number"],
    ['"text"', "no version number"],
    ["{}", "no version number"],
    [JSON.stringify({ ...empty, version: "1" }), "no version number"],
    [JSON.stringify({ ...empty, version: 0 }), "version 0"],
    [JSON.stringify({ ...empty, version: -1 }), "version -1"],
    [JSON.stringify({ ...empty, version: 0.5 }), "version 0.5"],
    [JSON.stringify({ ...empty, datasets: undefined }), 'no section "datasets"'],
    [JSON.stringify({ ...empty, tasks: [] }), 'no section "tasks"'],
    [JSON.stringify({ ...empty, pipelines: null }), 'no section "pipelines"'],
    [JSON.stringify({ ...empty, schemas: 1 }), 'no section "schemas"'],
    ['{"version":1,"__proto__":{"datasets":{}}}', 'no section "datasets"'],
  ])("says that %s is no manifest", (text, found) => {
    const read = parseManifest(text, "build/glacier.manifest.json");
    expect(read.ok ? undefined : diagnosticText(read.failure)).toBe(
      `GLA4002: 'build/glacier.manifest.json' is not a Glacier manifest: ${found}.\n  hint: write it again with \`glacier manifest\``,
    );
  });

  test.each([
    [{ tasks: undefined }, "pipeline 'p' lacks its tasks, edges or external datasets"],
    [{ tasks: [{ task: "constructor" }] }, "pipeline 'p' has task 'constructor', which is not described"],
    [
      { edges: [{ from: "a", to: "b", dataset: "d" }] },
      "an edge of pipeline 'p' leads to 'a', which is none of its tasks",
    ],
  ])("says what a graph could not be built from: %j", (change, found) => {
    const pipeline = { name: "p", tasks: [], edges: [], external: [], declared: "p.ts:1", ...change };
    const read = readManifest({ ...empty, pipelines: { p: pipeline } }, "m.json");
    expect(read.ok ? undefined : read.failure.message).toBe(`'m.json' is not a Glacier manifest: ${found}.`);
  });

  test.each([2, 99, 1.5])("says that version %d is newer, whatever else is in it", (version) => {
    const read = parseManifest(JSON.stringify({ version }), "glacier.manifest.json");
    expect(read.ok ? undefined : diagnosticText(read.failure)).toBe(
      `GLA4003: 'glacier.manifest.json' has manifest version ${version}, but this Glacier reads versions up to 1.\n  hint: update @glacier-ts packages, or write the manifest again with \`glacier manifest\``,
    );
  });

  test("readManifest does the same for a value that was parsed already", () => {
    expect(readManifest(empty, "m.json")).toEqual({ ok: true, value: empty });
    const modules = { "src/tasks.ts": { javascript: "dist/tasks.js" } };
    expect(readManifest({ ...empty, modules }, "m.json")).toMatchObject({
      failure: {
        message: "'m.json' is not a Glacier manifest: module 'src/tasks.ts' without declarations.",
      },
    });
    expect(readManifest(undefined, "m.json")).toEqual(parseManifest("null", "m.json"));
  });
});

describe("the published schema", () => {
  const schema = readFileSync(new URL("../../packages/core/manifest.schema.json", import.meta.url), "utf8");
  const validate = new Ajv2020({ strict: true, allErrors: true }).compile(JSON.parse(schema));
  const problemsIn = (manifest: unknown) => {
    validate(manifest);
    return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
  };

  test("accepts manifests", () => {
    expect(problemsIn(makeManifest(analytics))).toEqual([]);
    const modules = {
      "src/tasks.ts": { declarations: "dist/tasks.d.ts", javascript: "dist/tasks.js" },
      "src/types.ts": { declarations: "dist/types.d.ts" },
    };
    expect(problemsIn({ ...makeManifest(analytics), modules, root: ".." })).toEqual([]);
    expect(problemsIn(makeManifest({ tasks: [] }))).toEqual([]);
    fc.assert(
      fc.property(anyManifest, (manifest) => {
        expect(problemsIn(manifest)).toEqual([]);
      }),
    );
  });

  const mutations: readonly (readonly [path: string, value: unknown, problem: string])[] = [
    ["modules", { "src/tasks.ts": {} }, "/modules/src~1tasks.ts must have required property 'declarations'"],
    ["root", 1, "/root must be string"],
    ["version", undefined, " must have required property 'version'"],
    ["version", 2, "/version must be equal to constant"],
    ["schemas", undefined, " must have required property 'schemas'"],
    ["schemas/any", [], "/schemas/any must be object"],
    ["datasets", [], "/datasets must be object"],
    ["datasets/raw/schema", undefined, "/datasets/raw must have required property 'schema'"],
    ["datasets/raw/format", 1, "/datasets/raw/format must be string"],
    ["datasets/tidy/storage/kind", undefined, "/datasets/tidy/storage must have required property 'kind'"],
    ["datasets/tidy/declared", 9, "/datasets/tidy/declared must be string"],
    ["tasks/extract/name", undefined, "/tasks/extract must have required property 'name'"],
    ["tasks/extract/inputs", {}, "/tasks/extract/inputs must be array"],
    ["tasks/extract/context", "0", "/tasks/extract/context must be number"],
    [
      "tasks/clean/inputs/0/position",
      undefined,
      "/tasks/clean/inputs/0 must have required property 'position'",
    ],
    ["tasks/clean/inputs/0/optional", false, "/tasks/clean/inputs/0/optional must be equal to constant"],
    ["tasks/clean/outputs/1/dataset", null, "/tasks/clean/outputs/1/dataset must be string"],
    ["tasks/clean/outputs/1/path", undefined, "/tasks/clean/outputs/1 must have required property 'path'"],
    ["tasks/clean/compute", "serverless", "/tasks/clean/compute must be object"],
    ["pipelines/analytics/edges", undefined, "/pipelines/analytics must have required property 'edges'"],
    [
      "pipelines/analytics/edges/0/to",
      undefined,
      "/pipelines/analytics/edges/0 must have required property 'to'",
    ],
    ["pipelines/analytics/tasks/0", "extract", "/pipelines/analytics/tasks/0 must be object"],
    ["pipelines/analytics/external/0", 1, "/pipelines/analytics/external/0 must be string"],
    ["pipelines/analytics/name", null, "/pipelines/analytics/name must be string"],
  ];

  test.each(mutations)("rejects a manifest whose %s is %j", (path, value, problem) => {
    // Ids have a slash; here they are short.
    const short = (text: string) => text.replaceAll(/src\/\w+\.ts#/g, "");
    const manifest = JSON.parse(short(JSON.stringify(makeManifest(analytics))));
    const keys = path.split("/");
    const last = keys.pop() as string;
    const owner = keys.reduce((at, key) => at[key], manifest);
    if (value === undefined) delete owner[last];
    else owner[last] = value;
    expect(problemsIn(manifest)).toEqual([problem]);
  });
});
