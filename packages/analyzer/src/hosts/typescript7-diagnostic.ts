import path from "node:path";
import type { Diagnostic, Location } from "@glacier-ts/core";
import type { Diagnostic as Diagnostic7 } from "typescript7/sync";

/** DiagnosticCategory.Error of TypeScript 7. */
const errorCategory = 1;

/** What TypeScript 7 itself reports as a diagnostic: `TS` and its number, with the place relative to the root. */
export function fromTypescript7(diagnostic: Diagnostic7, root: string): Diagnostic {
  const location = locationOf(diagnostic, root);
  return {
    code: `TS${diagnostic.code}`,
    severity: diagnostic.category === errorCategory ? "error" : "warning",
    message: textOf(diagnostic),
    ...(location && { location }),
    related: (diagnostic.relatedInformation ?? []).map((item) => {
      const related = locationOf(item, root);
      return { message: textOf(item), ...(related && { location: related }) };
    }),
  };
}

export function isError({ category }: Diagnostic7): boolean {
  return category === errorCategory;
}

/** The message and those that explain it, each step of them indented. */
export function textOf({ text, messageChain = [] }: Diagnostic7, depth = 0): string {
  const explained = messageChain.map((message) => textOf(message, depth + 1));
  return ["  ".repeat(depth) + text, ...explained].join("\n");
}

function locationOf({ fileName, pos, end, startPosition }: Diagnostic7, root: string): Location | undefined {
  if (fileName === undefined || !startPosition) return undefined;
  return {
    file: path.relative(root, fileName).split(path.sep).join("/"),
    line: startPosition.line + 1,
    column: startPosition.character + 1,
    start: pos,
    length: end - pos,
  };
}
