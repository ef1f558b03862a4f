/** What the syntax around a literal, or around a name that stands for it, says of where it goes. */
import ts from "typescript";

export type GenericReference =
  | ts.TypeReferenceNode
  | ts.ExpressionWithTypeArguments
  | ts.ImportTypeNode
  | ts.CallExpression
  | ts.NewExpression;

export function isGenericReference(node: ts.Node): node is GenericReference {
  return (
    ts.isTypeReferenceNode(node) ||
    ts.isExpressionWithTypeArguments(node) ||
    ts.isImportTypeNode(node) ||
    ts.isCallExpression(node) ||
    ts.isNewExpression(node)
  );
}

export type MemberAccess =
  | ts.PropertyAccessExpression
  | ts.ElementAccessExpression
  | ts.IndexedAccessTypeNode
  | ts.QualifiedName;

export function isMemberAccess(node: ts.Node): node is MemberAccess {
  return (
    ts.isPropertyAccessExpression(node) ||
    ts.isElementAccessExpression(node) ||
    ts.isIndexedAccessTypeNode(node) ||
    ts.isQualifiedName(node)
  );
}

export function memberObject(access: MemberAccess): ts.Node {
  if (ts.isIndexedAccessTypeNode(access)) return access.objectType;
  return ts.isQualifiedName(access) ? access.left : access.expression;
}

export function isIndexOf(
  parent: ts.Node,
  node: ts.Node,
): parent is ts.ElementAccessExpression | ts.IndexedAccessTypeNode {
  if (ts.isElementAccessExpression(parent)) return parent.argumentExpression === node;
  return ts.isIndexedAccessTypeNode(parent) && parent.indexType === node;
}

/** The name of the member, where it is written. */
export function memberName(access: MemberAccess): string | undefined {
  if (ts.isPropertyAccessExpression(access)) return access.name.text;
  if (ts.isQualifiedName(access)) return access.right.text;
  const index = ts.isElementAccessExpression(access) ? access.argumentExpression : access.indexType;
  const literal = ts.isLiteralTypeNode(index) ? index.literal : index;
  return ts.isStringLiteralLike(literal) ? literal.text : undefined;
}

/** Whether a node hands the value or type inside of it on as it is. */
export function isCarriedBy(node: ts.Node, parent: ts.Node): boolean {
  if (ts.isConditionalExpression(parent)) return parent.condition !== node;
  if (ts.isConditionalTypeNode(parent)) return parent.trueType === node || parent.falseType === node;
  // The member that was accessed; the string in an access stands for the member where it is a reference to it.
  if (ts.isPropertyAccessExpression(parent)) return parent.name === node;
  if (ts.isQualifiedName(parent)) return parent.right === node;
  if (ts.isTypeReferenceNode(parent)) return parent.typeName === node;
  if (ts.isExpressionWithTypeArguments(parent)) return parent.expression === node;
  if (ts.isTypeOperatorNode(parent)) return parent.operator === ts.SyntaxKind.ReadonlyKeyword;
  return (
    ts.isParenthesizedExpression(parent) ||
    ts.isAsExpression(parent) ||
    ts.isSatisfiesExpression(parent) ||
    ts.isTypeAssertionExpression(parent) ||
    ts.isNonNullExpression(parent) ||
    ts.isArrayLiteralExpression(parent) ||
    ts.isSpreadElement(parent) ||
    ts.isLiteralTypeNode(parent) ||
    ts.isParenthesizedTypeNode(parent) ||
    ts.isUnionTypeNode(parent) ||
    ts.isArrayTypeNode(parent) ||
    ts.isTupleTypeNode(parent) ||
    ts.isNamedTupleMember(parent) ||
    ts.isRestTypeNode(parent) ||
    ts.isOptionalTypeNode(parent) ||
    ts.isTypeQueryNode(parent)
  );
}

/** Whether the node is the value or type that a declaration gives its name. */
export function isValueOrTypeOf(parent: ts.Node, node: ts.Node): parent is ts.NamedDeclaration {
  if (ts.isTypeAliasDeclaration(parent)) return parent.type === node;
  if (ts.isTypeParameterDeclaration(parent)) return parent.constraint === node || parent.default === node;
  if (ts.isEnumMember(parent)) return parent.initializer === node;
  if (ts.isPropertySignature(parent)) return parent.type === node;
  const isTyped =
    ts.isVariableDeclaration(parent) || ts.isParameter(parent) || ts.isPropertyDeclaration(parent);
  return isTyped && (parent.initializer === node || parent.type === node);
}

/** Whether the node is the name of a declaration: no use of it. */
export function isDeclared(node: ts.Node): boolean {
  const { parent } = node;
  if (
    parent === undefined ||
    ts.isPropertyAccessExpression(parent) ||
    ts.isShorthandPropertyAssignment(parent)
  )
    return false;
  return "name" in parent && parent.name === node;
}

/** Imports and exports: what they lead to is among the references. */
export function isModuleName(parent: ts.Node): boolean {
  return (
    ts.isImportSpecifier(parent) ||
    ts.isExportSpecifier(parent) ||
    ts.isImportClause(parent) ||
    ts.isNamespaceImport(parent) ||
    ts.isExportAssignment(parent)
  );
}

/** `Pick` and `Omit`, which take keys. */
export function isKeyPicker(name: ts.Node | undefined): boolean {
  return name !== undefined && ["Pick", "Omit"].includes(name.getText());
}

export function typeParametersOf(declaration: ts.Declaration): readonly ts.TypeParameterDeclaration[] {
  const { typeParameters } = declaration as { typeParameters?: ts.NodeArray<ts.TypeParameterDeclaration> };
  return typeParameters ?? [];
}

export function propertyName(name: ts.PropertyName): string | undefined {
  return ts.isIdentifier(name) || ts.isStringLiteralLike(name) ? name.text : undefined;
}
