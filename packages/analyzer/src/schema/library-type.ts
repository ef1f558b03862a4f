import type { JsonObject } from "@glacier-ts/core";
import { marker } from "./marker.js";

/**
 * The schema of a type of the library that stands for data; undefined for other types.
 *
 * @param argument the schema of a type argument
 */
export function librarySchema(
  name: string,
  argument: (index: number, place: string) => JsonObject,
): JsonObject | undefined {
  switch (name) {
    case "Date":
      return { type: "string", format: "date-time", [marker]: "Date" };
    case "Uint8Array":
    case "Buffer":
      return { type: "string", contentEncoding: "base64", [marker]: "Uint8Array" };
    case "Map":
    case "ReadonlyMap": {
      const prefixItems = [argument(0, ".key"), argument(1, ".value")];
      return {
        type: "array",
        items: { type: "array", prefixItems, minItems: 2, items: false },
        [marker]: "Map",
      };
    }
    case "Set":
    case "ReadonlySet": {
      const items = argument(0, "[]");
      // Two objects of a Set may be alike; JSON does not tell them apart.
      return { type: "array", ...(isPrimitive(items) && { uniqueItems: true }), items, [marker]: "Set" };
    }
    default:
      return undefined;
  }
}

function isPrimitive(schema: JsonObject): boolean {
  if (Array.isArray(schema.anyOf)) return schema.anyOf.every((member) => isPrimitive(member as JsonObject));
  if ("const" in schema || "enum" in schema) return true;
  const isText = schema.type === "string" && !(marker in schema);
  return isText || ["number", "integer", "boolean", "null"].includes(String(schema.type));
}
