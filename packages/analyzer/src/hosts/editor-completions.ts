import path from "node:path";
import type ts from "typescript";
import type { Node } from "../compiler-host.js";
import { datasetsFor, type FittingDatasets } from "../complete.js";
import { type DatasetChoice, writeDataset } from "../dataset-choices.js";
import { describeSubject } from "../describe.js";
import type { Documentation } from "../documentation.js";
import type { EditingHost } from "../editing-host.js";
import type { AnalyzedProgram } from "./analyzed-program.js";
import { displayParts } from "./editor-hover.js";
import { type EditorRequest, importEdits } from "./import-edits.js";
import type { TypeSlot } from "./type-slot.js";
import { typescript6Editing } from "./typescript6-editing.js";

/** The source of completions that TypeScript does not have, which the editor gives back when it asks for details. */
const ownSource = "@glacier-ts/plugin";

/** TypeScript's own orders are 10 to 18. */
const firstOrder = "0";
const lastOrder = "z";

/**
 * What TypeScript completes, with the datasets that fit first and those that do not last; and those that have a value
 * but no type of their own, which TypeScript does not know as types.
 *
 * @param found TypeScript's answer, with symbols
 */
export function completions(
  analyzed: AnalyzedProgram,
  file: ts.SourceFile,
  slot: TypeSlot,
  found: ts.WithMetadata<ts.CompletionInfo>,
): ts.WithMetadata<ts.CompletionInfo> {
  const editing = typescript6Editing(analyzed.ts, analyzed.program, analyzed.root);
  const datasets = datasetsAt(analyzed, editing, slot);
  if (!datasets) return found;
  const { fitting, unfitting } = datasets;
  const bySymbol = new Map<ts.Symbol | undefined, { choice: DatasetChoice; order: string | undefined }>();
  for (const choice of unfitting) bySymbol.set(symbolOf(analyzed, choice), { choice, order: undefined });
  fitting.forEach((choice, index) => {
    bySymbol.set(symbolOf(analyzed, choice), { choice, order: orderOf(index) });
  });
  const entries = found.entries.map((entry) => {
    const known = entry.symbol && bySymbol.get(targetOf(analyzed, entry.symbol));
    if (!known || known.choice.maker) return entry;
    const { hasAction, ...rest } = entry;
    const described = { ...rest, labelDetails: labelOf(known.choice, entry) };
    // Editors put what has an action behind everything else; they ask for the import all the same.
    return known.order === undefined
      ? { ...described, ...(hasAction && { hasAction }), sortText: `${lastOrder}${entry.sortText}` }
      : { ...described, sortText: known.order };
  });
  const name = pathOf(analyzed, file);
  const added = fitting.flatMap((choice, index): ts.CompletionEntry[] => {
    const written = choice.maker && writeDataset(editing, name, choice);
    if (!written) return [];
    const { typeElement: kind } = analyzed.ts.ScriptElementKind;
    const labelDetails = { description: choice.dataset };
    return [{ name: written.text, kind, sortText: orderOf(index), source: ownSource, labelDetails }];
  });
  return { ...found, entries: [...entries, ...added] };
}

/** What is completed beyond TypeScript, with the imports that it needs; undefined for what TypeScript has itself. */
export function ownCompletionDetails(
  analyzed: AnalyzedProgram,
  file: ts.SourceFile,
  slot: TypeSlot,
  { name, source }: { readonly name: string; readonly source: string | undefined },
  request: EditorRequest,
  hasLinks: boolean,
): ts.CompletionEntryDetails | undefined {
  if (source !== ownSource) return undefined;
  const editing = typescript6Editing(analyzed.ts, analyzed.program, analyzed.root);
  for (const choice of datasetsAt(analyzed, editing, slot)?.fitting ?? []) {
    const written = choice.maker && writeDataset(editing, pathOf(analyzed, file), choice);
    if (written?.text !== name) continue;
    const changes = [...importEdits(analyzed, written.imports, request)];
    return {
      name,
      kind: analyzed.ts.ScriptElementKind.typeElement,
      kindModifiers: "",
      displayParts: [{ kind: "text", text: name }],
      documentation: displayParts(analyzed, documentationOf(analyzed, choice), hasLinks),
      source: [{ kind: "text", text: ownSource }],
      ...(changes.length > 0 && { codeActions: [{ description: "Add the imports", changes }] }),
    };
  }
  return undefined;
}

/** Adds to the details of TypeScript's own completion what its dataset is. */
export function describedCompletion(
  analyzed: AnalyzedProgram,
  slot: TypeSlot,
  symbol: ts.Symbol,
  found: ts.CompletionEntryDetails,
  hasLinks: boolean,
): ts.CompletionEntryDetails {
  const editing = typescript6Editing(analyzed.ts, analyzed.program, analyzed.root);
  const { fitting = [], unfitting = [] } = datasetsAt(analyzed, editing, slot) ?? {};
  const target = targetOf(analyzed, symbol);
  const choice = [...fitting, ...unfitting].find((one) => symbolOf(analyzed, one) === target);
  if (!choice) return found;
  const before = found.documentation ?? [];
  const separator = before.length > 0 ? [{ kind: "text", text: "\n\n" }] : [];
  const parts = displayParts(analyzed, documentationOf(analyzed, choice), hasLinks);
  return { ...found, documentation: [...before, ...separator, ...parts] };
}

function datasetsAt(
  { host, analysis }: AnalyzedProgram,
  editing: EditingHost,
  slot: TypeSlot,
): FittingDatasets | undefined {
  const place = {
    ...slot,
    function: slot.function as unknown as Node,
    call: slot.call as unknown as Node | undefined,
  };
  return datasetsFor(host, editing, analysis, place);
}

function documentationOf({ analysis }: AnalyzedProgram, { dataset }: DatasetChoice): Documentation {
  return describeSubject(analysis, { kind: "dataset", name: dataset }) ?? [];
}

function symbolOf({ ts, program }: AnalyzedProgram, { declaration }: DatasetChoice): ts.Symbol | undefined {
  const name = ts.getNameOfDeclaration(declaration as unknown as ts.Declaration);
  return name && program.getTypeChecker().getSymbolAtLocation(name);
}

/** What a symbol stands for: behind imports, and the one that the module exports. */
function targetOf({ ts, program }: AnalyzedProgram, symbol: ts.Symbol): ts.Symbol {
  const checker = program.getTypeChecker();
  const isAlias = (symbol.flags & ts.SymbolFlags.Alias) !== 0;
  return isAlias ? checker.getAliasedSymbol(symbol) : checker.getExportSymbolOfSymbol(symbol);
}

function pathOf({ root }: AnalyzedProgram, file: ts.SourceFile): string {
  return path.relative(root, file.fileName).split(path.sep).join("/");
}

function orderOf(index: number): string {
  return `${firstOrder}${String(index).padStart(5, "0")}`;
}

/** Beside the name of a type: its dataset, and where it is imported from. */
function labelOf({ dataset }: DatasetChoice, entry: ts.CompletionEntry): ts.CompletionEntryLabelDetails {
  const from = entry.sourceDisplay?.map(({ text }) => text).join("");
  return { ...entry.labelDetails, description: from === undefined ? dataset : `${dataset}, from ${from}` };
}
