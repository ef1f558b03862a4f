import { deserialize, serialize } from "node:v8";
import { kindOf, pushParts } from "../values/value-kind.js";

/** @returns undefined for items that would not come back as they are: instances of classes, functions, symbols as keys */
export function serializeItems(items: readonly unknown[]): Buffer | undefined {
  try {
    return isData(items) ? serialize(items) : undefined;
  } catch {
    // A function or a symbol among the values.
    return undefined;
  }
}

export function deserializeItems(bytes: Buffer): readonly unknown[] {
  return deserialize(bytes) as unknown[];
}

function isData(value: object): boolean {
  const met = new Set<object>();
  const open: object[] = [value];
  for (let object = open.pop(); object; object = open.pop()) {
    const kind = kindOf(object);
    if (kind === "opaque" || kind === "instance" || Object.getOwnPropertySymbols(object).length > 0)
      return false;
    const before = open.length;
    pushParts(object, kind, open);
    // Only what has parts can be part of a cycle.
    if (open.length === before) continue;
    if (met.has(object)) open.length = before;
    else met.add(object);
  }
  return true;
}
