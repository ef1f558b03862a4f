/** Places of the source that take the type of a parameter, or a return type. */
import type ts from "typescript";

export interface TypeSlot {
  /** The position of the parameter whose type it is; undefined for the return type. */
  readonly parameter: number | undefined;
  readonly function: ts.SignatureDeclaration;
  /** The call that the function is an argument of. */
  readonly call: ts.CallExpression | undefined;
  /** The type is the whole of what is taken or returned, or what a promise is of; else it is a part of it. */
  readonly isWhole: boolean;
}

/** The slot that is being written at a position, from syntax alone; undefined at other places. */
export function typeSlotAt(
  typescript: typeof import("typescript"),
  file: ts.SourceFile,
  position: number,
): TypeSlot | undefined {
  let start = position;
  while (start > 0 && /[\p{ID_Continue}$]/u.test(file.text.charAt(start - 1))) start--;
  const isBlank = (from: number, to: number) => file.text.slice(from, to).trim() === "";
  // A type that is still missing ends before the spaces that the cursor is behind.
  const isIn = (node: ts.Node) =>
    node.pos <= start && (start < node.end || (isBlank(node.pos, node.end) && isBlank(node.end, start)));
  for (const fn of functionsAround(typescript, file, start)) {
    const { parent } = fn;
    const isArgument = typescript.isCallExpression(parent) && parent.expression !== fn;
    const common = { function: fn, call: isArgument ? parent : undefined };
    const index = fn.parameters.findIndex(({ type }) => type && isIn(type));
    const parameter = index < 0 ? undefined : index;
    const type = fn.parameters[index]?.type ?? fn.type;
    if (!type || !isIn(type)) continue;
    const isWhole = isWholeType(typescript, type, { start, isIn }, parameter === undefined);
    return isWhole === undefined ? undefined : { parameter, isWhole, ...common };
  }
  return undefined;
}

/** Functions that a position is in, the innermost first. */
function functionsAround(
  typescript: typeof import("typescript"),
  file: ts.SourceFile,
  position: number,
): readonly ts.SignatureDeclaration[] {
  const found: ts.SignatureDeclaration[] = [];
  let node: ts.Node | undefined = file;
  while (node) {
    if (
      typescript.isFunctionDeclaration(node) ||
      typescript.isFunctionExpression(node) ||
      typescript.isArrowFunction(node) ||
      typescript.isMethodDeclaration(node)
    ) {
      found.unshift(node);
    }
    // The last one: where something is missing, two nodes may meet at the position.
    let inner: ts.Node | undefined;
    typescript.forEachChild(node, (child) => {
      if (child.pos <= position && position <= child.end) inner = child;
    });
    node = inner;
  }
  return found;
}

/**
 * Whether a type inside of another one is the whole of it: a member of a union, in parentheses, what a promise is of; a
 * part of it as an element or a property.
 *
 * @returns undefined where a dataset does not belong there
 */
function isWholeType(
  typescript: typeof import("typescript"),
  outer: ts.TypeNode,
  { start, isIn }: Cursor,
  isReturn: boolean,
): boolean | undefined {
  let type = outer;
  let isWhole = true;
  for (;;) {
    const inner = childTypes(typescript, type, isReturn).find((child) => isIn(child.type));
    if (!inner) break;
    isWhole &&= inner.isWhole;
    type = inner.type;
  }
  if (isReturn && isPromise(typescript, type) && type.typeArguments?.length === 0) {
    const { pos, end } = type.typeArguments;
    if (pos <= start && start <= end) return isWhole;
  }
  // Before its first token nothing is written yet: `(): { … }` that lacks its return type has a body that looks like one.
  const isName = typescript.isTypeReferenceNode(type) && isIn(type.typeName);
  return isName || typescript.isToken(type) || start <= type.getStart() ? isWhole : undefined;
}

/** Where a name is being written. */
interface Cursor {
  /** The start of what is written of the name already. */
  readonly start: number;
  readonly isIn: (node: ts.Node) => boolean;
}

interface ChildType {
  readonly type: ts.TypeNode;
  readonly isWhole: boolean;
}

function childTypes(
  typescript: typeof import("typescript"),
  type: ts.TypeNode,
  isReturn: boolean,
): readonly ChildType[] {
  const whole = (of: readonly ts.TypeNode[]) => of.map((child) => ({ type: child, isWhole: true }));
  const parts = (of: readonly ts.TypeNode[]) => of.map((child) => ({ type: child, isWhole: false }));
  if (typescript.isUnionTypeNode(type)) return whole(type.types);
  if (typescript.isParenthesizedTypeNode(type)) return whole([type.type]);
  if (!isReturn) return [];
  if (typescript.isTypeReferenceNode(type)) {
    return isPromise(typescript, type) ? whole(type.typeArguments ?? []) : [];
  }
  if (typescript.isTupleTypeNode(type)) {
    return parts(
      type.elements.map((element) => (typescript.isNamedTupleMember(element) ? element.type : element)),
    );
  }
  if (typescript.isTypeLiteralNode(type)) {
    return parts(
      type.members.flatMap((member) => (typescript.isPropertySignature(member) ? (member.type ?? []) : [])),
    );
  }
  return [];
}

function isPromise(typescript: typeof import("typescript"), type: ts.TypeNode): type is ts.TypeReferenceNode {
  if (!typescript.isTypeReferenceNode(type)) return false;
  return typescript.isIdentifier(type.typeName) && type.typeName.text === "Promise";
}
