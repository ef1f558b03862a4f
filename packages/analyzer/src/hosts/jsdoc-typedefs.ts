import type ts from "typescript";

/** The compiler keeps doc comments at the nodes that they stand before. */
interface Documented extends ts.Node {
  readonly jsDoc?: readonly ts.JSDoc[];
}

/** A type that JavaScript declares in a comment, `@typedef {…} Users`, with the name that it declares. */
export interface JsdocTypedef {
  readonly node: ts.JSDocTypedefTag;
  readonly name: ts.Identifier;
}

/**
 * The types without type parameters that comments at the top of a JavaScript file declare. For TypeScript 7 these are
 * statements like any others.
 */
export function jsdocTypedefs(
  typescript: typeof import("typescript"),
  source: ts.SourceFile,
): readonly JsdocTypedef[] {
  if (!/\.[cm]?jsx?$/.test(source.fileName)) return [];
  return [...source.statements, source.endOfFileToken]
    .flatMap((node) => (node as Documented).jsDoc ?? [])
    .map(({ tags }) => [...(tags ?? [])])
    .filter((tags) => !tags.some(typescript.isJSDocTemplateTag))
    .flatMap((tags) => tags.filter(typescript.isJSDocTypedefTag))
    .flatMap((node) => (node.name ? [{ node, name: node.name }] : []));
}
