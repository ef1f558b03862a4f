import { compareText } from "@glacier-ts/core";
import type { CompilerHost, Type } from "../compiler-host.js";

/**
 * A type as text, the same in every run. Compilers print the members of a union in the order in which they came across
 * them, which depends on what was asked before.
 */
export function printType(host: CompilerHost, type: Type): string {
  const text = host.print(type);
  return host.kind(type) === "union" ? splitUnion(text).sort(compareText).join(" | ") : text;
}

/** The members of a union in an order that is the same in every run. */
export function sortTypes(host: CompilerHost, members: readonly Type[]): readonly Type[] {
  if (members.filter((member) => host.literal(member) === undefined).length < 2) return members;
  const texts = new Map(members.map((member) => [member, host.print(member)]));
  return members.toSorted((a, b) => compareText(texts.get(a) ?? "", texts.get(b) ?? ""));
}

/** Splits the text of a type at the bars that are in no brackets and no quotes. */
function splitUnion(text: string): string[] {
  const members: string[] = [];
  let depth = 0;
  let start = 0;
  // A quoted text is one token; so is an arrow, whose `>` closes nothing.
  for (const { 0: token, index } of text.matchAll(/"(?:\\.|[^"\\])*"|`[^`]*`|=>|[<({[\]})>]| \| /g)) {
    if (token === " | " && depth === 0) {
      members.push(text.slice(start, index));
      start = index + token.length;
    } else if (/^[<({[]$/.test(token)) depth++;
    else if (/^[>)}\]]$/.test(token)) depth--;
  }
  return [...members, text.slice(start)];
}
