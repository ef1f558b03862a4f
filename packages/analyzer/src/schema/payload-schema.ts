import { compareText, type Json, type JsonObject } from "@glacier-ts/core";
import type { CompilerHost, Property, Type } from "../compiler-host.js";
import type { PayloadProblem, PayloadSchema } from "../model.js";
import { sortTypes } from "../readers/sort-types.js";

/** Deeper than any real payload: a type that is still new at this depth never ends. */
const maxDepth = 64;

const streamTypes = new Set([
  "AsyncIterable",
  "AsyncIterableIterator",
  "AsyncGenerator",
  "AsyncIteratorObject",
]);

/** Markers of values that JSON cannot hold: `x-glacier-type` says which type the JSON stands for. */
const marker = "x-glacier-type";

/** One payload while it is walked. */
interface Walk {
  readonly problems: PayloadProblem[];
  /** Types that are being walked: from the payload down to here. */
  readonly open: Set<Type>;
  /** Names of the types that were met inside of themselves. */
  readonly recursive: Map<Type, string>;
  readonly definitions: Record<string, JsonObject>;
  /** How many references were made: they lead to this payload's definitions, so what has one is not shared. */
  references: number;
}

const markNames = new Set(["DatasetMark", "ParamMark", "SecretMark"]);

/** Turns payload types into JSON Schema 2020-12. */
export class PayloadSchemas {
  readonly #host: CompilerHost;
  /** Schemas of whole payloads. */
  readonly #payloads = new Map<Type, PayloadSchema>();
  /** Schemas of types without recursion and without problems. */
  readonly #closed = new Map<Type, JsonObject>();

  constructor(host: CompilerHost) {
    this.#host = host;
  }

  /**
   * The schema of a payload.
   *
   * @param types the members of the payload; their dataset marks are left out
   */
  read(types: readonly Type[]): PayloadSchema {
    const [only] = types;
    if (types.length !== 1 || !only) return this.#readPayload(types);
    // Many datasets share a payload type: what is below the mark is walked once.
    const key = this.#withoutMark(only) ?? only;
    const known = this.#payloads.get(key);
    if (known) return known;
    const payload = this.#readPayload([key]);
    this.#payloads.set(key, payload);
    return payload;
  }

  #readPayload(types: readonly Type[]): PayloadSchema {
    const walk: Walk = {
      problems: [],
      open: new Set(),
      recursive: new Map(),
      definitions: {},
      references: 0,
    };
    const [only] = types;
    const bare = only && (this.#withoutMark(only) ?? only);
    const element = types.length === 1 && bare ? this.#streamElement(bare) : undefined;
    const schema: JsonObject = element
      ? { type: "array", items: this.#walk(element, walk, "[]"), [marker]: "AsyncIterable" }
      : union(sortTypes(this.#host, types).map((type) => this.#walk(type, walk, "")));
    const definitions = Object.keys(walk.definitions).length > 0 ? { $defs: walk.definitions } : {};
    return {
      schema: { ...schema, ...definitions },
      isStream: element !== undefined,
      problems: walk.problems,
    };
  }

  /** The payload of an intersection of one type with a mark; undefined for other types. */
  #withoutMark(type: Type): Type | undefined {
    if (this.#host.kind(type) !== "intersection") return undefined;
    const payload = this.#host.members(type).filter((member) => !this.#isMark(member));
    return payload.length === 1 ? payload[0] : undefined;
  }

  #isMark(type: Type): boolean {
    const name = this.#host.nameOf(type);
    return name?.origin === "core" && markNames.has(name.name);
  }

  #streamElement(type: Type): Type | undefined {
    const name = this.#host.kind(type) === "object" ? this.#host.nameOf(type) : undefined;
    return name?.origin === "lib" && streamTypes.has(name.name)
      ? this.#host.typeArguments(type)[0]
      : undefined;
  }

  #walk(type: Type, walk: Walk, path: string): JsonObject {
    const closed = this.#closed.get(type);
    if (closed) return closed;
    const name = walk.recursive.get(type);
    if (name !== undefined) return this.#reference(name, walk);
    if (walk.open.has(type)) return this.#reference(this.#define(type, walk), walk);
    if (walk.open.size > maxDepth) {
      walk.problems.push({
        path: shorten(path),
        type: shorten(this.#host.print(type)),
        why: "in a type which never ends",
      });
      return {};
    }

    const before = { references: walk.references, problems: walk.problems.length };
    walk.open.add(type);
    const schema = this.#schemaOf(type, walk, path);
    walk.open.delete(type);

    const isShared = walk.references === before.references && walk.problems.length === before.problems;
    if (isShared) this.#closed.set(type, schema);
    const definition = walk.recursive.get(type);
    if (definition === undefined) return schema;
    walk.definitions[definition] = schema;
    return { $ref: `#/$defs/${definition}` };
  }

  #reference(name: string, walk: Walk): JsonObject {
    walk.references++;
    return { $ref: `#/$defs/${name}` };
  }

  /** Gives a recursive type its definition's name. */
  #define(type: Type, walk: Walk): string {
    const typeName = this.#host.kind(type) === "object" ? this.#host.nameOf(type)?.name : undefined;
    const base = typeName && /^\w+$/.test(typeName) && !typeName.startsWith("__") ? typeName : "Recursive";
    const taken = new Set(walk.recursive.values());
    let name = base;
    for (let number = 2; taken.has(name); number++) name = `${base}${number}`;
    walk.recursive.set(type, name);
    return name;
  }

  #problem(type: Type, walk: Walk, path: string, why: string): JsonObject {
    walk.problems.push({ path, type: this.#host.print(type), why });
    return {};
  }

  #schemaOf(type: Type, walk: Walk, path: string): JsonObject {
    const host = this.#host;
    const kind = host.kind(type);
    switch (kind) {
      case "any":
      case "unknown":
        return {};
      case "string":
      case "template":
        return { type: "string" };
      case "number":
      case "boolean":
        return { type: kind };
      case "null":
        return { type: "null" };
      case "bigint":
        return { type: "integer", format: "int64", [marker]: "bigint" };
      case "literal":
        return { const: host.literal(type) as Json };
      case "union": {
        return union(sortTypes(host, host.members(type)).map((member) => this.#walk(member, walk, path)));
      }
      case "intersection":
        return this.#intersection(type, walk, path);
      case "array": {
        const [element] = host.typeArguments(type);
        return { type: "array", items: element ? this.#walk(element, walk, `${path}[]`) : {} };
      }
      case "tuple":
        return this.#tuple(type, walk, path);
      case "object":
        return this.#object(type, walk, path);
      case "symbol":
        return this.#problem(type, walk, path, "and a symbol has no value outside of its process");
      case "never":
        return this.#problem(type, walk, path, "which has no value");
      case "undefined":
      case "void":
        return this.#problem(type, walk, path, "which has no value in storage; use null");
      case "other":
        if (host.print(type) === "object") return { type: "object" };
        return this.#problem(type, walk, path, "which the compiler cannot resolve here");
      default:
        return kind satisfies never;
    }
  }

  /** The schema of something that may be left out: a property, or an element at the end of a tuple. */
  #present(type: Type, walk: Walk, path: string): JsonObject {
    const host = this.#host;
    const members = host.kind(type) === "union" ? host.members(type) : [];
    const present = members.filter((member) => !isAbsent(host, member));
    if (present.length === members.length) return this.#walk(type, walk, path);
    return union(sortTypes(host, present).map((member) => this.#walk(member, walk, path)));
  }

  #intersection(type: Type, walk: Walk, path: string): JsonObject {
    const members = this.#host.members(type).filter((member) => !this.#isMark(member));
    // A branded primitive, or an array with further properties, is stored as the primitive or the array.
    const core =
      members.length === 1 ? members[0] : members.find((member) => this.#host.kind(member) !== "object");
    return core ? this.#walk(core, walk, path) : this.#properties(type, walk, path);
  }

  #tuple(type: Type, walk: Walk, path: string): JsonObject {
    const elements = this.#host.tupleElements(type);
    const fixed = elements.filter((element) => !element.isRest);
    const rest = elements.find((element) => element.isRest);
    return {
      type: "array",
      prefixItems: fixed.map((element, index) => {
        const place = `${path}[${index}]`;
        return element.isOptional
          ? this.#present(element.type, walk, place)
          : this.#walk(element.type, walk, place);
      }),
      minItems: fixed.filter((element) => !element.isOptional).length,
      items: rest ? this.#walk(rest.type, walk, `${path}[]`) : false,
    };
  }

  #object(type: Type, walk: Walk, path: string): JsonObject {
    const host = this.#host;
    const name = host.nameOf(type);
    if (name && name.origin !== "project") {
      const [first, second] = host.typeArguments(type);
      switch (name.name) {
        case "Date":
          return { type: "string", format: "date-time", [marker]: "Date" };
        case "Uint8Array":
        case "Buffer":
          return { type: "string", contentEncoding: "base64", [marker]: "Uint8Array" };
        case "Map":
        case "ReadonlyMap": {
          const key = first ? this.#walk(first, walk, `${path}.key`) : {};
          const value = second ? this.#walk(second, walk, `${path}.value`) : {};
          const entry = { type: "array", prefixItems: [key, value], minItems: 2, items: false };
          return { type: "array", items: entry, [marker]: "Map" };
        }
        case "Set":
        case "ReadonlySet": {
          const items = first ? this.#walk(first, walk, `${path}[]`) : {};
          return { type: "array", uniqueItems: true, items, [marker]: "Set" };
        }
      }
    }
    if (this.#streamElement(type)) return this.#problem(type, walk, path, "a stream inside of a payload");
    if (host.signatures(type).length > 0) return this.#problem(type, walk, path, "a function");
    const isError = name?.origin === "lib" && name.name.endsWith("Error");
    if (isError || (name?.origin === "lib" && isBehaviour(host, type))) {
      return this.#problem(type, walk, path, "whose behaviour would be lost");
    }
    if (name?.isClass && isBehaviour(host, type)) {
      return this.#problem(type, walk, path, "an instance of a class, whose methods would be lost");
    }
    return this.#properties(type, walk, path);
  }

  #properties(type: Type, walk: Walk, path: string): JsonObject {
    const host = this.#host;
    const all = host.properties(type).filter((property) => property.name !== "~dataset");
    const isPrivate = all.some((property) => property.name.startsWith("__#"));
    if (isPrivate) return this.#problem(type, walk, path, "which has private fields");
    const symbols = all.filter((property) => property.name.startsWith("__@"));
    if (symbols.length > 0) return this.#problem(type, walk, path, "which has a symbol as a key");
    const types = host.propertyTypes(all);
    const properties: [string, JsonObject][] = [];
    const required: string[] = [];
    all.forEach((property, index) => {
      const member = types[index];
      if (!member || isAbsent(host, member)) return;
      const schema = this.#present(member, walk, path === "" ? property.name : `${path}.${property.name}`);
      const description = host.propertyDoc(property);
      properties.push([property.name, description === undefined ? schema : { ...schema, description }]);
      if (isRequired(host, property, member)) required.push(property.name);
    });
    const index = host.indexType(type);
    return {
      type: "object",
      ...(all.length > 0 && { properties: Object.fromEntries(properties) }),
      ...(required.length > 0 && { required: required.sort(compareText) }),
      ...(index && { additionalProperties: this.#present(index, walk, `${path}[]`) }),
    };
  }
}

/** The beginning of a text, for a message. */
function shorten(text: string): string {
  return text.length > 40 ? `${text.slice(0, 40)}…` : text;
}

function isRequired(host: CompilerHost, property: Property, type: Type): boolean {
  if (property.isOptional) return false;
  return host.kind(type) !== "union" || !host.members(type).some((member) => isAbsent(host, member));
}

function isAbsent(host: CompilerHost, type: Type): boolean {
  const kind = host.kind(type);
  return kind === "undefined" || kind === "void";
}

/** Whether a type has methods. */
function isBehaviour(host: CompilerHost, type: Type): boolean {
  return host.propertyTypes(host.properties(type)).some((member) => host.signatures(member).length > 0);
}

/** One schema for values of any of the given ones, the same whatever their order. */
function union(members: readonly JsonObject[]): JsonObject {
  const byText = new Map(members.map((member) => [JSON.stringify(member), member]));
  const sorted = [...byText].sort(([left], [right]) => compareText(left, right)).map(([, member]) => member);
  const [only] = sorted;
  if (sorted.length === 1 && only) return only;
  const isConstant = (member: JsonObject) => Object.keys(member).length === 1 && "const" in member;
  const constants = sorted.filter(isConstant).map((member) => member.const as Json);
  const others = sorted.filter((member) => !isConstant(member));
  const isBoolean = constants.includes(true) && constants.includes(false);
  const values = isBoolean ? constants.filter((value) => typeof value !== "boolean") : constants;
  if (isBoolean) others.push({ type: "boolean" });
  if (values.length === 1) others.unshift({ const: values[0] as Json });
  if (values.length > 1) others.unshift({ enum: values });
  const [single] = others;
  return others.length === 1 && single ? single : { anyOf: others };
}
