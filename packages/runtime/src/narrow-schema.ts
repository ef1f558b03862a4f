import { isJsonObject, type JsonObject } from "@glacier-ts/core";

/**
 * The schema of rows with no other columns than their readers mention.
 *
 * @param readers schemas of the parameters that read them
 * @returns undefined where every column is read, or rows are no objects of known properties
 */
export function narrowSchema(schema: JsonObject, readers: readonly JsonObject[]): JsonObject | undefined {
  const row = rowOf(schema);
  const mentioned = readers.map((reader) => rowOf(reader)?.properties);
  if (!row || readers.length === 0 || !mentioned.every(isJsonObject)) return undefined;
  const names = new Set(mentioned.flatMap((properties) => Object.keys(properties)));
  const left = Object.entries(row.properties).filter(([name]) => names.has(name));
  if (left.length === Object.keys(row.properties).length) return undefined;
  const { required } = row;
  const items = {
    ...row,
    properties: Object.fromEntries(left),
    ...(Array.isArray(required) && { required: required.filter((name) => names.has(String(name))) }),
  };
  return { ...schema, items };
}

type Row = JsonObject & { readonly properties: JsonObject };

/** Undefined where rows may have columns that are not named. */
function rowOf({ type, items, $defs, prefixItems }: JsonObject): Row | undefined {
  if (type !== "array" || prefixItems !== undefined || !isJsonObject(items)) return undefined;
  const name = typeof items.$ref === "string" ? items.$ref.replace(/^#\/\$defs\//, "") : undefined;
  const row = name !== undefined && isJsonObject($defs) ? $defs[name] : items;
  if (!isJsonObject(row) || row.type !== "object" || !isJsonObject(row.properties)) return undefined;
  return "additionalProperties" in row || "patternProperties" in row ? undefined : (row as Row);
}
