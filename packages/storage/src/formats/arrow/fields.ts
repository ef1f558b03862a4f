/** The types of columns as Arrow has them. */
import type { ColumnContent, ColumnType } from "@glacier-ts/core/payload";
import {
  Binary,
  Bool,
  type DataType,
  Field,
  Float64,
  Int64,
  List,
  Map_,
  Struct,
  TimestampMillisecond,
  Utf8,
} from "apache-arrow";

export function fieldOf(name: string, type: ColumnType): Field {
  return new Field(name, typeOf(type.content), type.isNullable || !type.isRequired);
}

function typeOf(content: ColumnContent): DataType {
  switch (content.kind) {
    case "boolean":
      return new Bool();
    case "number":
      return new Float64();
    case "integer":
    case "bigint":
      return new Int64();
    case "string":
      return new Utf8();
    case "Date":
      return new TimestampMillisecond("UTC");
    case "bytes":
      return new Binary();
    case "list":
      return new List(fieldOf("item", content.item));
    case "map": {
      const entry = new Struct([fieldOf("key", content.key), fieldOf("value", content.value)]);
      return new Map_(new Field("entries", entry, false) as never);
    }
    case "struct":
      return new Struct([...content.fields].map(([name, type]) => fieldOf(name, type)));
    default:
      return content satisfies never;
  }
}
