import type { Json, JsonObject } from "@glacier-ts/core";
import type { Shape } from "./random-payload.js";

/** The shape of a payload schema, for comparing it with one that was derived in another way. */
export function shapeOf(schema: Json | undefined): Shape {
  const found = schema as JsonObject;
  const one = (shape: object) => [JSON.stringify(shape)];
  const of = (value: Json | undefined) => shapeOf(value);
  if (found.anyOf) return unite((found.anyOf as Json[]).map(of));
  if (found.enum) return unite((found.enum as Json[]).map((value) => one({ const: value })));
  if ("const" in found) return one({ const: found.const });
  if (found.type === "boolean") return unite([one({ const: false }), one({ const: true })]);
  const marker = found["x-glacier-type"];
  if (marker === "Map") {
    const entry = found.items as JsonObject;
    return one({ glacier: marker, items: (entry.prefixItems as Json[]).map(of) });
  }
  if (marker === "Set") return one({ glacier: marker, items: of(found.items) });
  if (marker !== undefined) return one({ glacier: marker });
  if (found.prefixItems) return one({ tuple: (found.prefixItems as Json[]).map(of) });
  if (found.type === "array") return one({ array: of(found.items) });
  if (found.type !== "object") return one(found);
  if (found.additionalProperties) return one({ values: of(found.additionalProperties) });
  const required = (found.required ?? []) as readonly string[];
  const properties = Object.entries(found.properties as JsonObject)
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .map(([name, value]) => [name, { shape: of(value), isRequired: required.includes(name) }]);
  return one({ object: properties });
}

function unite(shapes: readonly Shape[]): Shape {
  return [...new Set(shapes.flat())].sort();
}
