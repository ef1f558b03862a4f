/** Keys of what a run returns: `run.datasets.users`, and what is destructured from it. */
import ts from "typescript";
import type { TextEdit } from "../wire-text.js";
import type { CoreTypes } from "./core-types.js";

/** The edit that renames a key, where the node is one; undefined for other nodes. */
export function keyEdit(
  node: ts.Node,
  names: { readonly from: string; readonly to: string },
  checker: ts.TypeChecker,
  core: CoreTypes,
): TextEdit | undefined {
  const { from, to } = names;
  const isResult = (object: ts.Node) => core.isKeyedByName(checker.getTypeAtLocation(object));
  const source = node.getSourceFile();
  const replace = (at: ts.Node, text: string) => ({ start: at.getStart(source), end: at.end, text });

  if (ts.isPropertyAccessExpression(node) && node.name.text === from && isResult(node.expression)) {
    if (isIdentifier(to)) return replace(node.name, to);
    const dot = node.questionDotToken ? "?." : "";
    return { start: node.expression.end, end: node.end, text: `${dot}["${to}"]` };
  }
  if (ts.isQualifiedName(node) && node.right.text === from && isResult(node.left)) {
    return isIdentifier(to) ? replace(node.right, to) : undefined;
  }
  if (ts.isBindingElement(node) && ts.isObjectBindingPattern(node.parent)) {
    const key = node.propertyName ?? node.name;
    if (node.dotDotDotToken || textOf(key) !== from || !isResult(node.parent)) return undefined;
    const { propertyName, name } = node;
    if (!propertyName) return replace(name, `${keyText(to)}: ${from}`);
    // `{ users: people }` becomes `{ people }`.
    const isShort = ts.isIdentifier(name) && name.text === to && ts.isIdentifier(propertyName);
    return isShort
      ? { start: propertyName.getStart(source), end: name.end, text: to }
      : replace(propertyName, keyText(to, propertyName));
  }
  const isProperty = ts.isPropertyAssignment(node) || ts.isShorthandPropertyAssignment(node);
  if (isProperty && textOf(node.name) === from && isResultObject(node.parent, checker, core)) {
    if (ts.isShorthandPropertyAssignment(node)) return replace(node.name, `${keyText(to)}: ${from}`);
    const { name, initializer } = node;
    const isShort = ts.isIdentifier(initializer) && initializer.text === to && ts.isIdentifier(name);
    return isShort
      ? { start: name.getStart(source), end: initializer.end, text: to }
      : replace(name, keyText(to, name));
  }
  return undefined;
}

/** An object literal that has to be what a run returns, or takes it apart. */
function isResultObject(
  object: ts.ObjectLiteralExpression,
  checker: ts.TypeChecker,
  core: CoreTypes,
): boolean {
  return (
    core.isKeyedByName(checker.getContextualType(object)) ||
    core.isKeyedByName(checker.getTypeAtLocation(object))
  );
}

/** A key as it is written: with the quotes that it had, or where it needs them. */
function keyText(key: string, before?: ts.PropertyName): string {
  if (before && ts.isStringLiteralLike(before)) {
    const quote = before.getText().charAt(0);
    return quote + key + quote;
  }
  return isIdentifier(key) ? key : `"${key}"`;
}

function textOf(name: ts.Node): string | undefined {
  return ts.isIdentifier(name) || ts.isStringLiteralLike(name) ? name.text : undefined;
}

/** Names of datasets have letters, digits, `_`, `.` and `-` only. */
export function isIdentifier(name: string): boolean {
  return /^[A-Za-z_]\w*$/.test(name);
}
