import type { Json } from "@glacier-ts/core";
import fc from "fast-check";
import { isObject } from "./payload-type.js";

/** A change of JSON: which part of it, and what becomes of that. */
export interface Mutation {
  /** Counts the parts, the whole among them; taken modulo their number. */
  readonly part: number;
  readonly change: number;
}

export const mutations: fc.Arbitrary<Mutation> = fc.record({ part: fc.nat(999), change: fc.nat(999) });

const replacements: readonly Json[] = [
  null,
  true,
  false,
  "",
  "zzz",
  "Zzz 9",
  "2026-01-31",
  0,
  1,
  -1,
  0.5,
  1000,
  -1e6,
  [],
  [1, "a"],
  {},
  { kind: "other" },
];

type Change = (json: Json) => Json | undefined;

/** Changes that keep a part close to what it was; undefined where they are none of its kind. */
const nearby: readonly Change[] = [
  (json) => (typeof json === "string" ? `${json}!` : undefined),
  (json) => (typeof json === "string" ? `!${json}` : undefined),
  (json) => (typeof json === "string" ? json.slice(1) : undefined),
  (json) => (typeof json === "string" ? json.slice(0, -1) : undefined),
  (json) => (typeof json === "string" ? json.toUpperCase() : undefined),
  (json) => (typeof json === "string" ? json.toLowerCase() : undefined),
  (json) => (typeof json === "number" ? json + 1 : undefined),
  (json) => (typeof json === "number" ? json - 1 : undefined),
  (json) => (typeof json === "number" ? json + 0.5 : undefined),
  (json) => (typeof json === "number" ? -json : undefined),
  (json) => (Array.isArray(json) ? json.slice(1) : undefined),
  (json) => (Array.isArray(json) ? [...json, ...json.slice(0, 1)] : undefined),
  (json) => (isObject(json) ? Object.fromEntries(Object.entries(json).slice(1)) : undefined),
  (json) => (isObject(json) ? Object.fromEntries(Object.entries(json).slice(0, -1)) : undefined),
];

/** Changes one part of a value. */
export function mutate(json: Json, { part, change }: Mutation): Json {
  const at = part % countParts(json);
  return changePart(json, at, (found) => {
    const close = nearby.flatMap((each) => each(found) ?? []);
    const candidates = change % 2 === 0 && close.length > 0 ? close : replacements;
    return candidates[(change >> 1) % candidates.length] as Json;
  });
}

function countParts(json: Json): number {
  const parts = Array.isArray(json) || isObject(json) ? Object.values(json as Json[]) : [];
  return parts.reduce((count: number, each) => count + countParts(each), 1);
}

function changePart(json: Json, at: number, change: (part: Json) => Json): Json {
  if (at === 0) return change(json);
  let before = 1;
  const below = (each: Json): Json => {
    const index = at - before;
    const size = countParts(each);
    before += size;
    return index >= 0 && index < size ? changePart(each, index, change) : each;
  };
  if (Array.isArray(json)) return json.map(below);
  return Object.fromEntries(
    Object.entries(json as { [name: string]: Json }).map(([name, each]) => [name, below(each)]),
  );
}
