import path from "node:path";
import { ProgramProject } from "@glacier-ts/analyzer";
import { type Diagnostic, type Manifest, renderDiagnostic } from "@glacier-ts/core";
import ts from "typescript";
import { createProgram, createVirtualProgram, virtualFolder } from "./compile.js";

/** What the analyzer and the compiler say of a project. */
export interface FolderAnalysis {
  readonly manifest: Manifest;
  /** Type errors of the compiler, then what the analyzer reports. */
  readonly diagnostics: readonly Diagnostic[];
  /** The diagnostics as people see them, with an empty line between two of them. */
  readonly text: string;
}

/** Analyses the project in a folder. */
export function analyzeFolder(folder: string): FolderAnalysis {
  return analyzeProgram(createProgram(folder), folder);
}

/**
 * Analyses a project of texts, by their paths.
 * @param checksTypes whether the compiler's own errors of types are part of the answer; those of syntax are
 */
export function analyzeFiles(
  files: Readonly<Record<string, string>>,
  compilerOptions: Readonly<Record<string, unknown>> = {},
  checksTypes = true,
): FolderAnalysis {
  return analyzeProgram(createVirtualProgram(files, compilerOptions), virtualFolder, checksTypes);
}

function analyzeProgram(program: ts.Program, folder: string, checksTypes = true): FolderAnalysis {
  const { manifest, diagnostics: found } = new ProgramProject(ts, program).analyze();
  const diagnostics = [...typeErrors(program, folder, checksTypes), ...found];
  const readSource = (file: string) =>
    program.getSourceFile(path.resolve(folder, file))?.text ?? ts.sys.readFile(path.resolve(folder, file));
  const rendered = diagnostics.map((diagnostic) => `${renderDiagnostic(diagnostic, { readSource })}\n`);
  return { manifest, diagnostics, text: rendered.join("\n") };
}

function typeErrors(program: ts.Program, folder: string, checksTypes: boolean): Diagnostic[] {
  const found = [
    ...program.getOptionsDiagnostics(),
    ...program.getSyntacticDiagnostics(),
    ...program.getGlobalDiagnostics(),
    ...(checksTypes ? program.getSemanticDiagnostics() : []),
  ];
  return found.map(({ code, messageText, file, start = 0, length = 0 }) => {
    const message = ts.flattenDiagnosticMessageText(messageText, "\n");
    const diagnostic = { code: `TS${code}`, severity: "error", message, related: [] } as const;
    if (!file) return diagnostic;
    const { line, character } = file.getLineAndCharacterOfPosition(start);
    const name = path.relative(folder, file.fileName).split(path.sep).join("/");
    return { ...diagnostic, location: { file: name, line: line + 1, column: character + 1, start, length } };
  });
}
