import type { SchemaElement, SchemaTree } from "hyparquet";

/** What the file says of a column's values. Times are milliseconds since 1970 here, see `parsers` in read.ts. */
export type Content =
  | "boolean"
  | "integer"
  | "number"
  | "time"
  | "text"
  | "bytes"
  | "json"
  | "list"
  | "map"
  | "struct";

export function contentOf(tree: SchemaTree): Content {
  const { element } = tree;
  const { type, converted_type: converted, logical_type: logical } = element;
  if (tree.children.length > 0) return isMap(element) ? "map" : converted === "LIST" ? "list" : "struct";
  if (element.repetition_type === "REPEATED") return "list";
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

export function isDay({ converted_type: converted, logical_type: logical }: SchemaElement): boolean {
  return converted === "DATE" || logical?.type === "DATE";
}

/** Whether the annotation of a map was there; reading takes it away, see `withoutMaps`. */
function isMap(element: SchemaElement): boolean {
  return element.logical_type?.type === "MAP";
}

/** A stored type in a message. */
export function describeStored({ element, children }: SchemaTree): string {
  const logical = element.logical_type?.type ?? element.converted_type;
  return children.length > 0
    ? (logical ?? "a group")
    : logical
      ? `${element.type} (${logical})`
      : String(element.type);
}
