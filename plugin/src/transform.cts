/**
 * Glacier inside of `tsc`, through ts-patch: `{ "transform": "@glacier-ts/plugin", "transformProgram": true }`.
 *
 * Diagnostics are the program's global ones: those stop the build under `noEmit`, `noEmitOnError`, `--incremental` and
 * `-b`, and are not remembered by file. Wiring and manifest are written when the program is emitted.
 */
import type { ProgramOptions } from "@glacier-ts/analyzer/program" with { "resolution-mode": "import" };
import type ts from "typescript";

import analyzer = require("@glacier-ts/analyzer/program");

interface Extras {
  readonly ts: typeof import("typescript");
}

function transformProgram(
  program: ts.Program,
  _host: ts.CompilerHost | undefined,
  options: ProgramOptions,
  { ts }: Extras,
): ts.Program {
  const project = new analyzer.ProgramProject(ts, program, options);
  const { getGlobalDiagnostics, getSemanticDiagnostics, emit } = program;
  const { noEmit, incremental, composite } = program.getCompilerOptions();
  let hasTypeErrors = false;

  program.getGlobalDiagnostics = (...rest) => {
    const own = getGlobalDiagnostics(...rest);
    const found = project.compilerDiagnostics();
    if (found.length === 0) return own;
    // While there are global errors the compiler does not ask for the others, so they are given here.
    return [...own, ...found, ...getSemanticDiagnostics()];
  };
  program.getSemanticDiagnostics = (...rest) => {
    const found = getSemanticDiagnostics(...rest);
    hasTypeErrors ||= found.some((diagnostic) => diagnostic.category === ts.DiagnosticCategory.Error);
    return found;
  };
  program.emit = (sourceFile, writeFile, cancellation, declarationsOnly, transformers, ...rest) => {
    const before = [...(transformers?.before ?? []), project.transformer()];
    const all = declarationsOnly ? transformers : { ...transformers, before };
    const result = emit(sourceFile, writeFile, cancellation, declarationsOnly, all, ...rest);
    if (noEmit || hasTypeErrors || result.emitSkipped) return result;
    return { ...result, diagnostics: [...result.diagnostics, ...project.tryWriteManifest()] };
  };

  // Under --incremental nothing is emitted when nothing has changed; a manifest that was deleted comes back all the same.
  if ((incremental || composite) && !noEmit) {
    process.once("exit", (exitCode) => {
      if (exitCode === 0) project.restoreManifest();
    });
  }
  return program;
}

export = { default: transformProgram };
