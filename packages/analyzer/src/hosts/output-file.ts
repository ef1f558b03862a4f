import path from "node:path";
import type { ManifestModule } from "@glacier-ts/core";

/** What decides where the compiler writes: its options, all paths absolute. */
export interface OutputOptions {
  /** The project's folder. */
  readonly root: string;
  readonly rootDir: string | undefined;
  readonly outDir: string | undefined;
  readonly declarationDir: string | undefined;
  /** Declarations are emitted, which `composite` does as well. */
  readonly declaration: boolean;
  readonly emitDeclarationOnly: boolean;
  readonly noEmit: boolean;
  /** JSX is left as it is. */
  readonly keepsJsx: boolean;
}

/** Absolute path of the JavaScript that the compiler writes for a source file. */
export function outputFile(fileName: string, options: OutputOptions): string {
  const extension = path.extname(fileName);
  const ending = outputExtension(extension, options.keepsJsx);
  return emittedFile(fileName, extension, ending, options, options.outDir);
}

/** What the compiler writes for a source file, relative to the project's folder. */
export function moduleOutputs(fileName: string, options: OutputOptions): Partial<ManifestModule> {
  const extension = path.extname(fileName);
  if (options.noEmit || extension === ".json") return {};
  const letter = /^\.[cm]/.test(extension) ? extension[1] : "";
  const folder = options.declarationDir ?? options.outDir;
  const declarations = emittedFile(fileName, extension, `.d.${letter}ts`, options, folder);
  const relative = (file: string) => path.relative(options.root, file).split(path.sep).join("/");
  return {
    ...(options.declaration && { declarations: relative(declarations) }),
    ...(!options.emitDeclarationOnly && { javascript: relative(outputFile(fileName, options)) }),
  };
}

function emittedFile(
  fileName: string,
  extension: string,
  ending: string,
  { root, rootDir = root }: OutputOptions,
  folder: string | undefined,
): string {
  const emitted = fileName.slice(0, -extension.length) + ending;
  return folder === undefined ? emitted : path.resolve(folder, path.relative(rootDir, emitted));
}

function outputExtension(extension: string, keepsJsx: boolean): string {
  if (extension === ".mts" || extension === ".mjs") return ".mjs";
  if (extension === ".cts" || extension === ".cjs") return ".cjs";
  return keepsJsx && (extension === ".tsx" || extension === ".jsx") ? ".jsx" : ".js";
}
