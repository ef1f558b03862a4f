/** The facts of a project's files, statement by statement, and what is kept of them in the program that follows. */
import type { Location } from "@glacier-ts/core";
import { FileAnalyzer } from "../analyze-file.js";
import type { CompilerHost, SourceFile } from "../compiler-host.js";
import type { DatasetMention, FileFacts, PartFacts } from "../model.js";
import { coreFunction } from "../readers/core-call.js";
import { isSameList } from "../remembered.js";
import type { FileDependencies, FileGraph } from "./file-graph.js";
import {
  type Alignment,
  indexBefore,
  likelyIndexBefore,
  moveLocation,
  type Span,
  type Statement,
  spanAt,
} from "./file-outline.js";
import { locationsOf, mapLocations, mapMentions, mentionsOf } from "./map-facts.js";
import type { Reach } from "./reach.js";
import { type Current, FactsAreGone, withoutTypes } from "./remembered-payloads.js";

/** By absolute name. */
export type ProjectFacts = ReadonlyMap<string, KnownFile>;

interface KnownFile {
  /** One for each statement of the file's outline; one for all of a file without an outline. */
  readonly parts: readonly PartFacts[];
  readonly facts: FileFacts;
  /** The files in which the facts have places. */
  readonly places: ReadonlySet<string>;
  /** The names of the datasets that are mentioned. */
  readonly datasets: ReadonlySet<string | undefined>;
}

const nothing: PartFacts = {
  tasks: [],
  datasets: [],
  pipelines: [],
  resources: [],
  calls: [],
  diagnostics: [],
};

/** Reads the facts of one program. */
export class ProjectReader {
  /** The mentions that were read. */
  readonly current: Current = new Map();
  /** How many statements were read. */
  readCount = 0;
  /** Something else is said than before, not only of other places. */
  isChanged = false;
  readonly #host: CompilerHost;
  readonly #dependencies: FileDependencies;
  readonly #graph: FileGraph;
  readonly #analyzer: FileAnalyzer;
  readonly #files: ReadonlyMap<string, SourceFile>;

  constructor(host: CompilerHost, dependencies: FileDependencies, graph: FileGraph) {
    this.#host = host;
    this.#dependencies = dependencies;
    this.#graph = graph;
    this.#analyzer = new FileAnalyzer(host);
    this.#files = new Map(host.files().map((file) => [dependencies.name(file), file]));
  }

  readAll(): ProjectFacts {
    const facts = new Map<string, KnownFile>();
    for (const [name, file] of this.#files) {
      const parts = this.#complete(name, file, this.#unread(name));
      facts.set(name, this.#known(file, parts));
    }
    return facts;
  }

  /**
   * Reads what is reached, and in the rest the mentions of every dataset that is or was mentioned there. So all mentions
   * of one dataset are of one program, and their schemas and types can be compared.
   *
   * @throws FactsAreGone where what is kept is at odds with what is read
   */
  readAfter(before: ProjectFacts, reach: Reach, move: Move): ProjectFacts {
    const after = new Map<string, KnownFile>();
    const names = new Set<string | undefined>();
    /** Takes up what was said before or is said now, and not both times. */
    const change = (parts: Iterable<PartFacts>) => {
      for (const part of parts) {
        if (part !== nothing) this.isChanged = true;
        for (const { name } of mentionsOf(part)) names.add(name);
      }
    };
    for (const [name, { parts }] of before) if (!this.#files.has(name)) change(parts);
    for (const [name, file] of this.#files) {
      const known = before.get(name);
      if (known && isUntouched(name, known, reach, move)) {
        after.set(name, known);
        continue;
      }
      const isKept = known && !reach.files.has(name);
      const kept = isKept ? this.#kept(name, file, known.parts, reach) : this.#unread(name);
      const still = new Set<PartFacts | undefined>(kept);
      const parts = this.#complete(name, file, kept).map((part, index) => {
        if (part === kept[index]) return moveFacts(part, move);
        const before = isKept ? this.#sameTypes(name, index, part, known.parts, reach) : undefined;
        if (!before) {
          change([part]);
          return part;
        }
        this.isChanged = true;
        still.add(before);
        return withTypesOf(part, before);
      });
      change((known?.parts ?? []).filter((part) => !still.has(part)));
      after.set(name, this.#known(file, parts, known));
    }
    for (const [name, known] of names.size > 0 ? after : []) {
      if (!hasAny(known.datasets, names)) continue;
      const file = this.#files.get(name) as SourceFile;
      after.set(name, this.#known(file, this.#refresh(name, file, known.parts, names), known));
    }
    return after;
  }

  /** The parts that still say what is so, by their statements of now; undefined for those to read. */
  #kept(
    name: string,
    file: SourceFile,
    parts: readonly PartFacts[],
    reach: Reach,
  ): readonly (PartFacts | undefined)[] {
    const reached = reach.statements.get(name);
    const alignment = reach.alignments.get(name);
    if (!reached && !alignment) return parts;
    return this.#statements(name).map((statement, index) => {
      const indexInParts = alignment ? indexBefore(alignment, index) : index;
      if (reached?.has(statement) || indexInParts === undefined) return undefined;
      const part = parts[indexInParts];
      const old = alignment?.before.statements[indexInParts];
      const isInvolved =
        old && part && old.source !== statement.source && this.#isInBody(file, part, old, statement);
      return isInvolved ? undefined : part;
    });
  }

  /** What was read of a statement before, where only the options of its task are others. */
  #sameTypes(
    name: string,
    index: number,
    facts: PartFacts,
    parts: readonly PartFacts[],
    { retyped, alignments }: Reach,
  ): PartFacts | undefined {
    const statement = this.#statements(name)[index];
    const alignment = alignments.get(name);
    const indexInParts = alignment ? likelyIndexBefore(alignment, index) : index;
    if (!statement?.options || retyped.has(statement) || indexInParts === undefined) return undefined;
    const before = parts[indexInParts];
    const options = alignment?.before.statements[indexInParts]?.options ?? statement.options;
    const isOneTask = ({ tasks, datasets, pipelines, resources }: PartFacts, { start, end }: Span) => {
      const at = tasks[0]?.location.start ?? start;
      return (
        tasks.length === 1 &&
        datasets.length + pipelines.length + resources.length === 0 &&
        !(start <= at && at < end)
      );
    };
    return before &&
      isOneTask(facts, statement.options) &&
      isOneTask(before, options) &&
      haveSameNames(facts, before)
      ? before
      : undefined;
  }

  /** Whether something in a body has a part in the facts of its statement, or has one now. */
  #isInBody(file: SourceFile, facts: PartFacts, before: Statement, after: Statement): boolean {
    const host = this.#host;
    // A message may quote the text of what it is about.
    const isQuoted = ({ file: of, start = 0, length = 0 }: Location) =>
      of === host.path(file) && before.bodies.some((body) => body.start < start + length && start < body.end);
    const starts = ({ location: { start = -1 } }: { readonly location: Location }, { bodies }: Statement) =>
      bodies.some((body) => body.start <= start && start < body.end);
    return (
      [...facts.tasks, ...facts.datasets, ...facts.pipelines].some((found) => starts(found, before)) ||
      facts.diagnostics.some(({ location }) => location && isQuoted(location)) ||
      this.#dependencies
        .calls(file)
        .some(
          (call) =>
            starts({ location: host.location(call) }, after) && coreFunction(host, call) !== undefined,
        )
    );
  }

  /** The parts with the mentions of some datasets as they are in this program. */
  #refresh(
    name: string,
    file: SourceFile,
    parts: readonly PartFacts[],
    datasets: ReadonlySet<string | undefined>,
  ): readonly PartFacts[] {
    const isOld = (mention: DatasetMention) => datasets.has(mention.name) && !this.current.has(mention.whole);
    const isKept = parts.map((part) => !mentionsOf(part).some(isOld));
    if (!isKept.includes(false)) return parts;
    const read = this.#complete(
      name,
      file,
      parts.map((part, index) => (isKept[index] ? part : undefined)),
    );
    return parts.map((part, index) => {
      const [old, fresh] = [mentionsOf(part), mentionsOf(read[index] as PartFacts)];
      // The statement means something else although nothing that it depends on has changed: trust nothing.
      if (!haveSameNames(part, read[index] as PartFacts)) throw new FactsAreGone();
      const replaced = new Map(old.map((mention, at) => [mention, fresh[at] as DatasetMention]));
      return isKept[index]
        ? part
        : mapMentions(part, (mention) =>
            isOld(mention) ? (replaced.get(mention) as DatasetMention) : mention,
          );
    });
  }

  /** Reads the parts that are missing. */
  #complete(name: string, file: SourceFile, parts: readonly (PartFacts | undefined)[]): readonly PartFacts[] {
    if (!parts.includes(undefined)) return parts as readonly PartFacts[];
    this.readCount += parts.filter((part) => part === undefined).length;
    const statements = this.#statements(name);
    const read = this.#analyzer.analyzeParts(file, (offset) => {
      const index = Math.max(0, spanAt(statements, offset));
      return parts[index] === undefined ? index : undefined;
    });
    return parts.map((part, index) => {
      if (part) return part;
      const found = read.get(index);
      return found ? withoutTypes(found, this.current) : nothing;
    });
  }

  #known(file: SourceFile, parts: readonly PartFacts[], before?: KnownFile): KnownFile {
    if (before && isSameList(before.parts, parts)) return before;
    return {
      parts,
      facts: this.#analyzer.merge(file, parts),
      places: new Set(parts.flatMap(locationsOf).map((location) => location.file)),
      datasets: new Set(parts.flatMap(mentionsOf).map((mention) => mention.name)),
    };
  }

  #unread(name: string): readonly undefined[] {
    const { outline } = this.#graph.versions.get(name) ?? {};
    return Array.from({ length: outline ? outline.statements.length : 1 });
  }

  /** None for a file without an outline. */
  #statements(name: string): readonly Statement[] {
    return this.#graph.versions.get(name)?.outline?.statements ?? [];
  }
}

/** Whether the same datasets are mentioned in the same order. */
function haveSameNames(one: PartFacts, other: PartFacts): boolean {
  const names = (facts: PartFacts) => mentionsOf(facts).map(({ name }) => name);
  return isSameList(names(one), names(other));
}

/** Facts with what stands for the types of the same mentions in a program before. */
function withTypesOf(facts: PartFacts, before: PartFacts): PartFacts {
  const old = new Map(mentionsOf(facts).map((mention, index) => [mention, mentionsOf(before)[index]]));
  return mapMentions(facts, (mention) => {
    const { whole, schema } = old.get(mention) as DatasetMention;
    return { ...mention, whole, schema: { ...mention.schema, schema: schema.schema } };
  });
}

/** What is in a file is neither read again nor moved. */
function isUntouched(name: string, { places }: KnownFile, reach: Reach, { files }: Move): boolean {
  const isReached = reach.files.has(name) || reach.statements.has(name) || reach.alignments.has(name);
  return !isReached && !hasAny(places, files);
}

function hasAny<Item>(items: ReadonlySet<Item>, some: ReadonlySet<Item>): boolean {
  for (const item of some) if (items.has(item)) return true;
  return false;
}

/** Where things are now. */
export interface Move {
  /** The files in which they may be somewhere else, relative to the root. */
  readonly files: ReadonlySet<string>;
  /** @throws FactsAreGone for what is in a statement that is no longer there */
  readonly location: (location: Location) => Location;
}

export function moveAfter(before: ProjectFacts, { alignments }: Reach): Move {
  const moves = new Map<string, Alignment>();
  for (const [name, alignment] of alignments) {
    const file = before.get(name)?.facts.file;
    if (file !== undefined) moves.set(file, alignment);
  }
  const location = (at: Location) => {
    const alignment = moves.get(at.file);
    const moved = alignment ? moveLocation(at, alignment) : at;
    if (!moved) throw new FactsAreGone();
    return moved;
  };
  return { files: new Set(moves.keys()), location };
}

function moveFacts(facts: PartFacts, { location: move }: Move): PartFacts {
  const isMoved = locationsOf(facts).some((location) => move(location) !== location);
  return isMoved ? mapLocations(facts, move) : facts;
}
