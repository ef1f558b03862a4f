/** Renames a dataset in the source of a project: everything that means it, and nothing else. */
import path from "node:path";
import {
  type Diagnostic,
  fail,
  type Location,
  type Result,
  report,
  succeed,
  suggest,
} from "@glacier-ts/core";
import ts from "typescript";
import type { ProgramAnalysis } from "../../analyze.js";
import { isGoodName } from "../../rules/names.js";
import { ProgramProject } from "../program-project.js";
import { readConfig } from "../read-config.js";
import { lineAndColumn } from "../source-text.js";
import type { TextEdit } from "../wire-text.js";
import { CoreTypes } from "./core-types.js";
import { renameDeclarations } from "./declared-names.js";
import { EditedProgram, type FileEdits } from "./edited-program.js";
import { keyEdit } from "./key-edits.js";
import { NameUseReader } from "./name-uses.js";
import { nodesOf } from "./nodes.js";
import { isSameManifest, renamedManifest } from "./renamed-manifest.js";
import { renameStorage } from "./storage-edits.js";

export { applyEdits } from "../wire-text.js";

/** The edits that rename a dataset. */
export interface DatasetRename {
  /** By the absolute path of the file; offsets are those of its text without a byte order mark. */
  readonly edits: FileEdits;
  /** Stored data that has to be moved. */
  readonly warnings: readonly Diagnostic[];
  /** Strings with the same text that mean something else, and stay. */
  readonly untouched: readonly Location[];
}

/** A project, and what became of a rename in it. */
export interface RenameOutcome {
  /** The folder of the tsconfig, absolute. */
  readonly root: string;
  /** The text of a source file, given relative to the root. */
  readonly readSource: (file: string) => string | undefined;
  readonly result: Result<DatasetRename, readonly Diagnostic[]>;
}

export interface DatasetNames {
  readonly from: string;
  readonly to: string;
}

/**
 * Works out a rename, and proves it: the edited project is analysed as well, and its manifest has to be the old one with
 * the name changed.
 *
 * @param at a tsconfig, or a folder that has a `tsconfig.json`
 * @returns GLA4008 when the project cannot be opened; in the outcome GLA1007, GLA4024 to GLA4029, or the project's own errors
 */
export function renameDataset(at: string, names: DatasetNames): Result<RenameOutcome, Diagnostic> {
  const configFile = path.resolve(ts.sys.directoryExists(at) ? path.join(at, "tsconfig.json") : at);
  const config = readConfig(ts, configFile);
  if (!config.ok) return config;
  const program = new EditedProgram(configFile, config.value);
  const texts = new Map(program.files.map(({ fileName, text }) => [fileName, text]));
  return succeed({
    root: program.root,
    readSource: (file) => texts.get(path.resolve(program.root, file)),
    result: renameIn(program, names),
  });
}

function renameIn(program: EditedProgram, names: DatasetNames): RenameOutcome["result"] {
  const { from, to } = names;
  const before = analyze(program);
  const errors = [...program.typeErrors(), ...before.diagnostics].filter(isError);
  if (errors.length > 0) return fail(errors);
  const { datasets } = before.manifest;
  if (!Object.hasOwn(datasets, from)) {
    return fail([
      report("datasetNotFound", { dataset: from, suggestion: suggest(from, Object.keys(datasets)) }),
    ]);
  }
  if (!isGoodName(to)) return fail([report("badName", { what: "dataset", name: to })]);
  if (Object.hasOwn(datasets, to)) {
    const facts = before.files.flatMap((file) => file.datasets).find(({ name }) => name === to);
    return fail([report("datasetNameTaken", { dataset: to }, facts?.location)]);
  }

  const declarations = before.files.flatMap((file) => file.datasets).filter(({ name }) => name === from);
  const core = new CoreTypes(program.program.getTypeChecker());
  const written = renameWritten(program, core, names);
  const declared = renameDeclarations(program, declarations, names);
  const stored = renameStorage(program, core, declarations, names);
  const conflicts = [...written.conflicts, ...declared.conflicts];
  if (conflicts.length > 0) return fail(conflicts);

  const edits = editsByFile([...written.edits, ...declared.edits, ...stored.edits]);
  program.edit(edits);
  const expected = renamedManifest(before.manifest, names, stored.storage, declared.identifiers);
  const problems = findProblems(program, before, expected, edits, names);
  if (problems.length > 0) return fail(problems);
  return succeed({ edits, warnings: stored.warnings, untouched: written.untouched });
}

type PlacedEdit = readonly [file: string, edit: TextEdit];

interface WrittenRename {
  readonly edits: readonly PlacedEdit[];
  readonly conflicts: readonly Diagnostic[];
  readonly untouched: readonly Location[];
}

/** Renames the name where it is written: in types, in values and as a key. */
function renameWritten(program: EditedProgram, core: CoreTypes, names: DatasetNames): WrittenRename {
  const { from, to } = names;
  const checker = program.program.getTypeChecker();
  const reader = new NameUseReader(program, core, from);
  const edits: PlacedEdit[] = [];
  const conflicts: Diagnostic[] = [];
  const untouched: Location[] = [];
  for (const source of program.files) {
    // A name can also be written with escapes.
    if (!source.text.includes(from) && !/\\[ux]/.test(source.text)) continue;
    for (const node of nodesOf(source)) {
      const key = keyEdit(node, names, checker, core);
      if (key) edits.push([source.fileName, key]);
      if (!ts.isStringLiteralLike(node) || node.text !== from || isPropertyName(node)) continue;
      const { isName, others } = reader.read(node);
      if (!isName) {
        untouched.push(program.locate(node));
      } else if (others.length > 0) {
        const related = others.map((other) => ({
          message: "used here as something else",
          location: program.locate(other),
        }));
        const details = { dataset: from, uses: others.length };
        conflicts.push(report("renameShared", details, program.locate(node), related));
      } else {
        // Names have no characters that a quote would have to escape.
        edits.push([source.fileName, { start: node.getStart(source) + 1, end: node.end - 1, text: to }]);
      }
    }
  }
  return { edits, conflicts, untouched };
}

/** What is wrong with the edited project, at places of the project as it is. */
function findProblems(
  program: EditedProgram,
  before: ProgramAnalysis,
  expected: ProgramAnalysis["manifest"],
  edits: FileEdits,
  { from }: DatasetNames,
): readonly Diagnostic[] {
  const after = analyze(program);
  const originalPlace = (location: Location): Location => {
    const file = program.resolve(location.file);
    const start = originalOffset(location.start ?? 0, edits.get(file) ?? []);
    const text = program.originalText(file);
    return { ...location, ...(text === undefined ? {} : lineAndColumn({ text }, start)), start };
  };
  const errors = [...program.typeErrors(), ...after.diagnostics].filter(isError);
  if (errors.length > 0) {
    return errors.map(({ code, message, location }) =>
      report(
        "renameBreaks",
        { dataset: from, problem: `${code}: ${message}` },
        location && originalPlace(location),
      ),
    );
  }
  if (isSameManifest(after.manifest, expected)) return [];
  const places = mentionsOf(after, from).map(originalPlace);
  const [place = mentionsOf(before, from)[0], ...others] = places;
  const related = others.map((location) => ({ message: "and here", location }));
  return [report("renameComputed", { dataset: from }, place, related)];
}

/** Where declarations and signatures mention a dataset. */
function mentionsOf({ files }: ProgramAnalysis, dataset: string): readonly Location[] {
  const tasks = files.flatMap((file) => [
    ...file.tasks,
    ...file.pipelines.flatMap(({ elements }) => elements.flatMap(({ plain }) => plain ?? [])),
  ]);
  const mentions = [
    ...files.flatMap((file) => file.datasets),
    ...tasks.flatMap(({ parameters }) => parameters.flatMap(({ datasets }) => datasets)),
    ...tasks.flatMap(({ returned }) => returned.outputs.map(({ mention }) => mention)),
  ];
  const places = mentions.filter(({ name }) => name === dataset).map(({ location }) => location);
  return [...new Map(places.map((place) => [`${place.file} ${place.start}`, place])).values()];
}

function analyze(program: EditedProgram): ProgramAnalysis {
  return new ProgramProject(ts, program.program).analyze();
}

function isError({ severity }: Diagnostic): boolean {
  return severity === "error";
}

function editsByFile(edits: readonly PlacedEdit[]): FileEdits {
  const byFile = new Map<string, Map<number, TextEdit>>();
  for (const [file, edit] of edits) {
    const known = byFile.get(file) ?? new Map<number, TextEdit>();
    byFile.set(file, known.set(edit.start, edit));
  }
  return new Map(
    [...byFile].map(([file, known]) => [file, [...known.values()].sort((a, b) => a.start - b.start)]),
  );
}

/** Where something in the edited text was before. */
function originalOffset(offset: number, edits: readonly TextEdit[]): number {
  let shift = 0;
  for (const { start, end, text } of edits) {
    if (start + shift >= offset) break;
    // Inside of what was inserted: the beginning of the edit.
    if (offset < start + shift + text.length) return start;
    shift += text.length - (end - start);
  }
  return offset - shift;
}

/** Keys are looked at as keys. */
function isPropertyName(node: ts.Node): boolean {
  const { parent } = node;
  const isKey = ts.isBindingElement(parent) && parent.propertyName === node;
  return isKey || ("name" in parent && parent.name === node);
}
