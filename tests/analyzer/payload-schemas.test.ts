/** The schema of a payload is the one that follows from how its type is written. */
import fc from "fast-check";
import { expect, it } from "vitest";
import { analyzeFiles } from "./support/analyze-folder.js";
import { randomPayloads } from "./support/random-payload.js";
import { shapeOf } from "./support/schema-shape.js";

const numRuns = Number(process.env.RANDOM_PROGRAMS ?? 60);

it(`derives the schemas of ${numRuns} random programs`, { timeout: 10_000 + numRuns * 2_000 }, () => {
  fc.assert(
    fc.property(fc.array(randomPayloads, { minLength: 1, maxLength: 20 }), (payloads) => {
      const declarations = payloads.map(
        ({ text }, index) => `export type D${index} = Dataset<"d${index}", ${text}>;`,
      );
      const source = `import type { Dataset } from "@glacier-ts/core";\n\n${declarations.join("\n")}\n`;
      const { manifest, text } = analyzeFiles({ "src/datasets.ts": source });
      expect(text).toBe("");
      for (const [index, { shape }] of payloads.entries()) {
        const reference = manifest.datasets[`d${index}`]?.schema ?? "";
        expect(shapeOf(manifest.schemas[reference.replace("#/schemas/", "")])).toEqual(shape);
      }
    }),
    { numRuns },
  );
});
