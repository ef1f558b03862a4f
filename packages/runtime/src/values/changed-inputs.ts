import { types } from "node:util";
import { SharedStream } from "../streams/shared-stream.js";
import { ReadOnlyError } from "./read-only-builtins.js";
import { isObject, kindOf, pushParts } from "./value-kind.js";

/**
 * Which of a task's inputs the task has tried to change, as far as the error tells.
 *
 * An error for a frozen object names the property, but not the object. So an input counts where it holds a frozen object
 * with which this could have happened; for a date, map or set, where it holds one; a stream, whose items are gone,
 * always counts.
 *
 * @param error what the task threw
 * @param inputs the values that other tasks read as well, such as by the name of their dataset
 * @returns none where the error is about something else; several where each of them fits
 */
export function changedInputs<Name>(error: unknown, inputs: Iterable<readonly [Name, unknown]>): Name[] {
  const fits = suspects(error);
  if (!fits) return [];
  return Array.from(inputs)
    .filter(([, value]) => value instanceof SharedStream || holds(value, fits))
    .map(([name]) => name);
}

type Fits = (object: object) => boolean;

/** V8's messages for changes of frozen objects; whether the object has the property. */
const messages: readonly (readonly [pattern: RegExp, hasProperty?: boolean])[] = [
  [/^Cannot assign to read only property '(?<key>.*)' of object '(?<object>.*)'$/s, true],
  [/^Cannot delete property '(?<key>.*)' of (?<object>.*)$/s, true],
  [/^Cannot redefine property: (?<key>.*)$/s, true],
  [/^Cannot (add|define) property (?<key>.*), object is not extensible$/s, false],
  [/^(?<object>#<.*>|\[object .*\]) is not extensible$/],
];

/** Tells the objects that the error may be about; undefined where it is no error for a change. */
function suspects(error: unknown): Fits | undefined {
  const message = messageOf(error);
  if (message === undefined) return undefined;
  if (error instanceof ReadOnlyError) return (object) => kindOf(object) === error.builtin;
  for (const [pattern, hasProperty] of messages) {
    const match = pattern.exec(message);
    if (!match) continue;
    const { key = "", object: described } = match.groups ?? {};
    const isElement = /^\d+$/.test(key) && hasProperty === false;
    // The message does not say which symbol it was.
    const isKnown = hasProperty !== undefined && !key.startsWith("Symbol(");
    return (object) =>
      Object.isFrozen(object) &&
      (!isKnown || Object.hasOwn(object, key) === hasProperty) &&
      (Array.isArray(object) || !(isElement || described === "[object Array]"));
  }
  return undefined;
}

/** Undefined for what is no error; its message may be a getter that throws. */
function messageOf(error: unknown): string | undefined {
  try {
    return types.isNativeError(error) ? error.message : undefined;
  } catch {
    return undefined;
  }
}

function holds(value: unknown, fits: Fits): boolean {
  if (!isObject(value)) return false;
  const met = new Set<object>();
  const open: object[] = [value];
  for (let object = open.pop(); object; object = open.pop()) {
    if (met.has(object)) continue;
    met.add(object);
    if (fits(object)) return true;
    pushParts(object, kindOf(object), open);
  }
  return false;
}
