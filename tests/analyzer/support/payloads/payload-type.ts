/** Payload types as TypeScript source, each with values of it and with what JSON is one of its values. */
import type { Json } from "@glacier-ts/core";
import type fc from "fast-check";

export interface PayloadType {
  /** The type as it is written. */
  readonly text: string;
  /** Statements that the text needs, each with a name of its own. */
  readonly declarations: readonly string[];
  /** JavaScript values of the type. */
  readonly values: fc.Arbitrary<unknown>;
  /** Whether JSON is what a value of the type is stored as. */
  readonly accepts: (json: Json) => boolean;
  /** Undefined is a value, too: a property of the type may be missing in JSON. */
  readonly isUnknown?: boolean;
}

/** A type that needs no declaration. */
export function inline(
  text: string,
  values: fc.Arbitrary<unknown>,
  accepts: PayloadType["accepts"],
): PayloadType {
  return { text, declarations: [], values, accepts };
}

/** The declarations of all, each once. */
export function declarationsOf(types: readonly PayloadType[]): readonly string[] {
  return [...new Set(types.flatMap(({ declarations }) => declarations))];
}

/** A name that no other statement has: a hash of the statement. */
function nameFor(statement: string): string {
  let hash = 7n;
  for (const character of statement) hash = (hash * 31n + BigInt(character.charCodeAt(0))) % (1n << 61n);
  return `T${hash.toString(36)}`;
}

/** A type that goes by a name. `write` makes the statement that declares it. */
export function declared(type: PayloadType, write: (name: string) => string): PayloadType {
  const name = nameFor(write("") + type.declarations.join());
  return { ...type, text: name, declarations: [...type.declarations, write(name)] };
}

/** A value as JSON has it. */
export function encode(value: unknown): Json {
  if (value instanceof Date) return value.toISOString();
  if (value instanceof Uint8Array) return Buffer.from(value).toString("base64");
  if (value instanceof Set || value instanceof Map || Array.isArray(value)) return Array.from(value, encode);
  if (typeof value === "bigint") return Number(value);
  if (typeof value !== "object" || value === null) return value as Json;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, encode(each)]));
}

export function isObject(json: Json): json is { readonly [name: string]: Json } {
  return typeof json === "object" && json !== null && !Array.isArray(json);
}
