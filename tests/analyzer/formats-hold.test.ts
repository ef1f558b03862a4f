/**
 * The compiler and the run agree, whatever the type: what the compiler accepts for a format is written and comes back as
 * it was, and what it reports is refused when it is written.
 */
import { isDeepStrictEqual } from "node:util";
import { reaches, shapeOf } from "@glacier-ts/core/payload";
import fc from "fast-check";
import { expect, test } from "vitest";
import { fileDataset, makeProject, valueFrom } from "../storage/project.js";
import { analyzeFiles } from "./support/analyze-folder.js";
import { leaves, text } from "./support/payloads/leaves.js";
import { declarationsOf, inline, type PayloadType } from "./support/payloads/payload-type.js";
import { payloads } from "./support/payloads/types.js";

/** Types that are compiled together: a program costs much more than a type in it. */
const typesPerProgram = 40;
const numRuns = Number(process.env.RANDOM_PROGRAMS ?? 2);

interface Sample {
  readonly type: PayloadType;
  readonly values: readonly unknown[];
}

const rowsOf = (parts: fc.Arbitrary<PayloadType>) =>
  fc.tuple(parts, parts).map(
    ([left, right]): PayloadType => ({
      text: `{ readonly left: ${left.text}; readonly right: ${right.text} }[]`,
      declarations: declarationsOf([left, right]),
      values: fc.array(fc.record({ left: left.values, right: right.values }, { noNullPrototype: true }), {
        maxLength: 3,
      }),
      accepts: () => true,
    }),
  );

const bytes = inline("Uint8Array", fc.uint8Array({ maxLength: 6 }), () => true);

const samples: fc.Arbitrary<Sample> = fc
  .oneof(rowsOf(payloads), rowsOf(leaves), payloads, fc.constantFrom(text, bytes))
  // A payload cannot be null.
  .map((type) => ({ ...type, values: type.values.filter((value) => value !== null && value !== undefined) }))
  .filter(({ text }) => text !== "null")
  .chain((type) =>
    fc.record({ type: fc.constant(type), values: fc.array(type.values, { minLength: 2, maxLength: 3 }) }),
  );

function analyze(format: string, types: readonly PayloadType[]) {
  const source = [
    'import { type Dataset, dataset, pipeline } from "@glacier-ts/core";',
    ...declarationsOf(types),
    ...types.map(
      ({ text }, index) =>
        `export const D${index} = dataset("d${index}", { format: "${format}" }).of<NonNullable<${text}>>();`,
    ),
    `export declare function make(): { ${types.map((_, index) => `d${index}: Dataset.Of<typeof D${index}>`).join("; ")} };`,
    'export const all = pipeline({ name: "all", tasks: [make] });',
  ].join("\n");
  const { manifest, diagnostics, text: report } = analyzeFiles({ "src/datasets.ts": source });
  expect(
    diagnostics.every(({ code }) => code === "GLA2020" || code === "GLA2023") ? "" : `${report}\n${source}`,
  ).toBe("");
  return types.map((_, index) => {
    const own = diagnostics.filter(({ message }) => message.startsWith(`Dataset 'd${index}' `));
    const schema = manifest.schemas[(manifest.datasets[`d${index}`]?.schema ?? "").replace("#/schemas/", "")];
    return {
      schema,
      isAmbiguous: own.some(({ code }) => code === "GLA2020"),
      reported: own.find(({ code }) => code === "GLA2023")?.message,
    };
  });
}

test.for(["json", "ndjson", "csv", "tsv", "parquet", "arrow", "text", "bytes"])(
  "%s",
  { timeout: 60_000 },
  async (format) => {
    const { store } = await makeProject();
    const dataset = fileDataset("value", { format });
    const count = { accepted: 0, reported: 0 };
    const check = async (all: readonly Sample[]) => {
      const analysed = analyze(
        format,
        all.map(({ type }) => type),
      );
      for (const [index, { type, values }] of all.entries()) {
        const { schema, isAmbiguous, reported } = analysed[index] as (typeof analysed)[number];
        if (isAmbiguous || !schema) continue;
        // Of what is not declared only the value says whether it can be held.
        const isKnown = format === "json" || !reaches(shapeOf(schema), ({ kind }) => kind === "any");
        if (!isKnown && reported === undefined) continue;
        count[reported === undefined ? "accepted" : "reported"]++;
        for (const value of values) {
          const saved = await store.save("value", dataset, schema, value);
          if (saved.ok !== (reported === undefined)) {
            expect.fail(JSON.stringify({ source: type.text, schema, reported, saved }, null, 1));
          }
          if (!saved.ok) continue;
          const { value: found } = valueFrom(await store.load("value", dataset, schema));
          if (!isDeepStrictEqual(withoutNulls(found), withoutNulls(value))) {
            expect({ source: type.text, schema, found }).toEqual({ value });
          }
        }
      }
    };
    const property = fc.asyncProperty(fc.integer(), (seed) =>
      check(fc.sample(samples, { seed, numRuns: typesPerProgram })),
    );
    await fc.assert(property, { numRuns, endOnFailure: true });
    // The test would say little if all types were of one kind.
    expect(count.accepted).toBeGreaterThan(0);
    if (format !== "json") expect(count.reported).toBeGreaterThan(0);
  },
);

/** Tables and columns do not tell null from a property that is not there. */
function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (value instanceof Set) return new Set([...value].map(withoutNulls));
  if (value instanceof Map) return new Map([...value].map(([key, each]) => [key, withoutNulls(each)]));
  if (typeof value !== "object" || value === null || value instanceof Date || value instanceof Uint8Array)
    return value;
  const entries = Object.entries(value).filter(([, each]) => each !== null && each !== undefined);
  return Object.fromEntries(entries.map(([name, each]) => [name, withoutNulls(each)]));
}
