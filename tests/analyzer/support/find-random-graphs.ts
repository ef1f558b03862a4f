/** Whether the analyzer finds in random programs what they were written from. */
import type { Manifest } from "@glacier-ts/core";
import fc from "fast-check";
import { expect } from "vitest";
import { analyzeFiles } from "./analyze-folder.js";
import { type PipelineShape, randomProgram, type WrittenProgram, writeProgram } from "./random-program.js";

/** Programs that are compiled together: each is in a folder, has names of its own, and imports nothing of the others. */
const batchSize = 20;
/** That the programs are valid is checked in the first batch of so many, which costs more than the analysis. */
const checkedBatches = 10;
const library = ["ES2018"];

/** How many programs both test files check together; `RANDOM_PROGRAMS` says it otherwise. */
const programs = Number(process.env.RANDOM_PROGRAMS ?? 200);
const batches = Math.ceil(programs / 2 / batchSize);

export const programsOfOneFile = batches * batchSize;
/** A generous one: the programs of a batch take about half a second. */
export const timeoutMs = 60_000 + batches * 10_000;

/** Compiler options of a batch: a difference is that of the module system, or of what a type may say. */
export type Options = Readonly<Record<string, unknown>>;

/** @throws where a program is not valid TypeScript, or the analyzer reports something or finds another graph */
export function findGraphs(options: readonly Options[]): void {
  let count = 0;
  const batch = fc.array(randomProgram, { minLength: batchSize, maxLength: batchSize });
  fc.assert(
    fc.property(batch, fc.constantFrom(...options), (programs, compilerOptions) => {
      const written = programs.map((program, index) => writeProgram(program, `p${index}`));
      const files = Object.assign({}, ...written.map((program) => program.files));
      const checksTypes = count++ % checkedBatches === 0;
      const { manifest, text } = analyzeFiles(files, { lib: library, ...compilerOptions }, checksTypes);
      expect(text).toBe("");
      expect(shapeOf(manifest)).toEqual({
        tasks: written.flatMap(({ tasks }) => tasks).sort(),
        pipelines: Object.assign({}, ...written.map(({ pipelines }) => pipelines)),
      });
    }),
    { numRuns: batches, interruptAfterTimeLimit: timeoutMs * 0.9, markInterruptAsFailure: true },
  );
}

/** A manifest as programs are written. */
function shapeOf({ tasks, pipelines }: Manifest): Pick<WrittenProgram, "tasks" | "pipelines"> {
  const signatures = Object.entries(tasks).map(([id, { name, inputs, outputs }]) => {
    const read = inputs.map(
      ({ parameter, optional, nullable, dataset }) =>
        `${parameter}${optional ? "?" : ""}${nullable ? " null" : ""} ${dataset}`,
    );
    const produced = outputs.map(
      ({ path, nullable, stream, dataset }) =>
        `${path}${nullable ? " null" : ""}${stream ? " stream" : ""} ${dataset}`,
    );
    return `${id}: ${name} (${read.join(", ")}) => ${produced.join(", ")}`;
  });
  const shapes = Object.entries(pipelines).map(([id, pipeline]): [string, PipelineShape] => [
    id,
    {
      tasks: pipeline.tasks.map(({ task }) => task).sort(),
      edges: pipeline.edges.map(({ from, to, dataset }) => `${from} ${dataset} ${to}`).sort(),
      external: pipeline.external,
    },
  ]);
  return { tasks: signatures.sort(), pipelines: Object.fromEntries(shapes) };
}
