import { compareText } from "@glacier-ts/core";

/** Orders properties by name. Compilers have orders of their own, such as for those that a spread brings in. */
export function sortByName<Item extends { readonly name: string }>(items: readonly Item[]): readonly Item[] {
  return items.toSorted((a, b) => compareText(a.name, b.name));
}
