/** The wiring in the text of a source file, for a compiler whose emit takes no transformers. */
import path from "node:path";
import type ts from "typescript";
import type { FileFacts } from "../model.js";
import type { EditedText } from "./source-map.js";
import type { SyntaxApi } from "./syntax.js";
import { applyEdits, type PipelineExpressions, type TextEdit, wiringEdits } from "./wire-text.js";
import { specifier } from "./wiring.js";

/** What a file is wired to. */
export interface WiringPaths {
  /** The project's folder, absolute. */
  readonly root: string;
  /** Absolute. */
  readonly manifestFile: string;
  /** Where the JavaScript of a source file is written, absolute. */
  readonly outputFile: (fileName: string) => string;
}

/** Writes the wiring into the text of a file. Lines stay where they are. */
export function wireText(
  api: SyntaxApi,
  source: ts.SourceFile,
  { calls }: FileFacts,
  isCommonJs: boolean,
  { root, manifestFile, outputFile }: WiringPaths,
): EditedText {
  const from = path.dirname(outputFile(source.fileName));
  const manifestPath = JSON.stringify(specifier(from, manifestFile));
  const rootPath = `${specifier(from, root)}/`;
  const name = unusedName(source.text, "glacierManifest");
  const expressions: PipelineExpressions = isCommonJs
    ? { manifest: `require(${manifestPath})`, root: `__dirname + ${JSON.stringify(`/${rootPath}`)}` }
    : { manifest: name, root: `new URL(${JSON.stringify(rootPath)}, import.meta.url).href` };
  const edits = [...wiringEdits(api, source, calls, expressions)];
  if (!isCommonJs && calls.some(({ wiring }) => wiring?.kind === "pipeline")) {
    edits.push(importEdit(api, source, `import ${name} from ${manifestPath} with { type: "json" };`));
  }
  return { original: source.text, text: applyEdits(source.text, edits), edits };
}

/** After the imports, so that what the file begins with stays at its beginning. */
function importEdit(api: SyntaxApi, source: ts.SourceFile, statement: string): TextEdit {
  const imports = source.statements.filter((other) => api.isImportDeclaration(other));
  const last = imports.at(-1);
  const start = last?.end ?? source.statements[0]?.getStart(source) ?? 0;
  const isEnded = last === undefined || source.text[start - 1] === ";";
  return { start, end: start, text: `${isEnded ? " " : "; "}${statement} ` };
}

function unusedName(text: string, base: string): string {
  for (let number = 1; ; number++) {
    const name = `${base}_${number}`;
    if (!text.includes(name)) return name;
  }
}
