import { codeOf, type Diagnostic, type Location } from "@glacier-ts/core";
import type { Node } from "../compiler-host.js";
import type { Fix, FixContext, Fixer } from "./fix.js";

/** Exports the task or pipeline that a worker could not find. */
export const exportTask: Fixer = (diagnostic, context) => {
  const declaration = unexportedDeclaration(diagnostic, context);
  const place = declaration && context.editing.exportPlace(declaration.node);
  return place ? [exportAt(place, declaration.name)] : [];
};

function exportAt(place: Location, name: string): Fix {
  return {
    name: "exportTask",
    title: `Export '${name}'`,
    edits: [{ at: place, text: "export " }],
    imports: [],
    titleForAll: "Export all tasks and pipelines of this file",
  };
}

/** What is reported is a declaration that is not exported, or the name of one as an element of `tasks`. */
function unexportedDeclaration(
  { location, code }: Diagnostic,
  { host, editing }: FixContext,
): { node: Node; name: string } | undefined {
  const node = location && editing.nodeAt(location);
  const symbol = node && host.symbolAt(node);
  const declaration = symbol && host.declarationOf(symbol);
  if (!symbol || declaration?.origin !== "project" || declaration.exportPath !== undefined) return undefined;
  const isReported = code === codeOf("notExported") || host.signatures(host.typeOf(symbol)).length > 0;
  return isReported ? declaration : undefined;
}
