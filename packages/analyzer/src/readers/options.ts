import type { Json, JsonObject, Location } from "@glacier-ts/core";
import type { CompilerHost, Expression, Node, Type } from "../compiler-host.js";
import type { OptionFacts } from "../model.js";
import { constantExpression } from "./constant.js";
import { coreFunction, optionKinds } from "./core-call.js";

/**
 * Reads options. Literals that are written are read where they stand; what else there is, from the types, in which the
 * compiler has evaluated what is constant.
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
  const value = readNode(host, node, "", locations) ?? {};
  if (isObject(value)) return { value, locations };
  return { value: Object.fromEntries(names.map((name) => [name, value])), locations };
}

/** Undefined where the value is. */
function readNode(
  host: CompilerHost,
  node: Node,
  path: string,
  locations: Map<string, Location>,
): Json | undefined {
  locations.set(path, host.location(node));
  const written = constantExpression(host, node);
  // The type of a constant may hide what it is: nothing has checked the options in an `any`.
  const isHere = written.node === host.expression(node).node;
  const isHidden = !isHere && host.kind(host.typeAt(node)) === "any";
  const value = isHidden ? undefined : readWritten(host, written, path, locations);
  if (value !== undefined) return value;
  const type = withoutUndefined(host, host.typeAt(node));
  return type && readValue(host, type, node, path, locations);
}

/** What is written as a literal, or as an object, array or option of such parts; undefined for anything else. */
function readWritten(
  host: CompilerHost,
  written: Expression,
  path: string,
  locations: Map<string, Location>,
): Json | undefined {
  if (written.kind === "literal") return written.value;
  if (written.kind === "array") {
    if (written.elements.some((element) => host.expression(element).kind === "spread")) return undefined;
    return written.elements.map((element, index) => {
      const value = readNode(host, element, join(path, String(index)), locations);
      return value ?? { $dynamic: "undefined" };
    });
  }
  if (written.kind === "object") {
    const { nodes, isComplete } = propertyNodes(written);
    if (!isComplete) return undefined;
    const entries = [...nodes].map(([key, node]) => [key, readNode(host, node, join(path, key), locations)]);
    return Object.fromEntries(entries.filter(([, value]) => value !== undefined)) as JsonObject;
  }
  if (written.kind !== "call") return undefined;
  const called = coreFunction(host, written.node) ?? "";
  const [argument] = written.arguments;
  const kind = optionKinds.get(called);
  if (kind === undefined) return undefined;
  const options = argument ? readWritten(host, constantExpression(host, argument), path, locations) : {};
  return options !== undefined && isObject(options) ? { kind, ...options } : undefined;
}

/** Reads a value from its type. */
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
        readValue(
          host,
          element.type,
          isWhole ? items[index] : undefined,
          join(path, String(index)),
          locations,
        ),
      );
  }
  if (kind === "object" || kind === "intersection") return readObject(host, type, written, path, locations);
  return dynamic(host, type);
}

/** A value that is not known. Of options, what they can be is said by their kinds. */
function dynamic(host: CompilerHost, type: Type): Json {
  const kinds = host.kind(type) === "union" ? host.members(type).map((member) => kindOf(host, member)) : [];
  const areOptions = kinds.length > 0 && !kinds.includes(undefined);
  return { $dynamic: areOptions ? [...new Set(kinds)].sort().join(" | ") : host.print(type) };
}

/** The `kind` of an option, such as that of `compute.local()`. */
function kindOf(host: CompilerHost, type: Type): string | undefined {
  if (host.kind(type) !== "object" && host.kind(type) !== "intersection") return undefined;
  const property = host.property(type, "kind");
  const [kind] = property ? host.propertyTypes([property]) : [];
  const literal = kind && host.literal(kind);
  return typeof literal === "string" ? literal : undefined;
}

function readObject(
  host: CompilerHost,
  type: Type,
  written: Expression | undefined,
  path: string,
  locations: Map<string, Location>,
): Json {
  if (host.signatures(type).length > 0) return { $dynamic: host.print(type) };
  const { nodes, isComplete } = propertyNodes(writtenObject(host, written));
  const properties = host.properties(type);
  const types = host.propertyTypes(properties);
  const entries = properties.flatMap((property, index) => {
    const propertyType = types[index];
    const present = propertyType && withoutUndefined(host, propertyType);
    if (!present) return [];
    const node = nodes.get(property.name);
    // The options' own type names every option, also those that are not given.
    if (!node && isComplete && host.literal(present) === undefined) return [];
    return [[property.name, readValue(host, present, node, join(path, property.name), locations)]];
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

/** The object literal that is written, also in `compute.local({…})` and the like. */
function writtenObject(host: CompilerHost, written: Expression | undefined): Expression | undefined {
  const isOption = written?.kind === "call" && optionKinds.has(coreFunction(host, written.node) ?? "");
  const [argument] = isOption ? written.arguments : [];
  return argument ? constantExpression(host, argument) : written;
}

/**
 * The expressions of the properties of an object literal, and whether every property has one. What is written before a
 * spread or a computed name may be replaced by it.
 */
function propertyNodes(written: Expression | undefined): {
  nodes: ReadonlyMap<string, Node>;
  isComplete: boolean;
} {
  const properties = written?.kind === "object" ? written.properties : [];
  const lastUnknown = properties.findLastIndex(({ key, value }) => key === undefined || !value);
  const known = properties.slice(lastUnknown + 1);
  return {
    nodes: new Map(known.map(({ key, value }) => [key as string, value as Node])),
    isComplete: written?.kind === "object" && lastUnknown < 0,
  };
}

function join(path: string, key: string): string {
  return path === "" ? key : `${path}.${key}`;
}

function isObject(value: Json): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !("$dynamic" in value);
}
