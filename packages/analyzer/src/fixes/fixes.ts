/** The quick fixes, by what they repair, in the order in which they are offered. */
import {
  type CatalogName,
  codeOf,
  compilerCode,
  type Diagnostic,
  type DiagnosticCode,
} from "@glacier-ts/core";
import { addProducer } from "./add-producer.js";
import { annotateReturn } from "./annotate-return.js";
import { correctDatasetName } from "./correct-dataset-name.js";
import { createProducer } from "./create-producer.js";
import { declareDataset } from "./declare-dataset.js";
import { exportTask } from "./export-task.js";
import type { Fix, FixContext, Fixer } from "./fix.js";

const fixers: Partial<Record<CatalogName, readonly Fixer[]>> = {
  notExported: [exportTask],
  notATask: [exportTask],
  outputLost: [annotateReturn, declareDataset],
  outputUnknown: [annotateReturn],
  missingProducer: [correctDatasetName, addProducer, createProducer],
};

const byCode: ReadonlyMap<DiagnosticCode, readonly Fixer[]> = new Map(
  Object.entries(fixers).map(([name, all]) => [codeOf(name as CatalogName), all]),
);

/** The diagnostics that have fixes, by the numbers that compilers and editors know them by. */
export const fixableCodes: readonly number[] = [...byCode.keys()].map(compilerCode);

/** The ways to repair what a diagnostic reports, the best one first. */
export function fixesOf(diagnostic: Diagnostic, context: FixContext): readonly Fix[] {
  const all = byCode.get(diagnostic.code as DiagnosticCode) ?? [];
  return all.flatMap((fixer) => fixer(diagnostic, context));
}
