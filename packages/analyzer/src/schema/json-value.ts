import { isJsonObject, type Json } from "@glacier-ts/core";

/** Whether a value is roughly what a schema says: constants and kinds of values, but no ranges. */
export function isValueOf(schema: Json | undefined, value: Json): boolean {
  if (!isJsonObject(schema)) return true;
  const members = schema.anyOf ?? schema.oneOf;
  if (Array.isArray(members)) return members.some((member) => isValueOf(member, value));
  if (schema.const !== undefined) return schema.const === value;
  if (Array.isArray(schema.enum)) return schema.enum.includes(value);
  switch (schema.type) {
    case "null":
      return value === null;
    case "string":
    case "number":
    case "boolean":
      return typeof value === schema.type;
    case "integer":
      return Number.isInteger(value);
    case "array":
      return Array.isArray(value) && value.every((item) => isValueOf(schema.items, item));
    case "object":
      return isJsonObject(value);
    default:
      return true;
  }
}
