import path from "node:path";
import { compilerCode, type Diagnostic } from "@glacier-ts/core";
import type ts from "typescript";
import type { Edit, Fix, NeededImport } from "../fixes/fix.js";
import { fixesOf } from "../fixes/fixes.js";
import type { AnalyzedProgram } from "./analyzed-program.js";
import { type EditorRequest, importEdits } from "./import-edits.js";
import { typescript6Editing } from "./typescript6-editing.js";

/** Kinds of fixes go by this and their name. */
const fixIdPrefix = "glacier.";

/** The quick fixes for what is reported at a span under one of the numbers. */
export function codeFixes(
  analyzed: AnalyzedProgram,
  file: ts.SourceFile,
  { start, end, codes }: { readonly start: number; readonly end: number; readonly codes: readonly number[] },
  request: EditorRequest,
): readonly ts.CodeFixAction[] {
  const reported = diagnosticsOf(analyzed, file).filter(({ code, location }) => {
    const isHere = location?.start === start && start + (location.length ?? 0) === end;
    return isHere && codes.includes(compilerCode(code));
  });
  return fixes(analyzed, reported)
    .flat()
    .map((fix) => ({
      fixName: `${fixIdPrefix}${fix.name}`,
      description: fix.title,
      changes: textChanges(analyzed, fix.edits, fix.imports, request),
      ...(fix.titleForAll !== undefined && {
        fixId: `${fixIdPrefix}${fix.name}`,
        fixAllDescription: fix.titleForAll,
      }),
    }));
}

/** Whether a kind of fix is one of Glacier's. */
export function isOwnFix(fixId: unknown): fixId is string {
  return typeof fixId === "string" && fixId.startsWith(fixIdPrefix);
}

/** The changes of one kind of fix for everything that is reported in a file. */
export function combinedCodeFix(
  analyzed: AnalyzedProgram,
  file: ts.SourceFile,
  fixId: string,
  request: EditorRequest,
): ts.CombinedCodeActions {
  const chosen = fixes(analyzed, diagnosticsOf(analyzed, file)).flatMap(
    (ways) =>
      ways.find((fix) => `${fixIdPrefix}${fix.name}` === fixId && fix.titleForAll !== undefined) ?? [],
  );
  const edits = chosen.flatMap((fix) => fix.edits);
  const imports = chosen.flatMap((fix) => fix.imports);
  return { changes: textChanges(analyzed, edits, imports, request) };
}

function diagnosticsOf({ analysis, root }: AnalyzedProgram, file: ts.SourceFile): readonly Diagnostic[] {
  return analysis.diagnostics.filter(
    ({ location }) => location && path.resolve(root, location.file) === path.resolve(file.fileName),
  );
}

function fixes({ ts, program, root, host, analysis }: AnalyzedProgram, diagnostics: readonly Diagnostic[]) {
  const context = { host, analysis, editing: typescript6Editing(ts, program, root) };
  return diagnostics.map((diagnostic): readonly Fix[] => fixesOf(diagnostic, context));
}

/** Edits by file, in the order of the text. Two that are the same are one, which several fixes need. */
function textChanges(
  analyzed: AnalyzedProgram,
  edits: readonly Edit[],
  imports: readonly NeededImport[],
  request: EditorRequest,
): ts.FileTextChanges[] {
  const changes = new Map<string, Map<string, ts.TextChange>>();
  const add = (fileName: string, change: ts.TextChange) => {
    const known = changes.get(fileName) ?? new Map<string, ts.TextChange>();
    changes.set(fileName, known.set(JSON.stringify(change), change));
  };
  for (const { fileName, textChanges } of importEdits(analyzed, imports, request)) {
    for (const change of textChanges) add(fileName, change);
  }
  for (const { at, text } of edits) {
    const source = analyzed.program.getSourceFile(path.resolve(analyzed.root, at.file));
    if (!source) throw new Error(`Internal error: no file '${at.file}' to edit`);
    add(source.fileName, { span: { start: at.start ?? 0, length: at.length ?? 0 }, newText: text });
  }
  return [...changes].map(([fileName, ofFile]) => ({
    fileName,
    textChanges: [...ofFile.values()].sort((a, b) => a.span.start - b.span.start),
  }));
}
