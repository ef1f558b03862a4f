/**
 * The analysis of a program that follows another one of the same project, as an editor has them: one for every edit.
 *
 * Facts of a statement are kept while it means the same: an edit in the body of a function whose return type is written
 * only moves them. Types are not kept: they belong to the program that they were read in, and would keep it in memory.
 * What was asked of them is remembered instead, and the mentions of a dataset are read again, all of them, as soon as one
 * of them is.
 */
import type { Diagnostic } from "@glacier-ts/core";
import type { ProgramAnalysis } from "./analyze.js";
import type { CompilerHost } from "./compiler-host.js";
import { type FileDependencies, type FileGraph, readFileGraph } from "./incremental/file-graph.js";
import { mapPlaces } from "./incremental/map-facts.js";
import { moveAfter, type ProjectFacts, ProjectReader } from "./incremental/project-facts.js";
import { type Reach, reachOf } from "./incremental/reach.js";
import { type Answers, FactsAreGone, RememberedPayloads } from "./incremental/remembered-payloads.js";
import { link } from "./link.js";

interface State {
  readonly graph: FileGraph;
  readonly facts: ProjectFacts;
  readonly diagnostics: readonly Diagnostic[];
}

export class IncrementalAnalysis {
  readonly #answers: Answers = new WeakMap();
  #state: State | undefined;
  #readCount = 0;

  /** How many statements the last update has read. */
  get readCount(): number {
    return this.#readCount;
  }

  /** Analyses the next program. If it throws, the next update goes on from the program before. */
  update(host: CompilerHost, dependencies: FileDependencies): ProgramAnalysis {
    const before = this.#state;
    const graph = readFileGraph(dependencies, before?.graph);
    const reach = before && reachOf(before.graph, graph);
    if (!reach) return this.#readAll(graph, host, dependencies);
    try {
      return this.#follow(before, reach, graph, host, dependencies);
    } catch (error) {
      if (!(error instanceof FactsAreGone)) throw error;
      return this.#readAll(graph, host, dependencies);
    }
  }

  #readAll(graph: FileGraph, host: CompilerHost, dependencies: FileDependencies): ProgramAnalysis {
    const reader = new ProjectReader(host, dependencies, graph);
    return this.#link(graph, reader.readAll(), reader, host);
  }

  #follow(
    before: State,
    reach: Reach,
    graph: FileGraph,
    host: CompilerHost,
    dependencies: FileDependencies,
  ): ProgramAnalysis {
    const reader = new ProjectReader(host, dependencies, graph);
    const move = moveAfter(before.facts, reach);
    const facts = reader.readAfter(before.facts, reach, move);
    if (reader.isChanged || facts.size !== before.facts.size) return this.#link(graph, facts, reader, host);
    // Nothing means anything else than before. What is made of the facts, where lines are other ones, waits to be asked for.
    const diagnostics = before.diagnostics.map((diagnostic) => mapPlaces(diagnostic, move.location));
    this.#state = { graph, facts, diagnostics };
    this.#readCount = reader.readCount;
    return new LaterLinked(diagnostics, () => linkFacts(facts, reader, host, this.#answers));
  }

  #link(graph: FileGraph, facts: ProjectFacts, reader: ProjectReader, host: CompilerHost): ProgramAnalysis {
    const linked = linkFacts(facts, reader, host, this.#answers);
    this.#state = { graph, facts, diagnostics: linked.diagnostics };
    this.#readCount = reader.readCount;
    return linked;
  }
}

function linkFacts(
  facts: ProjectFacts,
  { current }: ProjectReader,
  host: CompilerHost,
  answers: Answers,
): ProgramAnalysis {
  const files = [...facts.values()].map((file) => file.facts);
  return link(files, host, new RememberedPayloads(host, current, answers));
}

/** An analysis whose diagnostics are known; what else it says is made when it is first asked for. */
class LaterLinked implements ProgramAnalysis {
  readonly diagnostics: readonly Diagnostic[];
  readonly #link: () => ProgramAnalysis;
  #linked: ProgramAnalysis | undefined;

  constructor(diagnostics: readonly Diagnostic[], link: () => ProgramAnalysis) {
    this.diagnostics = diagnostics;
    this.#link = link;
  }

  get files() {
    return this.#rest.files;
  }

  get manifest() {
    return this.#rest.manifest;
  }

  get otherModules() {
    return this.#rest.otherModules;
  }

  get otherManifests() {
    return this.#rest.otherManifests;
  }

  get #rest(): ProgramAnalysis {
    this.#linked ??= this.#link();
    return this.#linked;
  }
}
