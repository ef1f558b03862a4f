/** The files of a program and their imports; and what a change of some of them can reach. */
import type { Node, SourceFile } from "../compiler-host.js";
import type { FileOutline } from "./file-outline.js";

/** What decides whether the facts of a file still hold. A file that has not changed is the same object. */
export interface FileDependencies {
  /** Every file of the program, declaration files as well, in a fixed order. */
  files(): readonly SourceFile[];
  /** Its absolute name. */
  name(file: SourceFile): string;
  /** The names of the files that a file imports, in a fixed order. */
  imports(file: SourceFile): readonly string[];
  /** What the file declares is seen without an import of it. */
  isGlobal(file: SourceFile): boolean;
  /** Undefined where any change of the file counts. */
  outline(file: SourceFile): FileOutline | undefined;
  /** The calls in the bodies that the outline leaves out, but for those that cannot lead to core. */
  callsInBodies(file: SourceFile): readonly Node[];
  /** The compiler's options: the same object while they are the same. */
  readonly options: object;
  /** The same object while the files are the same, apart from their texts, and import the same; undefined where that is not known. */
  readonly structure: object | undefined;
}

/** One version of a file. */
export interface FileVersion {
  readonly file: SourceFile;
  readonly imports: readonly string[];
  readonly isGlobal: boolean;
  readonly outline: FileOutline | undefined;
}

export interface FileGraph {
  readonly options: object;
  readonly structure: object | undefined;
  /** By name, in the order of the program. */
  readonly versions: ReadonlyMap<string, FileVersion>;
}

/** The graph of the next program. What has not changed is taken from the one before. */
export function readFileGraph(dependencies: FileDependencies, before: FileGraph | undefined): FileGraph {
  const { options, structure } = dependencies;
  const isSameStructure = structure !== undefined && before?.structure === structure;
  const versions = new Map<string, FileVersion>();
  for (const file of dependencies.files()) {
    const name = dependencies.name(file);
    const known = before?.versions.get(name);
    if (known?.file === file) {
      versions.set(name, isSameStructure ? known : { ...known, imports: dependencies.imports(file) });
    } else {
      versions.set(name, {
        file,
        imports: isSameStructure && known ? known.imports : dependencies.imports(file),
        isGlobal: dependencies.isGlobal(file),
        outline: dependencies.outline(file),
      });
    }
  }
  return { options, structure, versions };
}

/** The names of files that are another version, or import others, than before; undefined where everything may have changed. */
export function editedFiles(before: FileGraph, after: FileGraph): readonly string[] | undefined {
  if (before.options !== after.options) return undefined;
  const edited: string[] = [];
  for (const [name, version] of after.versions) {
    const known = before.versions.get(name);
    if (known !== version && !(known?.file === version.file && isSameList(known.imports, version.imports))) {
      edited.push(name);
    }
  }
  return edited;
}

/**
 * The files that are changed, and those that reach one of them through imports.
 *
 * @returns undefined where what is global is another than before, which every file may depend on
 */
export function reachedFiles(
  before: FileGraph,
  after: FileGraph,
  changed: readonly string[],
): ReadonlySet<string> | undefined {
  const isGlobal = (name: string) =>
    before.versions.get(name)?.isGlobal === true || after.versions.get(name)?.isGlobal === true;
  const isGone = (name: string) => !after.versions.has(name);
  if (changed.some(isGlobal) || [...before.versions.keys()].some((name) => isGone(name) && isGlobal(name))) {
    return undefined;
  }
  const reached = new Set(changed);
  if (changed.length === 0) return reached;
  const importers = importersOf(after);
  const open = [...changed];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    for (const importer of importers.get(name) ?? []) {
      if (reached.has(importer)) continue;
      reached.add(importer);
      open.push(importer);
    }
  }
  return reached;
}

function importersOf({ versions }: FileGraph): ReadonlyMap<string, readonly string[]> {
  const importers = new Map<string, string[]>();
  for (const [name, { imports }] of versions) {
    for (const imported of imports) {
      const known = importers.get(imported);
      if (known) known.push(name);
      else importers.set(imported, [name]);
    }
  }
  return importers;
}

function isSameList(one: readonly string[], other: readonly string[]): boolean {
  return one === other || (one.length === other.length && one.every((item, index) => item === other[index]));
}
