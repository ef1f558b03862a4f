import type { Json, JsonObject, Location } from "@glacier-ts/core";
import type { CompilerHost, Expression, Node, Type } from "../compiler-host.js";
import type { OptionFacts } from "../model.js";
import { constantExpression } from "./constant.js";
import { coreFunction, optionKinds } from "./core-call.js";

/** How many types of objects and tuples are read for one call at most. There are types without end. */
const maxTypes = 200;

/** The options of one call while they are read. */
interface Reading {
  readonly host: CompilerHost;
  readonly locations: Map<string, Location>;
  /** Expressions that are being read: constants of two modules can have one another in them. */
  readonly open: Set<Node>;
  /** What was read from types of objects and tuples alone; undefined for one that is being read. */
  readonly byType: Map<Type, Json | undefined>;
  /** Options that are code: of these only the place is noted. */
  readonly code: readonly string[];
}

/**
 * Reads options. Literals that are written are read where they stand; what else there is, from the types, in which the
 * compiler has evaluated what is constant.
 *
 * @param names the options that may be given, all of them dynamic where nothing is known of the type
 * @param code options that are no data: they are not read, and have no more than a location where they are given
 * @returns literals; `{ "$env": name }` and `{ "$secret": name }`; `{ "$dynamic": type }` for what is not constant
 */
export function readOptions(
  host: CompilerHost,
  node: Node | undefined,
  names: readonly string[],
  code: readonly string[] = [],
): OptionFacts {
  const locations = new Map<string, Location>();
  if (!node) return { value: {}, locations };
  const value = readNode({ host, locations, open: new Set(), byType: new Map(), code }, node, "") ?? {};
  if (isObject(value)) return { value, locations };
  return { value: Object.fromEntries(names.map((name) => [name, value])), locations };
}

/** Undefined where the value is. */
function readNode(reading: Reading, node: Node, path: string): Json | undefined {
  const { host, locations, code } = reading;
  locations.set(path, host.location(node));
  if (code.includes(path)) return undefined;
  const written = constantExpression(host, node);
  // The type of a constant may hide what it is: nothing has checked the options in an `any`.
  const isHere = written.node === host.expression(node).node;
  const isHidden = !isHere && host.kind(host.typeAt(node)) === "any";
  const value = isHidden ? undefined : readWritten(reading, written, path);
  if (value !== undefined) return value;
  const type = withoutUndefined(host, host.typeAt(node));
  return type && readValue(reading, type, node, path);
}

/** What is written as a literal, or as an object, array or option of such parts; undefined for anything else. */
function readWritten(reading: Reading, written: Expression, path: string): Json | undefined {
  if (written.kind === "literal") return written.value;
  return readOpen(reading, written.node, () => readParts(reading, written, path));
}

/** Undefined where the node is inside of itself. */
function readOpen<Value>({ open }: Reading, node: Node, read: () => Value): Value | undefined {
  if (open.has(node)) return undefined;
  open.add(node);
  const value = read();
  open.delete(node);
  return value;
}

function readParts(reading: Reading, written: Expression, path: string): Json | undefined {
  const { host } = reading;
  if (written.kind === "array") {
    if (written.elements.some((element) => host.expression(element).kind === "spread")) return undefined;
    return written.elements.map((element, index) => {
      const value = readNode(reading, element, join(path, String(index)));
      return value ?? { $dynamic: "undefined" };
    });
  }
  if (written.kind === "object") {
    const { nodes, isComplete } = propertyNodes(written);
    if (!isComplete) return undefined;
    const entries = [...nodes].map(([key, node]) => [key, readNode(reading, node, join(path, key))]);
    return Object.fromEntries(entries.filter(([, value]) => value !== undefined)) as JsonObject;
  }
  if (written.kind !== "call") return undefined;
  const called = coreFunction(host, written.node) ?? "";
  const [argument] = written.arguments;
  const kind = optionKinds.get(called);
  if (kind === undefined) return undefined;
  const options = argument ? readWritten(reading, constantExpression(host, argument), path) : {};
  return options !== undefined && isObject(options) ? { kind, ...options } : undefined;
}

/** Reads a value from its type, and from what is written where there is a node. */
function readValue(reading: Reading, type: Type, node: Node | undefined, path: string): Json {
  const { host, locations } = reading;
  if (!node) return readTyped(reading, type, undefined, path);
  const written = constantExpression(host, node);
  locations.set(path, host.location(node));
  const value = readOpen(reading, written.node, () => readTyped(reading, type, written, path));
  return value ?? dynamic(host, type);
}

function readTyped(reading: Reading, type: Type, written: Expression | undefined, path: string): Json {
  const { host, locations } = reading;
  const literal = host.literal(type);
  if (literal !== undefined) return literal;
  if (written?.kind === "literal") return written.value;
  const kind = host.kind(type);
  // A constant that is annotated with the options' type: what is written says which member of the union it is.
  if (kind === "union" && written) {
    const narrow = host.typeAt(written.node);
    if (host.kind(narrow) !== "union") {
      locations.set(path, host.location(written.node));
      return readTyped(reading, narrow, written, path);
    }
  }
  if (kind === "null") return null;
  if (kind !== "tuple" && kind !== "object" && kind !== "intersection") return dynamic(host, type);
  const read = kind === "tuple" ? readTuple : readObject;
  return written
    ? read(reading, type, written, path)
    : readOnce(reading, type, () => read(reading, type, undefined, path));
}

/** Reads a type of which nothing is written; inside of itself it is not known. */
function readOnce({ host, byType }: Reading, type: Type, read: () => Json): Json {
  if (byType.has(type) || byType.size >= maxTypes) return byType.get(type) ?? dynamic(host, type);
  byType.set(type, undefined);
  const value = read();
  byType.set(type, value);
  return value;
}

function readTuple(reading: Reading, type: Type, written: Expression | undefined, path: string): Json {
  const { host } = reading;
  const items = written?.kind === "array" ? written.elements : [];
  const isWhole = !items.some((item) => host.expression(item).kind === "spread");
  return host
    .tupleElements(type)
    .map((element, index) =>
      readValue(reading, element.type, isWhole ? items[index] : undefined, join(path, String(index))),
    );
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

function readObject(reading: Reading, type: Type, written: Expression | undefined, path: string): Json {
  const { host, locations, code } = reading;
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
    const at = join(path, property.name);
    if (!code.includes(at)) return [[property.name, readValue(reading, present, node, at)]];
    const place = node ? host.location(node) : locations.get(path);
    if (place) locations.set(at, place);
    return [];
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
