import { types } from "node:util";
import { isReadOnly } from "./read-only-builtins.js";
import { isObject, kindOf } from "./value-kind.js";

type Copy = (part: unknown) => unknown;

/**
 * Copies a value and everything in it, without recursion; what is there twice is once in the copy as well. The copy can
 * be changed, also where the value was frozen. What is no data, see `kindOf`, is in both. An instance of a class gets the
 * same prototype and properties, but has no private fields.
 */
export function copy<T>(value: T): T {
  const copies = new Map<object, object>();
  const open: object[] = [];
  const copyOf: Copy = (part) => {
    if (!isObject(part)) return part;
    const before = copies.get(part);
    if (before) return before;
    const made = emptyCopy(part);
    copies.set(part, made);
    if (made !== part) open.push(part);
    return made;
  };
  const result = copyOf(value);
  for (let object = open.pop(); object; object = open.pop()) {
    fill(copies.get(object) as object, object, copyOf);
  }
  return result as T;
}

function emptyCopy(object: object): object {
  switch (kindOf(object)) {
    case "array":
      return withPrototypeOf(object, new Array((object as unknown[]).length));
    case "plain":
    case "instance":
      return Object.create(Object.getPrototypeOf(object));
    case "date":
      return withPrototypeOf(object, new Date((object as Date).getTime()));
    case "map":
      return withPrototypeOf(object, new Map());
    case "set":
      return withPrototypeOf(object, new Set());
    case "bytes":
      return copyBytes(object as ArrayBuffer | ArrayBufferView);
    case "opaque":
      return object;
  }
}

function fill(target: object, source: object, copyOf: Copy): void {
  switch (kindOf(source)) {
    case "map":
      for (const [key, value] of source as Map<unknown, unknown>)
        Map.prototype.set.call(target, copyOf(key), copyOf(value));
      return;
    case "set":
      for (const member of source as Set<unknown>) Set.prototype.add.call(target, copyOf(member));
      return;
    case "array":
    case "plain":
    case "instance":
      for (const key of Reflect.ownKeys(source)) copyProperty(target, source, key, copyOf);
      return;
    case "date":
    case "bytes":
    case "opaque":
      return;
  }
}

function copyProperty(target: object, source: object, key: string | symbol, copyOf: Copy): void {
  const property = Object.getOwnPropertyDescriptor(source, key) as PropertyDescriptor;
  // The length of the copy of an array is there already.
  if (key === "length" && Array.isArray(source)) return;
  if ("value" in property) {
    property.value = copyOf(property.value);
    property.writable = true;
  }
  property.configurable = true;
  Object.defineProperty(target, key, property);
}

/** The bytes that a view shows, in memory of its own. */
function copyBytes(bytes: ArrayBuffer | ArrayBufferView): object {
  if (types.isAnyArrayBuffer(bytes)) return bytes.slice(0);
  const { buffer, byteOffset, byteLength } = bytes;
  const own = buffer.slice(byteOffset, byteOffset + byteLength);
  // Of a typed array, also one of a subclass such as `Buffer`, this is the name of its class.
  const type = Reflect.get(globalThis, (bytes as DataView | Uint8Array)[Symbol.toStringTag]);
  return withPrototypeOf(bytes, new (type as new (buffer: ArrayBufferLike) => object)(own));
}

/** The class of the original; that of a read-only date, map or set is the ordinary one. */
function withPrototypeOf(original: object, made: object): object {
  const prototype = Object.getPrototypeOf(original);
  if (isReadOnly(original) || Object.getPrototypeOf(made) === prototype) return made;
  return Object.setPrototypeOf(made, prototype);
}
