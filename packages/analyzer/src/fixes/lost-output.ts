import type { Diagnostic } from "@glacier-ts/core";
import type { CompilerHost, Node, Type } from "../compiler-host.js";
import { withoutNull } from "../dataset-choices.js";
import type { ReturnSlot } from "../editing-host.js";
import type { TaskFacts } from "../model.js";
import { promisedType } from "../readers/task.js";
import { taskFunction } from "../task-function.js";
import { allTasks, type Edit, endOf, type FixContext, isSamePlace, isTypeScript } from "./fix.js";

/** A task whose return type does not say its dataset. */
export interface LostOutput {
  readonly task: TaskFacts;
  /** The task's function, as it is written. */
  readonly function: Node;
  readonly slot: ReturnSlot;
  readonly file: string;
  /** The types of what it returns, or of what the promise that it returns is of; null left out. */
  readonly types: readonly Type[];
  readonly isPromise: boolean;
  readonly isNullable: boolean;
}

/** What a diagnostic of a lost output is about; undefined where some of several outputs are lost, or in JavaScript. */
export function lostOutput({ location }: Diagnostic, context: FixContext): LostOutput | undefined {
  const { host, editing } = context;
  const task = allTasks(context).find(({ returned }) => isSamePlace(returned.location, location));
  const node = task && editing.nodeAt(task.location);
  const fn = node && taskFunction(host, editing, node);
  const slot = fn && editing.returnSlot(fn);
  if (!slot || task.returned.outputs.length > 0 || !isTypeScript(slot.location.file)) return undefined;
  const returned = returnedValue(host, slot, editing.returnedTypes(fn));
  return { task, function: fn, slot, file: slot.location.file, ...returned };
}

function returnedValue(
  host: CompilerHost,
  slot: ReturnSlot,
  returned: readonly Type[],
): Pick<LostOutput, "types" | "isPromise" | "isNullable"> {
  const promised = returned.map((type) => promisedType(host, type));
  const isPromise = (slot.isAsync && !slot.isGenerator) || promised.some((type) => type !== undefined);
  const all = returned
    .map((type, index) => promised[index] ?? type)
    .flatMap((type) => (host.kind(type) === "union" ? host.members(type) : [type]));
  const types = withoutNull(host, all);
  return { types, isPromise, isNullable: types.length < all.length };
}

/** The return type of a function that returns a dataset. */
export function returnTypeText({ isNullable, isPromise }: LostOutput, dataset: string): string {
  const type = `${dataset}${isNullable ? " | null" : ""}`;
  return isPromise ? `Promise<${type}>` : type;
}

/** Writes a return type, or another one. */
export function writeReturnType({ slot }: LostOutput, text: string): readonly Edit[] {
  const { location, isWritten, bareParameter } = slot;
  if (isWritten) return [{ at: location, text }];
  if (!bareParameter) return [{ at: location, text: `: ${text}` }];
  return [
    { at: { ...bareParameter, length: 0 }, text: "(" },
    { at: endOf(bareParameter), text: `): ${text}` },
  ];
}
