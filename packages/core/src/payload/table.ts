/** Payloads as tables: rows that are objects. */
import { resolve, type Shape, splitNull } from "./shape.js";

/** The shape of the payload's rows; undefined where the payload is declared as something else. */
export function rowShape(payload: Shape): Shape | undefined {
  const shape = resolve(payload);
  switch (shape.kind) {
    case "any":
      return shape;
    case "array":
    case "stream":
      return shape.items;
    case "union": {
      const items = shape.branches.map(rowShape);
      return items.every((item) => item !== undefined) ? { kind: "union", branches: items } : undefined;
    }
    default:
      return undefined;
  }
}

/** A column of a table, or a property that becomes one. */
export interface Column {
  readonly name: string;
  readonly shape: Shape;
  /** The rows must have a value, which may be null. */
  readonly isRequired: boolean;
}

export interface Table {
  readonly columns: readonly Column[];
  /** The type of columns that are not named; undefined where there are none. */
  readonly rest: Shape | undefined;
}

/** Rows as a table; undefined where a row is no object. The columns of a union are those of all its branches. */
export function tableOf(row: Shape): Table | undefined {
  const { branches, isNullable } = splitNull(row);
  if (branches.some(({ kind }) => kind === "any")) return { columns: [], rest: { kind: "any" } };
  const objects = branches.filter((branch) => branch.kind === "object");
  if (isNullable || objects.length === 0 || objects.length < branches.length) return undefined;
  const names = new Set(objects.flatMap((object) => [...object.properties.keys()]));
  const columns = [...names].map((name): Column => {
    const properties = objects.map((object) => object.properties.get(name));
    const found = properties.filter((property) => property !== undefined);
    const [first] = found;
    return {
      name,
      shape:
        found.length === 1 && first
          ? first.shape
          : { kind: "union", branches: found.map(({ shape }) => shape) },
      isRequired: properties.every((property) => property?.isRequired),
    };
  });
  return { columns, rest: objects.find((object) => object.rest)?.rest };
}
