/** The graph that the analyzer finds is the one that the program was written from. */
import fc from "fast-check";
import { expect, it } from "vitest";
import { analyzeFiles } from "./support/analyze-folder.js";
import { writtenPrograms } from "./support/random-program.js";

const numRuns = Number(process.env.RANDOM_PROGRAMS ?? 60);

it(`finds the graphs of ${numRuns} random programs`, { timeout: 10_000 + numRuns * 2_000 }, () => {
  fc.assert(
    fc.property(writtenPrograms, ({ files, edges, tasks }) => {
      const { manifest, text } = analyzeFiles(files);
      expect(text).toBe("");
      const nameOf = (id: string) => manifest.tasks[id]?.name;
      const pipeline = manifest.pipelines["src/pipeline.ts#random"];
      const found = pipeline?.edges.map(
        ({ from, to, dataset }) => `${nameOf(from)} ${dataset} ${nameOf(to)}`,
      );
      expect(found?.sort()).toEqual(edges);
      expect(pipeline?.tasks.map(({ task }) => nameOf(task)).sort()).toEqual(tasks);
    }),
    { numRuns },
  );
});
