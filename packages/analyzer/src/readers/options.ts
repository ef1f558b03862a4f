import type { Json, JsonObject, Location } from "@glacier-ts/core";
import type { CompilerHost, Expression, Node, Type } from "../compiler-host.js";
import type { OptionFacts } from "../model.js";
import { constantExpression } from "./constant.js";
import { coreFunction, optionFunctions } from "./core-call.js";
import { printType } from "./print-type.js";

/**
 * Reads options from the type of the expression that gives them: the compiler has evaluated what is constant. Where
 * the type was widened (`{ retries: 3 } satisfies TaskOptions`), the literal is read where it is written.
 *
 * @param names the options that may be given, all of them dynamic where nothing is known of the type
 * @returns literals; `{ "$env": name }` and `{ "$secret": name }`; `{ "$dynamic": type }` for what is not constant
 */
export function readOptions(
  host: CompilerHost,
  node: Node | undefined,
  names: readonly string[],
): OptionFacts {
  const locations = new Map<string, Location>();
  if (!node) return { value: {}, locations };
  const value = readValue(host, host.typeAt(node), node, "", locations);
  locations.set("", host.location(node));
  if (isObject(value)) return { value, locations };
  return { value: Object.fromEntries(names.map((name) => [name, value])), locations };
}

function readValue(
  host: CompilerHost,
  type: Type,
  node: Node | undefined,
  path: string,
  locations: Map<string, Location>,
): Json {
  const written = node && constantExpression(host, node);
  if (node) locations.set(path, host.location(node));
  const literal = host.literal(type);
  if (literal !== undefined) return literal;
  if (written?.kind === "literal") return written.value;
  const kind = host.kind(type);
  // A constant that is annotated with the options' type: what is written says which member of the union it is.
  if (kind === "union" && written) {
    const narrow = host.typeAt(written.node);
    if (host.kind(narrow) !== "union") return readValue(host, narrow, written.node, path, locations);
  }
  if (kind === "null") return null;
  if (kind === "tuple") {
    const items = written?.kind === "array" ? written.elements : [];
    const isWhole = !items.some((item) => host.expression(item).kind === "spread");
    return host
      .tupleElements(type)
      .map((element, index) =>
        readValue(host, element.type, isWhole ? items[index] : undefined, `${path}.${index}`, locations),
      );
  }
  if (kind === "array" && written?.kind === "array") {
    return written.elements.map((item, index) =>
      readValue(host, host.typeAt(item), item, `${path}.${index}`, locations),
    );
  }
  if (kind === "object" || kind === "intersection") return readObject(host, type, written, path, locations);
  return { $dynamic: printType(host, type) };
}

function readObject(
  host: CompilerHost,
  type: Type,
  written: Expression | undefined,
  path: string,
  locations: Map<string, Location>,
): Json {
  if (host.signatures(type).length > 0) return { $dynamic: printType(host, type) };
  const { nodes, isComplete } = propertyNodes(host, written);
  const properties = host.properties(type);
  const types = host.propertyTypes(properties);
  const entries = properties.flatMap((property, index) => {
    const propertyType = types[index];
    const present = propertyType && withoutUndefined(host, propertyType);
    if (!present) return [];
    const node = nodes.get(property.name);
    // The options' own type names every option, also those that are not given.
    if (!node && isComplete && host.literal(present) === undefined) return [];
    const child = path === "" ? property.name : `${path}.${property.name}`;
    return [[property.name, readValue(host, present, node, child, locations)]];
  });
  return Object.fromEntries(entries) as JsonObject;
}

/** The type of a property that is given; undefined for one that is not. */
function withoutUndefined(host: CompilerHost, type: Type): Type | undefined {
  if (host.kind(type) === "undefined") return undefined;
  if (host.kind(type) !== "union") return type;
  const present = host.members(type).filter((member) => host.kind(member) !== "undefined");
  return present.length === 1 ? present[0] : type;
}

/** The expressions of the properties of an object literal, also of one that is given to `compute.local({…})` and the like. */
function propertyNodes(
  host: CompilerHost,
  written: Expression | undefined,
): { nodes: ReadonlyMap<string, Node>; isComplete: boolean } {
  const isOptionCall =
    written?.kind === "call" && optionFunctions.has(coreFunction(host, written.node) ?? "");
  const [first] = isOptionCall ? written.arguments : [];
  const object = first ? constantExpression(host, first) : written;
  if (object?.kind !== "object") return { nodes: new Map(), isComplete: isOptionCall && !first };
  const nodes = object.properties.flatMap(({ key, value }) =>
    key !== undefined && value ? [[key, value] as const] : [],
  );
  return { nodes: new Map(nodes), isComplete: nodes.length === object.properties.length };
}

function isObject(value: Json): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !("$dynamic" in value);
}
