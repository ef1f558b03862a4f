import type ts from "typescript";
import type { Node, SourceFile } from "../compiler-host.js";
import type { FileDependencies } from "../incremental/file-graph.js";
import { outlineOf } from "../incremental/file-outline.js";
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
      (source(file).imports ?? []).flatMap((specifier) => {
        const module = resolve(specifier, source(file))?.resolvedModule;
        const imported = module && program.getSourceFile(module.resolvedFileName);
        return imported ? [imported.fileName] : [];
      }),
    isGlobal: (file) => {
      const { fileName, moduleAugmentations = [] } = source(file);
      if (fileName.endsWith(".json")) return false;
      return !typescript.isExternalModule(source(file)) || moduleAugmentations.length > 0;
    },
    outline: (file) => {
      const written = source(file);
      if (!isOwn(written)) return undefined;
      const bodies = bodiesOf(typescript, written);
      return outlineOf(
        written.text,
        bodies.map((body) => ({ start: body.getStart(written), end: body.end })),
      );
    },
    callsInBodies: (file) => {
      const bodies = bodiesOf(typescript, source(file));
      const isInside = (call: ts.Node) => bodies.some((body) => body.pos <= call.pos && call.end <= body.end);
      return syntaxOf(typescript).calls(source(file)).filter(isInside) as unknown as readonly Node[];
    },
  };
}

/** The outermost bodies of functions whose return types are written. In JavaScript a body can declare what others see. */
function bodiesOf(typescript: typeof import("typescript"), file: ts.SourceFile): readonly ts.Node[] {
  const bodies: ts.Node[] = [];
  if (/\.[cm]?jsx?$/.test(file.fileName)) return bodies;
  const open: ts.Node[] = [file];
  for (let at = open.pop(); at; at = open.pop()) {
    const body =
      typescript.isFunctionLike(at) && at.type ? (at as ts.FunctionLikeDeclaration).body : undefined;
    if (body) bodies.push(body);
    typescript.forEachChild(at, (child) => {
      if (child !== body) open.push(child);
    });
  }
  return bodies.sort((a, b) => a.pos - b.pos);
}
