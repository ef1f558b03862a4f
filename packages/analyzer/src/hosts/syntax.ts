/** What a host answers from syntax alone: the same for every compiler, as their trees are the same. */
import type ts from "typescript";
import type { Expression, Node, PropertyExpression } from "../compiler-host.js";
import { Mentions } from "./mentions.js";
import { docComment } from "./source-text.js";

/** What is asked of a compiler's tree; the names are those of TypeScript 6. */
export type SyntaxApi = Pick<
  typeof import("typescript"),
  | "NodeFlags"
  | "SyntaxKind"
  | "canHaveModifiers"
  | "forEachChild"
  | "getModifiers"
  | "getNameOfDeclaration"
  | "isArrayLiteralExpression"
  | "isArrayTypeNode"
  | "isArrowFunction"
  | "isAsExpression"
  | "isBinaryExpression"
  | "isBindingElement"
  | "isCallExpression"
  | "isClassDeclaration"
  | "isClassElement"
  | "isClassLike"
  | "isComputedPropertyName"
  | "isElementAccessExpression"
  | "isEnumDeclaration"
  | "isEnumMember"
  | "isExportAssignment"
  | "isFunctionDeclaration"
  | "isFunctionExpression"
  | "isIdentifier"
  | "isImportDeclaration"
  | "isImportEqualsDeclaration"
  | "isInterfaceDeclaration"
  | "isMethodDeclaration"
  | "isMethodSignature"
  | "isModuleBlock"
  | "isModuleDeclaration"
  | "isNamedTupleMember"
  | "isNamespaceImport"
  | "isNonNullExpression"
  | "isNumericLiteral"
  | "isObjectLiteralExpression"
  | "isOptionalTypeNode"
  | "isParameter"
  | "isParenthesizedExpression"
  | "isParenthesizedTypeNode"
  | "isPrefixUnaryExpression"
  | "isPropertyAccessExpression"
  | "isPropertyAssignment"
  | "isPropertyDeclaration"
  | "isPropertySignature"
  | "isRestTypeNode"
  | "isSatisfiesExpression"
  | "isShorthandPropertyAssignment"
  | "isSourceFile"
  | "isSpreadAssignment"
  | "isSpreadElement"
  | "isStatement"
  | "isStringLiteralLike"
  | "isTupleTypeNode"
  | "isTypeAliasDeclaration"
  | "isTypeAssertionExpression"
  | "isTypeElement"
  | "isTypeLiteralNode"
  | "isTypeOperatorNode"
  | "isTypeQueryNode"
  | "isTypeReferenceNode"
  | "isUnionTypeNode"
  | "isVariableDeclaration"
  | "isVariableStatement"
>;

const handle = (node: ts.Node) => node as unknown as Node;

export function syntaxOf(ts: SyntaxApi) {
  /** Without parentheses, assertions, `satisfies`, `!` and the left side of a comma. */
  function bare(expression: ts.Node): ts.Node {
    let inner = expression;
    for (;;) {
      if (
        ts.isParenthesizedExpression(inner) ||
        ts.isAsExpression(inner) ||
        ts.isSatisfiesExpression(inner) ||
        ts.isTypeAssertionExpression(inner) ||
        ts.isNonNullExpression(inner)
      ) {
        inner = inner.expression;
      } else if (ts.isBinaryExpression(inner) && inner.operatorToken.kind === ts.SyntaxKind.CommaToken) {
        inner = inner.right;
      } else return inner;
    }
  }

  /** The text of a name that is written, in brackets too; undefined for one that is computed. */
  function literalName(name: ts.Node | undefined): string | undefined {
    if (name && ts.isComputedPropertyName(name)) {
      const { expression } = name;
      return ts.isStringLiteralLike(expression) ? expression.text : undefined;
    }
    const isLiteral =
      name && (ts.isIdentifier(name) || ts.isStringLiteralLike(name) || ts.isNumericLiteral(name));
    return isLiteral ? name.text : undefined;
  }

  function expression(node: ts.Node): Expression {
    const inner = bare(node);
    const common = { node: handle(inner) };
    if (ts.isIdentifier(inner)) return { ...common, kind: "identifier", text: inner.text };
    const accessed = member(inner);
    if (accessed) {
      const { object, name, text } = accessed;
      return { ...common, kind: "property-access", object: handle(object), name: handle(name), text };
    }
    if (ts.isCallExpression(inner)) {
      return {
        ...common,
        kind: "call",
        callee: handle(inner.expression),
        arguments: inner.arguments.map(handle),
      };
    }
    if (ts.isArrayLiteralExpression(inner)) {
      return { ...common, kind: "array", elements: inner.elements.map(handle) };
    }
    if (ts.isObjectLiteralExpression(inner)) {
      return { ...common, kind: "object", properties: inner.properties.map(property) };
    }
    if (ts.isSpreadElement(inner)) return { ...common, kind: "spread", expression: handle(inner.expression) };
    if (ts.isFunctionExpression(inner) || ts.isArrowFunction(inner)) return { ...common, kind: "function" };
    if (ts.isStringLiteralLike(inner)) return { ...common, kind: "literal", value: inner.text };
    if (ts.isNumericLiteral(inner)) return { ...common, kind: "literal", value: Number(inner.text) };
    if (isNegativeNumber(inner)) return { ...common, kind: "literal", value: -Number(inner.operand.text) };
    if (inner.kind === ts.SyntaxKind.TrueKeyword) return { ...common, kind: "literal", value: true };
    if (inner.kind === ts.SyntaxKind.FalseKeyword) return { ...common, kind: "literal", value: false };
    if (inner.kind === ts.SyntaxKind.NullKeyword) return { ...common, kind: "literal", value: null };
    return { ...common, kind: "other" };
  }

  /** The parts of `object.name` and of `object["name"]`; undefined for other expressions. */
  function member(node: ts.Node): { object: ts.Node; name: ts.Node; text: string } | undefined {
    if (ts.isPropertyAccessExpression(node)) {
      return { object: node.expression, name: node.name, text: node.name.text };
    }
    if (!ts.isElementAccessExpression(node) || !ts.isStringLiteralLike(node.argumentExpression))
      return undefined;
    const name = node.argumentExpression;
    return { object: node.expression, name, text: name.text };
  }

  function isNegativeNumber(
    node: ts.Node,
  ): node is ts.PrefixUnaryExpression & { readonly operand: ts.NumericLiteral } {
    const isNegative = ts.isPrefixUnaryExpression(node) && node.operator === ts.SyntaxKind.MinusToken;
    return isNegative && ts.isNumericLiteral(node.operand);
  }

  /** The name of a declaration, so that an editor does not underline the whole function; else the node itself. */
  function nameOrWhole(node: ts.Node): ts.Node {
    const isNamed =
      ts.isVariableDeclaration(node) ||
      ts.isFunctionDeclaration(node) ||
      ts.isPropertyAssignment(node) ||
      ts.isShorthandPropertyAssignment(node) ||
      ts.isPropertyDeclaration(node) ||
      ts.isMethodDeclaration(node) ||
      ts.isTypeAliasDeclaration(node) ||
      ts.isInterfaceDeclaration(node) ||
      ts.isPropertySignature(node) ||
      ts.isClassDeclaration(node) ||
      ts.isEnumDeclaration(node) ||
      ts.isEnumMember(node);
    return (isNamed ? node.name : undefined) ?? node;
  }

  function property(node: ts.ObjectLiteralElementLike): PropertyExpression {
    const common = { node: handle(node), isSpread: ts.isSpreadAssignment(node) };
    if (ts.isSpreadAssignment(node)) return { ...common, key: undefined, value: handle(node.expression) };
    const key = literalName(node.name);
    if (ts.isPropertyAssignment(node)) return { ...common, key, value: handle(node.initializer) };
    if (ts.isShorthandPropertyAssignment(node)) return { ...common, key, value: handle(node.name) };
    return { ...common, key, value: undefined };
  }

  /** Names that a module imports or declares at its top: a call of anything else can hardly lead to core. */
  function moduleNames(source: ts.SourceFile): ReadonlySet<string> {
    const names = new Set<string>();
    for (const statement of source.statements) {
      if (ts.isImportDeclaration(statement)) {
        const { name, namedBindings } = statement.importClause ?? {};
        if (name) names.add(name.text);
        if (namedBindings && ts.isNamespaceImport(namedBindings)) names.add(namedBindings.name.text);
        else for (const element of namedBindings?.elements ?? []) names.add(element.name.text);
      } else if (ts.isImportEqualsDeclaration(statement)) {
        names.add(statement.name.text);
      } else if (ts.isVariableStatement(statement)) {
        for (const declaration of statement.declarationList.declarations) addNames(declaration.name, names);
      } else if ((ts.isClassDeclaration(statement) || ts.isModuleDeclaration(statement)) && statement.name) {
        names.add(statement.name.text);
      }
    }
    return names;
  }

  function addNames(binding: ts.BindingName, names: Set<string>): void {
    if (ts.isIdentifier(binding)) names.add(binding.text);
    else {
      for (const element of binding.elements) if (ts.isBindingElement(element)) addNames(element.name, names);
    }
  }

  /** What an access begins with: `a` of `a.b.c`. */
  function rootNode(expression: ts.Node): ts.Node {
    let root = bare(expression);
    for (let part = member(root); part; part = member(root)) root = bare(part.object);
    return root;
  }

  /** The same where it is a name. */
  function rootName(expression: ts.Node): string | undefined {
    const root = rootNode(expression);
    return ts.isIdentifier(root) ? root.text : undefined;
  }

  /** Whether a name inside of a function stands for one of some values: `const t = core.task`, `t: typeof task`. */
  function isOtherName(
    node: ts.Node,
    names: (root: string) => boolean,
  ): node is ts.VariableDeclaration | ts.ParameterDeclaration {
    if (ts.isParameter(node)) return node.type !== undefined && ts.isTypeQueryNode(node.type);
    const root = ts.isVariableDeclaration(node) && node.initializer ? rootName(node.initializer) : undefined;
    return root !== undefined && names(root);
  }

  /** Calls in source order whose callee begins with a name of the module, or is another name for something. */
  function calls(source: ts.SourceFile): readonly ts.CallExpression[] {
    const names = moduleNames(source);
    const otherNames = new Set<string>();
    for (;;) {
      const known = otherNames.size;
      const found = callsOf(source, names, otherNames);
      // What stands for another name was not looked at where that was not known.
      if (otherNames.size === known) return found;
    }
  }

  /** @param otherNames takes up those that are found */
  function callsOf(
    source: ts.SourceFile,
    names: ReadonlySet<string>,
    otherNames: Set<string>,
  ): readonly ts.CallExpression[] {
    const mentions = new Mentions(source.text, new Set([...names, ...otherNames]));
    const isKnown = (root: string) => names.has(root) || otherNames.has(root);
    const found: ts.CallExpression[] = [];
    const open: ts.Node[] = [source];
    for (let at = open.pop(); at; at = open.pop()) {
      if (ts.isCallExpression(at)) {
        const root = rootName(at.expression);
        const isName = ts.isIdentifier(bare(at.expression));
        if (root !== undefined && (names.has(root) || (isName && otherNames.has(root)))) found.push(at);
      } else if (isOtherName(at, isKnown)) addNames(at.name, otherNames);
      const firstChild = open.length;
      ts.forEachChild(at, (child) => {
        if (mentions.isIn(child)) open.push(child);
      });
      reverseFrom(open, firstChild);
    }
    return found;
  }

  /** What the callee of a call begins with: `compute` of `compute.local({})`. */
  const rootOf = (call: ts.CallExpression): ts.Node => rootNode(call.expression);

  /** The names that stand for values in object and array literals, one inside of the other. */
  function namesIn(expression: ts.Node): readonly ts.Node[] {
    const inner = bare(expression);
    if (ts.isIdentifier(inner)) return [inner];
    const accessed = member(inner);
    if (accessed) return [accessed.name];
    if (ts.isArrayLiteralExpression(inner)) return inner.elements.flatMap(namesIn);
    if (ts.isSpreadElement(inner) || ts.isSpreadAssignment(inner)) return namesIn(inner.expression);
    if (ts.isPropertyAssignment(inner)) return namesIn(inner.initializer);
    return ts.isObjectLiteralExpression(inner) ? inner.properties.flatMap(namesIn) : [];
  }

  /** The declaration around a node that carries the doc comment: a variable's is before its statement. */
  function documented(node: ts.Node): ts.Node {
    for (let outer = node; outer && !ts.isSourceFile(outer); outer = outer.parent) {
      const isDeclaration =
        ts.isStatement(outer) ||
        ts.isPropertyAssignment(outer) ||
        ts.isClassElement(outer) ||
        ts.isTypeElement(outer) ||
        ts.isEnumMember(outer);
      if (isDeclaration) return outer;
    }
    return node;
  }

  /** Type aliases without type parameters, and interfaces that extend something, at the top of a file. */
  function typeDeclarations(
    source: ts.SourceFile,
  ): readonly (ts.TypeAliasDeclaration | ts.InterfaceDeclaration)[] {
    return source.statements
      .filter((statement) => ts.isTypeAliasDeclaration(statement) || ts.isInterfaceDeclaration(statement))
      .filter((statement) =>
        ts.isInterfaceDeclaration(statement)
          ? statement.heritageClauses !== undefined && !statement.typeParameters
          : !statement.typeParameters,
      );
  }

  /** The names of the types that the properties of the interfaces and type aliases at the top of a file are written with. */
  function typeNames(source: ts.SourceFile): readonly ts.Node[] {
    const names: ts.Node[] = [];
    const open: ts.Node[] = source.statements.filter(
      (statement) => ts.isTypeAliasDeclaration(statement) || ts.isInterfaceDeclaration(statement),
    );
    for (let at = open.pop(); at; at = open.pop()) {
      if (ts.isTypeReferenceNode(at)) names.push(at.typeName);
      ts.forEachChild(at, (child) => {
        open.push(child);
      });
    }
    return names;
  }

  /** The call of a method on the result of a call. */
  function methodCallOn(call: ts.Node, method: string): ts.CallExpression | undefined {
    const access = call.parent;
    if (!ts.isPropertyAccessExpression(access) || access.name.text !== method) return undefined;
    return ts.isCallExpression(access.parent) ? access.parent : undefined;
  }

  /** The shorthand property, `{ clean }`, that a name is. */
  function shorthandOf(name: ts.Node): ts.ShorthandPropertyAssignment | undefined {
    const { parent } = name;
    return parent && ts.isShorthandPropertyAssignment(parent) && parent.name === name ? parent : undefined;
  }

  function doc(node: ts.Node): string | undefined {
    const source = node.getSourceFile();
    return docComment(source.text.slice(node.pos, node.getStart(source)));
  }

  return {
    bare,
    literalName,
    nameOrWhole,
    member,
    expression,
    calls,
    rootOf,
    namesIn,
    typeDeclarations,
    typeNames,
    methodCallOn,
    shorthandOf,
    documented,
    doc,
  };
}

export type Syntax = ReturnType<typeof syntaxOf>;

/** Reverses the end of an array in place. */
function reverseFrom<T>(items: T[], start: number): void {
  for (let low = start, high = items.length - 1; low < high; low++, high--) {
    [items[low], items[high]] = [items[high] as T, items[low] as T];
  }
}
