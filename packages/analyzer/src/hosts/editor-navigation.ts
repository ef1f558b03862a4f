import type ts from "typescript";
import { consumersOf, producersOf, type TaskPlace } from "../places.js";
import { type AnalyzedProgram, spanOf } from "./analyzed-program.js";
import { subjectAtPosition } from "./editor-hover.js";

/** The tasks that produce the dataset that is named at a position. */
export function producers(
  analyzed: AnalyzedProgram,
  file: ts.SourceFile,
  position: number,
): readonly ts.DefinitionInfo[] {
  const subject = subjectAtPosition(analyzed, file, position);
  if (subject?.kind !== "dataset") return [];
  return producersOf(analyzed.analysis.files, subject.name).flatMap((place) => definition(analyzed, place));
}

/** The parameters that read what the task that is named at a position produces. */
export function consumers(
  analyzed: AnalyzedProgram,
  file: ts.SourceFile,
  position: number,
): readonly ts.ReferencedSymbol[] {
  const subject = subjectAtPosition(analyzed, file, position);
  if (subject?.kind !== "task") return [];
  return consumersOf(analyzed.analysis.files, subject.id).flatMap((consumer) =>
    definition(analyzed, consumer).map((found) => ({
      definition: { ...found, displayParts: [{ kind: "text", text: `read by ${consumer.task}` }] },
      references: [{ fileName: found.fileName, textSpan: found.textSpan, isWriteAccess: false }],
    })),
  );
}

/** A place as the editor takes it; none where its file is not in the program. */
function definition(analyzed: AnalyzedProgram, { task, location }: TaskPlace): ts.DefinitionInfo[] {
  const span = spanOf(analyzed, location);
  if (!span) return [];
  const { functionElement: kind, unknown: containerKind } = analyzed.ts.ScriptElementKind;
  return [{ ...span, kind, name: task, containerKind, containerName: "" }];
}
