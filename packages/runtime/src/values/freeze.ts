import { isReadOnly, makeReadOnly } from "./read-only-builtins.js";
import { isObject, kindOf, pushParts } from "./value-kind.js";

/** From this size on a frozen collection is remembered, so that passing it on from task to task costs nothing. */
const largeSize = 100;
const known = new WeakSet<object>();

/**
 * Makes a value unchangeable, and everything in it: from now on an attempt to change it throws a TypeError in strict
 * code, and does nothing in sloppy code.
 *
 * The walk has no recursion and takes cycles. These are left as they are: functions, regular expressions, async
 * iterables, what has to be closed (`Symbol.dispose`), private fields of classes, what proxies refuse, and what is behind
 * a symbol, a property that is not enumerable, or a named property of an array.
 *
 * @returns false where some of it cannot be made unchangeable: bytes, and dates, maps and sets of a subclass or that the
 *   user has frozen. Such a value has to be copied for each reader.
 */
export function freeze(value: unknown): boolean {
  if (!isObject(value)) return true;
  let isComplete = true;
  const large: object[] = [];
  /** Objects that were frozen when they were met: by this walk, an earlier one, or the user, and then not all through. */
  const metFrozen = new Set<object>();
  const open: object[] = [value];
  for (let object = open.pop(); object; object = open.pop()) {
    const before = open.length;
    try {
      const wasFrozen = Object.isFrozen(object);
      if (wasFrozen && (isReadOnly(object) || known.has(object))) continue;
      if (!freezeOne(object, open)) isComplete = false;
      if (open.length - before >= largeSize || isLargeArray(object)) large.push(object);
      if (!wasFrozen || open.length === before) continue;
      if (metFrozen.has(object)) open.length = before;
      else metFrozen.add(object);
    } catch {
      // A proxy of the user does not allow it.
    }
  }
  if (isComplete) for (const object of large) known.add(object);
  return isComplete;
}

/** Freezes an object without its parts, which are appended to `open`. */
function freezeOne(object: object, open: object[]): boolean {
  const kind = kindOf(object);
  if (kind === "opaque") return true;
  if (kind === "bytes") return false;
  pushParts(object, kind, open);
  const isBuiltin = kind === "date" || kind === "map" || kind === "set";
  const isComplete = !isBuiltin || makeReadOnly(object, kind);
  Object.freeze(object);
  return isComplete;
}

function isLargeArray(object: object): boolean {
  return Array.isArray(object) && object.length >= largeSize;
}
