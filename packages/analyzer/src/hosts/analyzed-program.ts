import path from "node:path";
import type { Location } from "@glacier-ts/core";
import type ts from "typescript";
import type { ProgramAnalysis } from "../analyze.js";
import type { CompilerHost } from "../compiler-host.js";

/** A program of an editor, analysed: what hovering, navigation, completion and quick fixes answer from. */
export interface AnalyzedProgram {
  readonly ts: typeof import("typescript");
  readonly program: ts.Program;
  /** The project's folder, absolute. */
  readonly root: string;
  readonly host: CompilerHost;
  readonly analysis: ProgramAnalysis;
}

/** Where a location is, as an editor takes it; undefined where its file is not in the program. */
export function spanOf(
  { program, root }: AnalyzedProgram,
  { file, start = 0, length = 0 }: Location,
): ts.DocumentSpan | undefined {
  const source = program.getSourceFile(path.resolve(root, file));
  return source && { fileName: source.fileName, textSpan: { start, length } };
}

export function spanOfNode(node: ts.Node, file: ts.SourceFile): ts.TextSpan {
  const start = node.getStart(file);
  return { start, length: node.end - start };
}

/** The innermost node around a position. */
export function nodeAt(
  typescript: typeof import("typescript"),
  file: ts.SourceFile,
  position: number,
): ts.Node {
  let node: ts.Node = file;
  for (;;) {
    const inner: ts.Node | undefined = typescript.forEachChild(node, (child) =>
      child.getStart(file) <= position && position < child.end ? child : undefined,
    );
    if (!inner) return node;
    node = inner;
  }
}
