import type { Location } from "@glacier-ts/core";
import { type Edit, endOf, type FixContext } from "./fix.js";
import { newLineOf } from "./new-names.js";

/**
 * Writes one more element into the array or object that an element of `tasks` is in, on a line of its own where the
 * others are.
 */
export function listInTasks(
  { host, editing }: FixContext,
  element: Location,
  text: string,
): readonly Edit[] | undefined {
  const node = editing.nodeAt(element);
  const last = node && editing.lastElement(node);
  if (!last) return undefined;
  const { file, start = 0, length = 0, ...place } = host.location(last);
  const source = editing.text(file);
  const lineStart = source.lastIndexOf("\n", start - 1) + 1;
  const [indent = ""] = /^[ \t]*/.exec(source.slice(lineStart)) ?? [];
  const isOnOwnLine = lineStart + indent.length === start;
  const separator = isOnOwnLine ? `,${newLineOf(source)}${indent}` : ", ";
  return [{ at: endOf({ file, ...place, start, length }), text: `${separator}${text}` }];
}
