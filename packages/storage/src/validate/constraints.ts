import { isJsonObject, type Json, type JsonObject } from "@glacier-ts/core";

/** Keywords that say more of a value than its type does. */
const constraints = [
  "minimum",
  "maximum",
  "exclusiveMinimum",
  "exclusiveMaximum",
  "multipleOf",
  "minLength",
  "maxLength",
  "pattern",
  "format",
  "minItems",
  "maxItems",
  "uniqueItems",
];

/**
 * What a schema says beside types: of values whose types were checked while they were decoded, nothing else is left to
 * check. Only rows of plain columns are divided so; of others the whole schema is left.
 *
 * @returns undefined where it says nothing beside types
 */
export function constraintsOf(schema: JsonObject): JsonObject | undefined {
  if (!isConstrained(schema)) return undefined;
  const { properties } = schema;
  if (schema.type !== "object" || !isJsonObject(properties)) return schema;
  const left = Object.entries(properties).filter(([, property]) => isConstrained(property));
  const others = Object.keys(schema).filter((keyword) => !described.has(keyword));
  if (others.some((keyword) => isConstrained(schema[keyword] as Json))) return schema;
  return { type: "object", properties: Object.fromEntries(left), ...definitionsFor(schema) };
}

/** What a schema of a row has beside its columns. */
const described = new Set(["type", "properties", "required", "description", "$defs", "additionalProperties"]);

const definitionsFor = ({ $defs }: JsonObject) => ($defs === undefined ? {} : { $defs });

/** Whether it, or something in it, says more than types; a reference may lead to what does. */
function isConstrained(schema: Json): boolean {
  if (Array.isArray(schema)) return schema.some(isConstrained);
  if (!isJsonObject(schema)) return false;
  const isMarked = "x-glacier-type" in schema;
  return Object.entries(schema).some(([keyword, value]) => {
    // The format and the distinct items of a marked type are part of the type.
    if (constraints.includes(keyword))
      return !(isMarked && (keyword === "format" || keyword === "uniqueItems"));
    return keyword === "$ref" || (typeof value === "object" && isConstrained(value));
  });
}
