import { compareText, isJsonObject, type Json, type JsonObject } from "@glacier-ts/core";
import { definitionsOf, mapSubSchemas, resolveReference } from "./sub-schemas.js";

/**
 * Says of each union of objects which property tells them apart. As exactly one member can fit then, `oneOf` means what
 * `anyOf` did; `discriminator` is OpenAPI's keyword, which validators of JSON Schema may use and others pass over.
 */
export function discriminate(root: JsonObject): JsonObject {
  const definitions = definitionsOf(root);
  const visit = (schema: JsonObject): JsonObject => {
    const changed = mapSubSchemas(schema, visit);
    return Array.isArray(changed.anyOf) ? discriminateUnion(changed, changed.anyOf, definitions) : changed;
  };
  return visit(root);
}

function discriminateUnion(schema: JsonObject, anyOf: readonly Json[], definitions: JsonObject): JsonObject {
  const members = anyOf.filter(isJsonObject).map((member) => ({
    member,
    resolved: resolveReference(member, definitions),
  }));
  const objects = members.filter(({ resolved }) => isJsonObject(resolved.properties));
  const others = members.filter(({ resolved }) => !isJsonObject(resolved.properties));
  if (objects.length < 2 || others.some(({ resolved }) => mayBeObject(resolved))) return schema;
  const tag = findTag(objects.map(({ resolved }) => resolved));
  if (tag === undefined) return schema;
  // Some validators look at the discriminator alone, and only for objects: the type is said here, too.
  const oneOf = objects.map(({ member }) => member);
  const union = { type: "object", discriminator: { propertyName: tag }, oneOf };
  const { anyOf: _, ...rest } = schema;
  if (others.length === 0) return { ...rest, ...union };
  return { ...rest, anyOf: [...others.map(({ member }) => member), union] };
}

function mayBeObject(schema: JsonObject): boolean {
  if ("const" in schema || "enum" in schema) return false;
  return schema.type === undefined || schema.type === "object";
}

/** The first property, by name, that each object must have with values that no other one has. */
function findTag(objects: readonly JsonObject[]): string | undefined {
  const [first] = objects;
  const names = isJsonObject(first?.properties) ? Object.keys(first.properties).sort(compareText) : [];
  return names.find((name) => {
    const values = objects.map((object) => tagValues(object, name));
    const all = values.flat();
    return values.every((own) => own.length > 0) && new Set(all).size === all.length;
  });
}

/** The values of a tag; empty where the property is none: discriminators are texts, and must be there. */
function tagValues(object: JsonObject, name: string): readonly string[] {
  const isRequired = Array.isArray(object.required) && object.required.includes(name);
  const property = isJsonObject(object.properties) ? object.properties[name] : undefined;
  if (!isRequired || !isJsonObject(property)) return [];
  const values = property.const === undefined ? property.enum : [property.const];
  return Array.isArray(values) && values.every(isTagValue) ? values : [];
}

/** Ajv takes neither the empty text nor the names of what every object has. */
function isTagValue(value: Json): value is string {
  return typeof value === "string" && value !== "" && !(value in {});
}
