/** The compiler host over TypeScript 6. The compiler is passed in: tsc, an editor and the CLI each bring their own. */
import path from "node:path";
import type ts from "typescript";
import type {
  CompilerHost,
  CompilerSymbol,
  Node,
  Origin,
  Parameter,
  ProjectReference,
  Property,
  Signature,
  SourceFile,
  StringMapping,
  Type,
  TypeKind,
} from "../compiler-host.js";
import { declarationsOf } from "./declarations.js";
import { FileOrigins } from "./file-origins.js";
import { jsdocTypedefs } from "./jsdoc-typedefs.js";
import { moduleOutputs } from "./output-file.js";
import { relativeTo } from "./project-path.js";
import { remember } from "./remember.js";
import { sortByName } from "./sort-by-name.js";
import { lineAndColumn } from "./source-text.js";
import { syntaxOf } from "./syntax.js";
import { templatePartsOf } from "./template-parts.js";
import { plainKinds } from "./type-kind.js";
import { typeText } from "./type-text.js";
import { manifestFile, outputOptions } from "./typescript6-options.js";
import { writtenTypeReader } from "./written-types.js";

// The port's handles are the compiler's own objects.
const node = (handle: Node) => handle as unknown as ts.Node;
const type = (handle: Type) => handle as unknown as ts.Type;
const symbol = (handle: CompilerSymbol) => handle as unknown as ts.Symbol;
const file = (handle: SourceFile) => handle as unknown as ts.SourceFile;
const handle = <Handle extends Node | Type | CompilerSymbol | SourceFile>(
  object: ts.Node | ts.Type | ts.Symbol,
): Handle => object as unknown as Handle;

/**
 * @param root the project's folder, absolute: paths are relative to it
 */
export function typescript6Host(
  ts: typeof import("typescript"),
  program: ts.Program,
  root: string,
): CompilerHost {
  const checker = program.getTypeChecker();
  const syntax = syntaxOf(ts);
  const { bare } = syntax;
  const options = program.getCompilerOptions();
  const relative = relativeTo(root);
  const configFile = typeof options.configFilePath === "string" ? options.configFilePath : root;

  const references = referencedProjects(program);
  const origins = new FileOrigins({
    root,
    rootFiles: program.getRootFileNames(),
    referencedFiles: references.flatMap(({ commandLine }) => commandLine.fileNames),
    readFile: ts.sys.readFile,
  });
  const originOfFile = remember((source: ts.SourceFile): Origin => {
    const { fileName, isDeclarationFile } = source;
    const isLibrary = program.isSourceFileDefaultLibrary(source);
    const isFromPackage = program.isSourceFileFromExternalLibrary(source);
    return origins.of({ fileName, isDeclarationFile, isLibrary, isFromPackage });
  });
  const output = outputOptions(ts, program);
  const originOf = (declaration: ts.Node) => originOfFile(declaration.getSourceFile());

  const locate = (source: ts.SourceFile, start: number, end: number) => ({
    file: relative(source.fileName),
    ...lineAndColumn(source, start),
    start,
    length: end - start,
  });
  const locationOf = (at: ts.Node) => {
    const source = at.getSourceFile();
    return locate(source, at.getStart(source), at.end);
  };

  const print = (of: ts.Type) =>
    typeText(checker.typeToString(of, undefined, ts.TypeFormatFlags.NoTruncation), relative);

  const behindAliases = (found: ts.Symbol | undefined): ts.Symbol | undefined =>
    found && found.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(found) : found;

  const { describe, declarationOfValue } = declarationsOf(ts, syntax, {
    relative,
    fileNameOf: (source) => source.fileName,
    originOf,
    exportsOf: (source) => {
      const module = checker.getSymbolAtLocation(source);
      const exported = module ? checker.getExportsOfModule(module) : [];
      const whole = module?.exports?.get(ts.InternalSymbolName.ExportEquals);
      return [...exported, ...(whole ? [whole] : [])].map((of) => ({
        name: of.name,
        declarations: behindAliases(of)?.declarations ?? [],
      }));
    },
  });

  const symbolAt = (at: ts.Node): ts.Symbol | undefined => {
    const inner = bare(at);
    const shorthand = syntax.shorthandOf(inner);
    const found = shorthand
      ? checker.getShorthandAssignmentValueSymbol(shorthand)
      : checker.getSymbolAtLocation(syntax.member(inner)?.name ?? inner);
    return behindAliases(found);
  };

  /** The type of a function that has all its types written: it does not depend on the call that it is given to. */
  const typeOfWritten = (at: ts.Node): ts.Type | undefined => {
    const inner = bare(at);
    if (inner !== at || !(ts.isArrowFunction(at) || ts.isFunctionExpression(at))) return undefined;
    const { symbol: own } = at as { readonly symbol?: ts.Symbol };
    const isWritten = at.type !== undefined && at.parameters.every((parameter) => parameter.type);
    return isWritten && own ? checker.getTypeOfSymbol(own) : undefined;
  };

  const writtenTypes = writtenTypeReader(ts, {
    declarationOf: (name) => symbolAt(name)?.declarations?.[0],
    describe,
    originOf,
  });

  const plainKindOf = plainKinds(ts.TypeFlags);
  const kindOf = (of: ts.Type): TypeKind => {
    const kind = plainKindOf(of.flags);
    if (kind) return kind;
    return checker.isArrayType(of) ? "array" : checker.isTupleType(of) ? "tuple" : "object";
  };

  const parameterOf = (parameter: ts.Symbol, position: number): Parameter => {
    const declaration = parameter.valueDeclaration;
    const written = declaration && ts.isParameter(declaration) ? declaration : undefined;
    const isDestructured = written !== undefined && !ts.isIdentifier(written.name);
    return {
      name: isDestructured ? `arg${position}` : parameter.name,
      type: handle(checker.getTypeOfSymbol(parameter)),
      isOptional:
        written !== undefined && (written.initializer !== undefined || checker.isOptionalParameter(written)),
      isRest: written?.dotDotDotToken !== undefined,
      location: written && originOf(written) === "project" ? locationOf(written) : undefined,
    };
  };
  const signatureOf = (signature: ts.Signature): Signature => {
    const declaration = signature.declaration;
    const returnNode =
      declaration && !ts.isJSDocSignature(declaration)
        ? (declaration.type ?? ts.getJSDocReturnType(declaration))
        : undefined;
    // In the compiler's objects, but not in its public types.
    const { thisParameter } = signature as ts.Signature & { readonly thisParameter?: ts.Symbol };
    const generics = signature.typeParameters?.map((parameter) => parameter.symbol.name);
    return {
      typeParameters: generics ? `<${generics.join(", ")}>` : "",
      parameters: signature.parameters.map(parameterOf),
      thisParameter: thisParameter && parameterOf(thisParameter, 0),
      returnType: handle(checker.getReturnTypeOfSignature(signature)),
      returnLocation: returnNode && originOf(returnNode) === "project" ? locationOf(returnNode) : undefined,
    };
  };
  const wrapProperty = (of: ts.Symbol): Property => ({
    name: ts.unescapeLeadingUnderscores(of.escapedName),
    isOptional: (of.flags & ts.SymbolFlags.Optional) !== 0,
    symbol: handle(of),
  });

  return {
    strictNullChecks: options.strictNullChecks ?? options.strict ?? true,
    projectLocation: { file: relative(configFile), line: 1, column: 1 },

    root,
    manifestFile: manifestFile(root, options),
    references: () =>
      references.map(({ sourceFile, commandLine }): ProjectReference => {
        const folder = path.dirname(sourceFile.fileName);
        return { root: folder, manifestFile: manifestFile(folder, commandLine.options) };
      }),
    declarationFiles: () =>
      program
        .getSourceFiles()
        .filter((source) => source.isDeclarationFile && originOfFile(source) === "other")
        .map((source) => source.fileName),
    outputs: (source) => moduleOutputs(file(source).fileName, output),

    files: () =>
      program
        .getSourceFiles()
        .filter((source) => !source.isDeclarationFile && ["project", "other"].includes(originOfFile(source)))
        .map((source) => handle<SourceFile>(source)),
    origin: (source) => originOfFile(file(source)),
    moduleOf: (source) => {
      const found = checker.getSymbolAtLocation(file(source));
      return found && handle(found);
    },
    path: (source) => relative(file(source).fileName),
    calls: (source) => syntax.calls(file(source)).map((call) => handle<Node>(call)),
    typeDeclarations: (source) =>
      [
        ...syntax.typeDeclarations(file(source)).map((node) => ({ node, name: node.name })),
        ...jsdocTypedefs(ts, file(source)),
      ].map((declared) => ({
        node: handle<Node>(declared.node),
        name: declared.name.text,
        type: handle<Type>(checker.getTypeAtLocation(declared.name)),
      })),
    expression: (at) => syntax.expression(node(at)),
    declarationOfValue: (at) => declarationOfValue(node(at)),
    methodCallOn: (call, method) => {
      const found = syntax.methodCallOn(node(call), method);
      return found && handle(found);
    },
    location: (at) => {
      const whole = node(at);
      return locationOf((ts.isJSDocTypedefTag(whole) && whole.name) || syntax.nameOrWhole(whole));
    },
    // A type in a comment has no comment of its own.
    doc: (at) => (ts.isJSDocTypedefTag(node(at)) ? undefined : syntax.doc(syntax.documented(node(at)))),
    text: (at) => node(at).getText(),

    symbolAt: (at) => {
      const found = symbolAt(node(at));
      return found && handle(found);
    },
    declarationOf: (of) => {
      const declaration = symbol(of).declarations?.[0];
      return declaration && describe(declaration);
    },
    exportsOf: (module) =>
      checker
        .getExportsOfModule(symbol(module))
        .map((exported) => ({
          name: exported.name,
          symbol: handle<CompilerSymbol>(behindAliases(exported) ?? exported),
        }))
        .sort((a, b) => (a.name < b.name ? -1 : 1)),
    typeOf: (of) => handle(checker.getTypeOfSymbol(symbol(of))),

    typeAt: (at) => handle(typeOfWritten(node(at)) ?? checker.getTypeAtLocation(node(at))),
    kind: (of) => kindOf(type(of)),
    literal: (of) => {
      const { flags } = type(of);
      if (flags & ts.TypeFlags.BooleanLiteral) return checker.typeToString(type(of)) === "true";
      const isLiteral = flags & (ts.TypeFlags.StringLiteral | ts.TypeFlags.NumberLiteral);
      return isLiteral ? ((type(of) as ts.LiteralType).value as string | number) : undefined;
    },
    members: (of) =>
      ((type(of) as ts.UnionOrIntersectionType).types ?? []).map((member) => handle<Type>(member)),
    nameOf: (of) => {
      const named = type(of).symbol;
      const declaration = named?.declarations?.[0];
      if (!declaration) return undefined;
      return {
        name: named.name,
        file: relative(declaration.getSourceFile().fileName),
        origin: originOf(declaration),
        isClass: (named.flags & ts.SymbolFlags.Class) !== 0,
      };
    },
    declarationOfType: (of) => {
      const { aliasSymbol, symbol: named } = type(of);
      const declaration = (aliasSymbol ?? named)?.declarations?.[0];
      const isNamed =
        declaration &&
        (ts.isTypeAliasDeclaration(declaration) ||
          ts.isInterfaceDeclaration(declaration) ||
          ts.isClassDeclaration(declaration) ||
          ts.isEnumDeclaration(declaration) ||
          ts.isEnumMember(declaration));
      return isNamed ? describe(declaration) : undefined;
    },
    templateParts: (of) => {
      if (type(of).flags & ts.TypeFlags.StringMapping) {
        const { symbol: mapping, type: mapped } = type(of) as ts.StringMappingType;
        return [{ kind: "mapping", mapping: mapping.name as StringMapping, type: handle(mapped) }];
      }
      const { texts, types } = type(of) as ts.TemplateLiteralType;
      return templatePartsOf(
        texts,
        types.map((part) => handle<Type>(part)),
      );
    },
    typeArguments: (of) =>
      (type(of) as ts.ObjectType).objectFlags & ts.ObjectFlags.Reference
        ? checker.getTypeArguments(type(of) as ts.TypeReference).map((argument) => handle<Type>(argument))
        : [],
    aliasArguments: (of) => (type(of).aliasTypeArguments ?? []).map((argument) => handle<Type>(argument)),
    tupleElements: (of) => {
      const { target } = type(of) as ts.TupleTypeReference;
      return checker.getTypeArguments(type(of) as ts.TypeReference).map((element, index) => {
        const flags = target.elementFlags[index] ?? ts.ElementFlags.Required;
        return {
          type: handle<Type>(element),
          isOptional: (flags & ts.ElementFlags.Optional) !== 0,
          isRest: (flags & ts.ElementFlags.Variable) !== 0,
        };
      });
    },
    properties: (of) => sortByName(checker.getPropertiesOfType(type(of)).map(wrapProperty)),
    property: (of, name) => {
      const found = checker.getPropertyOfType(type(of), name);
      return found && wrapProperty(found);
    },
    propertyTypes: (properties) =>
      properties.map((of) => handle<Type>(checker.getTypeOfSymbol(symbol(of.symbol)))),
    propertyDoc: (of) => {
      const declaration = symbol(of.symbol).declarations?.[0];
      return declaration && originOf(declaration) !== "lib" ? syntax.doc(declaration) : undefined;
    },
    writtenType: (of) => {
      const declaration = symbol(of.symbol).declarations?.[0];
      const isTyped =
        declaration && (ts.isPropertySignature(declaration) || ts.isPropertyDeclaration(declaration));
      return isTyped && declaration.type ? writtenTypes.read(declaration.type) : undefined;
    },
    indexSignatures: (of) =>
      checker
        .getIndexInfosOfType(type(of))
        .map((index) => ({ key: handle<Type>(index.keyType), value: handle<Type>(index.type) })),
    signatures: (of) => checker.getSignaturesOfType(type(of), ts.SignatureKind.Call).map(signatureOf),
    calledDeclaration: (of) => {
      const declaration = checker.getSignaturesOfType(type(of), ts.SignatureKind.Call)[0]?.declaration;
      return declaration && describe(declaration);
    },
    print: (of) => print(type(of)),
    isAssignable: (source, target) => checker.isTypeAssignableTo(type(source), type(target)),
  };
}

/** The projects that a program refers to, each once. */
function referencedProjects(program: ts.Program): readonly ts.ResolvedProjectReference[] {
  const found = new Map<string, ts.ResolvedProjectReference>();
  const open = [...(program.getResolvedProjectReferences() ?? [])];
  // It grows while it is gone through.
  for (const reference of open) {
    if (!reference || found.has(reference.sourceFile.fileName)) continue;
    found.set(reference.sourceFile.fileName, reference);
    open.push(...(reference.references ?? []));
  }
  return [...found.values()];
}
