import path from "node:path";
import { compilerCode, type Diagnostic, type Location } from "@glacier-ts/core";
import type ts from "typescript";
import type { AnalyzerCrash } from "../analyzer-crash.js";
import { lineAndColumn } from "./source-text.js";

/** A diagnostic as the compiler's own, with the same text in a terminal and in an editor. */
export function compilerDiagnostic(
  typescript: typeof import("typescript"),
  program: ts.Program,
  root: string,
  { location, severity, code, message, hint, related }: Diagnostic,
): ts.Diagnostic {
  const categories = typescript.DiagnosticCategory;
  return {
    ...spanOf(program, root, location),
    category: severity === "error" ? categories.Error : categories.Warning,
    code: compilerCode(code),
    source: "glacier",
    messageText: `${code}: ${message}${hint === undefined ? "" : `\n  hint: ${hint}`}`,
    relatedInformation: related.map((item) => ({
      ...spanOf(program, root, item.location),
      category: categories.Message,
      code: compilerCode(code),
      messageText: item.message,
    })),
  };
}

/** A number of its own: internal errors are not in the catalogue. */
const internalErrorCode = 990_000;

/**
 * A crash of the analyzer as a diagnostic of the compiler.
 * @param file in which it is shown; undefined for the project as a whole
 */
export function crashDiagnostic(
  typescript: typeof import("typescript"),
  crash: AnalyzerCrash,
  file: ts.SourceFile | undefined,
): ts.Diagnostic {
  const start = file && 0;
  const category = typescript.DiagnosticCategory.Error;
  const messageText = crash.message;
  return { file, start, length: start, category, code: internalErrorCode, source: "glacier", messageText };
}

function spanOf(
  program: ts.Program,
  root: string,
  location: Diagnostic["location"],
): Pick<ts.Diagnostic, "file" | "start" | "length"> {
  const isSpan = location?.start !== undefined && location.length !== undefined;
  const file = isSpan ? program.getSourceFile(path.resolve(root, location.file)) : undefined;
  return file && isSpan
    ? { file, start: location.start, length: location.length }
    : { file: undefined, start: undefined, length: undefined };
}

/** What the compiler itself reports as a diagnostic: `TS` and its number, with the place relative to the root. */
export function fromCompiler(
  typescript: typeof import("typescript"),
  diagnostic: ts.Diagnostic,
  root: string,
): Diagnostic {
  const text = ({ messageText }: ts.DiagnosticRelatedInformation) =>
    typescript.flattenDiagnosticMessageText(messageText, "\n");
  const location = locationOf(diagnostic, root);
  return {
    code: `TS${diagnostic.code}`,
    severity: diagnostic.category === typescript.DiagnosticCategory.Error ? "error" : "warning",
    message: text(diagnostic),
    ...(location && { location }),
    related: (diagnostic.relatedInformation ?? []).map((item) => {
      const related = locationOf(item, root);
      return { message: text(item), ...(related && { location: related }) };
    }),
  };
}

function locationOf(
  { file, start, length }: ts.DiagnosticRelatedInformation,
  root: string,
): Location | undefined {
  if (!file || start === undefined || length === undefined) return undefined;
  const relative = path.relative(root, file.fileName).split(path.sep).join("/");
  return { file: relative, ...lineAndColumn(file, start), start, length };
}
