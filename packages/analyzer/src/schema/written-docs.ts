import { isJsonObject, type Json, type JsonObject } from "@glacier-ts/core";
import type { Declaration, WrittenType } from "../compiler-host.js";
import { marker } from "./marker.js";

/** What is asked of the types behind what is written. */
export interface WrittenDocs {
  /** Whether a schema is that of the type that is written. */
  readonly isOf: (written: WrittenType, schema: JsonObject) => boolean;
  /** Adds the doc of an alias or enum that is written there. */
  readonly addDoc: (schema: JsonObject, name: Declaration, written: WrittenType) => JsonObject;
}

/**
 * Adds the docs of aliases that the compiler has forgotten: `type Email = string` is but a string to it.
 *
 * @param schema left as it is where it is not that of what is written, as in a mapped type
 */
export function addWrittenDocs(schema: JsonObject, written: WrittenType, docs: WrittenDocs): JsonObject {
  if (!namesAnything(written) || !docs.isOf(written, schema)) return schema;
  const changed = addToParts(schema, written.parts, docs);
  return written.names
    .toReversed()
    .reduce((documented, name) => docs.addDoc(documented, name, written), changed);
}

function addToParts(schema: JsonObject, parts: readonly WrittenType[], docs: WrittenDocs): JsonObject {
  const add = (part: Json | undefined, index: number): Json | undefined => {
    const written = parts[index];
    return written && isJsonObject(part) ? addWrittenDocs(part, written, docs) : part;
  };
  if (parts.length === 0) return schema;
  if (Array.isArray(schema.anyOf)) return addToMembers(schema, schema.anyOf, parts, docs);
  if (schema.type === "object" && isJsonObject(schema.additionalProperties)) {
    // The value of a `Record`.
    return withPart(schema, "additionalProperties", add(schema.additionalProperties, 1));
  }
  if (schema.type !== "array") return schema;
  if (schema[marker] === "Map" && isJsonObject(schema.items)) {
    return {
      ...schema,
      items: withPart(schema.items, "prefixItems", elements(schema.items.prefixItems, add)),
    };
  }
  if (!Array.isArray(schema.prefixItems)) return withPart(schema, "items", add(schema.items, 0));
  const prefixed = withPart(schema, "prefixItems", elements(schema.prefixItems, add));
  return withPart(prefixed, "items", add(schema.items, schema.prefixItems.length));
}

type AddPart = (part: Json | undefined, index: number) => Json | undefined;

function elements(items: Json | undefined, add: AddPart): Json | undefined {
  return Array.isArray(items) ? items.map((item, index) => add(item, index) ?? item) : items;
}

function withPart(schema: JsonObject, keyword: string, part: Json | undefined): JsonObject {
  return part === undefined ? schema : { ...schema, [keyword]: part };
}

/** The members of a union have no order: each part is the member with the same schema. */
function addToMembers(
  schema: JsonObject,
  members: readonly Json[],
  parts: readonly WrittenType[],
  docs: WrittenDocs,
): JsonObject {
  const changed = [...members];
  for (const part of parts.filter(namesAnything)) {
    const index = members.findIndex((member) => isJsonObject(member) && docs.isOf(part, member));
    const own = members[index];
    if (isJsonObject(own)) changed[index] = addWrittenDocs(own, part, docs);
  }
  return { ...schema, anyOf: changed };
}

function namesAnything({ names, parts }: WrittenType): boolean {
  return names.length > 0 || parts.some(namesAnything);
}
