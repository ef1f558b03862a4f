import { isJsonObject, type Json, type JsonObject } from "@glacier-ts/core";

/** Keywords with one schema, with an array of schemas, and with schemas by name; those of payload schemas. */
const single: Readonly<Record<string, string>> = { items: "[]", additionalProperties: "[]" };
const lists = new Set(["anyOf", "oneOf", "prefixItems"]);
const maps = new Set(["properties", "patternProperties", "$defs"]);

/**
 * A schema with its direct sub-schemas changed.
 *
 * @param change gets each sub-schema and its place in a value: `.name`, `[]`, `[0]`; empty for the member of a union
 */
export function mapSubSchemas(
  schema: JsonObject,
  change: (schema: JsonObject, place: string) => JsonObject,
): JsonObject {
  const apply = (value: Json, place: string) => (isJsonObject(value) ? change(value, place) : value);
  const entries = Object.entries(schema).map(([keyword, value]): [string, Json] => {
    const place = single[keyword];
    if (place !== undefined) return [keyword, apply(value, place)];
    if (lists.has(keyword) && Array.isArray(value)) {
      const isTuple = keyword === "prefixItems";
      return [keyword, value.map((each, index) => apply(each, isTuple ? `[${index}]` : ""))];
    }
    if (maps.has(keyword) && isJsonObject(value)) {
      const isNamed = keyword === "properties";
      const parts = Object.entries(value).map(([name, each]) => [
        name,
        apply(each, isNamed ? `.${name}` : "[]"),
      ]);
      return [keyword, Object.fromEntries(parts)];
    }
    return [keyword, value];
  });
  return Object.fromEntries(entries);
}

/** Follows references to the definitions of a schema. */
export function resolveReference(schema: JsonObject, definitions: JsonObject): JsonObject {
  let resolved = schema;
  for (let steps = 0; typeof resolved.$ref === "string" && steps < 100; steps++) {
    const target = definitions[resolved.$ref.replace("#/$defs/", "")];
    if (!isJsonObject(target)) break;
    resolved = target;
  }
  return resolved;
}

export function definitionsOf(root: JsonObject): JsonObject {
  return isJsonObject(root.$defs) ? root.$defs : {};
}
