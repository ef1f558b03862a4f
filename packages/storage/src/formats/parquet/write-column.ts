/** The declared types as Parquet's, and the way to the values that hyparquet-writer takes. Compiled once for a column. */
import type { SchemaElement } from "hyparquet";
import { Misfit, NotEncodable, within } from "../../problems.js";
import type { Convert } from "../../shape/codec.js";
import { describeShape } from "../../shape/describe.js";
import { isRecord, ownProperty } from "../../shape/fits.js";
import { reaches, type Shape, splitNull } from "../../shape/shape.js";

export interface StoredType {
  /** The element and its parts, in the order of the file's schema. */
  readonly elements: readonly SchemaElement[];
  /** Checks and converts a value; throws a Misfit. */
  readonly convert: Convert;
}

/**
 * Chooses the stored type of a column or of a part of one.
 *
 * @param path where it is in the dataset, for the diagnostic
 * @throws NotEncodable where Parquet has no such type
 */
export function storeAs(name: string, shape: Shape, isRequired: boolean, path: string): StoredType {
  if (isRecursive(shape)) throw new NotEncodable(path, "its type contains itself");
  const { branches, isNullable } = splitNull(shape);
  const [only] = branches;
  // What is always null is an optional column of any type, without values.
  const branch: Shape | undefined =
    branches.length === 0 ? { kind: "boolean" } : branches.length === 1 ? only : alike(branches);
  const stored = branch && store(name, branch, path);
  if (!stored)
    throw new NotEncodable(path, `its type is ${describeShape(shape)}, and a Parquet column has one type`);
  const mayLack = isNullable || !isRequired;
  const [element, ...parts] = stored.elements;
  const expected = describeShape(shape);
  return {
    elements: [
      { ...(element as SchemaElement), repetition_type: mayLack ? "OPTIONAL" : "REQUIRED" },
      ...parts,
    ],
    convert: (value) => {
      if (value === undefined && !isRequired) return null;
      if (value === null && isNullable) return null;
      if (value === null || value === undefined) throw new Misfit(expected, value);
      return stored.convert(value);
    },
  };
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

function store(name: string, shape: Shape, path: string): StoredType | undefined {
  switch (shape.kind) {
    case "boolean":
      return leaf(name, { type: "BOOLEAN" }, shape, (value) => typeof value === "boolean");
    case "number":
      return leaf(name, { type: "DOUBLE" }, shape, (value) => typeof value === "number");
    case "integer":
      return storeInteger(name, shape);
    case "bigint":
      return leaf(name, { type: "INT64" }, { kind: "bigint" }, isInt64, "a bigint of 64 bits");
    case "string":
      return leaf(name, { type: "BYTE_ARRAY", converted_type: "UTF8" }, shape, isText, "well-formed text");
    case "Date":
      return leaf(
        name,
        { type: "INT64", converted_type: "TIMESTAMP_MILLIS" },
        shape,
        (value) => value instanceof Date && !Number.isNaN(value.getTime()),
        "a valid Date",
      );
    case "bytes":
      return leaf(name, { type: "BYTE_ARRAY" }, shape, (value) => value instanceof Uint8Array);
    case "literal": {
      const kind = alike([shape]);
      return kind && store(name, kind, path);
    }
    case "array":
    case "stream":
    case "Set":
      return storeList(name, shape, path);
    case "Map":
      return storeMap(name, shape.key, shape.value, path, (value) =>
        value instanceof Map ? [...value] : fail("a Map", value),
      );
    case "object":
      if (shape.properties.size === 0) {
        if (!shape.rest)
          throw new NotEncodable(path, "it has no properties, and Parquet has no empty groups");
        return storeMap(name, { kind: "string" }, shape.rest, path, (value) =>
          isRecord(value) ? Object.entries(value) : fail("an object", value),
        );
      }
      if (shape.rest) throw new NotEncodable(path, "it has an index signature beside its properties");
      return storeStruct(name, shape, path);
    default:
      return undefined;
  }
}

function leaf(
  name: string,
  type: Omit<SchemaElement, "name">,
  shape: Shape,
  test: (value: unknown) => boolean,
  expected = describeShape(shape),
): StoredType {
  return {
    elements: [{ name, ...type }],
    convert: (value) => (test(value) ? value : fail(expected, value)),
  };
}

function storeInteger(name: string, shape: Shape): StoredType {
  const { elements, convert } = leaf(name, { type: "INT64" }, shape, Number.isSafeInteger, "a safe integer");
  return { elements, convert: (value) => BigInt(convert(value) as number) };
}

function storeList(
  name: string,
  shape: Shape & { kind: "array" | "stream" | "Set" },
  path: string,
): StoredType {
  const item = storeAs("element", shape.items, true, `${path}/*`);
  const expected = describeShape(shape);
  return {
    elements: [
      { name, num_children: 1, converted_type: "LIST", logical_type: { type: "LIST" } },
      { name: "list", num_children: 1, repetition_type: "REPEATED" },
      ...item.elements,
    ],
    convert: (value) => {
      if (shape.kind === "Set" ? !(value instanceof Set) : !Array.isArray(value)) fail(expected, value);
      return Array.from(value as Iterable<unknown>, (each, index) => at(index, () => item.convert(each)));
    },
  };
}

function storeMap(
  name: string,
  key: Shape,
  value: Shape,
  path: string,
  entriesOf: (map: unknown) => [unknown, unknown][],
): StoredType {
  const storedKey = storeAs("key", key, true, `${path}/*`);
  const storedValue = storeAs("value", value, true, `${path}/*`);
  if (storedKey.elements[0]?.repetition_type !== "REQUIRED")
    throw new NotEncodable(path, "a key of the Map may be null");
  return {
    elements: [
      { name, num_children: 1, converted_type: "MAP", logical_type: { type: "MAP" } },
      { name: "key_value", num_children: 2, repetition_type: "REPEATED" },
      ...storedKey.elements,
      ...storedValue.elements,
    ],
    convert: (map) =>
      entriesOf(map).map(([left, right], index) =>
        at(index, () => ({ key: storedKey.convert(left), value: storedValue.convert(right) })),
      ),
  };
}

function storeStruct(name: string, shape: Shape & { kind: "object" }, path: string): StoredType {
  // hyparquet assigns nested properties by name, which loses this one.
  if (shape.properties.has("__proto__")) throw new NotEncodable(path, "it has a property '__proto__'");
  const properties = [...shape.properties].map(([key, property]) => ({
    key,
    stored: storeAs(key, property.shape, property.isRequired, `${path}/${key}`),
  }));
  return {
    elements: [
      { name, num_children: properties.length },
      ...properties.flatMap(({ stored }) => stored.elements),
    ],
    convert: (value) => {
      if (!isRecord(value)) return fail("an object", value);
      return Object.fromEntries(
        properties.map(({ key, stored }) => [key, at(key, () => stored.convert(ownProperty(value, key)))]),
      );
    },
  };
}

function isRecursive(shape: Shape): boolean {
  return reaches(
    shape,
    (part) => part.kind === "reference" && reaches(part.target(), (inner) => inner === part),
  );
}

function isInt64(value: unknown): boolean {
  return typeof value === "bigint" && BigInt.asIntN(64, value) === value;
}

function isText(value: unknown): boolean {
  return typeof value === "string" && value.isWellFormed();
}

function fail(expected: string, value: unknown): never {
  throw new Misfit(expected, value);
}

function at<T>(key: string | number, convert: () => T): T {
  try {
    return convert();
  } catch (error) {
    throw within(error, key);
  }
}
