/** The dataset types that fit where a parameter's type or a return type is written. */
import type { ProgramAnalysis } from "./analyze.js";
import type { CompilerHost, Node, Type } from "./compiler-host.js";
import { type DatasetChoice, datasetChoices, fittingOutputs } from "./dataset-choices.js";
import type { EditingHost } from "./editing-host.js";
import { coreFunction } from "./readers/core-call.js";
import { MarkReader } from "./readers/marks.js";
import { promisedType } from "./readers/task.js";

/** Where a type is written. */
export interface TypePlace {
  /** The position of the parameter whose type it is; undefined for the return type. */
  readonly parameter: number | undefined;
  readonly function: Node;
  /** The call that the function is an argument of. */
  readonly call: Node | undefined;
  /** The type is the whole of what is taken or returned, or what a promise is of; else it is a part of it. */
  readonly isWhole: boolean;
}

export interface FittingDatasets {
  /** The best ones first. */
  readonly fitting: readonly DatasetChoice[];
  readonly unfitting: readonly DatasetChoice[];
}

/**
 * Sorts the project's datasets: for a parameter those that a task produces first, then those that are stored; for a
 * return type those that what the function returns can be.
 *
 * @returns undefined where the function cannot be a task
 */
export function datasetsFor(
  host: CompilerHost,
  editing: EditingHost,
  analysis: ProgramAnalysis,
  place: TypePlace,
): FittingDatasets | undefined {
  if (!canBeTask(host, editing, place)) return undefined;
  const choices = datasetChoices(host, editing, analysis);
  const own = ownDatasets(host, place);
  const fitting =
    place.parameter === undefined
      ? fittingOutputs(host, choices, place.isWhole ? editing.returnedTypes(place.function) : [], own.read)
      : fittingInputs(choices, new Set([...own.read, ...own.produced]));
  const chosen = new Set(fitting);
  return { fitting, unfitting: choices.filter((choice) => !chosen.has(choice)) };
}

/** @param known datasets that the function produces, or reads in other parameters */
function fittingInputs(
  choices: readonly DatasetChoice[],
  known: ReadonlySet<string | undefined>,
): readonly DatasetChoice[] {
  const rank = ({ isProduced, isStored }: DatasetChoice) => (isProduced ? 0 : isStored ? 1 : 2);
  return choices.filter(({ dataset }) => !known.has(dataset)).sort((a, b) => rank(a) - rank(b));
}

/** The datasets that a function names already, apart from the place: whether it is a task or not yet. */
function ownDatasets(
  host: CompilerHost,
  { function: fn, parameter }: TypePlace,
): { read: ReadonlySet<string | undefined>; produced: ReadonlySet<string | undefined> } {
  const marks = new MarkReader(host);
  const names = (types: readonly Type[]) =>
    new Set(types.flatMap((type) => marks.read(type).marks.map(({ name }) => name)));
  const [signature] = host.signatures(host.typeAt(fn));
  if (!signature) return { read: new Set(), produced: new Set() };
  const { parameters, returnType } = signature;
  return {
    read: names(parameters.filter((_, index) => index !== parameter).map(({ type }) => type)),
    produced: names([promisedType(host, returnType) ?? returnType]),
  };
}

/** Whether a function is exported, or in a call of `task()` or `check()`. */
function canBeTask(host: CompilerHost, editing: EditingHost, { function: fn, call }: TypePlace): boolean {
  if (call) return ["task", "check"].includes(coreFunction(host, call) ?? "");
  const value = host.declarationOfValue(fn);
  const name = value ? undefined : editing.nodeAt(host.location(fn));
  const symbol = name && host.symbolAt(name);
  const declaration = value ?? (symbol && host.declarationOf(symbol));
  return declaration?.exportPath !== undefined;
}
