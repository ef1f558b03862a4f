/** What the analyzer knows of a file as insertions into its text, for hosts that do not compile with TypeScript's own emit. */
import type ts from "typescript";
import type { CallSite } from "../model.js";
import type { SyntaxApi } from "./syntax.js";

/** A change of a source text: what is between `start` and `end` becomes `text`. */
export interface TextEdit {
  /** Offset in UTF-16 code units. */
  readonly start: number;
  /** As `start` where nothing is replaced. */
  readonly end: number;
  /** One line: the lines of the source stay where they are. */
  readonly text: string;
}

/** What the wiring of a pipeline is made of: JavaScript expressions on one line. */
export interface PipelineExpressions {
  readonly manifest: string;
  readonly root: string;
  /** By the pipeline's id; absent where the manifest says enough. */
  readonly imports?: (pipeline: string) => string | undefined;
}

/** The text with edits, which are in no order and do not overlap. */
export function applyEdits(text: string, edits: readonly TextEdit[]): string {
  let edited = "";
  let position = 0;
  for (const { start, end, text: inserted } of edits.toSorted((a, b) => a.start - b.start)) {
    edited += text.slice(position, start) + inserted;
    position = end;
  }
  return edited + text.slice(position);
}

/**
 * The wiring as edits, in no order and without overlap: the same that `wiringTransformer` writes.
 *
 * @param calls of this file
 */
export function wiringEdits(
  ts: Pick<SyntaxApi, "isCallExpression">,
  source: ts.SourceFile,
  calls: readonly CallSite[],
  { manifest, root, imports }: PipelineExpressions,
): readonly TextEdit[] {
  const nodes = new Map(calls.map((site) => [site.node as unknown as ts.Node, site]));
  const edits: TextEdit[] = [];
  const marked = new Set<number>();
  for (const [node, { wiring }] of nodes) {
    if (!ts.isCallExpression(node)) continue;
    const start = node.getStart(source);
    if (!marked.has(start) && !beginsOtherCall(node, start)) {
      marked.add(start);
      edits.push({ start, end: start, text: "/* @__PURE__ */ " });
    }
    if (!wiring) continue;
    const last = node.arguments[wiring.position - 1];
    if (!last) continue;
    const id = `id: ${JSON.stringify(wiring.id)}`;
    const imported = wiring.kind === "pipeline" ? imports?.(wiring.id) : undefined;
    const more = imported === undefined ? "" : `, imports: ${imported}`;
    const value =
      wiring.kind === "task" ? `{ ${id} }` : `{ ${id}, manifest: ${manifest}, root: ${root}${more} }`;
    edits.push({ start: last.end, end: node.arguments.at(-1)?.end ?? last.end, text: `, ${value}` });
  }
  return edits;

  /** `pipeline({ … }).run()`: the comment would say of `run()` that it has no effect. */
  function beginsOtherCall(node: ts.Node, start: number): boolean {
    for (let at = node.parent; at && at.getStart(source) === start; at = at.parent) {
      if (ts.isCallExpression(at) && !nodes.has(at)) return true;
    }
    return false;
  }
}
