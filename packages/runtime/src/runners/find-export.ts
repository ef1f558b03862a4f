import type { TaskFunction } from "@glacier-ts/core";

/** The exports of a module by name. */
export type Exports = Readonly<Record<string, unknown>>;

/**
 * The value of a kind at a path of names. Of a CommonJS module, the exports are in the namespace or in its `default`.
 */
export function findExport<Kind>(
  namespace: Exports,
  path: readonly string[],
  isOfKind: (value: unknown) => value is Kind,
): Kind | undefined {
  for (const root of [namespace, namespace.default]) {
    let at: unknown = root;
    for (const name of path) at = (at as Exports | null | undefined)?.[name];
    if (isOfKind(at)) return at;
  }
  return undefined;
}

export function isFunction(value: unknown): value is TaskFunction {
  return typeof value === "function";
}
