import type ts from "typescript";
import { consumersOf, producersOf, type TaskPlace } from "../places.js";
import { type AnalyzedProgram, nodeAt, spanOf, spanOfNode } from "./analyzed-program.js";
import { subjectAtPosition } from "./editor-hover.js";

/**
 * Where the definition of a name is: TypeScript's answer, and the tasks that produce the dataset that it names.
 *
 * @param found TypeScript's answer; it has none for strings
 * @returns undefined where Glacier has nothing to add
 */
export function definitions(
  analyzed: AnalyzedProgram,
  file: ts.SourceFile,
  position: number,
  found: ts.DefinitionInfoAndBoundSpan | undefined,
): ts.DefinitionInfoAndBoundSpan | undefined {
  const start = found?.textSpan.start ?? position;
  const subject = subjectAtPosition(analyzed, file, start);
  if (subject?.kind !== "dataset") return undefined;
  const producers = producersOf(analyzed.analysis.files, subject.name);
  const added = producers.flatMap((place) => definition(analyzed, place));
  if (added.length === 0) return undefined;
  const textSpan = found?.textSpan ?? spanOfNode(nodeAt(analyzed.ts, file, position), file);
  return { textSpan, definitions: [...(found?.definitions ?? []), ...added] };
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
