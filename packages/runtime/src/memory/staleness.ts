/** Why a task has to run, in words that people act on. */
import type { JsonObject } from "@glacier-ts/core";
import type { KeyParts } from "./cache-key.js";

export type Staleness =
  | { readonly reason: "never-run" }
  /** Something that the result is made of is another one than in the last run. */
  | { readonly reason: "changed"; readonly changes: readonly Change[] }
  | { readonly reason: "too-old"; readonly ageMs: number; readonly maxAgeMs: number }
  /** What a former run has left is not there any more, or another one. */
  | { readonly reason: "output-gone"; readonly dataset: string }
  /** A task that it reads from has to run first. */
  | { readonly reason: "upstream"; readonly tasks: readonly string[] }
  /** An input has no version, as it is a stream or cannot be kept. */
  | { readonly reason: "unversioned-input"; readonly dataset: string }
  | { readonly reason: "not-cached" }
  | { readonly reason: "no-code-version" }
  | { readonly reason: "forced" };

/** One part that differs. */
export interface Change {
  readonly part: "code" | "input" | "param" | "env" | "storage";
  /** The parameter, variable or dataset; undefined for the code. */
  readonly name?: string;
  readonly before?: string | null;
  readonly after?: string | null;
}

/** What is not the same in two keys; none where they are equal. */
export function compareParts(before: KeyParts, after: KeyParts): readonly Change[] {
  return [
    ...(before.code === after.code ? [] : [{ part: "code" } as const]),
    ...compareNames("input", before.inputs, after.inputs),
    ...compareNames("param", before.params, after.params),
    // A hash of a variable says nothing to people.
    ...compareNames("env", before.env, after.env).map(({ part, name }) => ({ part, name })),
    ...compareNames("storage", before.storage, after.storage),
  ];
}

function compareNames(part: Exclude<Change["part"], "code">, before: JsonObject, after: JsonObject) {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return names
    .map((name) => ({ part, name, before: textAt(before, name), after: textAt(after, name) }))
    .filter((change) => change.before !== change.after);
}

function textAt(object: JsonObject, name: string): string | null {
  const value = Object.hasOwn(object, name) ? (object[name] ?? null) : null;
  return value === null || typeof value === "string" ? value : JSON.stringify(value);
}
