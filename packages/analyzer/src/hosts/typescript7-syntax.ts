/** The trees of TypeScript 7 by the names of TypeScript 6. */
import type * as Ast from "typescript7/ast";
import type { SyntaxApi } from "./syntax.js";

/** @param ast the module `typescript/ast` of TypeScript 7 */
export function typescript7SyntaxApi(ast: typeof Ast): SyntaxApi {
  const { SyntaxKind } = ast;
  const isOneOf = (kinds: readonly number[]) => (node: Ast.Node) => kinds.includes(node.kind);
  const members = [SyntaxKind.MethodDeclaration, SyntaxKind.GetAccessor, SyntaxKind.SetAccessor].map(Number);
  const api: Readonly<Record<keyof SyntaxApi, unknown>> = {
    ...ast,
    canHaveModifiers: () => true,
    getModifiers: (node: Ast.Node & { readonly modifiers?: readonly Ast.Node[] }) => node.modifiers,
    forEachChild: <T>(node: Ast.Node, visit: (child: Ast.Node) => T) => node.forEachChild(visit),
    isStringLiteralLike: isOneOf([SyntaxKind.StringLiteral, SyntaxKind.NoSubstitutionTemplateLiteral]),
    isTypeAssertionExpression: ast.isTypeAssertion,
    isPropertySignature: ast.isPropertySignatureDeclaration,
    isMethodSignature: ast.isMethodSignatureDeclaration,
    isParameter: ast.isParameterDeclaration,
    isClassLike: (node: Ast.Node) => ast.isClassDeclaration(node) || ast.isClassExpression(node),
    isClassElement: isOneOf([
      ...members,
      SyntaxKind.Constructor,
      SyntaxKind.PropertyDeclaration,
      SyntaxKind.IndexSignature,
      SyntaxKind.ClassStaticBlockDeclaration,
      SyntaxKind.SemicolonClassElement,
    ]),
    isTypeElement: isOneOf([
      SyntaxKind.ConstructSignature,
      SyntaxKind.CallSignature,
      SyntaxKind.PropertySignature,
      SyntaxKind.MethodSignature,
      SyntaxKind.IndexSignature,
      SyntaxKind.GetAccessor,
      SyntaxKind.SetAccessor,
    ]),
  };
  return api as unknown as SyntaxApi;
}
