/** The types of columns in Parquet and Arrow: chosen once, for the compiler's diagnostics and for the writers. */
import { describeShape } from "./describe.js";
import { FormatGap } from "./format-gap.js";
import { reaches, type Shape, splitNull } from "./shape.js";

/** A declared type as a column, or a part of one, holds it. */
export interface ColumnType {
  /** As declared. */
  readonly shape: Shape;
  /** The value must be there, though it may be null. */
  readonly isRequired: boolean;
  readonly isNullable: boolean;
  readonly content: ColumnContent;
}

export type ColumnContent =
  | { readonly kind: "boolean" | "number" | "integer" | "bigint" | "string" | "Date" | "bytes" }
  | { readonly kind: "list"; readonly of: "array" | "Set"; readonly item: ColumnType }
  | {
      readonly kind: "map";
      readonly of: "Map" | "object";
      readonly key: ColumnType;
      readonly value: ColumnType;
    }
  | { readonly kind: "struct"; readonly fields: ReadonlyMap<string, ColumnType> };

/**
 * Chooses the type of a column.
 *
 * @param path where the column is in the dataset
 * @returns what a column cannot hold of it
 */
export function columnTypeOf(
  shape: Shape,
  isRequired: boolean,
  path: readonly string[],
): ColumnType | FormatGap {
  try {
    return choose(shape, isRequired, path);
  } catch (error) {
    if (error instanceof FormatGap) return error;
    throw error;
  }
}

/** @throws FormatGap */
function choose(shape: Shape, isRequired: boolean, path: readonly string[]): ColumnType {
  if (isRecursive(shape))
    throw new FormatGap(path, "of a type that contains itself", "a column has a fixed depth");
  const { branches, isNullable } = splitNull(shape);
  const [only] = branches;
  // What is always null is an optional column of any type, without values.
  const branch: Shape | undefined =
    branches.length === 0 ? { kind: "boolean" } : branches.length === 1 ? only : alike(branches);
  const content = branch && contentOf(branch, path);
  if (!content) {
    if (branch?.kind === "tuple") throw new FormatGap(path, "a tuple", "a list has items of one type");
    const found = only?.kind === "any" ? "of no known type" : describeShape(shape);
    throw new FormatGap(path, found, "a column has one type");
  }
  return { shape, isRequired, isNullable, content };
}

/** A union whose branches are stored alike: `"a" | "b" | string`. */
function alike(branches: readonly Shape[]): Shape | undefined {
  const kinds = new Set(
    branches.map((branch) => (branch.kind === "literal" ? kindOf(branch.values) : branch.kind)),
  );
  if (kinds.has("integer") && kinds.has("number")) kinds.delete("integer");
  const [kind] = kinds;
  if (kinds.size !== 1) return undefined;
  return kind === "string" || kind === "number" || kind === "boolean" || kind === "integer"
    ? { kind }
    : undefined;
}

function kindOf(values: readonly unknown[]): string | undefined {
  const kinds = new Set(values.map((value) => typeof value));
  return kinds.size === 1 ? [...kinds][0] : undefined;
}

function contentOf(shape: Shape, path: readonly string[]): ColumnContent | undefined {
  switch (shape.kind) {
    case "boolean":
    case "number":
    case "integer":
    case "bigint":
    case "string":
    case "Date":
    case "bytes":
      return { kind: shape.kind };
    case "literal": {
      const kind = alike([shape]);
      return kind && contentOf(kind, path);
    }
    case "array":
    case "stream":
    case "Set": {
      const item = choose(shape.items, true, [...path, "*"]);
      return { kind: "list", of: shape.kind === "Set" ? "Set" : "array", item };
    }
    case "Map":
      return mapOf("Map", shape.key, shape.value, path);
    case "object":
      if (shape.properties.size === 0) {
        if (!shape.rest)
          throw new FormatGap(path, "an object without properties", "a column holds something");
        return mapOf("object", { kind: "string" }, shape.rest, path);
      }
      if (shape.rest) {
        const found = "an object with an index signature beside its properties";
        throw new FormatGap(path, found, "a column has either");
      }
      return structOf(shape, path);
    default:
      return undefined;
  }
}

function mapOf(of: "Map" | "object", key: Shape, value: Shape, path: readonly string[]): ColumnContent {
  const inner = [...path, "*"];
  const keyType = choose(key, true, inner);
  if (keyType.isNullable) throw new FormatGap(path, "a Map whose keys may be null", "a column needs keys");
  return { kind: "map", of, key: keyType, value: choose(value, true, inner) };
}

function structOf(shape: Shape & { kind: "object" }, path: readonly string[]): ColumnContent {
  // hyparquet assigns nested properties by name, which loses this one.
  if (shape.properties.has("__proto__")) {
    throw new FormatGap(path, "an object with a property '__proto__'", "a column has no such property");
  }
  const fields = [...shape.properties].map(
    ([name, property]) => [name, choose(property.shape, property.isRequired, [...path, name])] as const,
  );
  return { kind: "struct", fields: new Map(fields) };
}

function isRecursive(shape: Shape): boolean {
  return reaches(
    shape,
    (part) => part.kind === "reference" && reaches(part.target(), (inner) => inner === part),
  );
}
