/** The types and constants that are named after a dataset: `RawUsers`, `rawUsers`. */
import { type Diagnostic, report } from "@glacier-ts/core";
import ts from "typescript";
import type { DatasetFacts } from "../../model.js";
import type { TextEdit } from "../wire-text.js";
import type { EditedProgram } from "./edited-program.js";
import { isIdentifier } from "./key-edits.js";
import { nodesOf } from "./nodes.js";

/** Edits by file, and what keeps them from being made. */
export interface SymbolRename {
  readonly edits: readonly (readonly [file: string, edit: TextEdit])[];
  readonly conflicts: readonly Diagnostic[];
  /** The new names by the old ones. */
  readonly identifiers: ReadonlyMap<string, string>;
}

/** Renames what declares a dataset and is named after it, wherever it is referred to. */
export function renameDeclarations(
  program: EditedProgram,
  declarations: readonly DatasetFacts[],
  names: { readonly from: string; readonly to: string },
): SymbolRename {
  const edits = new Map<string, readonly [string, TextEdit]>();
  const conflicts: Diagnostic[] = [];
  const identifiers = new Map<string, string>();
  for (const declaration of declarations) {
    const name = declaredName(program, declaration);
    const renamed = name && renamedIdentifier(name.text, names.from, names.to);
    if (!name || renamed === undefined || renamed === name.text) continue;
    identifiers.set(name.text, renamed);
    const places = renamePlaces(program, name);
    const conflict = findConflict(program, name, places, renamed);
    if (conflict) {
      conflicts.push(
        report("renameCollision", { identifier: renamed, renamed: name.text }, program.locate(conflict), [
          { message: `'${name.text}' is declared here`, location: program.locate(name) },
        ]),
      );
    }
    for (const place of places) {
      const file = place.getSourceFile().fileName;
      const isShorthand = ts.isShorthandPropertyAssignment(place.parent);
      const text = isShorthand ? `${name.text}: ${renamed}` : renamed;
      const start = place.getStart();
      edits.set(`${start} ${file}`, [file, { start, end: place.end, text }]);
    }
  }
  return { edits: [...edits.values()], conflicts, identifiers };
}

/** The new name of an identifier, where it is the dataset's in PascalCase, in camelCase or as it is. */
function renamedIdentifier(identifier: string, from: string, to: string): string | undefined {
  for (const style of [pascalCase, camelCase, (name: string) => name]) {
    if (identifier === style(from)) return isIdentifier(style(to)) ? style(to) : undefined;
  }
  return undefined;
}

function pascalCase(name: string): string {
  const words = name.split(/[^A-Za-z0-9]+/).filter((word) => word !== "");
  return words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join("");
}

function camelCase(name: string): string {
  const pascal = pascalCase(name);
  return pascal.charAt(0).toLowerCase() + pascal.slice(1);
}

/** The identifier of a type, or of the constant that `dataset(…)` is the value of. */
function declaredName(program: EditedProgram, { form, location }: DatasetFacts): ts.Identifier | undefined {
  const { start = 0, length = 0 } = location;
  const at = program.nodeAt(program.resolve(location.file), start, length);
  if (!at) return undefined;
  if (form === "type") return ts.isIdentifier(at) ? at : undefined;
  let value: ts.Node = at.parent;
  while (!ts.isVariableDeclaration(value)) {
    const { parent } = value;
    const isPart =
      ts.isCallExpression(parent) ||
      ts.isPropertyAccessExpression(parent) ||
      ts.isParenthesizedExpression(parent) ||
      ts.isAsExpression(parent) ||
      ts.isSatisfiesExpression(parent) ||
      (ts.isVariableDeclaration(parent) && parent.initializer === value);
    if (!isPart) return undefined;
    value = parent;
  }
  return ts.isIdentifier(value.name) ? value.name : undefined;
}

function renamePlaces(program: EditedProgram, name: ts.Identifier): readonly ts.Node[] {
  const { fileName } = name.getSourceFile();
  const found = program.service.findRenameLocations(fileName, name.getStart(), false, false, {
    providePrefixAndSuffixTextForRename: false,
  });
  return (found ?? []).flatMap(
    ({ fileName, textSpan }) => program.nodeAt(fileName, textSpan.start, textSpan.length) ?? [],
  );
}

/** A declaration that has the new name already, or a name that would from now on mean what is renamed. */
function findConflict(
  program: EditedProgram,
  name: ts.Identifier,
  places: readonly ts.Node[],
  renamed: string,
): ts.Node | undefined {
  const checker = program.program.getTypeChecker();
  const { Value, Type, Namespace, Alias } = ts.SymbolFlags;
  const meanings = Value | Type | Namespace | Alias;
  const files = new Set(places.map((place) => place.getSourceFile()));
  const isGlobal = (symbol: ts.Symbol) =>
    symbol.declarations?.every((declaration) => {
      const source = declaration.getSourceFile();
      return source.isDeclarationFile && !ts.isExternalModule(source);
    }) ?? true;
  for (const place of places) {
    const taken = checker.getSymbolsInScope(place, meanings).find((symbol) => symbol.name === renamed);
    if (taken && !isGlobal(taken)) return taken.declarations?.[0] && nameOf(taken.declarations[0]);
  }
  for (const source of files) {
    for (const identifier of identifiersNamed(source, renamed)) {
      const symbol = checker.getSymbolAtLocation(identifier);
      // Nothing, or something global: it is neither a property nor declared in the file.
      if (!isMemberName(identifier) && (!symbol || isGlobal(symbol))) return identifier;
    }
  }
  const original = checker.getSymbolAtLocation(name);
  for (const source of program.files) {
    const module = checker.getSymbolAtLocation(source);
    const exports = module ? checker.getExportsOfModule(module) : [];
    const isSame = (symbol: ts.Symbol) =>
      symbol.name === name.text &&
      (symbol.flags & Alias ? checker.getAliasedSymbol(symbol) : symbol) === original;
    const taken = exports.some(isSame) ? exports.find((symbol) => symbol.name === renamed) : undefined;
    if (taken?.declarations?.[0]) return nameOf(taken.declarations[0]);
  }
  return undefined;
}

function nameOf(declaration: ts.Declaration): ts.Node {
  return ts.getNameOfDeclaration(declaration) ?? declaration;
}

function isMemberName(identifier: ts.Identifier): boolean {
  const { parent } = identifier;
  return (
    (ts.isPropertyAccessExpression(parent) && parent.name === identifier) ||
    (ts.isQualifiedName(parent) && parent.right === identifier) ||
    ((ts.isPropertyAssignment(parent) ||
      ts.isBindingElement(parent) ||
      ts.isTypeElement(parent) ||
      ts.isClassElement(parent)) &&
      identifier === (ts.isBindingElement(parent) ? parent.propertyName : parent.name)) ||
    ts.isExportSpecifier(parent) ||
    ts.isImportSpecifier(parent)
  );
}

function identifiersNamed(source: ts.SourceFile, name: string): readonly ts.Identifier[] {
  if (!source.text.includes(name)) return [];
  return [...nodesOf(source)].filter(
    (node): node is ts.Identifier => ts.isIdentifier(node) && node.text === name,
  );
}
