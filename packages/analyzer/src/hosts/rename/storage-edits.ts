/** Paths and prefixes of a dataset's storage that are named after it. */
import { type Diagnostic, type JsonObject, report } from "@glacier-ts/core";
import ts from "typescript";
import type { DatasetFacts } from "../../model.js";
import type { TextEdit } from "../wire-text.js";
import type { CoreTypes } from "./core-types.js";
import type { EditedProgram } from "./edited-program.js";

export interface StorageRename {
  readonly edits: readonly (readonly [file: string, edit: TextEdit])[];
  /** GLA4030 for each option that changes. */
  readonly warnings: readonly Diagnostic[];
  /** The dataset's storage afterwards; undefined where it has none. */
  readonly storage: JsonObject | undefined;
}

/** Renames the segments of `path` and `prefix` that are the dataset's name, where they are written. */
export function renameStorage(
  program: EditedProgram,
  core: CoreTypes,
  declarations: readonly DatasetFacts[],
  names: { readonly from: string; readonly to: string },
): StorageRename {
  const edits = new Map<string, readonly [string, TextEdit]>();
  const warnings: Diagnostic[] = [];
  let storage: JsonObject | undefined;
  for (const { options } of declarations) {
    const before = options.value.storage as JsonObject | undefined;
    if (!before) continue;
    let after = before;
    // What is inside of an installed package is not the project's to rename.
    const renamed = before.package === undefined ? ["path", "prefix"] : [];
    for (const option of renamed) {
      const value = before[option];
      const location = options.locations.get(`storage.${option}`);
      if (typeof value !== "string" || !location) continue;
      const file = program.resolve(location.file);
      const node = program.nodeAt(file, location.start ?? 0, location.length ?? 0);
      const texts = node ? writtenTexts(program, core, node) : [];
      let isChanged = false;
      for (const { source, start, end, isWhole } of texts) {
        const text = source.text.slice(start, end);
        const changed = renameSegments(text, names.from, names.to, isWhole);
        if (changed === text) continue;
        isChanged = true;
        edits.set(`${start} ${source.fileName}`, [source.fileName, { start, end, text: changed }]);
      }
      if (!isChanged) continue;
      const changed = renameSegments(value, names.from, names.to, { first: true, last: true });
      after = { ...after, [option]: changed };
      const details = { dataset: names.from, option, before: value, after: changed };
      warnings.push(report("storageRenamed", details, location));
    }
    storage = after;
  }
  return { edits: [...edits.values()], warnings, storage };
}

/** A text of a literal, without quotes; whether its first and last segments are whole. */
interface WrittenText {
  readonly source: ts.SourceFile;
  readonly start: number;
  readonly end: number;
  readonly isWhole: Ends;
}

interface Ends {
  readonly first: boolean;
  readonly last: boolean;
}

/** The texts of a string literal or template, also of a constant that is used here only. */
function writtenTexts(program: EditedProgram, core: CoreTypes, node: ts.Node): readonly WrittenText[] {
  let value = node;
  for (;;) {
    const inner = withoutAssertions(value);
    const source = inner.getSourceFile();
    const text = (part: ts.Node, open: number, close: number, isWhole: Ends) => ({
      source,
      start: part.getStart(source) + open,
      end: part.end - close,
      isWhole,
    });
    if (ts.isStringLiteralLike(inner)) return [text(inner, 1, 1, { first: true, last: true })];
    if (ts.isTemplateExpression(inner)) {
      return [
        text(inner.head, 1, 2, { first: true, last: false }),
        ...inner.templateSpans.map(({ literal }) => {
          const isTail = ts.isTemplateTail(literal);
          return text(literal, 1, isTail ? 1 : 2, { first: false, last: isTail });
        }),
      ];
    }
    if (!ts.isIdentifier(inner)) return [];
    const [declaration] = core.declarationsOf(inner);
    if (!declaration || !ts.isVariableDeclaration(declaration) || !declaration.initializer) return [];
    const uses = program
      .references(declaration.name)
      .filter(
        ({ parent }) =>
          parent !== declaration && !ts.isImportSpecifier(parent) && !ts.isExportSpecifier(parent),
      );
    if (uses.length !== 1) return [];
    value = declaration.initializer;
  }
}

function withoutAssertions(node: ts.Node): ts.Node {
  let inner = node;
  while (
    ts.isParenthesizedExpression(inner) ||
    ts.isAsExpression(inner) ||
    ts.isSatisfiesExpression(inner) ||
    ts.isTypeAssertionExpression(inner)
  ) {
    inner = inner.expression;
  }
  return inner;
}

/** `clean_users/` and `data/clean_users.parquet`: segments that are the name, or the name and an ending. */
function renameSegments(text: string, from: string, to: string, { first, last }: Ends): string {
  const segments = text.split("/");
  return segments
    .map((segment, index) => {
      const isCut = (index === 0 && !first) || (index === segments.length - 1 && !last);
      if (isCut) return segment;
      if (segment === from) return to;
      const isFile = segment.startsWith(`${from}.`) && index === segments.length - 1;
      return isFile ? to + segment.slice(from.length) : segment;
    })
    .join("/");
}
