/** A payload's JSON Schema as a type that people read, never longer than a screen. */
import { isJsonObject, type Json, type JsonObject } from "@glacier-ts/core";
import { marker } from "./schema/marker.js";

/** Properties that are listed of the payload itself, and of what is inside of it. */
const maxProperties = 12;
const maxInnerProperties = 4;
/** Members that are listed of a union, and elements of a tuple. */
const maxMembers = 6;
/** Objects in objects that are written out. */
const maxDepth = 3;
/** Letters of a type that is written in one line. */
const maxLine = 80;

/** Like TypeScript, but for `… and 3 more`; the properties of an object, or of an array's elements, a line each. */
export function describeSchema(schema: JsonObject): string {
  const printer = new SchemaPrinter(isJsonObject(schema.$defs) ? schema.$defs : {});
  const whole = printer.resolve(schema);
  const element =
    whole.type === "array" && isJsonObject(whole.items) ? printer.resolve(whole.items) : undefined;
  const stored = whole[marker];
  if (element && hasProperties(element) && (stored === undefined || stored === "AsyncIterable")) {
    const lines = printer.propertyLines(element);
    return stored === undefined ? `${lines}[]` : `${stored}<${lines}>`;
  }
  return hasProperties(whole) ? printer.propertyLines(whole) : printer.print(whole);
}

class SchemaPrinter {
  readonly #definitions: JsonObject;

  constructor(definitions: JsonObject) {
    this.#definitions = definitions;
  }

  /** The definition that a schema refers to; else the schema itself. */
  resolve(schema: JsonObject): JsonObject {
    const { $ref } = schema;
    const definition = typeof $ref === "string" ? this.#definitions[definitionName($ref)] : undefined;
    return isJsonObject(definition) ? definition : schema;
  }

  propertyLines(schema: JsonObject): string {
    const { listed, more } = this.#properties(schema, maxProperties, 0);
    return `{\n${[...listed.map((property) => `${property};`), ...more].map((line) => `  ${line}\n`).join("")}}`;
  }

  /** The type in one line. */
  print(schema: Json | undefined, depth = 0): string {
    if (!isJsonObject(schema)) return schema === false ? "never" : "unknown";
    const text = this.#print(schema, depth);
    return text.length > maxLine && depth > 0 ? `${text.slice(0, maxLine)}…` : text;
  }

  #print(schema: JsonObject, depth: number): string {
    const { type, $ref, enum: values, anyOf, oneOf, allOf } = schema;
    if (typeof $ref === "string") return definitionName($ref);
    if ("const" in schema) return JSON.stringify(schema.const);
    if (Array.isArray(values))
      return listed(
        values.map((value) => JSON.stringify(value)),
        " | ",
      );
    if (Array.isArray(anyOf)) return this.#members(anyOf, " | ", depth);
    if (Array.isArray(oneOf)) return this.#members(oneOf, " | ", depth);
    if (Array.isArray(allOf)) return this.#members(allOf, " & ", depth);
    if (type === "array") return this.#array(schema, depth);
    if (typeof schema[marker] === "string") return schema[marker];
    if (type === "object") return this.#object(schema, depth);
    if (type === "integer") return "number";
    return typeof type === "string" ? type : "unknown";
  }

  #members(members: readonly Json[], separator: string, depth: number): string {
    return listed(
      members.map((member) => this.print(member, depth + 1)),
      separator,
    );
  }

  #array({ items, prefixItems, [marker]: stored }: JsonObject, depth: number): string {
    const print = (of: Json | undefined) => this.print(of, depth);
    if (stored === "Map" && isJsonObject(items) && Array.isArray(items.prefixItems)) {
      const [key, value] = items.prefixItems;
      return `Map<${print(key)}, ${print(value)}>`;
    }
    if (typeof stored === "string") return `${stored}<${print(items)}>`;
    if (Array.isArray(prefixItems)) {
      const rest = isJsonObject(items) ? [`...${print(items)}[]`] : [];
      return `[${listed([...prefixItems.map(print), ...rest], ", ")}]`;
    }
    const element = print(items);
    return element.includes(" ") && !/^[[{]/.test(element) ? `(${element})[]` : `${element}[]`;
  }

  #object(schema: JsonObject, depth: number): string {
    const { additionalProperties } = schema;
    if (!hasProperties(schema)) {
      if (isJsonObject(additionalProperties))
        return `Record<string, ${this.print(additionalProperties, depth)}>`;
      return schema.properties ? "{}" : "object";
    }
    if (depth >= maxDepth) return "{ … }";
    const { listed, more } = this.#properties(schema, maxInnerProperties, depth);
    return `{ ${[...listed, ...more].join("; ")} }`;
  }

  #properties(
    schema: JsonObject,
    most: number,
    depth: number,
  ): { listed: readonly string[]; more: readonly string[] } {
    const { properties, required, additionalProperties } = schema;
    const all = Object.entries(isJsonObject(properties) ? properties : {});
    const isRequired = (name: string) => Array.isArray(required) && required.includes(name);
    const shown = all.length > most ? all.slice(0, most - 1) : all;
    return {
      listed: [
        ...shown.map(([name, value]) => {
          const key = /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(name) ? name : JSON.stringify(name);
          return `${key}${isRequired(name) ? "" : "?"}: ${this.print(value, depth + 1)}`;
        }),
        ...(isJsonObject(additionalProperties)
          ? [`[key: string]: ${this.print(additionalProperties, depth + 1)}`]
          : []),
      ],
      more: shown.length < all.length ? [`… and ${all.length - shown.length} more`] : [],
    };
  }
}

function definitionName(reference: string): string {
  return reference.replace(/^#\/\$defs\//, "");
}

function listed(items: readonly string[], separator: string): string {
  if (items.length <= maxMembers) return items.join(separator);
  const shown = items.slice(0, maxMembers - 1);
  return [...shown, `… and ${items.length - shown.length} more`].join(separator);
}

function hasProperties({ properties }: JsonObject): boolean {
  return isJsonObject(properties) && Object.keys(properties).length > 0;
}
