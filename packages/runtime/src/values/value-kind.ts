import { types } from "node:util";
import { builtinOf } from "./read-only-builtins.js";

/**
 * How an object holds its data: which of its parts can be walked, frozen or copied.
 *
 * - `array`, `plain`, `date`, `map`, `set`, `bytes`: what payloads are made of
 * - `instance`: an object of a class; what it holds is in its properties, as far as can be seen
 * - `opaque`: no data: functions, streams, and what has to be closed
 */
export type ValueKind = "array" | "plain" | "date" | "map" | "set" | "bytes" | "instance" | "opaque";

export function kindOf(object: object): ValueKind {
  if (Array.isArray(object)) return "array";
  const prototype = Object.getPrototypeOf(object);
  if (prototype === Object.prototype || prototype === null)
    return Symbol.asyncIterator in object ? "opaque" : "plain";
  const builtin = builtinOf(prototype);
  if (builtin) return builtin;
  if (types.isDate(object)) return "date";
  if (types.isMap(object)) return "map";
  if (types.isSet(object)) return "set";
  // Memory that threads share is shared on purpose.
  if (ArrayBuffer.isView(object)) return types.isSharedArrayBuffer(object.buffer) ? "opaque" : "bytes";
  if (types.isArrayBuffer(object)) return "bytes";
  return isOpaque(object) ? "opaque" : "instance";
}

export function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

/**
 * Whether an object is plain and holds no other object, as the rows of most tables. Symbols and what is not enumerable
 * do not count. May throw what a getter or a proxy of the user throws.
 */
export function isFlat(object: object): boolean {
  if (Object.getPrototypeOf(object) !== Object.prototype || Symbol.asyncIterator in object) return false;
  for (const key in object) if (isObject((object as Record<string, unknown>)[key])) return false;
  return true;
}

/** Appends what an object holds that is itself an object. May throw what a proxy or an iterator of the user throws. */
export function pushParts(object: object, kind: ValueKind, parts: object[]): void {
  switch (kind) {
    case "array": {
      const array = object as readonly unknown[];
      for (let index = 0; index < array.length; index++) pushObject(array[index], parts);
      return;
    }
    case "plain":
      pushPlainParts(object, parts);
      return;
    case "instance":
      pushProperties(object, parts);
      return;
    case "map":
      for (const [key, value] of object as ReadonlyMap<unknown, unknown>) {
        pushObject(key, parts);
        pushObject(value, parts);
      }
      return;
    case "set":
      for (const member of object as ReadonlySet<unknown>) pushObject(member, parts);
      return;
    case "date":
    case "bytes":
    case "opaque":
      return;
    default:
      kind satisfies never;
  }
}

/**
 * The quickest way through a million objects that are alike. To ask for symbols and for what is not enumerable would take
 * as long again; the payload of a dataset has neither.
 */
function pushPlainParts(object: object, parts: object[]): void {
  const before = parts.length;
  try {
    for (const key in object) pushObject((object as Record<string, unknown>)[key], parts);
  } catch {
    // A getter threw, as it will for the readers.
    parts.length = before;
    pushProperties(object, parts);
  }
}

function pushProperties(object: object, parts: object[]): void {
  for (const key of Reflect.ownKeys(object))
    pushObject(Object.getOwnPropertyDescriptor(object, key)?.value, parts);
}

function pushObject(value: unknown, parts: object[]): void {
  if (isObject(value)) parts.push(value);
}

function isOpaque(object: object): boolean {
  return (
    Symbol.asyncIterator in object ||
    (Symbol.dispose !== undefined && Symbol.dispose in object) ||
    (Symbol.asyncDispose !== undefined && Symbol.asyncDispose in object) ||
    types.isRegExp(object)
  );
}
