import type { TaskFunction } from "@glacier-ts/core";

/** The exports of a module by name. */
export type Exports = Readonly<Record<string, unknown>>;

/** The function at a path of names. Of a CommonJS module, the exports are in the namespace or in its `default`. */
export function findExport(namespace: Exports, path: readonly string[]): TaskFunction | undefined {
  for (const root of [namespace, namespace.default]) {
    let at: unknown = root;
    for (const name of path) at = (at as Exports | null | undefined)?.[name];
    if (typeof at === "function") return at as TaskFunction;
  }
  return undefined;
}
