import { resolve, type Shape } from "./shape.js";

/** A type in a message: `a number or null`. */
export function describeShape(shape: Shape): string {
  const resolved = resolve(shape);
  switch (resolved.kind) {
    case "any":
      return "a value";
    case "null":
      return "null";
    case "boolean":
      return "true or false";
    case "number":
      return "a number";
    case "integer":
    case "bigint":
      return "an integer";
    case "string":
      return "a string";
    case "Date":
      return "a date such as 2026-01-31 or 2026-01-31T12:00:00Z";
    case "bytes":
      return "bytes";
    case "literal":
      return list(
        resolved.values.map((value) => (typeof value === "string" ? `'${value}'` : JSON.stringify(value))),
      );
    case "array":
    case "tuple":
      return "an array";
    case "stream":
      return "a stream";
    case "Set":
      return "a Set";
    case "Map":
      return "a Map";
    case "object":
      return "an object";
    case "union":
      return list([...new Set(resolved.branches.map(describeShape))]);
    case "reference":
      throw new Error("Internal error: resolved shapes are no references.");
    default:
      return resolved satisfies never;
  }
}

function list(items: readonly string[]): string {
  if (items.length > 8) return `${items.slice(0, 7).join(", ")} or ${items.length - 7} more`;
  return items.length < 2 ? items.join("") : `${items.slice(0, -1).join(", ")} or ${items.at(-1)}`;
}
