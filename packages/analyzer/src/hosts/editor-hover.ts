import type ts from "typescript";
import type { Node } from "../compiler-host.js";
import { describeSubject } from "../describe.js";
import { code, type Documentation } from "../documentation.js";
import { type Subject, subjectAt } from "../subject.js";
import { type AnalyzedProgram, nodeAt, spanOf, spanOfNode } from "./analyzed-program.js";

/** The dataset, task or pipeline that is named at a position. */
export function subjectAtPosition(
  { ts, host, analysis }: AnalyzedProgram,
  file: ts.SourceFile,
  position: number,
): Subject | undefined {
  const node = nodeAt(ts, file, position);
  const outer = ts.isLiteralTypeNode(node.parent) ? node.parent.parent : undefined;
  const isReference = outer && (ts.isTypeReferenceNode(outer) || ts.isExpressionWithTypeArguments(outer));
  const reference = isReference ? outer : undefined;
  return subjectAt(host, analysis, node as unknown as Node, reference as unknown as Node | undefined);
}

/**
 * What TypeScript says of a name, and what its dataset, task or pipeline is.
 *
 * @param found TypeScript's answer; it has none for strings
 * @param hasLinks the editor takes parts of text that lead somewhere
 * @returns undefined where Glacier has nothing to add
 */
export function hover(
  analyzed: AnalyzedProgram,
  file: ts.SourceFile,
  position: number,
  found: ts.QuickInfo | undefined,
  hasLinks: boolean,
): ts.QuickInfo | undefined {
  const start = found?.textSpan.start ?? position;
  const subject = subjectAtPosition(analyzed, file, start);
  const documentation = subject && describeSubject(analyzed.analysis, subject);
  if (!documentation) return undefined;
  const answer = found ?? stringInfo(analyzed, file, position, subject);
  const before = answer.documentation ?? [];
  const separator = before.length > 0 ? [{ kind: "text", text: "\n\n" }] : [];
  const parts = displayParts(analyzed, documentation, hasLinks);
  return { ...answer, documentation: [...before, ...separator, ...parts] };
}

/** Documentation as parts of text; a name that leads somewhere is a `{@linkcode}` as in a doc comment. */
export function displayParts(
  analyzed: AnalyzedProgram,
  documentation: Documentation,
  hasLinks: boolean,
): ts.SymbolDisplayPart[] {
  return documentation.flatMap((part) => {
    if (typeof part === "string") return [{ kind: "text", text: part }];
    const target = hasLinks ? spanOf(analyzed, part.location) : undefined;
    if (!target) return [{ kind: "text", text: code(part.name) }];
    const name: ts.JSDocLinkDisplayPart = { kind: "linkName", text: part.name, target };
    return [{ kind: "link", text: "{@linkcode " }, name, { kind: "link", text: "}" }];
  });
}

/** The name of a dataset or pipeline as a string. */
function stringInfo(
  { ts }: AnalyzedProgram,
  file: ts.SourceFile,
  position: number,
  subject: Subject,
): ts.QuickInfo {
  const node = nodeAt(ts, file, position);
  return {
    kind: ts.ScriptElementKind.string,
    kindModifiers: "",
    textSpan: spanOfNode(node, file),
    displayParts: [{ kind: "text", text: `(${subject.kind}) ${node.getText(file)}` }],
  };
}
