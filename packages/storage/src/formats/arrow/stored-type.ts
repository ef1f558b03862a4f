/** The types of an Arrow file's columns. */
import { DataType, DateUnit, type Field } from "apache-arrow";
import type { StoredType } from "../columns/stored-type.js";

export function storedTypeOf(type: DataType): StoredType {
  const description = String(type);
  if (DataType.isDictionary(type)) return storedTypeOf(type.dictionary);
  if (DataType.isNull(type)) return { content: "null", description };
  if (DataType.isBool(type)) return { content: "boolean", description };
  if (DataType.isInt(type) || DataType.isTime(type) || DataType.isDuration(type))
    return { content: "integer", description };
  if (DataType.isFloat(type) || DataType.isDecimal(type)) return { content: "number", description };
  if (isText(type)) return { content: "text", description };
  if (isBinary(type)) return { content: "bytes", description };
  if (DataType.isDate(type)) return { content: "time", isDay: type.unit === DateUnit.DAY, description };
  if (DataType.isTimestamp(type)) return { content: "time", isDay: false, description };
  if (DataType.isMap(type)) {
    const [key, value] = type.children[0]?.type.children ?? [];
    if (!key || !value) return { content: "other", description };
    const entriesOf = (map: unknown) => map as [unknown, unknown][];
    return {
      content: "map",
      key: storedTypeOf(key.type),
      value: storedTypeOf(value.type),
      entriesOf,
      description,
    };
  }
  const [item] = isList(type) ? type.children : [];
  if (item) return { content: "list", item: storedTypeOf(item.type), description };
  if (DataType.isStruct(type)) {
    const fields = type.children.map((field) => [nameOf(field), storedTypeOf(field.type)] as const);
    return { content: "struct", fields: new Map(fields), description };
  }
  return { content: "other", description };
}

/** A field may have no name, which the library's types do not say. */
export function nameOf({ name }: Field): string {
  return name ?? "";
}

export function isText(type: DataType): boolean {
  return DataType.isUtf8(type) || DataType.isLargeUtf8(type) || DataType.isUtf8View(type);
}

function isBinary(type: DataType): boolean {
  return (
    DataType.isBinary(type) ||
    DataType.isLargeBinary(type) ||
    DataType.isBinaryView(type) ||
    DataType.isFixedSizeBinary(type)
  );
}

function isList(type: DataType): boolean {
  return DataType.isList(type) || DataType.isLargeList(type) || DataType.isFixedSizeList(type);
}
