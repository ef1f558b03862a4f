/** A mistake in a valid program is reported, and nothing in the programs beside it. */
import { codeOf } from "@glacier-ts/core";
import fc from "fast-check";
import { expect, it } from "vitest";
import { analyzeFiles } from "./support/analyze-folder.js";
import { randomMistakes } from "./support/random-mistake.js";

/** Programs that are compiled together. */
const batchSize = 20;
const numRuns = Math.ceil(Number(process.env.RANDOM_PROGRAMS ?? 200) / batchSize);
const timeoutMs = 60_000 + numRuns * 10_000;

it(`finds the mistakes of ${numRuns * batchSize} random programs`, {
  timeout: 60_000 + numRuns * 10_000,
}, () => {
  const batch = fc.array(randomMistakes, { minLength: batchSize, maxLength: batchSize });
  const found = new Map<string, number>();
  fc.assert(
    fc.property(batch, (mistakes) => {
      const written = mistakes.map((write, index) => write(`p${index}`));
      const files = Object.assign({}, ...written.map((mistake) => mistake?.files));
      const { diagnostics } = analyzeFiles(files, { lib: ["ES2018"] }, false);
      const codes = written.map((_, index) =>
        diagnostics
          .filter(({ location }) => location?.file.startsWith(`src/p${index}/`))
          .map(({ code }) => code),
      );
      for (const [index, mistake] of written.entries()) {
        if (!mistake) continue;
        const code = codeOf(mistake.diagnostic);
        expect(codes[index]).toContain(code);
        found.set(code, (found.get(code) ?? 0) + 1);
      }
      expect(codes.flat().length).toBe(diagnostics.length);
    }),
    { numRuns, interruptAfterTimeLimit: timeoutMs * 0.9, markInterruptAsFailure: true },
  );
  expect([...found.keys()].sort()).toEqual(["GLA2001", "GLA2007", "GLA3001", "GLA3002", "GLA3003"]);
});
