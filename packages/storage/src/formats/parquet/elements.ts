/** The types of columns as Parquet's schema has them. */
import type { ColumnContent, ColumnType } from "@glacier-ts/core/payload";
import type { SchemaElement } from "hyparquet";

/** The element of a column and its parts, in the order of the file's schema. */
export function elementsOf(name: string, type: ColumnType): readonly SchemaElement[] {
  const [element, ...parts] = contentElements(name, type.content);
  const mayLack = type.isNullable || !type.isRequired;
  return [{ ...(element as SchemaElement), repetition_type: mayLack ? "OPTIONAL" : "REQUIRED" }, ...parts];
}

function contentElements(name: string, content: ColumnContent): readonly SchemaElement[] {
  switch (content.kind) {
    case "boolean":
      return [{ name, type: "BOOLEAN" }];
    case "number":
      return [{ name, type: "DOUBLE" }];
    case "integer":
    case "bigint":
      return [{ name, type: "INT64" }];
    case "string":
      return [{ name, type: "BYTE_ARRAY", converted_type: "UTF8" }];
    case "Date":
      return [{ name, type: "INT64", converted_type: "TIMESTAMP_MILLIS" }];
    case "bytes":
      return [{ name, type: "BYTE_ARRAY" }];
    case "list":
      return [
        { name, num_children: 1, converted_type: "LIST", logical_type: { type: "LIST" } },
        { name: "list", num_children: 1, repetition_type: "REPEATED" },
        ...elementsOf("element", content.item),
      ];
    case "map":
      return [
        { name, num_children: 1, converted_type: "MAP", logical_type: { type: "MAP" } },
        { name: "key_value", num_children: 2, repetition_type: "REPEATED" },
        ...elementsOf("key", content.key),
        ...elementsOf("value", content.value),
      ];
    case "struct":
      return [
        { name, num_children: content.fields.size },
        ...[...content.fields].flatMap(([key, field]) => elementsOf(key, field)),
      ];
    default:
      return content satisfies never;
  }
}
