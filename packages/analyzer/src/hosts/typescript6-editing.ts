/** Where something can be written, answered by TypeScript 6. */
import path from "node:path";
import type { Location } from "@glacier-ts/core";
import type ts from "typescript";
import type { Node, Type } from "../compiler-host.js";
import type { EditingHost, ReturnSlot, ScopeName } from "../editing-host.js";
import { isTypeScript } from "../fixes/fix.js";
import { lineAndColumn } from "./source-text.js";

const node = (handle: Node) => handle as unknown as ts.Node;
const handle = <Handle extends Node | Type>(object: ts.Node | ts.Type): Handle => object as unknown as Handle;

/**
 * @param root the project's folder, absolute: paths are relative to it
 */
export function typescript6Editing(
  ts: typeof import("typescript"),
  program: ts.Program,
  root: string,
): EditingHost {
  const checker = program.getTypeChecker();
  const fileNamed = (file: string) => program.getSourceFile(path.resolve(root, file));
  const relative = (fileName: string) => path.relative(root, fileName).split(path.sep).join("/");
  const span = (source: ts.SourceFile, start: number, end: number): Location => {
    return { file: relative(source.fileName), ...lineAndColumn(source, start), start, length: end - start };
  };
  const locate = (at: ts.Node) => {
    const source = at.getSourceFile();
    return span(source, at.getStart(source), at.end);
  };

  const nodeAt = ({ file, start = 0, length = 0 }: Location): ts.Node | undefined => {
    const source = fileNamed(file);
    if (!source) return undefined;
    let found: ts.Node | undefined;
    let at: ts.Node | undefined = source;
    while (at) {
      if (at.getStart(source) === start && at.end === start + length) found = at;
      at = ts.forEachChild(at, (child) =>
        child.getStart(source) <= start && start + length <= child.end ? child : undefined,
      );
    }
    return found;
  };

  /** The statement at the top of the file that a node is in. */
  const topStatement = (at: ts.Node): ts.Node => {
    let statement = at;
    while (statement.parent && !ts.isSourceFile(statement.parent)) statement = statement.parent;
    return statement;
  };

  const withBody = (at: ts.Node): (ts.FunctionLikeDeclaration & { readonly body: ts.Node }) | undefined => {
    const isFunction =
      ts.isFunctionDeclaration(at) ||
      ts.isFunctionExpression(at) ||
      ts.isArrowFunction(at) ||
      ts.isMethodDeclaration(at);
    return isFunction && at.body ? (at as ReturnType<typeof withBody>) : undefined;
  };

  const returnSlot = (at: ts.Node): ReturnSlot | undefined => {
    const fn = withBody(at);
    if (!fn) return undefined;
    const source = fn.getSourceFile();
    const parentheses = fn.getChildren(source).filter(({ kind }) => kind === ts.SyntaxKind.CloseParenToken);
    const [bare] = parentheses.length === 0 ? fn.parameters : [];
    const end = parentheses[0]?.end ?? bare?.end ?? fn.getStart(source);
    return {
      isAsync: (ts.getModifiers(fn as ts.FunctionDeclaration) ?? []).some(
        ({ kind }) => kind === ts.SyntaxKind.AsyncKeyword,
      ),
      isGenerator: fn.asteriskToken !== undefined,
      location: fn.type ? locate(fn.type) : span(source, end, end),
      isWritten: fn.type !== undefined,
      bareParameter: bare && locate(bare),
    };
  };

  const returnedTypes = (at: ts.Node): readonly ts.Type[] => {
    const fn = withBody(at);
    const slot = returnSlot(at);
    if (!fn || !slot) return [];
    const isPromise = slot.isAsync && !slot.isGenerator;
    const value = (type: ts.Type) => (isPromise ? (checker.getAwaitedType(type) ?? type) : type);
    if (!slot.isWritten) {
      const signature = checker.getSignatureFromDeclaration(fn);
      return signature ? [value(checker.getReturnTypeOfSignature(signature))] : [];
    }
    if (slot.isGenerator) return [];
    if (!ts.isBlock(fn.body)) return [value(checker.getTypeAtLocation(fn.body))];
    const types: ts.Type[] = [];
    const open: ts.Node[] = [fn.body];
    for (let inner = open.pop(); inner; inner = open.pop()) {
      if (ts.isFunctionLike(inner) || ts.isClassLike(inner)) continue;
      if (ts.isReturnStatement(inner)) {
        types.push(
          inner.expression ? value(checker.getTypeAtLocation(inner.expression)) : checker.getUndefinedType(),
        );
      }
      ts.forEachChild(inner, (child) => {
        open.push(child);
      });
    }
    return types;
  };

  const isNothing = (type: ts.TypeNode) =>
    type.kind === ts.SyntaxKind.UndefinedKeyword ||
    (ts.isLiteralTypeNode(type) && type.literal.kind === ts.SyntaxKind.NullKeyword);

  const behindAliases = (found: ts.Symbol): ts.Symbol =>
    found.flags & ts.SymbolFlags.Alias
      ? checker.getAliasedSymbol(found)
      : checker.getExportSymbolOfSymbol(found);

  /** The names that a file declares or imports, by what they stand for. */
  const scopes = new Map<ts.SourceFile, ReadonlyMap<ts.Symbol, string>>();
  const scopeOf = (source: ts.SourceFile): ReadonlyMap<ts.Symbol, string> => {
    const known = scopes.get(source);
    if (known) return known;
    const { Type, Value, Namespace, Alias } = ts.SymbolFlags;
    const own = checker
      .getSymbolsInScope(source, Type | Value | Namespace | Alias)
      .filter(({ declarations }) => declarations?.some((at) => at.getSourceFile() === source));
    const scope = new Map(own.map((found) => [behindAliases(found), found.name]));
    scopes.set(source, scope);
    return scope;
  };

  const nameIn = (file: string, declaration: ts.Node): ScopeName | undefined => {
    const source = fileNamed(file);
    const target = symbolOfDeclaration(ts, checker, declaration);
    if (!source || !target) return undefined;
    const scope = scopeOf(source);
    const name = scope.get(target);
    if (name !== undefined) return { name, isMissing: false };
    const exported = exportedSymbol(ts, checker, declaration);
    if (!exported || exported.name === "default" || [...scope.values()].includes(exported.name))
      return undefined;
    return { name: exported.name, isMissing: true };
  };

  return {
    text: (file) => fileNamed(file)?.text ?? "",
    nodeAt: (location) => {
      const found = nodeAt(location);
      return found && handle<Node>(found);
    },
    statementStart: (at) => {
      const statement = topStatement(node(at));
      const source = statement.getSourceFile();
      let start = statement.getStart(source);
      for (const comment of (ts.getLeadingCommentRanges(source.text, statement.pos) ?? []).toReversed()) {
        if (/\n\s*\n/.test(source.text.slice(comment.end, start))) break;
        start = comment.pos;
      }
      return span(source, start, start);
    },
    exportPlace: (at) => {
      const declared = node(at);
      const statement = ts.isVariableDeclaration(declared) ? declared.parent.parent : declared;
      const isConst =
        ts.isVariableStatement(statement) &&
        (statement.declarationList.flags & ts.NodeFlags.BlockScoped) === ts.NodeFlags.Const;
      const isDeclaration = isConst || ts.isFunctionDeclaration(statement);
      if (!isDeclaration || !ts.isSourceFile(statement.parent)) return undefined;
      const isExported = ts.getModifiers(statement)?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword);
      const source = statement.getSourceFile();
      // A CommonJS module in JavaScript exports in another way.
      const isModule = isTypeScript(source.fileName) || ts.isExternalModule(source);
      const start = statement.getStart(source);
      return isExported || !isModule ? undefined : span(source, start, start);
    },
    returnSlot: (at) => returnSlot(node(at)),
    returnedTypes: (at) => returnedTypes(node(at)).map((type) => handle<Type>(type)),
    writtenType: (at) => {
      const parameter = node(at);
      const type = ts.isParameter(parameter) ? parameter.type : undefined;
      const members = type && ts.isUnionTypeNode(type) ? type.types : type ? [type] : [];
      const written = members.filter((member) => !isNothing(member)).map((member) => member.getText());
      return written.length > 0 ? written.join(" | ") : undefined;
    },
    typeArgumentStrings: (at) => {
      const found: { string: Node; reference: Node }[] = [];
      const declared = node(at);
      const { parent } = declared;
      const isName = parent && (ts.isTypeAliasDeclaration(parent) || ts.isInterfaceDeclaration(parent));
      const open: ts.Node[] = [isName ? parent : declared];
      for (let inner = open.pop(); inner; inner = open.pop()) {
        const { typeArguments = [] } =
          ts.isTypeReferenceNode(inner) || ts.isExpressionWithTypeArguments(inner) ? inner : {};
        for (const argument of typeArguments) {
          if (!ts.isLiteralTypeNode(argument) || !ts.isStringLiteral(argument.literal)) continue;
          found.push({ string: handle(argument.literal), reference: handle(inner) });
        }
        ts.forEachChild(inner, (child) => {
          open.push(child);
        });
      }
      return found;
    },
    lastElement: (at) => {
      const { parent } = node(at);
      const list = ts.isObjectLiteralElementLike(parent) ? parent.parent : parent;
      const elements = ts.isArrayLiteralExpression(list)
        ? list.elements
        : ts.isObjectLiteralExpression(list)
          ? list.properties
          : undefined;
      const last = elements?.at(-1);
      return last && handle<Node>(last);
    },
    namedImport: (at) => {
      const name = node(at);
      const isShorthand = ts.isShorthandPropertyAssignment(name.parent);
      const named = isShorthand
        ? checker.getShorthandAssignmentValueSymbol(name.parent)
        : checker.getSymbolAtLocation(name);
      const specifier = named?.declarations?.find(ts.isImportSpecifier);
      const module = specifier && checker.getSymbolAtLocation(specifier.parent.parent.parent.moduleSpecifier);
      const target = module?.declarations?.find(ts.isSourceFile);
      const last = specifier?.parent.elements.at(-1);
      if (!specifier || !target || !last || specifier.parent.parent.isTypeOnly) return undefined;
      return { at: span(last.getSourceFile(), last.end, last.end), file: relative(target.fileName) };
    },
    packageExport: (packageName, name) => {
      for (const source of program.getSourceFiles()) {
        if (source.isDeclarationFile) continue;
        for (const statement of source.statements) {
          const specifier = ts.isImportDeclaration(statement) ? statement.moduleSpecifier : undefined;
          if (!specifier || !ts.isStringLiteral(specifier) || specifier.text !== packageName) continue;
          const module = checker.getSymbolAtLocation(specifier);
          const found = module && checker.tryGetMemberInModuleExports(name, module);
          const declaration = found && behindAliases(found).declarations?.[0];
          if (declaration) return handle<Node>(declaration);
        }
      }
      return undefined;
    },
    print: (type, at) => {
      const of = type as unknown as ts.Type;
      const text = checker.typeToString(of, node(at), ts.TypeFormatFlags.NoTruncation);
      return text.includes("import(") ? undefined : text;
    },
    nameIn: (file, declaration) => nameIn(file, node(declaration)),
  };
}

/** The symbol of a declaration that has a name. */
function symbolOfDeclaration(
  ts: typeof import("typescript"),
  checker: ts.TypeChecker,
  declaration: ts.Node,
): ts.Symbol | undefined {
  const name = ts.getNameOfDeclaration(declaration as ts.Declaration);
  return name && checker.getSymbolAtLocation(name);
}

/** What the module of a declaration exports it as; undefined where it does not. */
export function exportedSymbol(
  ts: typeof import("typescript"),
  checker: ts.TypeChecker,
  declaration: ts.Node,
): ts.Symbol | undefined {
  const target = symbolOfDeclaration(ts, checker, declaration);
  const module = checker.getSymbolAtLocation(declaration.getSourceFile());
  const exports = module ? checker.getExportsOfModule(module) : [];
  return exports.find((exported) => {
    const isAlias = (exported.flags & ts.SymbolFlags.Alias) !== 0;
    return (isAlias ? checker.getAliasedSymbol(exported) : exported) === target;
  });
}
