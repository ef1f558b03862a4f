/**
 * What a change of some files can reach. A statement means what it meant before while its text outside of bodies is the
 * same and every name in it means the same: a change goes from statements to the names that they declare, on to the
 * statements that have these names in them, and through imports to other files.
 */
import { groupBy } from "../group-by.js";
import { isSameList } from "../remembered.js";
import type { FileGraph, FileVersion } from "./file-graph.js";
import {
  type Alignment,
  align,
  changedStatements,
  type FileOutline,
  type Link,
  type Statement,
} from "./file-outline.js";

export interface Reach {
  /** The files of which everything is to be read again; all that have no outline and are reached are among them. */
  readonly files: ReadonlySet<string>;
  /** In other files, the statements to read again. */
  readonly statements: ReadonlyMap<string, ReadonlySet<Statement>>;
  /** Those of them in which types may be others; in the rest, the datasets are what they were. */
  readonly retyped: ReadonlySet<Statement>;
  /** Edited files that are not to be read as a whole. */
  readonly alignments: ReadonlyMap<string, Alignment>;
}

/** Undefined where everything may mean something else. */
export function reachOf(before: FileGraph, after: FileGraph): Reach | undefined {
  if (before.options !== after.options) return undefined;
  for (const [name, { isGlobal }] of before.versions) {
    if (isGlobal && !after.versions.has(name)) return undefined;
  }
  const reach = new ReachBuilder(after);
  for (const [name, version] of after.versions) {
    const known = before.versions.get(name);
    if (known === version) continue;
    if (known?.file === version.file && isSameList(known.imports, version.imports)) continue;
    const isMeant = reach.edit(name, known, version);
    if (isMeant && (known?.isGlobal || version.isGlobal)) return undefined;
  }
  return reach.follow();
}

/** Every name of a file. */
const all = Symbol("all");
type Name = string | typeof all;

class ReachBuilder {
  readonly #graph: FileGraph;
  readonly #importers: ReadonlyMap<string | undefined, readonly string[]>;
  readonly #files = new Set<string>();
  readonly #statements = new Map<string, Set<Statement>>();
  readonly #alignments = new Map<string, Alignment>();
  /** Statements that mean something else to others. */
  readonly #changed = new Set<Statement>();
  readonly #retyped = new Set<Statement>();
  /** Names that mean something else, by file; and the statement that has changed what one means, if it is only one. */
  readonly #names = new Map<string, Map<Name, Statement | undefined>>();
  readonly #open: (readonly [file: string, name: Name])[] = [];

  constructor(graph: FileGraph) {
    this.#graph = graph;
    this.#importers = importersOf(graph);
  }

  /** Takes up a file that is another version than before; whether it means something else to others. */
  edit(name: string, before: FileVersion | undefined, after: FileVersion): boolean {
    if (!before?.outline || !after.outline || !isSameList(modulesOf(before), modulesOf(after))) {
      this.#changeFile(name);
      return true;
    }
    const alignment = align(before.outline, after.outline);
    this.#alignments.set(name, alignment);
    const { removed, added } = changedStatements(alignment);
    for (const [index, statement] of added.entries()) {
      const isSameType = removed.length === added.length && removed[index]?.signature === statement.signature;
      this.#changeStatement(name, statement, isSameType);
      if (!isSameType) this.#changeNames(name, removed[index]?.declares ?? []);
    }
    for (const { declares } of removed.slice(added.length)) this.#changeNames(name, declares);
    const links = changedLinks(before, after);
    this.#changeNames(name, links);
    return removed.length + added.length + links.length > 0;
  }

  follow(): Reach {
    for (let next = this.#open.pop(); next; next = this.#open.pop()) {
      const [file, name] = next;
      if (!this.#files.has(file)) this.#spreadIn(file, name);
      for (const importer of this.#importers.get(file) ?? []) this.#spreadTo(importer, file, name);
    }
    for (const file of this.#files) this.#alignments.delete(file);
    return {
      files: this.#files,
      statements: this.#statements,
      retyped: this.#retyped,
      alignments: this.#alignments,
    };
  }

  #spreadIn(file: string, name: Name): void {
    const version = this.#graph.versions.get(file);
    if (!version?.outline) return;
    if (name === all) {
      for (const statement of version.outline.statements) this.#changeStatement(file, statement);
      return;
    }
    const { outside, inOptions, inBodies } = usesOf(version, version.outline);
    const source = this.#names.get(file)?.get(name);
    for (const statement of outside.get(name) ?? []) {
      if (statement !== source) this.#changeStatement(file, statement);
    }
    for (const statement of inOptions.get(name) ?? []) this.#changeStatement(file, statement, true);
    for (const statement of inBodies.get(name) ?? []) {
      this.#retyped.add(statement);
      this.#read(file, statement);
    }
  }

  #spreadTo(importer: string, file: string, name: Name): void {
    if (this.#files.has(importer)) return;
    const version = this.#graph.versions.get(importer);
    if (!version?.outline) return this.#changeFile(importer);
    const { links, stars, modules } = usesOf(version, version.outline);
    const linked = links.get(file);
    const reached =
      name === all
        ? [...(linked?.values() ?? [])].flat()
        : [...(linked?.get(name) ?? []), ...(linked?.get(undefined) ?? [])];
    for (const link of reached) this.#changeName(importer, link.name);
    for (const statement of modules.get(file) ?? []) this.#changeStatement(importer, statement);
    if (!stars.has(file)) return;
    this.#changeName(importer, name);
    // What is exported from somewhere else may lead back here, and be another name of what is declared here.
    for (const statement of version.outline.statements) this.#changeStatement(importer, statement);
  }

  #changeFile(file: string): void {
    this.#files.add(file);
    this.#changeName(file, all);
  }

  #changeStatement(file: string, statement: Statement, isSameType = false): void {
    if (!isSameType) this.#retyped.add(statement);
    if (this.#changed.has(statement)) return;
    this.#changed.add(statement);
    this.#read(file, statement);
    this.#changeNames(file, statement.declares, statement);
  }

  #changeNames(file: string, names: readonly string[], source?: Statement): void {
    for (const name of names) this.#changeName(file, name, source);
  }

  #changeName(file: string, name: Name, source?: Statement): void {
    const names = this.#names.get(file) ?? new Map<Name, Statement | undefined>();
    this.#names.set(file, names);
    if (names.has(all) || (names.has(name) && [source, undefined].includes(names.get(name)))) return;
    // Another statement has changed it as well: now it is followed to all of them.
    names.set(name, names.has(name) ? undefined : source);
    this.#open.push([file, name]);
  }

  #read(file: string, statement: Statement): void {
    const statements = this.#statements.get(file) ?? new Set();
    this.#statements.set(file, statements.add(statement));
  }
}

/** The files behind imports that have no names in the file. */
function modulesOf({ imports, outline }: FileVersion): readonly (string | undefined)[] {
  if (!outline) return [];
  const modules = outline.statements.flatMap((statement) => statement.modules);
  return [...outline.stars, ...modules].map((module) => imports[module]);
}

/** The names that stand for something else, or for what is in another file, than before. */
function changedLinks(before: FileVersion, after: FileVersion): readonly string[] {
  const [old, fresh] = [linkTexts(before), linkTexts(after)];
  return [...new Set([...old.keys(), ...fresh.keys()])].filter((name) => old.get(name) !== fresh.get(name));
}

function linkTexts({ imports, outline }: FileVersion): ReadonlyMap<string, string> {
  const texts = new Map<string, string>();
  for (const { name, module, of } of outline?.links ?? []) {
    texts.set(name, JSON.stringify([texts.get(name), imports[module], of]));
  }
  return texts;
}

/** Where the names of a file, and those of other files, are used in it. */
interface Uses {
  /** Statements by the names in them. */
  readonly outside: ReadonlyMap<string, readonly Statement[]>;
  readonly inOptions: ReadonlyMap<string, readonly Statement[]>;
  readonly inBodies: ReadonlyMap<string, readonly Statement[]>;
  /** Names that stand for what others export, by file and what they are in it; undefined for the file as a whole. */
  readonly links: ReadonlyMap<string | undefined, ReadonlyMap<string | undefined, readonly Link[]>>;
  /** The files that everything is exported from. */
  readonly stars: ReadonlySet<string | undefined>;
  /** Statements by the files that are imported in them. */
  readonly modules: ReadonlyMap<string | undefined, readonly Statement[]>;
}

const known = new WeakMap<FileVersion, Uses>();

function usesOf(version: FileVersion, { statements, links, stars }: FileOutline): Uses {
  const before = known.get(version);
  if (before) return before;
  const { imports } = version;
  const linksByFile = groupBy(links, ({ module }) => [imports[module]]);
  const uses: Uses = {
    outside: groupBy(statements, ({ names }) => names),
    inOptions: groupBy(statements, ({ namesInOptions }) => namesInOptions),
    inBodies: groupBy(statements, ({ namesInBodies }) => namesInBodies),
    links: new Map([...linksByFile].map(([file, to]) => [file, groupBy(to, ({ of }) => [of])])),
    stars: new Set(stars.map((module) => imports[module])),
    modules: groupBy(statements, ({ modules }) => modules.map((module) => imports[module])),
  };
  known.set(version, uses);
  return uses;
}

const knownImporters = new WeakMap<object, ReadonlyMap<string | undefined, readonly string[]>>();

function importersOf({ versions, structure }: FileGraph): ReadonlyMap<string | undefined, readonly string[]> {
  const before = structure && knownImporters.get(structure);
  if (before) return before;
  const importers = groupBy(versions.keys(), (name) => new Set(versions.get(name)?.imports));
  if (structure) knownImporters.set(structure, importers);
  return importers;
}
