/**
 * Glacier inside of `tsc`, through ts-patch: `{ "transform": "@glacier-ts/plugin", "transformProgram": true }`.
 *
 * Diagnostics are the program's global ones: those stop the build under `noEmit`, `noEmitOnError`, `--incremental` and
 * `-b`, and are not remembered by file. Wiring and manifest are written when the program is emitted.
 */
import type { ProgramOptions } from "@glacier-ts/analyzer/program" with { "resolution-mode": "import" };
import type ts from "typescript";

import analyzer = require("@glacier-ts/analyzer/program");
import manifestWriter = require("./manifest-writer.cjs");

interface Extras {
  readonly ts: typeof import("typescript");
}

/** Under `--incremental` the compiler checks files through a function that is not in its public types. */
interface CheckedProgram extends ts.Program {
  getBindAndCheckDiagnostics?: ts.Program["getSemanticDiagnostics"];
}

function transformProgram(
  program: CheckedProgram,
  _host: ts.CompilerHost | undefined,
  options: ProgramOptions,
  { ts }: Extras,
): ts.Program {
  const project = new analyzer.ProgramProject(ts, program, options);
  const build = manifestWriter.buildOf(project);
  const { getGlobalDiagnostics, getSemanticDiagnostics, getBindAndCheckDiagnostics, emit } = program;
  const compilerOptions = program.getCompilerOptions();

  const { incremental, composite, watch } = compilerOptions;
  const checksAll = !incremental && !composite && !watch;

  program.getGlobalDiagnostics = (...rest) => {
    const own = getGlobalDiagnostics(...rest);
    // The compiler is about to check every file, and keeps what it finds: the analysis of checked files costs half as much.
    if (checksAll) program.getSemanticDiagnostics();
    const found = project.compilerDiagnostics();
    if (found.length === 0) return own;
    // While there are global errors the compiler does not ask for the others, so they are given here.
    return [...own, ...found, ...getSemanticDiagnostics()];
  };
  const noting =
    (check: ts.Program["getSemanticDiagnostics"]): ts.Program["getSemanticDiagnostics"] =>
    (sourceFile, ...rest) => {
      const found = check(sourceFile, ...rest);
      const checked = sourceFile ? [sourceFile] : program.getSourceFiles();
      manifestWriter.noteTypeErrors(build, checked, found, ts.DiagnosticCategory.Error);
      return found;
    };
  program.getSemanticDiagnostics = noting(getSemanticDiagnostics);
  if (getBindAndCheckDiagnostics) program.getBindAndCheckDiagnostics = noting(getBindAndCheckDiagnostics);

  program.emit = (sourceFile, writeFile, cancellation, declarationsOnly, transformers, ...rest) => {
    const before = [...(transformers?.before ?? []), project.transformer()];
    const all = declarationsOnly ? transformers : { ...transformers, before };
    const result = emit(sourceFile, writeFile, cancellation, declarationsOnly, all, ...rest);
    if (compilerOptions.noEmit || result.emitSkipped) return result;
    const problems = manifestWriter.writeAfterEmit(build, compilerOptions);
    return problems.length === 0 ? result : { ...result, diagnostics: [...result.diagnostics, ...problems] };
  };
  return program;
}

type TsserverPlugin = typeof import("./tsserver.cjs", { with: { "resolution-mode": "require" }});

/** tsserver calls the package's main file with TypeScript; ts-patch calls a module that is a function in place of its `default`. */
function plugin(modules: Parameters<TsserverPlugin>[0]): ReturnType<TsserverPlugin>;
function plugin(...program: Parameters<typeof transformProgram>): ts.Program;
function plugin(
  ...given: Parameters<TsserverPlugin> | Parameters<typeof transformProgram>
): ReturnType<TsserverPlugin> | ts.Program {
  if (given.length > 1) return transformProgram(...(given as Parameters<typeof transformProgram>));
  // Loaded only where there is an editor.
  const tsserver: TsserverPlugin = require("./tsserver.cjs");
  return tsserver(...(given as Parameters<TsserverPlugin>));
}

export = Object.assign(plugin, { default: transformProgram });
