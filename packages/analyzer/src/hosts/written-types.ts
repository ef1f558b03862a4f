/** Reads types as they are written: the same for every compiler. */
import type ts from "typescript";
import type { Declaration, Node, WrittenType } from "../compiler-host.js";
import type { SyntaxApi } from "./syntax.js";

interface Answers {
  /** The first declaration of what a name stands for, behind imports. */
  readonly declarationOf: (name: ts.Node) => ts.Node | undefined;
  readonly describe: (declaration: ts.Node) => Declaration | undefined;
  readonly originOf: (declaration: ts.Node) => Declaration["origin"];
}

export function writtenTypeReader(ts: SyntaxApi, answers: Answers) {
  /** Undefined where neither the type nor a part of it names an alias or an enum. */
  function read(node: ts.TypeNode): WrittenType | undefined {
    const written = readNode(node, []);
    return namesAnything(written) ? written : undefined;
  }

  /** @param open aliases that are being read: they may be recursive */
  function readNode(at: ts.TypeNode, open: readonly ts.Node[]): WrittenType {
    const names: Declaration[] = [];
    const behind = [...open];
    let inner = bare(at);
    let declaration = referenced(inner);
    while (declaration && !behind.includes(declaration)) {
      const alias = ts.isTypeAliasDeclaration(declaration) && !declaration.typeParameters && declaration;
      const name = alias || ts.isEnumDeclaration(declaration) ? answers.describe(declaration) : undefined;
      if (name) names.push(name);
      if (!alias) break;
      behind.push(alias);
      inner = bare(alias.type);
      declaration = referenced(inner);
    }
    return {
      node: at as unknown as Node,
      names,
      parts: partsOf(inner, declaration).map((part) => readNode(part, behind)),
    };
  }

  function referenced(node: ts.TypeNode): ts.Node | undefined {
    return ts.isTypeReferenceNode(node) ? answers.declarationOf(node.typeName) : undefined;
  }

  function partsOf(node: ts.TypeNode, declaration: ts.Node | undefined): readonly ts.TypeNode[] {
    if (ts.isArrayTypeNode(node)) return [node.elementType];
    if (ts.isTupleTypeNode(node)) return node.elements.map(elementOf);
    if (ts.isUnionTypeNode(node)) return node.types.filter((type) => !isUndefined(type));
    const isOfLibrary = declaration !== undefined && answers.originOf(declaration) === "lib";
    return ts.isTypeReferenceNode(node) && isOfLibrary ? (node.typeArguments ?? []) : [];
  }

  /** The type of an element of a tuple, without its name and question mark; of a rest, the type of each. */
  function elementOf(node: ts.TypeNode): ts.TypeNode {
    const element = ts.isNamedTupleMember(node) || ts.isOptionalTypeNode(node) ? node.type : node;
    const isRest = ts.isRestTypeNode(node) || (ts.isNamedTupleMember(node) && node.dotDotDotToken);
    const type = ts.isRestTypeNode(element) ? element.type : element;
    return isRest && ts.isArrayTypeNode(type) ? type.elementType : type;
  }

  /** Without parentheses, `readonly` and `| undefined`. */
  function bare(node: ts.TypeNode): ts.TypeNode {
    let inner = node;
    for (;;) {
      const isReadonly = ts.isTypeOperatorNode(inner) && inner.operator === ts.SyntaxKind.ReadonlyKeyword;
      const members: readonly ts.TypeNode[] = ts.isUnionTypeNode(inner) ? partsOf(inner, undefined) : [];
      const [only] = members;
      if (ts.isParenthesizedTypeNode(inner) || isReadonly) inner = (inner as ts.ParenthesizedTypeNode).type;
      else if (members.length === 1 && only) inner = only;
      else return inner;
    }
  }

  function isUndefined(node: ts.TypeNode): boolean {
    return node.kind === ts.SyntaxKind.UndefinedKeyword;
  }

  return { read };
}

function namesAnything(written: WrittenType): boolean {
  return written.names.length > 0 || written.parts.some(namesAnything);
}
