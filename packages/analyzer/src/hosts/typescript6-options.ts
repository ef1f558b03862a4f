import path from "node:path";
import type ts from "typescript";
import { manifestName } from "../dependencies/nearest-package.js";
import { manifestOption } from "./manifest-option.js";
import type { OutputOptions } from "./output-file.js";
import { projectRoot } from "./project-root.js";

/** Where a program of TypeScript 6 is written. */
export function outputOptions(typescript: typeof import("typescript"), program: ts.Program): OutputOptions {
  const options = program.getCompilerOptions();
  return {
    root: projectRoot(program),
    rootDir: options.rootDir,
    outDir: options.outDir,
    declarationDir: options.declarationDir,
    declaration: options.declaration ?? options.composite ?? false,
    emitDeclarationOnly: options.emitDeclarationOnly ?? false,
    noEmit: options.noEmit ?? false,
    keepsJsx: options.jsx === typescript.JsxEmit.Preserve,
  };
}

/** Where a project's manifest is written, absolute. */
export function manifestFile(root: string, options: ts.CompilerOptions): string {
  return path.resolve(root, manifestOption(options.plugins) ?? manifestName);
}
