/**
 * The compiler host over TypeScript 7, whose compiler is a process of its own. Types, symbols, signatures and nodes are
 * one object each for as long as a project is open, so they can be keys.
 */
import type ts from "typescript";
import type * as Ast from "typescript7/ast";
import type {
  NodeHandle,
  Project,
  Symbol as Symbol7,
  TemplateLiteralType,
  Type as Type7,
} from "typescript7/sync";
import type {
  CompilerHost,
  CompilerSymbol,
  Declaration,
  Node,
  ProjectReference,
  Property,
  SourceFile,
  StringMapping,
  Type,
  TypeKind,
} from "../compiler-host.js";
import { declarationsOf } from "./declarations.js";
import { moduleOutputs, type OutputOptions } from "./output-file.js";
import { remember } from "./remember.js";
import { sortByName } from "./sort-by-name.js";
import { syntaxOf } from "./syntax.js";
import { templatePartsOf } from "./template-parts.js";
import { plainKinds } from "./type-kind.js";
import { typeText } from "./type-text.js";
import type { Answers, Typescript7 } from "./typescript7-answers.js";
import { isDeclarationFile, programFiles } from "./typescript7-files.js";
import { prefetch } from "./typescript7-prefetch.js";
import { prefetchTypes } from "./typescript7-prefetch-types.js";
import type { Ask } from "./typescript7-question.js";
import { signatureReader } from "./typescript7-signatures.js";
import { typescript7SyntaxApi } from "./typescript7-syntax.js";
import { writtenTypeReader } from "./written-types.js";

// The port's handles are the compiler's own objects; readers of syntax know them as those of TypeScript 6.
const type = (handle: Type) => handle as unknown as Type7;
const symbol = (handle: CompilerSymbol) => handle as unknown as Symbol7;
const file = (handle: SourceFile) => handle as unknown as ts.SourceFile;
const handle = <Handle extends Node | Type | CompilerSymbol | SourceFile>(
  object: ts.Node | Ast.Node | Type7 | Symbol7 | NodeHandle,
): Handle => object as unknown as Handle;
const node6 = (node: Ast.Node) => node as unknown as ts.Node;
const node7 = (node: ts.Node) => node as unknown as Ast.Node;
const file6 = (source: Ast.SourceFile) => source as unknown as ts.SourceFile;

/** What is known of a project beside its program. */
export interface ProjectSurroundings {
  /** The project's folder, absolute: paths are relative to it. */
  readonly root: string;
  /** Absolute. */
  readonly manifestFile: string;
  readonly output: OutputOptions;
  /** The files that the tsconfig includes, absolute. */
  readonly rootFiles: readonly string[];
  /** The projects that the tsconfig refers to, by itself or through others. */
  readonly references: readonly (ProjectReference & { readonly fileNames: readonly string[] })[];
}

/** @param ask sends requests to the compiler's process */
export function typescript7Host(
  { sync, ast }: Typescript7,
  project: Project,
  answers: Answers,
  ask: Ask,
  { root, manifestFile, output, rootFiles, references }: ProjectSurroundings,
): CompilerHost {
  const { ElementFlags, ObjectFlags, SymbolFlags, TypeFlags } = sync;
  const syntaxApi = typescript7SyntaxApi(ast);
  const syntax = syntaxOf(syntaxApi);
  const { bare } = syntax;
  const { options } = project.parsedCommandLine;
  const files = programFiles(project.program, answers, {
    root,
    rootFiles,
    referencedFiles: references.flatMap(({ fileNames }) => fileNames),
  });
  const { fileNames, relative, fileNameOf, fileNameOfSource, originOfFile, originOf, locationOf } = files;

  const print = (of: Type7) => typeText(answers.print.of(of), relative);

  const expression = remember((at: Node) => syntax.expression(node(at)));
  const calls = remember((source: ts.SourceFile) => syntax.calls(source));
  const isAlias = (of: Symbol7) => (of.flags & SymbolFlags.Alias) !== 0;
  const originOfSymbol = (of: Symbol7) => {
    const declaration = of.declarations[0];
    return declaration && originOfFile(fileNameOf(declaration));
  };
  const behindAliases = (found: Symbol7 | undefined): Symbol7 | undefined =>
    found && isAlias(found) ? answers.aliased.of(found) : found;

  const nodeOf = (declaration: NodeHandle): ts.Node | undefined => {
    const found = answers.node(declaration);
    return found && node6(found);
  };

  const node = (at: Node): ts.Node => {
    const known = at as unknown as ts.Node | NodeHandle;
    return (known instanceof sync.NodeHandle ? nodeOf(known) : known) as ts.Node;
  };

  const declarations = declarationsOf(syntaxApi, syntax, {
    relative,
    fileNameOf: fileNameOfSource,
    originOf,
    exportsOf: (source) => {
      const fileName = fileNameOfSource(source);
      const module = answers.symbolOfFile.of(fileName);
      const exported = module ? answers.exportsOf.of(module) : [];
      // Few files can have it, so few are asked.
      const mayBeWhole = module && /\bexport\s*=|\bmodule\s*\.\s*exports\b/.test(source.text);
      const whole = mayBeWhole
        ? answers.ownExportsOf.of(module).find(({ name }) => name === "export=")
        : undefined;
      return [...exported, ...(whole ? [whole] : [])].map((of) => ({
        name: of.name,
        declarations: (behindAliases(of)?.declarations ?? [])
          .filter((declaration) => fileNameOf(declaration) === fileName)
          .flatMap((declaration) => nodeOf(declaration) ?? []),
      }));
    },
  });

  const describe = remember((at: ts.Node) => declarations.describe(at));
  const describeDeclaration = (of: Symbol7): Declaration | undefined => {
    const declaration = of.declarations[0];
    if (!declaration) return undefined;
    const fileName = fileNameOf(declaration);
    if (originOfFile(fileName) === "lib") {
      // The tree of the library is large: it is fetched when somebody looks into it.
      const common = { file: relative(fileName), origin: "lib", exportPath: undefined } as const;
      return { ...common, kind: "other", node: handle(declaration), name: of.name, initializer: undefined };
    }
    const found = nodeOf(declaration);
    return found && describe(found);
  };

  const symbolAt = (at: ts.Node): Symbol7 | undefined => {
    const inner = bare(at);
    const shorthand = syntax.shorthandOf(inner);
    const found = shorthand
      ? answers.shorthandSymbol.of(node7(shorthand))
      : answers.symbolAt.of(node7(syntax.member(inner)?.name ?? inner));
    return behindAliases(found);
  };

  const writtenTypes = writtenTypeReader(syntaxApi, {
    declarationOf: (name) => {
      const declaration = symbolAt(name)?.declarations[0];
      return declaration && nodeOf(declaration);
    },
    describe,
    originOf,
  });
  const propertyKinds = new Set([ast.SyntaxKind.PropertySignature, ast.SyntaxKind.PropertyDeclaration]);
  const namedTypeKinds = new Set([
    ast.SyntaxKind.TypeAliasDeclaration,
    ast.SyntaxKind.InterfaceDeclaration,
    ast.SyntaxKind.ClassDeclaration,
    ast.SyntaxKind.EnumDeclaration,
    ast.SyntaxKind.EnumMember,
  ]);

  const isReference = (of: Type7): boolean =>
    (of.flags & TypeFlags.Object) !== 0 &&
    ((of as unknown as { objectFlags: number }).objectFlags & ObjectFlags.Reference) !== 0;
  /** As the compiler's own `isArrayType`, without asking for each type. */
  const isArray = (of: Type7): boolean => {
    const named = answers.symbolOf.of(of);
    return (
      (named?.name === "Array" || named?.name === "ReadonlyArray") &&
      named.declarations.some((declaration) => originOfFile(fileNameOf(declaration)) === "lib")
    );
  };
  const plainKindOf = plainKinds(TypeFlags);
  const kindOf = (of: Type7): TypeKind => {
    const kind = plainKindOf(of.flags);
    if (kind) return kind;
    if (!isReference(of)) return "object";
    return of.isTupleType() ? "tuple" : isArray(of) ? "array" : "object";
  };

  const signatureOf = signatureReader(ast, answers, files, nodeOf);
  const wrapProperty = (of: Symbol7): Property => ({
    name: of.name,
    isOptional: (of.flags & SymbolFlags.Optional) !== 0,
    symbol: handle(of),
  });

  return {
    strictNullChecks: options.strictNullChecks ?? options.strict ?? true,
    projectLocation: { file: relative(project.configFileName ?? root), line: 1, column: 1 },

    root,
    manifestFile,
    references: () => references,
    declarationFiles: () =>
      fileNames.filter((name) => isDeclarationFile(name) && originOfFile(name) === "other"),
    outputs: (source) => moduleOutputs(file(source).fileName, output),

    files: () => {
      ask(answers.metadata.about(fileNames));
      const own = fileNames.filter(
        (name) => !isDeclarationFile(name) && ["project", "other"].includes(originOfFile(name)),
      );
      const sources = own.flatMap((name) => answers.sourceFile(name) ?? []);
      prefetch(
        { sources: sources.map(file6), calls, originOf: originOfSymbol, isAlias },
        syntax,
        answers,
        ask,
        (types) => prefetchTypes(sync, answers, ask, originOfSymbol, types),
      );
      return sources.map((source) => handle<SourceFile>(source));
    },
    origin: (source) => originOfFile(fileNameOfSource(file(source))),
    moduleOf: (source) => {
      const found = answers.symbolOfFile.of(fileNameOfSource(file(source)));
      return found && handle(found);
    },
    path: (source) => relative(fileNameOfSource(file(source))),
    calls: (source) => calls(file(source)).map((call) => handle<Node>(call)),
    typeDeclarations: (source) =>
      syntax.typeDeclarations(file(source)).map((statement) => ({
        node: handle<Node>(statement),
        name: statement.name.text,
        type: handle<Type>(answers.typeAt.of(node7(statement.name))),
      })),
    expression,
    declarationOfValue: (at) => declarations.declarationOfValue(node(at)),
    methodCallOn: (call, method) => {
      const found = syntax.methodCallOn(node(call), method);
      return found && handle(found);
    },
    location: (at) => locationOf(syntax.nameOrWhole(node(at))),
    doc: (at) => syntax.doc(syntax.documented(node(at))),
    text: (at) => node(at).getText(),

    symbolAt: (at) => {
      const found = symbolAt(node(at));
      return found && handle(found);
    },
    declarationOf: (of) => describeDeclaration(symbol(of)),
    exportsOf: (module) =>
      answers.exportsOf
        .of(symbol(module))
        .map((exported) => ({
          name: exported.name,
          symbol: handle<CompilerSymbol>(behindAliases(exported) ?? exported),
        }))
        .sort((a, b) => (a.name < b.name ? -1 : 1)),
    typeOf: (of) => handle(answers.typeOf.of(symbol(of))),

    typeAt: (at) => handle(answers.typeAt.of(node7(node(at)))),
    kind: (of) => kindOf(type(of)),
    literal: (of) => {
      const found = type(of);
      const isLiteral =
        found.isStringLiteralType() || found.isNumberLiteralType() || found.isBooleanLiteralType();
      return isLiteral ? found.value : undefined;
    },
    members: (of) => {
      const hasMembers = type(of).flags & (TypeFlags.Union | TypeFlags.Intersection);
      return hasMembers ? answers.members.of(type(of)).map((member) => handle<Type>(member)) : [];
    },
    nameOf: (of) => {
      const named = answers.symbolOf.of(type(of));
      const declaration = named?.declarations[0];
      if (!declaration) return undefined;
      const fileName = fileNameOf(declaration);
      return {
        name: named.name,
        file: relative(fileName),
        origin: originOfFile(fileName),
        isClass: (named.flags & SymbolFlags.Class) !== 0,
      };
    },
    declarationOfType: (of) => {
      const named = answers.aliasOf.of(type(of)) ?? answers.symbolOf.of(type(of));
      const declaration = named?.declarations[0];
      const found = declaration && namedTypeKinds.has(declaration.kind) ? nodeOf(declaration) : undefined;
      return found && describe(found);
    },
    templateParts: (of) => {
      const text = type(of);
      if (text.isStringMappingType()) {
        const mapping = answers.symbolOf.of(text)?.name as StringMapping;
        return [{ kind: "mapping", mapping, type: handle(answers.mappedText.of(text)) }];
      }
      const { texts } = text as TemplateLiteralType;
      return templatePartsOf(
        texts,
        answers.templateTypes.of(text).map((part) => handle<Type>(part)),
      );
    },
    typeArguments: (of) =>
      isReference(type(of))
        ? answers.typeArguments.of(type(of)).map((argument) => handle<Type>(argument))
        : [],
    aliasArguments: (of) => answers.aliasArguments.of(type(of)).map((argument) => handle<Type>(argument)),
    tupleElements: (of) => {
      const { elementFlags } = answers.tupleTarget.of(type(of));
      return answers.typeArguments.of(type(of)).map((element, index) => {
        const flags = elementFlags[index] ?? ElementFlags.Required;
        return {
          type: handle<Type>(element),
          isOptional: (flags & ElementFlags.Optional) !== 0,
          isRest: (flags & ElementFlags.Variable) !== 0,
        };
      });
    },
    properties: (of) => sortByName(answers.properties.of(type(of)).map(wrapProperty)),
    property: (of, name) => {
      const found = answers.propertyOf(name).of(type(of));
      return found && wrapProperty(found);
    },
    propertyTypes: (properties) => properties.map((of) => handle<Type>(answers.typeOf.of(symbol(of.symbol)))),
    propertyDoc: (of) => {
      const declaration = symbol(of.symbol).declarations[0];
      if (!declaration || originOfFile(fileNameOf(declaration)) === "lib") return undefined;
      const found = nodeOf(declaration);
      return found && syntax.doc(found);
    },
    writtenType: (of) => {
      const declaration = symbol(of.symbol).declarations[0];
      if (!declaration || !propertyKinds.has(declaration.kind)) return undefined;
      const written = nodeOf(declaration) as ts.PropertySignature | undefined;
      return written?.type && writtenTypes.read(written.type);
    },
    indexSignatures: (of) =>
      answers.indexInfos
        .of(type(of))
        .map((index) => ({ key: handle<Type>(index.keyType), value: handle<Type>(index.valueType) })),
    signatures: (of) => answers.signatures.of(type(of)).map(signatureOf),
    calledDeclaration: (of) => {
      const declaration = answers.signatures.of(type(of))[0]?.declaration;
      const found = declaration && nodeOf(declaration);
      return found && describe(found);
    },
    print: (of) => print(type(of)),
    isAssignable: (source, target) => answers.assignableTo(type(target)).of(type(source)),
  };
}
