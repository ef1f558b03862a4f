import path from "node:path";
import type ts from "typescript";

/** Absolute path of the JavaScript that the compiler writes for a source file. */
export function outputFile(ts: typeof import("typescript"), program: ts.Program, fileName: string): string {
  const { outDir, rootDir, configFilePath } = program.getCompilerOptions();
  const extension = path.extname(fileName);
  const emitted = fileName.slice(0, -extension.length) + outputExtension(program, ts, extension);
  if (outDir === undefined) return emitted;
  const base =
    rootDir ??
    (typeof configFilePath === "string" ? path.dirname(configFilePath) : program.getCurrentDirectory());
  return path.resolve(outDir, path.relative(base, emitted));
}

function outputExtension(program: ts.Program, ts: typeof import("typescript"), extension: string): string {
  if (extension === ".mts" || extension === ".mjs") return ".mjs";
  if (extension === ".cts" || extension === ".cjs") return ".cjs";
  const keepsJsx = program.getCompilerOptions().jsx === ts.JsxEmit.Preserve;
  return keepsJsx && (extension === ".tsx" || extension === ".jsx") ? ".jsx" : ".js";
}
