import type { CompilerHost, Type } from "../compiler-host.js";
import {
  type DatasetChoice,
  datasetChoices,
  fittingOutputs,
  withoutNull,
  writeDataset,
} from "../dataset-choices.js";
import type { ReturnSlot } from "../editing-host.js";
import { promisedType } from "../readers/task.js";
import { taskFunction } from "../task-function.js";
import {
  allTasks,
  type Edit,
  endOf,
  type Fix,
  type FixContext,
  type Fixer,
  isSamePlace,
  isTypeScript,
} from "./fix.js";

/** Datasets that are offered: more would not be read. */
const maxChoices = 5;

/** Writes which dataset a task returns, where its return type does not say it. */
export const annotateReturn: Fixer = ({ location }, context) => {
  const { host, editing, analysis } = context;
  const task = allTasks(context).find(({ returned }) => isSamePlace(returned.location, location));
  const node = task && editing.nodeAt(task.location);
  const fn = node && taskFunction(host, editing, node);
  const slot = fn && editing.returnSlot(fn);
  // Where some of several outputs are lost, the whole is no dataset.
  if (!slot || task.returned.outputs.length > 0 || !isTypeScript(slot.location.file)) return [];
  const returned = returnedValue(host, slot, editing.returnedTypes(fn));
  const read = new Set(task.parameters.flatMap(({ datasets }) => datasets.map(({ name }) => name)));
  const fitting = fittingOutputs(host, datasetChoices(host, editing, analysis), returned.types, read);
  return offered(context, slot.location.file, fitting).map(({ choice, written, imports }) => {
    const type = `${written}${returned.isNullable ? " | null" : ""}`;
    const text = returned.isPromise ? `Promise<${type}>` : type;
    return {
      name: "annotateReturn",
      title: `Return dataset '${choice.dataset}': write the return type '${text}'`,
      edits: annotation(slot, text),
      imports,
    } satisfies Fix;
  });
};

/** What a function returns, or what the promise that it returns is of. */
function returnedValue(
  host: CompilerHost,
  slot: ReturnSlot,
  types: readonly Type[],
): { types: readonly Type[]; isPromise: boolean; isNullable: boolean } {
  const promised = types.map((type) => promisedType(host, type));
  const isPromise = (slot.isAsync && !slot.isGenerator) || promised.some((type) => type !== undefined);
  const values = types.map((type, index) => promised[index] ?? type);
  const members = values.flatMap((type) => (host.kind(type) === "union" ? host.members(type) : [type]));
  return { types: values, isPromise, isNullable: withoutNull(host, values).length < members.length };
}

interface Offer {
  readonly choice: DatasetChoice;
  /** The type as the file writes it. */
  readonly written: string;
  readonly imports: Fix["imports"];
}

/** Each dataset once, by the name that the file has for one of its types already, where it has one. */
function offered({ editing }: FixContext, file: string, choices: readonly DatasetChoice[]): readonly Offer[] {
  const offers = new Map<string, Offer>();
  for (const choice of choices) {
    const found = writeDataset(editing, file, choice);
    const known = offers.get(choice.dataset);
    const isBetter = found && (!known || (known.imports.length > 0 && found.imports.length === 0));
    if (isBetter) offers.set(choice.dataset, { choice, written: found.text, imports: found.imports });
  }
  return [...offers.values()].slice(0, maxChoices);
}

function annotation({ location, isWritten, bareParameter }: ReturnSlot, text: string): readonly Edit[] {
  if (isWritten) return [{ at: location, text }];
  if (!bareParameter) return [{ at: location, text: `: ${text}` }];
  return [
    { at: { ...bareParameter, length: 0 }, text: "(" },
    { at: endOf(bareParameter), text: `): ${text}` },
  ];
}
