/** The payload's JSON Schema as formats see it: read once, so that no codec interprets keywords for each value. */
import { isJsonObject, type Json, type JsonObject } from "../json.js";

export type Shape =
  | {
      readonly kind: "any" | "null" | "boolean" | "number" | "integer" | "string" | "Date" | "bytes";
    }
  | {
      readonly kind: "bigint";
      /** The one value that there is, of a literal type. */
      readonly value?: bigint;
    }
  /** `const` and `enum`; null is never among the values, it is a branch of a union. */
  | { readonly kind: "literal"; readonly values: readonly Json[] }
  | { readonly kind: "array" | "Set" | "stream"; readonly items: Shape }
  | {
      readonly kind: "tuple";
      readonly prefix: readonly Shape[];
      /** The elements that are always there: the first ones of the prefix. */
      readonly minLength: number;
      readonly rest: Shape | undefined;
    }
  | { readonly kind: "Map"; readonly key: Shape; readonly value: Shape }
  | ObjectShape
  /** At least two branches, none of them a union. */
  | { readonly kind: "union"; readonly branches: readonly Shape[] }
  | { readonly kind: "reference"; readonly target: () => Shape };

interface ObjectShape {
  readonly kind: "object";
  readonly properties: ReadonlyMap<string, Property>;
  /** What index signatures say of the other properties, all of them together. */
  readonly rest: Shape | undefined;
  /** What index signatures say of properties with certain names. */
  readonly patterns: readonly NamePattern[];
  /** What an index signature says of properties of any name. */
  readonly others: Shape | undefined;
}

interface NamePattern {
  readonly pattern: RegExp;
  readonly shape: Shape;
}

interface Property {
  readonly shape: Shape;
  readonly isRequired: boolean;
}

const any: Shape = { kind: "any" };
const shapes = new WeakMap<JsonObject, Shape>();

/** The shape of a payload; without a schema it may be anything. */
export function shapeOf(schema: JsonObject | undefined): Shape {
  if (schema === undefined) return any;
  let shape = shapes.get(schema);
  if (!shape) {
    shape = new SchemaReader(schema).read(schema);
    shapes.set(schema, shape);
  }
  return shape;
}

/** Follows references. */
export function resolve(shape: Shape): Shape {
  let resolved = shape;
  while (resolved.kind === "reference") resolved = resolved.target();
  return resolved;
}

/** What an object's index signatures say of a property; undefined where they say nothing. */
export function restOf(shape: ObjectShape, name: string): Shape | undefined {
  return shape.patterns.find(({ pattern }) => pattern.test(name))?.shape ?? shape.others;
}

/** The branches of a union without null, and whether null was among them. */
export function splitNull(shape: Shape): {
  readonly branches: readonly Shape[];
  readonly isNullable: boolean;
} {
  const branches = branchesOf(shape);
  const rest = branches.filter((branch) => branch.kind !== "null");
  return {
    branches: rest,
    isNullable: rest.length < branches.length || rest.some(({ kind }) => kind === "any"),
  };
}

function branchesOf(shape: Shape): readonly Shape[] {
  const resolved = resolve(shape);
  return resolved.kind === "union" ? resolved.branches.flatMap(branchesOf) : [resolved];
}

/** Whether a shape for which `test` holds is somewhere inside of `shape`. */
export function reaches(shape: Shape, test: (shape: Shape) => boolean, seen = new Set<Shape>()): boolean {
  if (seen.has(shape)) return false;
  seen.add(shape);
  return test(shape) || partsOf(shape).some((part) => reaches(part, test, seen));
}

function partsOf(shape: Shape): readonly Shape[] {
  switch (shape.kind) {
    case "array":
    case "Set":
    case "stream":
      return [shape.items];
    case "tuple":
      return shape.rest ? [...shape.prefix, shape.rest] : shape.prefix;
    case "Map":
      return [shape.key, shape.value];
    case "object": {
      const parts = [...shape.properties.values()].map((property) => property.shape);
      return shape.rest ? [...parts, shape.rest] : parts;
    }
    case "union":
      return shape.branches;
    case "reference":
      return [shape.target()];
    default:
      return [];
  }
}

class SchemaReader {
  readonly #references = new Map<string, Shape>();

  constructor(readonly root: JsonObject) {}

  read(schema: Json | undefined): Shape {
    if (!isJsonObject(schema)) return any;
    if (typeof schema.$ref === "string") return this.#reference(schema.$ref);
    const union = schema.anyOf ?? schema.oneOf;
    if (Array.isArray(union)) return unionOf(union.map((branch) => this.read(branch)));
    const marked = this.#readMarked(schema);
    if (marked) return marked;
    if (schema.const !== undefined) return literalOf([schema.const]);
    if (Array.isArray(schema.enum)) return literalOf(schema.enum);
    return this.#readType(schema);
  }

  #readMarked(schema: JsonObject): Shape | undefined {
    switch (schema["x-glacier-type"]) {
      case "Date":
        return { kind: "Date" };
      case "bigint":
        return { kind: "bigint", ...(typeof schema.const === "number" && { value: BigInt(schema.const) }) };
      case "Uint8Array":
        return { kind: "bytes" };
      case "Map": {
        const entry =
          isJsonObject(schema.items) && Array.isArray(schema.items.prefixItems)
            ? schema.items.prefixItems
            : [];
        return { kind: "Map", key: this.read(entry[0]), value: this.read(entry[1]) };
      }
      case "Set":
        return { kind: "Set", items: this.read(schema.items) };
      case "AsyncIterable":
        return { kind: "stream", items: this.read(schema.items) };
      default:
        return undefined;
    }
  }

  #readType(schema: JsonObject): Shape {
    const { type } = schema;
    if (Array.isArray(type)) return unionOf(type.map((each) => this.read({ ...schema, type: each })));
    switch (type) {
      case "null":
      case "boolean":
      case "number":
      case "integer":
      case "string":
        return { kind: type };
      case "array":
        if (!Array.isArray(schema.prefixItems)) return { kind: "array", items: this.read(schema.items) };
        return {
          kind: "tuple",
          prefix: schema.prefixItems.map((item) => this.read(item)),
          minLength: typeof schema.minItems === "number" ? schema.minItems : schema.prefixItems.length,
          rest: schema.items === undefined || schema.items === false ? undefined : this.read(schema.items),
        };
      case "object":
        return this.#readObject(schema);
      default:
        return any;
    }
  }

  #readObject(schema: JsonObject): Shape {
    const properties = isJsonObject(schema.properties) ? schema.properties : {};
    const required = new Set(Array.isArray(schema.required) ? schema.required : []);
    const { patternProperties, additionalProperties } = schema;
    const patterns = Object.entries(isJsonObject(patternProperties) ? patternProperties : {}).map(
      ([pattern, value]) => ({ pattern: new RegExp(pattern, "u"), shape: this.read(value) }),
    );
    const isOpen = additionalProperties === undefined || additionalProperties === false;
    const others = isOpen ? undefined : this.read(additionalProperties);
    const rest = [...patterns.map(({ shape }) => shape), ...(others ? [others] : [])];
    return {
      kind: "object",
      properties: new Map(
        Object.entries(properties).map(([name, property]) => [
          name,
          { shape: this.read(property), isRequired: required.has(name) },
        ]),
      ),
      rest: rest.length > 0 ? unionOf(rest) : undefined,
      patterns,
      others,
    };
  }

  #reference(reference: string): Shape {
    const known = this.#references.get(reference);
    if (known) return known;
    let target: Shape | undefined;
    const shape: Shape = {
      kind: "reference",
      // Read when it is asked for: a recursive schema refers to what is just being read.
      target: () => {
        target ??= this.read(this.#follow(reference));
        return target;
      },
    };
    this.#references.set(reference, shape);
    return shape;
  }

  #follow(reference: string): Json {
    let schema: Json | undefined = this.root;
    for (const part of decodeURIComponent(reference).split("/").slice(1)) {
      const key = part.replaceAll("~1", "/").replaceAll("~0", "~");
      schema = isJsonObject(schema) ? schema[key] : undefined;
    }
    if (schema === undefined) throw new Error(`Internal error: the schema has no '${reference}'.`);
    return schema;
  }
}

function literalOf(values: readonly Json[]): Shape {
  const literals = values.filter((value) => value !== null);
  if (literals.length === 0) return { kind: "null" };
  const literal: Shape = { kind: "literal", values: literals };
  return literals.length === values.length
    ? literal
    : { kind: "union", branches: [literal, { kind: "null" }] };
}

function unionOf(branches: readonly Shape[]): Shape {
  const flat = branches.flatMap((branch) => (branch.kind === "union" ? branch.branches : [branch]));
  const others = flat.filter(({ kind }) => kind !== "literal");
  // Values with a description of their own are constants; together they are one column all the same.
  const values = flat.flatMap((branch) => (branch.kind === "literal" ? branch.values : []));
  const merged: readonly Shape[] = values.length > 0 ? [{ kind: "literal", values }, ...others] : others;
  const [only] = merged;
  return merged.length === 1 && only ? only : { kind: "union", branches: merged };
}
