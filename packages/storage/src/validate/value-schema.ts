import { isJsonObject, type Json, type JsonObject } from "@glacier-ts/core";

/**
 * The schema of values in memory, by the schema of the JSON that they are encoded to: a Date is a Date there and no text.
 * Such a type becomes `valueType`, with `valueItems` and `valueKeys` for what is in a Set or a Map, and an object is none of these: `valueObject`. A stream
 * stays an array.
 */
export function valueSchema(schema: JsonObject): JsonObject {
  return rewrite(schema) as JsonObject;
}

function rewrite(schema: Json): Json {
  if (Array.isArray(schema)) return schema.map(rewrite);
  if (!isJsonObject(schema)) return schema;
  const { "x-glacier-type": mark, ...plain } = schema;
  if (mark !== undefined && mark !== "AsyncIterable")
    return { ...definitions(schema), ...valueType(mark, schema) };
  const rewritten = Object.fromEntries(
    Object.entries(plain).map(([keyword, value]) => [keyword, rewriteKeyword(keyword, value)]),
  );
  const isObject = "properties" in plain || [plain.type].flat().includes("object");
  return isObject ? { ...rewritten, valueObject: true } : rewritten;
}

function rewriteKeyword(keyword: string, value: Json): Json {
  // What is not a schema: values, names, and texts.
  if (keyword === "const" || keyword === "enum" || keyword === "required" || keyword === "examples")
    return value;
  if (keyword === "default" || keyword === "discriminator") return value;
  if (namedSchemas.has(keyword) && isJsonObject(value)) {
    return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, rewrite(each)]));
  }
  return rewrite(value);
}

/** Keywords whose values are schemas by name: the names may look like keywords. */
const namedSchemas = new Set(["properties", "patternProperties", "$defs"]);

function definitions({ $defs }: JsonObject): JsonObject {
  return $defs === undefined ? {} : { $defs: rewriteKeyword("$defs", $defs) };
}

function valueType(type: Json, { items }: JsonObject): JsonObject {
  if (type === "Set") return { valueType: type, valueItems: rewrite(items ?? true) };
  if (type !== "Map") return { valueType: type };
  const [keys = true, values = true] =
    isJsonObject(items) && Array.isArray(items.prefixItems) ? items.prefixItems : [];
  return { valueType: type, valueKeys: rewrite(keys), valueItems: rewrite(values) };
}
