import type { Json, JsonObject } from "./json.js";

/** Whether a value is what a schema of a string, number, boolean, literal or a union of these says. */
export function fitsSchema(schema: JsonObject, value: unknown): boolean {
  if (Array.isArray(schema.allOf) && !schema.allOf.every((part) => fitsSchema(part as JsonObject, value))) {
    return false;
  }
  if (Array.isArray(schema.anyOf)) return schema.anyOf.some((part) => fitsSchema(part as JsonObject, value));
  if (Array.isArray(schema.enum)) return schema.enum.includes(value as Json);
  if ("const" in schema) return schema.const === value;
  if (schema.type === "integer" && !Number.isInteger(value)) return false;
  const type = schema.type === "integer" ? "number" : schema.type;
  if (type !== undefined && typeof value !== type) return false;
  if (typeof value === "number") return !Number.isNaN(value) && isInRange(schema, value);
  return typeof value !== "string" || isText(schema, value);
}

function isInRange(schema: JsonObject, value: number): boolean {
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum, multipleOf } = schema;
  return (
    (typeof minimum !== "number" || value >= minimum) &&
    (typeof maximum !== "number" || value <= maximum) &&
    (typeof exclusiveMinimum !== "number" || value > exclusiveMinimum) &&
    (typeof exclusiveMaximum !== "number" || value < exclusiveMaximum) &&
    (typeof multipleOf !== "number" || Number.isInteger(value / multipleOf))
  );
}

function isText(schema: JsonObject, value: string): boolean {
  const { pattern, minLength, maxLength } = schema;
  const { length } = Array.from(value);
  return (
    (typeof pattern !== "string" || new RegExp(pattern, "u").test(value)) &&
    (typeof minLength !== "number" || length >= minLength) &&
    (typeof maxLength !== "number" || length <= maxLength)
  );
}

const bounds: readonly (readonly [string, string])[] = [
  ["pattern", "like"],
  ["minimum", "at least"],
  ["exclusiveMinimum", "above"],
  ["maximum", "at most"],
  ["exclusiveMaximum", "below"],
  ["multipleOf", "a multiple of"],
  ["minLength", "not shorter than"],
  ["maxLength", "not longer than"],
];

/** What a schema accepts, in words: `a number at least 0`, `"a" or "b"`. */
export function describeSchema(schema: JsonObject): string {
  if (Array.isArray(schema.anyOf)) {
    return schema.anyOf.map((member) => describeSchema(member as JsonObject)).join(" or ");
  }
  if (Array.isArray(schema.enum)) return schema.enum.map((value) => JSON.stringify(value)).join(" or ");
  if ("const" in schema) return JSON.stringify(schema.const);
  const limits = bounds
    .filter(([keyword]) => keyword in schema)
    .map(([keyword, words]) => ` ${words} ${String(schema[keyword])}`);
  const type = schema.type === "integer" ? "an integer" : `a ${String(schema.type)}`;
  return `${type}${limits.join(",")}`;
}
