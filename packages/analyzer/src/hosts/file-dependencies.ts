import type ts from "typescript";
import type { SourceFile } from "../compiler-host.js";
import type { FileDependencies } from "../incremental-analysis.js";

/** What the compiler knows of a file's imports, but does not have in its public types. */
interface ImportingFile extends ts.SourceFile {
  readonly imports?: readonly ts.StringLiteralLike[];
  readonly moduleAugmentations?: readonly ts.Node[];
}
interface ResolvingProgram extends ts.Program {
  getResolvedModuleFromModuleSpecifier(
    specifier: ts.StringLiteralLike,
    file: ts.SourceFile,
  ): { readonly resolvedModule?: ts.ResolvedModule } | undefined;
}

/** The dependencies between the files of a program of TypeScript 6. */
export function fileDependencies(
  typescript: typeof import("typescript"),
  program: ts.Program,
): FileDependencies {
  const { getResolvedModuleFromModuleSpecifier: resolve } = program as ResolvingProgram;
  const source = (file: SourceFile) => file as unknown as ImportingFile;
  const handle = (file: ts.SourceFile) => file as unknown as SourceFile;
  return {
    options: program.getCompilerOptions(),
    files: () => program.getSourceFiles().map(handle),
    imports: (file) =>
      (source(file).imports ?? []).flatMap((specifier) => {
        const module = resolve(specifier, source(file))?.resolvedModule;
        const imported = module && program.getSourceFile(module.resolvedFileName);
        return imported ? [handle(imported)] : [];
      }),
    isGlobal: (file) => {
      const { fileName, moduleAugmentations = [] } = source(file);
      if (fileName.endsWith(".json")) return false;
      return !typescript.isExternalModule(source(file)) || moduleAugmentations.length > 0;
    },
  };
}
