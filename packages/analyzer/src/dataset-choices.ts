/** The dataset types that a project declares, for writing one of them. */
import type { Location } from "@glacier-ts/core";
import type { ProgramAnalysis } from "./analyze.js";
import type { CompilerHost, Node, SourceFile, Type } from "./compiler-host.js";
import { compareLocations } from "./datasets.js";
import type { EditingHost } from "./editing-host.js";
import type { NeededImport } from "./fixes/fix.js";
import type { DatasetFacts } from "./model.js";

export interface DatasetChoice {
  readonly dataset: string;
  /** The alias or interface; the const of a dataset that has a value and no type. */
  readonly declaration: Node;
  readonly location: Location;
  /** How a type is made of a const: core's `Dataset`, for `Dataset.Of<typeof CleanUsers>`. */
  readonly maker: Node | undefined;
  readonly type: Type;
  /** Some task produces it. */
  readonly isProduced: boolean;
  /** Some task reads it. */
  readonly isRead: boolean;
  readonly isStored: boolean;
}

/** By file and position. */
export function datasetChoices(
  host: CompilerHost,
  editing: EditingHost,
  { files, manifest }: ProgramAnalysis,
): readonly DatasetChoice[] {
  const tasks = Object.values(manifest.tasks);
  const produced = new Set(tasks.flatMap(({ outputs }) => outputs.map(({ dataset }) => dataset)));
  const read = new Set(tasks.flatMap(({ inputs }) => inputs.map(({ dataset }) => dataset)));
  const declaring = new Map(files.map((facts) => [facts.file, facts.datasets]));
  const typed = new Set(files.flatMap(({ datasets }) => datasets.filter(isType).map(({ name }) => name)));
  return host
    .files()
    .flatMap((file) => {
      const datasets = declaring.get(host.path(file)) ?? [];
      const values = datasets.filter((dataset) => !isType(dataset) && !typed.has(dataset.name));
      return [
        ...typeChoices(host, file, datasets.filter(isType)),
        ...(values.length > 0 ? valueChoices(host, editing, file, values) : []),
      ];
    })
    .map(({ dataset, ...choice }) => ({
      ...choice,
      dataset,
      isProduced: produced.has(dataset),
      isRead: read.has(dataset),
      isStored:
        Object.hasOwn(manifest.datasets, dataset) && manifest.datasets[dataset]?.storage !== undefined,
    }))
    .sort((a, b) => compareLocations(a.location, b.location));
}

/** A dataset type as a file writes it, with what it has to import for it; undefined where it cannot. */
export function writeDataset(
  editing: EditingHost,
  file: string,
  { declaration, maker }: DatasetChoice,
): { readonly text: string; readonly imports: readonly NeededImport[] } | undefined {
  const imports: NeededImport[] = [];
  const nameOf = (node: Node) => {
    const found = editing.nameIn(file, node);
    if (found?.isMissing) imports.push({ file, declaration: node, isType: true });
    return found?.name;
  };
  const name = nameOf(declaration);
  const makerName = maker && nameOf(maker);
  if (name === undefined || (maker && makerName === undefined)) return undefined;
  return { text: maker ? `${makerName}.Of<typeof ${name}>` : name, imports };
}

type DeclaredChoice = Pick<DatasetChoice, "dataset" | "declaration" | "location" | "maker" | "type">;

function isType({ form }: DatasetFacts): boolean {
  return form === "type";
}

function typeChoices(
  host: CompilerHost,
  file: SourceFile,
  datasets: readonly DatasetFacts[],
): readonly DeclaredChoice[] {
  if (datasets.length === 0) return [];
  const byStart = new Map(datasets.map(({ name, location }) => [location.start, name]));
  return host.typeDeclarations(file).flatMap(({ node, type }) => {
    const location = host.location(node);
    const dataset = byStart.get(location.start);
    return dataset === undefined ? [] : [{ dataset, declaration: node, location, maker: undefined, type }];
  });
}

/** Calls of `dataset()` that are the value of a const, and say their payload. */
function valueChoices(
  host: CompilerHost,
  editing: EditingHost,
  file: SourceFile,
  datasets: readonly DatasetFacts[],
): readonly DeclaredChoice[] {
  const byStart = new Map(datasets.map(({ name, location }) => [location.start, name]));
  const maker = editing.packageExport("@glacier-ts/core", "Dataset");
  return host.calls(file).flatMap((call) => {
    const expression = host.expression(call);
    const [name] = expression.kind === "call" ? expression.arguments : [];
    const dataset = name && byStart.get(host.location(name).start);
    const of = host.methodCallOn(call, "of");
    const declaration = of && host.declarationOfValue(of)?.node;
    const [, type] = of ? host.typeArguments(host.typeAt(of)) : [];
    if (dataset === undefined || !declaration || !type || !maker) return [];
    return [{ dataset, declaration, location: host.location(declaration), maker, type }];
  });
}

/**
 * The datasets that a function could say it produces, the best ones first: those that are exactly what it returns, those
 * that somebody reads and nobody produces, those that nobody produces.
 *
 * @param returned the types of what it returns; null is left out of account
 * @param read what the function reads, which it does not produce
 */
export function fittingOutputs(
  host: CompilerHost,
  choices: readonly DatasetChoice[],
  returned: readonly Type[],
  read: ReadonlySet<string | undefined>,
): readonly DatasetChoice[] {
  const values = withoutNull(host, returned);
  const rank = ({ type, isProduced, isRead }: DatasetChoice) => {
    const isExact = values.some((value) => host.isAssignable(type, value));
    return (isProduced ? 8 : 0) + (isExact ? 0 : 4) + (isRead ? 0 : 1);
  };
  return choices
    .filter(
      ({ dataset, type }) => !read.has(dataset) && values.every((value) => host.isAssignable(value, type)),
    )
    .map((choice) => ({ choice, rank: rank(choice) }))
    .sort((a, b) => a.rank - b.rank)
    .map(({ choice }) => choice);
}

/** The members of types, without null. */
export function withoutNull(host: CompilerHost, types: readonly Type[]): readonly Type[] {
  return types
    .flatMap((type) => (host.kind(type) === "union" ? host.members(type) : [type]))
    .filter((type) => host.kind(type) !== "null");
}
