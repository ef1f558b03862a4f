import type ts from "typescript";
import type { Node, SourceFile } from "../compiler-host.js";
import type { FileDependencies } from "../incremental/file-graph.js";
import { readOutline } from "./file-outline.js";
import { syntaxOf } from "./syntax.js";

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
  /** One object for as long as a program takes the files and their imports from the one before. */
  readonly resolvedModules?: object;
}

/** The dependencies between the files of a program of TypeScript 6. */
export function fileDependencies(
  typescript: typeof import("typescript"),
  program: ts.Program,
): FileDependencies {
  const { getResolvedModuleFromModuleSpecifier: resolve, resolvedModules } = program as ResolvingProgram;
  const source = (file: SourceFile) => file as unknown as ImportingFile;
  const handle = (file: ts.SourceFile) => file as unknown as SourceFile;
  const isOwn = (file: ts.SourceFile) =>
    !file.isDeclarationFile && !program.isSourceFileFromExternalLibrary(file);
  return {
    options: program.getCompilerOptions(),
    structure: resolvedModules,
    files: () => program.getSourceFiles().map(handle),
    name: (file) => source(file).fileName,
    imports: (file) =>
      (source(file).imports ?? []).map((specifier) => {
        const module = resolve(specifier, source(file))?.resolvedModule;
        return module && program.getSourceFile(module.resolvedFileName)?.fileName;
      }),
    isGlobal: (file) => {
      const { fileName, moduleAugmentations = [] } = source(file);
      if (fileName.endsWith(".json")) return false;
      return !typescript.isExternalModule(source(file)) || moduleAugmentations.length > 0;
    },
    outline: (file) => {
      const written = source(file);
      const isTypeScript = !/\.[cm]?jsx?$/.test(written.fileName);
      // In JavaScript, any statement can say what others mean.
      return isOwn(written) && isTypeScript
        ? readOutline(typescript, written, written.imports ?? [])
        : undefined;
    },
    calls: (file) => syntaxOf(typescript).calls(source(file)) as unknown as readonly Node[],
  };
}
