import type { JsonObject } from "@glacier-ts/core";
import { definitionsOf, mapSubSchemas } from "./sub-schemas.js";

/** How many schemas a type may have inside of it and still be written in each place. */
const maxInlineSize = 50;

/**
 * Writes large types once that are met in several places. Types can refer to one another in so many ways that a schema
 * with all of them in their places would be longer than any memory.
 *
 * @param root what is the same object in it is the same type
 * @param nameOf the name of a type, by its schema
 */
export function shareDefinitions(
  root: JsonObject,
  nameOf: (schema: JsonObject) => string | undefined,
): JsonObject {
  const shared = findShared(root);
  if (shared.size === 0) return root;
  const definitions: Record<string, JsonObject> = {};
  const names = new Map<JsonObject, string>();
  const taken = new Set(Object.keys(definitionsOf(root)));
  const rebuilt = new Map<JsonObject, JsonObject>();
  const rebuild = (schema: JsonObject): JsonObject => {
    const known = rebuilt.get(schema);
    if (known) return known;
    const built = mapSubSchemas(schema, (part) => (shared.has(part) ? refer(part) : rebuild(part)));
    rebuilt.set(schema, built);
    return built;
  };
  const refer = (schema: JsonObject): JsonObject => {
    let name = names.get(schema);
    if (name === undefined) {
      name = freeName(nameOf(schema) ?? "Shared", taken);
      taken.add(name);
      names.set(schema, name);
      definitions[name] = rebuild(schema);
    }
    return { $ref: `#/$defs/${name}` };
  };
  const result = rebuild(root);
  return { ...result, $defs: { ...definitionsOf(result), ...definitions } };
}

/** The name, with a number where others have it. */
export function freeName(name: string, taken: ReadonlySet<string>): string {
  let free = name;
  for (let number = 2; taken.has(free); number++) free = `${name}${number}`;
  return free;
}

/** Objects in several places, which are large. */
function findShared(root: JsonObject): ReadonlySet<JsonObject> {
  const sizes = new Map<JsonObject, number>();
  const uses = new Map<JsonObject, number>();
  const visit = (schema: JsonObject): number => {
    let size = 1;
    mapSubSchemas(schema, (part) => {
      uses.set(part, (uses.get(part) ?? 0) + 1);
      size += sizes.get(part) ?? visit(part);
      return part;
    });
    sizes.set(schema, size);
    return size;
  };
  visit(root);
  const isShared = ([schema, count]: [JsonObject, number]) =>
    count > 1 && "properties" in schema && (sizes.get(schema) ?? 0) > maxInlineSize;
  return new Set([...uses].filter(isShared).map(([schema]) => schema));
}
