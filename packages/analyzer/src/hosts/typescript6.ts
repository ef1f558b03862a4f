/** The compiler host over TypeScript 6. The compiler is passed in: tsc, an editor and the CLI each bring their own. */
import path from "node:path";
import type ts from "typescript";
import type {
  CompilerHost,
  CompilerSymbol,
  Declaration,
  Node,
  Parameter,
  Property,
  Signature,
  SourceFile,
  Type,
  TypeKind,
} from "../compiler-host.js";
import { nearestPackageName } from "./package-name.js";
import { lineAndColumn } from "./source-text.js";
import { typescript6Syntax } from "./typescript6-syntax.js";

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
  const syntax = typescript6Syntax(ts);
  const { bare, literalName } = syntax;
  const options = program.getCompilerOptions();
  const relative = remember((fileName: string) => path.relative(root, fileName).split(path.sep).join("/"));
  const configFile = typeof options.configFilePath === "string" ? options.configFilePath : root;

  const packageNames = new Map<string, string | undefined>();
  const originOfFile = remember((source: ts.SourceFile): Declaration["origin"] => {
    if (program.isSourceFileDefaultLibrary(source)) return "lib";
    if (!source.isDeclarationFile && !program.isSourceFileFromExternalLibrary(source)) return "project";
    return nearestPackageName(source.fileName, ts.sys.readFile, packageNames) === "@glacier-ts/core"
      ? "core"
      : "other";
  });
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

  /** The type as text; a module's type names it from the project's folder. */
  const print = (of: ts.Type) =>
    checker
      .typeToString(of, undefined, ts.TypeFormatFlags.NoTruncation)
      .replace(
        /import\("([^"]*)"(?:, \{ with: \{[^}]*\} \})?\)/g,
        (_, module: string) => `import("${path.isAbsolute(module) ? relative(module) : module}")`,
      );

  const behindAliases = (found: ts.Symbol | undefined): ts.Symbol | undefined =>
    found && found.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(found) : found;

  /** Names under which modules export declarations, by declaration. */
  const exportNames = new Map<ts.SourceFile, Map<ts.Node, string>>();
  const exportNameOf = (declaration: ts.Node): string | undefined => {
    const source = declaration.getSourceFile();
    let names = exportNames.get(source);
    if (!names) {
      names = new Map();
      const module = checker.getSymbolAtLocation(source);
      for (const exported of module ? checker.getExportsOfModule(module) : []) {
        for (const target of behindAliases(exported)?.declarations ?? []) {
          const before = names.get(target);
          const isBetter = before === undefined || before === "default" || exported.name < before;
          if (isBetter && !(before !== undefined && exported.name === "default"))
            names.set(target, exported.name);
        }
      }
      exportNames.set(source, names);
    }
    return names.get(declaration);
  };

  /** The object literal or class that has the declaration as a member, and how that is exported. */
  const ownerPath = (member: ts.Node): string | undefined => {
    const holder = member.parent;
    if (ts.isClassDeclaration(holder)) {
      const isStatic = ts.canHaveModifiers(member)
        ? ts.getModifiers(member)?.some((modifier) => modifier.kind === ts.SyntaxKind.StaticKeyword)
        : false;
      return isStatic ? exportNameOf(holder) : undefined;
    }
    const declaration = declarationOfValue(holder);
    return declaration?.exportPath;
  };

  const describe = (at: ts.Node): Declaration | undefined => {
    const source = at.getSourceFile();
    const common = { node: handle<Node>(at), file: relative(source.fileName), origin: originOf(at) };
    const fileName = path.basename(source.fileName).replace(/(\.d)?\.[cm]?[jt]sx?$/, "");
    if (ts.isSourceFile(at)) {
      return { ...common, kind: "module", name: fileName, exportPath: undefined, initializer: undefined };
    }
    if (ts.isVariableDeclaration(at)) {
      const isConst = (at.parent.flags & ts.NodeFlags.BlockScoped) === ts.NodeFlags.Const;
      const initializer = isConst && at.initializer ? handle<Node>(at.initializer) : undefined;
      const name = ts.isIdentifier(at.name) ? at.name.text : "";
      const exportPath = isConst ? exportNameOf(at) : undefined;
      return { ...common, kind: "variable", name, exportPath, initializer };
    }
    if (ts.isFunctionDeclaration(at)) {
      const name = at.name?.text ?? fileName;
      return { ...common, kind: "function", name, exportPath: exportNameOf(at), initializer: undefined };
    }
    if (ts.isExportAssignment(at)) {
      const initializer = handle<Node>(at.expression);
      return { ...common, kind: "default-export", name: fileName, exportPath: exportNameOf(at), initializer };
    }
    if (ts.isPropertyAssignment(at) || ts.isPropertyDeclaration(at) || ts.isMethodDeclaration(at)) {
      const name = literalName(at.name) ?? "";
      const owner = ownerPath(at);
      const exportPath = owner === undefined || name === "" ? undefined : `${owner}.${name}`;
      const value = ts.isMethodDeclaration(at) ? undefined : at.initializer;
      return {
        ...common,
        kind: "property",
        name,
        exportPath,
        initializer: value ? handle<Node>(value) : undefined,
      };
    }
    const name = literalName(ts.getNameOfDeclaration(at as ts.Declaration)) ?? "";
    return { ...common, kind: "other", name, exportPath: undefined, initializer: undefined };
  };

  function declarationOfValue(value: ts.Node): Declaration | undefined {
    let outer = value;
    while (outer.parent && bare(outer.parent) === bare(value)) outer = outer.parent;
    const { parent } = outer;
    const isValue =
      (ts.isVariableDeclaration(parent) ||
        ts.isPropertyAssignment(parent) ||
        ts.isPropertyDeclaration(parent)) &&
      parent.initializer === outer;
    return isValue || ts.isExportAssignment(parent) ? describe(parent) : undefined;
  }

  const symbolAt = (at: ts.Node): ts.Symbol | undefined => {
    const inner = bare(at);
    const isShorthand =
      inner.parent && ts.isShorthandPropertyAssignment(inner.parent) && inner.parent.name === inner;
    const found = isShorthand
      ? checker.getShorthandAssignmentValueSymbol(inner.parent)
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

  const kinds: readonly (readonly [ts.TypeFlags, TypeKind])[] = [
    [ts.TypeFlags.Any, "any"],
    [ts.TypeFlags.Unknown, "unknown"],
    [ts.TypeFlags.Never, "never"],
    [ts.TypeFlags.Undefined, "undefined"],
    [ts.TypeFlags.Void, "void"],
    [ts.TypeFlags.Null, "null"],
    // An enum is a union of its members as well: literals and booleans come first.
    [ts.TypeFlags.StringLiteral | ts.TypeFlags.NumberLiteral | ts.TypeFlags.BooleanLiteral, "literal"],
    [ts.TypeFlags.Boolean, "boolean"],
    [ts.TypeFlags.Union, "union"],
    [ts.TypeFlags.Intersection, "intersection"],
    [ts.TypeFlags.String, "string"],
    // An enum whose members are computed is no union.
    [ts.TypeFlags.Number | ts.TypeFlags.Enum, "number"],
    [ts.TypeFlags.BigInt | ts.TypeFlags.BigIntLiteral, "bigint"],
    [ts.TypeFlags.ESSymbolLike, "symbol"],
    [ts.TypeFlags.TemplateLiteral | ts.TypeFlags.StringMapping, "template"],
  ];
  const kindOf = (of: ts.Type): TypeKind => {
    const kind = kinds.find(([flag]) => of.flags & flag)?.[1];
    if (kind) return kind;
    if (!(of.flags & ts.TypeFlags.Object)) return "other";
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
    const returnNode = declaration && !ts.isJSDocSignature(declaration) ? declaration.type : undefined;
    const generics = signature.typeParameters?.map((parameter) => parameter.symbol.name);
    return {
      typeParameters: generics ? `<${generics.join(", ")}>` : "",
      parameters: signature.parameters.map(parameterOf),
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

    files: () =>
      program
        .getSourceFiles()
        .filter((source) => !source.isDeclarationFile && !program.isSourceFileFromExternalLibrary(source))
        .map((source) => handle<SourceFile>(source)),
    path: (source) => relative(file(source).fileName),
    calls: (source) => syntax.calls(file(source)).map((call) => handle<Node>(call)),
    typeDeclarations: (source) =>
      file(source)
        .statements.filter(
          (statement) => ts.isTypeAliasDeclaration(statement) || ts.isInterfaceDeclaration(statement),
        )
        .filter((statement) =>
          ts.isInterfaceDeclaration(statement)
            ? statement.heritageClauses !== undefined && !statement.typeParameters
            : !statement.typeParameters,
        )
        .map((statement) => ({
          node: handle<Node>(statement),
          name: statement.name.text,
          type: handle<Type>(checker.getTypeAtLocation(statement.name)),
        })),
    expression: (at) => syntax.expression(node(at)),
    declarationOfValue: (at) => declarationOfValue(node(at)),
    methodCallOn: (call, method) => {
      const access = node(call).parent;
      const isCall =
        ts.isPropertyAccessExpression(access) &&
        access.name.text === method &&
        ts.isCallExpression(access.parent);
      return isCall ? handle(access.parent) : undefined;
    },
    location: (at) => locationOf(syntax.nameOrWhole(node(at))),
    doc: (at) => syntax.doc(syntax.documented(node(at))),
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
    typeArguments: (of) =>
      (type(of) as ts.ObjectType).objectFlags & ts.ObjectFlags.Reference
        ? checker.getTypeArguments(type(of) as ts.TypeReference).map((argument) => handle<Type>(argument))
        : [],
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
    properties: (of) => checker.getPropertiesOfType(type(of)).map(wrapProperty),
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
    indexType: (of) => {
      const index =
        checker.getIndexInfoOfType(type(of), ts.IndexKind.String) ??
        checker.getIndexInfoOfType(type(of), ts.IndexKind.Number) ??
        checker.getIndexInfosOfType(type(of))[0];
      return index && handle(index.type);
    },
    signatures: (of) => checker.getSignaturesOfType(type(of), ts.SignatureKind.Call).map(signatureOf),
    calledDeclaration: (of) => {
      const declaration = checker.getSignaturesOfType(type(of), ts.SignatureKind.Call)[0]?.declaration;
      return declaration && describe(declaration);
    },
    print: (of) => print(type(of)),
    isAssignable: (source, target) => checker.isTypeAssignableTo(type(source), type(target)),
  };
}

/** Asks once for each key. */
function remember<Key, Value>(answer: (key: Key) => Value): (key: Key) => Value {
  const answers = new Map<Key, Value>();
  return (key) => {
    const known = answers.get(key);
    if (known !== undefined) return known;
    const value = answer(key);
    answers.set(key, value);
    return value;
  };
}
