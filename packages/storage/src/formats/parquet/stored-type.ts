/** The types of a Parquet file's columns. */
import type { SchemaElement, SchemaTree } from "hyparquet";
import type { StoredType } from "../columns/stored-type.js";

export function storedTypeOf(tree: SchemaTree): StoredType {
  const description = describeStored(tree);
  const { element, children } = tree;
  if (children.length > 0) {
    if (isMap(element)) return mapOf(tree, description);
    if (element.converted_type !== "LIST") {
      const fields = children.map((child) => [child.element.name, storedTypeOf(child)] as const);
      return { content: "struct", fields: new Map(fields), description };
    }
    const repeated = children[0];
    const item = repeated?.children.length === 1 ? repeated.children[0] : repeated;
    return item
      ? { content: "list", item: storedTypeOf(item), description }
      : { content: "other", description };
  }
  if (element.repetition_type === "REPEATED") return { content: "other", description };
  const content = contentOf(element);
  return content === "time" ? { content, isDay: isDay(element), description } : { content, description };
}

/** What is left of a map without its annotation: an object with the list of entries, see `withoutMaps`. */
function mapOf(tree: SchemaTree, description: string): StoredType {
  const [key, value] = tree.children[0]?.children ?? [];
  if (!key || !value) return { content: "other", description };
  return {
    content: "map",
    key: storedTypeOf(key),
    value: storedTypeOf(value),
    entriesOf: (map) => {
      const entries = Object.values(map as object)[0] as readonly object[] | undefined;
      return (entries ?? []).map((entry) => Object.values(entry) as [unknown, unknown]);
    },
    description,
  };
}

function contentOf(element: SchemaElement) {
  const { type, converted_type: converted, logical_type: logical } = element;
  if (
    logical?.type === "TIMESTAMP" ||
    converted?.startsWith("TIMESTAMP") ||
    isDay(element) ||
    type === "INT96"
  )
    return "time";
  if (converted === "DECIMAL" || logical?.type === "FLOAT16") return "number";
  if (converted === "JSON" || logical?.type === "JSON") return "json";
  if (converted === "UTF8" || converted === "ENUM" || logical?.type === "STRING" || logical?.type === "UUID")
    return "text";
  switch (type) {
    case "BOOLEAN":
      return "boolean";
    case "INT32":
    case "INT64":
      return "integer";
    case "FLOAT":
    case "DOUBLE":
      return "number";
    default:
      return "bytes";
  }
}

function isDay({ converted_type: converted, logical_type: logical }: SchemaElement): boolean {
  return converted === "DATE" || logical?.type === "DATE";
}

/** Whether the annotation of a map was there; reading takes it away, see `withoutMaps`. */
function isMap(element: SchemaElement): boolean {
  return element.logical_type?.type === "MAP";
}

function describeStored({ element, children }: SchemaTree): string {
  const logical = element.logical_type?.type ?? element.converted_type;
  return children.length > 0
    ? (logical ?? "a group")
    : logical
      ? `${element.type} (${logical})`
      : String(element.type);
}
