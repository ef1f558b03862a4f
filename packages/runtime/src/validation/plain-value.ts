import type { Json } from "@glacier-ts/core";

/** A value as JSON, whatever it is: what is not valid may be anything. */
export function plainValue(value: unknown): Json {
  return JSON.parse(JSON.stringify(value, replaceUnusual) ?? "null") as Json;
}

function replaceUnusual(_key: string, value: unknown): unknown {
  if (typeof value === "bigint" || typeof value === "symbol" || typeof value === "function")
    return String(value);
  if (typeof value === "number" && !Number.isFinite(value)) return String(value);
  if (value instanceof Uint8Array) return Buffer.from(value).toString("base64");
  if (value instanceof Set || value instanceof Map) return [...value];
  return value;
}
