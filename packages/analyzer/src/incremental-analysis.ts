/**
 * The analysis of a program that follows another one of the same project, as an editor has them: one for every edit.
 *
 * Facts of a file are kept while the file and everything that it reaches through imports stay the same. Types are not
 * kept: they belong to the program that they were read in, and would keep it in memory. What was asked of them is
 * remembered instead, and the mentions of a dataset are read again, all of them, as soon as one of them is.
 */
import type { ProgramAnalysis } from "./analyze.js";
import { FileAnalyzer } from "./analyze-file.js";
import type { CompilerHost, SourceFile, Type } from "./compiler-host.js";
import { link } from "./link.js";
import type { DatasetMention, FileFacts, TaskFacts } from "./model.js";
import { type Mismatch, PayloadComparer } from "./schema/payload-comparer.js";

/** What decides whether the facts of a file still hold. A file that has not changed is the same object. */
export interface FileDependencies {
  /** Every file of the program, declaration files as well. */
  files(): readonly SourceFile[];
  /** The files that a file imports, in a fixed order. */
  imports(file: SourceFile): readonly SourceFile[];
  /** What the file declares is seen without an import of it. */
  isGlobal(file: SourceFile): boolean;
  /** The compiler's options: the same object while they are the same. */
  readonly options: object;
}

interface State {
  readonly options: object;
  readonly imports: ReadonlyMap<SourceFile, readonly SourceFile[]>;
  readonly globals: ReadonlySet<SourceFile>;
  readonly facts: ReadonlyMap<SourceFile, FileFacts>;
}

/** Mentions without their types, and the same ones with them: those that were read in the current program. */
type Current = Map<DatasetMention, DatasetMention>;

/** What was asked about two mentions. */
interface Answer {
  readonly fits: boolean;
  readonly mismatch: Mismatch | undefined;
}
type Answers = WeakMap<DatasetMention, WeakMap<DatasetMention, Answer>>;

export class IncrementalAnalysis {
  readonly #answers: Answers = new WeakMap();
  #state: State | undefined;
  #reading: string | undefined;
  #readCount = 0;

  /** The file that is being read, relative to the root: where it failed, if `update` throws. */
  get reading(): string | undefined {
    return this.#reading;
  }

  /** How many files the last update has read. */
  get readCount(): number {
    return this.#readCount;
  }

  /** Analyses the next program. If it throws, the next update goes on from the program before. */
  update(host: CompilerHost, dependencies: FileDependencies): ProgramAnalysis {
    this.#readCount = 0;
    this.#reading = undefined;
    const before = this.#state;
    const imports = new Map(dependencies.files().map((file) => [file, dependencies.imports(file)]));
    const globals = new Set([...imports.keys()].filter((file) => dependencies.isGlobal(file)));
    const { options } = dependencies;
    const isComparable = before?.options === options && isSameSet(before.globals, globals);
    const changed = isComparable ? changedFiles(before.imports, imports) : undefined;
    const next = { options, imports, globals };
    if (before && changed) {
      const analysis = this.#link(host, next, (read) =>
        factsAfter(before.facts, host.files(), changed, read),
      );
      if (analysis) return analysis;
    }
    const all = this.#link(host, next, (read) => new Map(host.files().map((file) => [file, read(file)])));
    if (!all) throw new Error("Internal error: a type of another program was needed");
    return all;
  }

  /** Undefined where linking needs a type that is gone. */
  #link(
    host: CompilerHost,
    next: Omit<State, "facts">,
    collect: (read: (file: SourceFile) => FileFacts) => ReadonlyMap<SourceFile, FileFacts> | undefined,
  ): ProgramAnalysis | undefined {
    const current: Current = new Map();
    const analyzer = new FileAnalyzer(host);
    const facts = collect((file) => {
      this.#reading = host.path(file);
      this.#readCount++;
      const read = withoutTypes(analyzer.analyzeFile(file), current);
      this.#reading = undefined;
      return read;
    });
    if (!facts) return undefined;
    const files = [...facts.values()];
    try {
      const linked = link(files, host, new RememberedPayloads(host, current, this.#answers));
      this.#state = { ...next, facts };
      return { files, ...linked };
    } catch (error) {
      if (error instanceof TypesAreGone) return undefined;
      throw error;
    }
  }
}

class TypesAreGone extends Error {}

/** Compares mentions whose types are known; repeats for others what it said of them before. */
class RememberedPayloads extends PayloadComparer {
  readonly #current: ReadonlyMap<DatasetMention, DatasetMention>;
  readonly #answers: Answers;
  readonly #comparer: PayloadComparer;

  constructor(host: CompilerHost, current: ReadonlyMap<DatasetMention, DatasetMention>, answers: Answers) {
    super(host);
    this.#comparer = new PayloadComparer(host);
    this.#current = current;
    this.#answers = answers;
  }

  override fits(produced: DatasetMention, read: DatasetMention): boolean {
    return this.#answer(produced, read).fits;
  }

  override mismatch(produced: DatasetMention, read: DatasetMention): Mismatch | undefined {
    return this.#answer(produced, read).mismatch;
  }

  #answer(produced: DatasetMention, read: DatasetMention): Answer {
    if (produced.schema.schema === read.schema.schema) return { fits: true, mismatch: undefined };
    const known = this.#answers.get(produced)?.get(read);
    if (known) return known;
    const source = this.#current.get(produced);
    const target = this.#current.get(read);
    if (!source || !target) throw new TypesAreGone();
    const answer = {
      fits: this.#comparer.fits(source, target),
      mismatch: this.#comparer.mismatch(source, target),
    };
    const answers = this.#answers.get(produced) ?? new WeakMap<DatasetMention, Answer>();
    this.#answers.set(produced, answers.set(read, answer));
    return answer;
  }
}

/** Files that are new, that import other files than before, or that reach such a file through imports. */
function changedFiles(
  before: ReadonlyMap<SourceFile, readonly SourceFile[]>,
  after: ReadonlyMap<SourceFile, readonly SourceFile[]>,
): ReadonlySet<SourceFile> {
  const importers = new Map<SourceFile, SourceFile[]>();
  const open: SourceFile[] = [];
  for (const [file, imports] of after) {
    for (const imported of imports) {
      const known = importers.get(imported);
      if (known) known.push(file);
      else importers.set(imported, [file]);
    }
    const known = before.get(file);
    const isSame =
      known?.length === imports.length && imports.every((imported, index) => known[index] === imported);
    if (!isSame) open.push(file);
  }
  const changed = new Set(open);
  for (let file = open.pop(); file; file = open.pop()) {
    for (const importer of importers.get(file) ?? []) {
      if (changed.has(importer)) continue;
      changed.add(importer);
      open.push(importer);
    }
  }
  return changed;
}

/**
 * Reads the changed files, and in the others the mentions of every dataset that a changed file mentions or mentioned.
 * So all mentions of one dataset are of one program, and their schemas and types can be compared.
 */
function factsAfter(
  before: ReadonlyMap<SourceFile, FileFacts>,
  files: readonly SourceFile[],
  changed: ReadonlySet<SourceFile>,
  read: (file: SourceFile) => FileFacts,
): ReadonlyMap<SourceFile, FileFacts> | undefined {
  const isKept = (file: SourceFile) => before.has(file) && !changed.has(file);
  const facts = new Map<SourceFile, FileFacts>();
  const names = new Set<string | undefined>();
  const addNames = (of: FileFacts) => {
    for (const { name } of mentionsOf(of)) names.add(name);
  };
  const kept = new Set(files.filter(isKept));
  for (const [file, old] of before) if (!kept.has(file)) addNames(old);
  for (const file of files) {
    const old = kept.has(file) ? before.get(file) : undefined;
    const found = old ?? read(file);
    facts.set(file, found);
    if (!old) addNames(found);
  }
  for (const file of kept) {
    const old = facts.get(file) as FileFacts;
    const known = mentionsOf(old);
    if (!known.some(({ name }) => names.has(name))) continue;
    const fresh = mentionsOf(read(file));
    const isSame =
      known.length === fresh.length && known.every(({ name }, index) => name === fresh[index]?.name);
    // The file means something else although nothing that it reaches has changed: trust nothing.
    if (!isSame) return undefined;
    const replaced = new Map(known.map((mention, index) => [mention, fresh[index] as DatasetMention]));
    const refresh = (mention: DatasetMention) =>
      names.has(mention.name) ? (replaced.get(mention) as DatasetMention) : mention;
    facts.set(file, mapMentions(old, refresh));
  }
  return facts;
}

/** Stands for a type that is not kept. */
const gone: Type = Object.freeze({ "~compiler": "type" });

function withoutTypes(facts: FileFacts, current: Current): FileFacts {
  return mapMentions(facts, (mention) => {
    const bare = { ...mention, types: [], whole: gone };
    current.set(bare, mention);
    return bare;
  });
}

const mentions = new WeakMap<FileFacts, readonly DatasetMention[]>();

function mentionsOf(facts: FileFacts): readonly DatasetMention[] {
  const known = mentions.get(facts);
  if (known) return known;
  const found: DatasetMention[] = [];
  mentions.set(facts, found);
  mapMentions(facts, (mention) => {
    found.push(mention);
    return mention;
  });
  return found;
}

/** Copies facts with other mentions. */
function mapMentions(facts: FileFacts, change: (mention: DatasetMention) => DatasetMention): FileFacts {
  const changeTask = (task: TaskFacts): TaskFacts => ({
    ...task,
    parameters: task.parameters.map((parameter) => ({
      ...parameter,
      datasets: parameter.datasets.map(change),
    })),
    returned: {
      ...task.returned,
      outputs: task.returned.outputs.map((output) => ({ ...output, mention: change(output.mention) })),
    },
  });
  return {
    ...facts,
    tasks: facts.tasks.map(changeTask),
    datasets: facts.datasets.map((dataset) => ({
      ...dataset,
      mention: dataset.mention && change(dataset.mention),
    })),
    pipelines: facts.pipelines.map((pipeline) => ({
      ...pipeline,
      elements: pipeline.elements.map((element) => ({
        ...element,
        plain: element.plain && changeTask(element.plain),
      })),
    })),
  };
}

function isSameSet<T>(a: ReadonlySet<T>, b: ReadonlySet<T>): boolean {
  return a.size === b.size && [...a].every((item) => b.has(item));
}
