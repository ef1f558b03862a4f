/** Everything that a project says of its datasets, brought together by name. */
import { compareText, type Location } from "@glacier-ts/core";
import type { FindOtherDataset, OtherDataset } from "./dependencies/other-datasets.js";
import type { DatasetFacts, DatasetMention, FileFacts, TaskFacts } from "./model.js";
import { Remembered } from "./remembered.js";
import type { PayloadComparer } from "./schema/payload-comparer.js";

export interface LinkedDataset {
  readonly name: string;
  /** Where the dataset is declared, or first mentioned. */
  readonly location: Location;
  readonly doc: string | undefined;
  /** `dataset(…)` first, then types; by file and position. */
  readonly declarations: readonly DatasetFacts[];
  /** Where return types mention it. */
  readonly producers: readonly DatasetMention[];
  /** Where parameters mention it. */
  readonly consumers: readonly DatasetMention[];
  /** Declarations, producers and consumers, in this order. */
  readonly mentions: readonly DatasetMention[];
  /**
   * The mention whose schema is the dataset's: the producer's, else that of `dataset().of<T>()`, else the widest of
   * the consumers', else that of a type.
   */
  readonly schemaMention: DatasetMention | undefined;
  /** How other packages and projects declare it; several where their options differ. */
  readonly others: readonly OtherDataset[];
  /** A task of another package or project reads or produces it. */
  readonly isOfOtherTasks: boolean;
}

/** Orders mentions by file and position. */
export function compareMentions(a: DatasetMention, b: DatasetMention): number {
  return compareLocations(a.location, b.location);
}

export function compareLocations(a: Location, b: Location): number {
  return compareText(a.file, b.file) || a.line - b.line || a.column - b.column;
}

/** Brings together declarations and mentions; sorted by name. */
export function linkDatasets(
  files: readonly FileFacts[],
  tasks: Iterable<TaskFacts>,
  payloads: PayloadComparer,
  othersOf: FindOtherDataset = () => [],
): readonly LinkedDataset[] {
  const byName = new Map<string, Found>();
  const entry = (name: string): Found => {
    const known = byName.get(name);
    if (known) return known;
    const added = { declarations: [], producers: [], consumers: [] };
    byName.set(name, added);
    return added;
  };
  const ofOtherTasks = new Set<string>();
  for (const dataset of files.flatMap((file) => file.datasets))
    entry(dataset.name).declarations.push(dataset);
  for (const task of tasks) {
    if (task.declared !== undefined) for (const name of datasetsOf(task)) ofOtherTasks.add(name);
    // What a generic task reads and produces is not known, which was reported.
    if (task.typeParameters !== "") continue;
    for (const { mention } of task.returned.outputs) {
      if (mention.name !== undefined) entry(mention.name).producers.push(mention);
    }
    for (const { datasets } of task.parameters) {
      for (const mention of datasets) {
        if (mention.name !== undefined) entry(mention.name).consumers.push(mention);
      }
    }
  }
  return [...byName.keys()]
    .sort()
    .map((name) =>
      linkDataset(
        name,
        entry(name),
        { others: othersOf(name), isOfOtherTasks: ofOtherTasks.has(name) },
        payloads,
      ),
    );
}

/** What the files say of one dataset. */
interface Found {
  readonly declarations: DatasetFacts[];
  readonly producers: DatasetMention[];
  readonly consumers: DatasetMention[];
}

const linked = new Remembered<DatasetFacts | DatasetMention, LinkedDataset>();

function linkDataset(
  name: string,
  { declarations, producers, consumers }: Found,
  around: Pick<LinkedDataset, "others" | "isOfOtherTasks">,
  payloads: PayloadComparer,
): LinkedDataset {
  const isType = (declaration: DatasetFacts) => (declaration.form === "type" ? 1 : 0);
  declarations.sort((a, b) => isType(a) - isType(b) || compareLocations(a.location, b.location));
  producers.sort(compareMentions);
  consumers.sort(compareMentions);
  const parts = [...declarations, ...producers, ...consumers];
  const [some] = parts as [DatasetFacts | DatasetMention];
  return linked.get(some, [...parts, ...around.others, around.isOfOtherTasks], () => {
    const declared = declarations.flatMap(({ mention }) => mention ?? []);
    const mentions = [...declared, ...producers, ...consumers];
    const [first] = declarations;
    return {
      name,
      location: first?.location ?? (mentions[0] as DatasetMention).location,
      doc: declarations.map(({ doc }) => doc).find((doc) => doc !== undefined),
      declarations,
      producers,
      consumers,
      mentions,
      schemaMention:
        producers[0] ??
        (first?.form === "value" ? first.mention : undefined) ??
        widest(consumers, payloads) ??
        declared[0],
      ...around,
    };
  });
}

/** The names of the datasets that a task reads or produces. */
export function datasetsOf({ parameters, returned }: TaskFacts): readonly string[] {
  const inputs = parameters.flatMap(({ datasets }) => datasets);
  return [...inputs, ...returned.outputs.map(({ mention }) => mention)].flatMap(({ name }) => name ?? []);
}

/** The mention that fits all others; the first one where there is none. */
function widest(mentions: readonly DatasetMention[], payloads: PayloadComparer): DatasetMention | undefined {
  const different = [...new Map(mentions.map((mention) => [mention.schema.schema, mention])).values()];
  return (
    different.find((mention) => different.every((other) => payloads.fits(mention, other))) ?? mentions[0]
  );
}
