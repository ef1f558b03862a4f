import { hash } from "node:crypto";
import type { Json } from "@glacier-ts/core";

/** Longer texts stand for themselves by their hash: what is the same object in many places may have no end in text. */
const maxLength = 10_000;

const texts = new WeakMap<object, string>();

/** The JSON of a schema, for comparing: the same for equal schemas. */
export function schemaText(schema: Json): string {
  if (typeof schema !== "object" || schema === null) return JSON.stringify(schema);
  const known = texts.get(schema);
  if (known !== undefined) return known;
  const full = Array.isArray(schema)
    ? `[${schema.map(schemaText).join(",")}]`
    : `{${Object.entries(schema)
        .map(([keyword, value]) => `${JSON.stringify(keyword)}:${schemaText(value)}`)
        .join(",")}}`;
  const text = full.length > maxLength ? `#${hash("sha256", full)}` : full;
  texts.set(schema, text);
  return text;
}
