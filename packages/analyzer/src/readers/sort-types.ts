import { compareText } from "@glacier-ts/core";
import type { CompilerHost, Type } from "../compiler-host.js";

/** The members of a union in an order that is the same in every run. */
export function sortTypes(host: CompilerHost, members: readonly Type[]): readonly Type[] {
  if (members.filter((member) => host.literal(member) === undefined).length < 2) return members;
  const texts = new Map(members.map((member) => [member, host.print(member)]));
  return members.toSorted((a, b) => compareText(texts.get(a) ?? "", texts.get(b) ?? ""));
}

/** The first member of a union in the order of their texts. Compilers have orders of their own. */
export function firstType(host: Pick<CompilerHost, "print">, members: readonly Type[]): Type | undefined {
  const [only] = members;
  if (members.length < 2) return only;
  const texts = members.map((member) => ({ member, text: host.print(member) }));
  return texts.sort((a, b) => compareText(a.text, b.text))[0]?.member;
}
