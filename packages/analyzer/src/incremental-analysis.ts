/**
 * The analysis of a program that follows another one of the same project, as an editor has them: one for every edit.
 *
 * Facts of a file are kept while the file and everything that it reaches through imports stay the same; an edit in the
 * body of a function whose return type is written only moves them. Types are not kept: they belong to the program that
 * they were read in, and would keep it in memory. What was asked of them is remembered instead, and the mentions of a
 * dataset are read again, all of them, as soon as one of them is.
 */
import type { Diagnostic, Location } from "@glacier-ts/core";
import type { ProgramAnalysis } from "./analyze.js";
import { FileAnalyzer } from "./analyze-file.js";
import type { CompilerHost, SourceFile } from "./compiler-host.js";
import {
  editedFiles,
  type FileDependencies,
  type FileGraph,
  type FileVersion,
  reachedFiles,
  readFileGraph,
} from "./incremental/file-graph.js";
import { type FileOutline, isInBody, moveLocation } from "./incremental/file-outline.js";
import { mapLocations, mapMentions, mapPlaces, mentionsOf } from "./incremental/map-facts.js";
import {
  type Answers,
  type Current,
  RememberedPayloads,
  TypesAreGone,
  withoutTypes,
} from "./incremental/remembered-payloads.js";
import { link } from "./link.js";
import type { DatasetMention, FileFacts } from "./model.js";
import { coreFunction } from "./readers/core-call.js";

/** Facts of the project's files, by absolute name. */
type Facts = ReadonlyMap<string, FileFacts>;

interface State {
  readonly graph: FileGraph;
  readonly facts: Facts;
  readonly diagnostics: readonly Diagnostic[];
}

export class IncrementalAnalysis {
  readonly #answers: Answers = new WeakMap();
  #state: State | undefined;
  #readCount = 0;

  /** How many files the last update has read. */
  get readCount(): number {
    return this.#readCount;
  }

  /** Analyses the next program. If it throws, the next update goes on from the program before. */
  update(host: CompilerHost, dependencies: FileDependencies): ProgramAnalysis {
    this.#readCount = 0;
    const before = this.#state;
    const graph = readFileGraph(dependencies, before?.graph);
    return (
      (before && this.#follow(before, graph, host, dependencies)) ?? this.#readAll(graph, host, dependencies)
    );
  }

  /** Undefined where everything has to be read. */
  #follow(
    before: State,
    graph: FileGraph,
    host: CompilerHost,
    dependencies: FileDependencies,
  ): ProgramAnalysis | undefined {
    const edited = editedFiles(before.graph, graph);
    if (!edited) return undefined;
    const moves = new Map<string, Move>();
    const changed = edited.filter((name) => {
      const facts = before.facts.get(name);
      const move = facts && moveOf(facts, before.graph.versions.get(name), graph.versions.get(name));
      const isMoved = move && !dependencies.callsInBodies(move.file).some((call) => coreFunction(host, call));
      if (isMoved) moves.set(facts.file, move);
      return !isMoved;
    });
    const reached = reachedFiles(before.graph, graph, changed);
    if (!reached) return undefined;
    const moved = moveFacts(before, moves);
    if (reached.size === 0 && graph.versions.size === before.graph.versions.size) {
      return this.#keep({ graph, ...moved }, host);
    }
    return this.#link(host, graph, (read) =>
      factsAfter(moved.facts, projectFiles(host, dependencies), reached, read),
    );
  }

  #readAll(graph: FileGraph, host: CompilerHost, dependencies: FileDependencies): ProgramAnalysis {
    const all = this.#link(
      host,
      graph,
      (read) => new Map([...projectFiles(host, dependencies)].map(([name, file]) => [name, read(file)])),
    );
    if (!all) throw new Error("Internal error: a type of another program was needed");
    return all;
  }

  /** Nothing means anything else than before. What is made of the facts, where lines are other ones, waits to be asked for. */
  #keep(state: State, host: CompilerHost): ProgramAnalysis {
    this.#state = state;
    const { facts, diagnostics } = state;
    const answers = this.#answers;
    let known: ProgramAnalysis | undefined;
    const linked = () => {
      known ??= link([...facts.values()], host, new RememberedPayloads(host, new Map(), answers));
      return known;
    };
    return {
      diagnostics,
      get files() {
        return linked().files;
      },
      get manifest() {
        return linked().manifest;
      },
      get otherModules() {
        return linked().otherModules;
      },
    };
  }

  /** Undefined where linking needs a type that is gone. */
  #link(
    host: CompilerHost,
    graph: FileGraph,
    collect: (read: (file: SourceFile) => FileFacts) => Facts | undefined,
  ): ProgramAnalysis | undefined {
    const current: Current = new Map();
    const analyzer = new FileAnalyzer(host);
    const facts = collect((file) => {
      this.#readCount++;
      return withoutTypes(analyzer.analyzeFile(file), current);
    });
    if (!facts) return undefined;
    const files = [...facts.values()];
    try {
      const linked = link(files, host, new RememberedPayloads(host, current, this.#answers));
      this.#state = { graph, facts, diagnostics: linked.diagnostics };
      return linked;
    } catch (error) {
      if (error instanceof TypesAreGone) return undefined;
      throw error;
    }
  }
}

/** A file whose outline is the same as before. */
interface Move {
  readonly file: SourceFile;
  readonly before: FileOutline;
  readonly after: FileOutline;
}

/** Undefined where a version means something else, or where something in a body has a part in the facts. */
function moveOf(
  facts: FileFacts,
  before: FileVersion | undefined,
  after: FileVersion | undefined,
): Move | undefined {
  if (!before?.outline || !after?.outline || before.outline.text !== after.outline.text) return undefined;
  const { outline } = before;
  const starts = (location: Location | undefined) =>
    location?.start !== undefined && isInBody(outline, location.start);
  // A message may quote the text of what it is about.
  const overlaps = ({ start = 0, length = 0 }: Location) =>
    outline.bodies.some((body) => body.start < start + length && start < body.end);
  const isInvolved =
    [...facts.tasks, ...facts.datasets, ...facts.pipelines].some(({ location }) => starts(location)) ||
    facts.diagnostics.some(({ location }) => location && overlaps(location));
  return isInvolved ? undefined : { file: after.file, before: outline, after: after.outline };
}

/** Facts and diagnostics with the places where things are now; by file relative to the root. */
function moveFacts(
  { facts, diagnostics }: State,
  moves: ReadonlyMap<string, Move>,
): Pick<State, "facts" | "diagnostics"> {
  if (moves.size === 0) return { facts, diagnostics };
  const change = (location: Location) => {
    const move = moves.get(location.file);
    return move ? moveLocation(location, move.before, move.after) : location;
  };
  const moved = new Map(facts);
  for (const [name, of] of facts) {
    // A pipeline has the facts of functions of other files, a mention those of doc comments on its type.
    const isMoved =
      moves.has(of.file) ||
      of.pipelines.some(({ elements }) =>
        elements.some(({ plain }) => plain && moves.has(plain.location.file)),
      ) ||
      mentionsOf(of).some(({ schema }) =>
        schema.problems.some((problem) => problem.kind === "tag" && moves.has(problem.location.file)),
      );
    if (isMoved) moved.set(name, mapLocations(of, change));
  }
  return { facts: moved, diagnostics: diagnostics.map((diagnostic) => mapPlaces(diagnostic, change)) };
}

function projectFiles(host: CompilerHost, dependencies: FileDependencies): ReadonlyMap<string, SourceFile> {
  return new Map(host.files().map((file) => [dependencies.name(file), file]));
}

/**
 * Reads the changed files, and in the others the mentions of every dataset that a changed file mentions or mentioned.
 * So all mentions of one dataset are of one program, and their schemas and types can be compared.
 */
function factsAfter(
  before: Facts,
  files: ReadonlyMap<string, SourceFile>,
  changed: ReadonlySet<string>,
  read: (file: SourceFile) => FileFacts,
): Facts | undefined {
  const facts = new Map<string, FileFacts>();
  const names = new Set<string | undefined>();
  const addNames = (of: FileFacts) => {
    for (const { name } of mentionsOf(of)) names.add(name);
  };
  const isKept = (name: string) => files.has(name) && before.has(name) && !changed.has(name);
  for (const [name, old] of before) if (!isKept(name)) addNames(old);
  for (const [name, file] of files) {
    const old = isKept(name) ? before.get(name) : undefined;
    const found = old ?? read(file);
    facts.set(name, found);
    if (!old) addNames(found);
  }
  for (const [name, file] of files) {
    if (!isKept(name)) continue;
    const old = facts.get(name) as FileFacts;
    const known = mentionsOf(old);
    if (!known.some((mention) => names.has(mention.name))) continue;
    const fresh = mentionsOf(read(file));
    const isSame =
      known.length === fresh.length && known.every((mention, index) => mention.name === fresh[index]?.name);
    // The file means something else although nothing that it reaches has changed: trust nothing.
    if (!isSame) return undefined;
    const replaced = new Map(known.map((mention, index) => [mention, fresh[index] as DatasetMention]));
    const refresh = (mention: DatasetMention) =>
      names.has(mention.name) ? (replaced.get(mention) as DatasetMention) : mention;
    facts.set(name, mapMentions(old, refresh));
  }
  return facts;
}
