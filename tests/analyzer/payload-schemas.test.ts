/**
 * The schema of a payload says exactly what its values are, whatever the type: what is a value passes, and a change of it
 * passes where, and only where, it is a value again. What is stored by the schema comes back as it was.
 */
import { isDeepStrictEqual } from "node:util";
import type { JsonObject } from "@glacier-ts/core";
import { Ajv2020 } from "ajv/dist/2020.js";
import fc from "fast-check";
import { expect, it } from "vitest";
import { fileDataset, makeProject, valueFrom } from "../storage/project.js";
import { analyzeFiles } from "./support/analyze-folder.js";
import { isoDate } from "./support/payloads/leaves.js";
import { type Mutation, mutate, mutations } from "./support/payloads/mutate.js";
import { declarationsOf, encode, type PayloadType } from "./support/payloads/payload-type.js";
import { payloads } from "./support/payloads/types.js";

/** Types that are compiled together: a program costs much more than a type in it. */
const typesPerProgram = 40;
const numTypes = Number(process.env.RANDOM_PAYLOADS ?? 240);
const numRuns = Math.ceil(numTypes / typesPerProgram);

interface Sample {
  readonly type: PayloadType;
  readonly values: readonly unknown[];
  readonly changes: readonly Mutation[];
}

const samples: fc.Arbitrary<Sample> = payloads.chain((type) =>
  fc.record({
    type: fc.constant(type),
    values: fc.array(type.values, { minLength: 2, maxLength: 4 }),
    changes: fc.array(mutations, { minLength: 12, maxLength: 12 }),
  }),
);

/** Samples by a seed: a failure prints that, and not generators. */
function sample(seed: number, numRuns: number): readonly Sample[] {
  return fc.sample(samples, { seed, numRuns });
}

/** What each type becomes in the manifest; undefined where the type is reported as ambiguous. */
function analyze(types: readonly PayloadType[]): readonly (JsonObject | undefined)[] {
  const source = [
    'import type { Dataset } from "@glacier-ts/core";',
    ...declarationsOf(types),
    ...types.map(({ text }, index) => `export type D${index} = Dataset<"d${index}", ${text}>;`),
  ].join("\n");
  const { manifest, diagnostics, text } = analyzeFiles({ "src/datasets.ts": source });
  const isOther = diagnostics.some(({ code }) => code !== "GLA2020");
  expect(isOther ? `${text}\n${source}` : "").toBe("");
  return types.map((_, index) => {
    const isAmbiguous = diagnostics.some(({ message }) => message.startsWith(`Dataset 'd${index}' `));
    const reference = manifest.datasets[`d${index}`]?.schema ?? "";
    return isAmbiguous ? undefined : manifest.schemas[reference.replace("#/schemas/", "")];
  });
}

/** @param discriminator whether the discriminators of unions are used, or passed over */
function validator(discriminator: boolean): Ajv2020 {
  const options = { strict: true, strictTypes: false, strictTuples: false, ownProperties: true } as const;
  const ajv = new Ajv2020({ ...options, discriminator });
  ajv.addKeyword("x-glacier-type");
  if (!discriminator) ajv.addKeyword("discriminator");
  ajv.addFormat("date-time", isoDate);
  ajv.addFormat("email", /@/);
  ajv.addFormat("int64", { type: "number", validate: Number.isInteger });
  return ajv;
}

it(`says exactly what the values of ${numTypes} random types are`, {
  timeout: 20_000 + numTypes * 100,
}, () => {
  const validators = [validator(true), validator(false)];
  let rejected = 0;
  let read = 0;
  const check = (all: readonly Sample[]) => {
    const schemas = analyze(all.map(({ type }) => type));
    for (const [index, { type, values, changes }] of all.entries()) {
      const schema = schemas[index];
      if (!schema) continue;
      read++;
      const tests = validators.map((ajv) => ajv.compile(schema));
      const [first = null, ...others] = values.map(encode);
      const changed = changes.map((change) => mutate(first, change));
      for (const json of [first, ...others, ...changed]) {
        const accepted = type.accepts(json);
        if (!accepted) rejected++;
        const found = tests.map((test) => test(json));
        if (!isDeepStrictEqual(found, [accepted, accepted])) {
          const source = [...type.declarations, type.text].join("\n");
          expect.fail(JSON.stringify({ found, accepted, json, source, schema }, null, 1));
        }
      }
      for (const json of [first, ...others]) expect(type.accepts(json)).toBe(true);
    }
  };
  fc.assert(
    fc.property(fc.integer(), (seed) => check(sample(seed, typesPerProgram))),
    { numRuns, endOnFailure: true },
  );
  // The test would say little if most types were ambiguous, or most changes harmless.
  expect(read).toBeGreaterThan(numTypes * 0.7);
  expect(rejected).toBeGreaterThan(read * 3);
});

it("gives back from storage whatever has no ambiguous type", { timeout: 60_000 }, async () => {
  const { store } = await makeProject();
  const dataset = fileDataset("value", { format: "json" });
  const check = async (all: readonly Sample[]) => {
    const schemas = analyze(all.map(({ type }) => type));
    for (const [index, { type, values }] of all.entries()) {
      const schema = schemas[index];
      for (const value of schema ? values : []) {
        const saved = await store.save("value", dataset, schema, value);
        if (!saved.ok) expect.fail(JSON.stringify({ source: type.text, schema, saved }, null, 1));
        const { value: found } = valueFrom(await store.load("value", dataset, schema));
        if (!isDeepStrictEqual(found, value)) expect({ source: type.text, schema, found }).toEqual({ value });
      }
    }
  };
  const all = fc.asyncProperty(fc.integer(), (seed) => check(sample(seed, typesPerProgram * 3)));
  await fc.assert(all, { numRuns: 1, endOnFailure: true });
});
