import path from "node:path";
import type ts from "typescript";
import { projectRoot } from "./project-root.js";

/** The compiler options that say where JavaScript is written. */
export interface OutputOptions {
  readonly outDir?: string | undefined;
  readonly rootDir?: string | undefined;
  /** JSX is left as it is. */
  readonly keepsJsx: boolean;
  /** The folder of the tsconfig, absolute. */
  readonly root: string;
}

/** Absolute path of the JavaScript that the compiler writes for a source file. */
export function outputPath({ outDir, rootDir, keepsJsx, root }: OutputOptions, fileName: string): string {
  const extension = path.extname(fileName);
  const emitted = fileName.slice(0, -extension.length) + outputExtension(extension, keepsJsx);
  return outDir === undefined ? emitted : path.resolve(outDir, path.relative(rootDir ?? root, emitted));
}

/** The same for a program of TypeScript 6. */
export function outputFile(ts: typeof import("typescript"), program: ts.Program, fileName: string): string {
  const { outDir, rootDir, jsx } = program.getCompilerOptions();
  const keepsJsx = jsx === ts.JsxEmit.Preserve;
  return outputPath({ outDir, rootDir, keepsJsx, root: projectRoot(program) }, fileName);
}

function outputExtension(extension: string, keepsJsx: boolean): string {
  if (extension === ".mts" || extension === ".mjs") return ".mjs";
  if (extension === ".cts" || extension === ".cjs") return ".cjs";
  return keepsJsx && (extension === ".tsx" || extension === ".jsx") ? ".jsx" : ".js";
}
