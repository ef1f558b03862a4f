import { compareText, type Json, type JsonObject } from "@glacier-ts/core";
import type { CompilerHost, IndexSignature, Property, Type, WrittenType } from "../compiler-host.js";
import type { PayloadProblem, PayloadSchema } from "../model.js";
import { sortTypes } from "../readers/sort-types.js";
import { findAmbiguity } from "./ambiguity.js";
import { discriminate } from "./discriminator.js";
import { librarySchema } from "./library-type.js";
import { marker } from "./marker.js";
import { PayloadDocs } from "./payload-docs.js";
import { schemaText } from "./schema-text.js";
import { freeName, shareDefinitions } from "./share-definitions.js";
import { propertyNumberPattern, templatePattern } from "./template-pattern.js";
import { union } from "./union.js";
import { addWrittenDocs } from "./written-docs.js";

/** A generic type that is inside of this many others of its own never ends. */
const maxInstantiations = 24;
/** The levels that are followed, for the sake of the stack. */
const maxDepth = 500;

const streamTypes = new Set([
  "AsyncIterable",
  "AsyncIterableIterator",
  "AsyncGenerator",
  "AsyncIteratorObject",
]);

/** One payload while it is walked. */
interface Walk {
  readonly problems: PayloadProblem[];
  /** Types that are being walked: from the payload down to here. */
  readonly open: Set<Type>;
  /** How many of them come from a declaration. */
  readonly declared: Map<string, number>;
  /** Schemas of types that lead to definitions, when they are met again. */
  readonly finished: Map<Type, JsonObject>;
  /** Names of the types that were met inside of themselves. */
  readonly recursive: Map<Type, string>;
  readonly definitions: Record<string, JsonObject>;
  /** How many references were made: they lead to this payload's definitions, so what has one is not shared. */
  references: number;
  /** A type that never ends was met: whatever else is in the payload, there is no end to it. */
  isEndless: boolean;
}

const markNames = new Set(["DatasetMark", "ParamMark", "SecretMark"]);

/** Turns payload types into JSON Schema 2020-12. */
export class PayloadSchemas {
  readonly #host: CompilerHost;
  readonly #docs: PayloadDocs;
  /** Schemas of whole payloads. */
  readonly #payloads = new Map<Type, PayloadSchema>();
  /** Schemas of types without recursion and without problems. */
  readonly #closed = new Map<Type, JsonObject>();
  readonly #names = new WeakMap<JsonObject, string>();

  constructor(host: CompilerHost) {
    this.#host = host;
    this.#docs = new PayloadDocs(host);
  }

  /**
   * The schema of a payload.
   *
   * @param types the members of the payload; their dataset marks are left out
   */
  read(types: readonly Type[]): PayloadSchema {
    const [only] = types;
    if (types.length !== 1 || !only) return this.#readPayload(types);
    const known = this.#payloads.get(only);
    if (known) return known;
    // Many datasets share a payload type: what is below the mark is walked once.
    const below = this.#withoutMark(only);
    const payload = below ? this.#tagged(this.read([below]), only, below) : this.#readPayload([only]);
    this.#payloads.set(only, payload);
    return payload;
  }

  /** With the tags of the alias for a dataset. */
  #tagged(payload: PayloadSchema, dataset: Type, value: Type): PayloadSchema {
    const problems = [...payload.problems];
    const schema = this.#docs.ofMarked(payload.schema, dataset, value, problems);
    const isChanged = schema !== payload.schema || problems.length > payload.problems.length;
    return isChanged ? { ...payload, schema, problems } : payload;
  }

  #readPayload(types: readonly Type[]): PayloadSchema {
    const walk: Walk = {
      problems: [],
      open: new Set(),
      declared: new Map(),
      finished: new Map(),
      recursive: new Map(),
      definitions: {},
      references: 0,
      isEndless: false,
    };
    const bare = types.map((type) => this.#withoutMark(type) ?? type);
    const [only] = bare;
    const element = bare.length === 1 && only ? this.#streamElement(only) : undefined;
    const schema: JsonObject = element
      ? { type: "array", items: this.#walk(element, walk, "[]"), [marker]: "AsyncIterable" }
      : union(sortTypes(this.#host, bare).map((type) => this.#walk(type, walk, "")));
    const definitions = Object.keys(walk.definitions).length > 0 ? { $defs: walk.definitions } : {};
    const shared = shareDefinitions({ ...schema, ...definitions }, (part) => this.#names.get(part));
    const complete = discriminate(shared);
    const ambiguity = findAmbiguity(complete);
    if (ambiguity) walk.problems.push({ kind: "ambiguous", ...ambiguity });
    return { schema: complete, isStream: element !== undefined, problems: walk.problems };
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
    const finished = walk.finished.get(type);
    if (finished) {
      walk.references++;
      return finished;
    }
    if (walk.isEndless) return {};
    const declaration = this.#declarationKey(type);
    const instantiations = declaration === undefined ? 0 : (walk.declared.get(declaration) ?? 0);
    const why =
      instantiations > maxInstantiations ? "in a type which never ends" : `more than ${maxDepth} levels deep`;
    if (instantiations > maxInstantiations || walk.open.size > maxDepth) {
      walk.isEndless = true;
      return this.#problem(shorten(this.#host.print(type)), walk, shorten(path), why);
    }

    const before = { references: walk.references, problems: walk.problems.length };
    walk.open.add(type);
    if (declaration) walk.declared.set(declaration, instantiations + 1);
    const schema = this.#documented(this.#schemaOf(type, walk, path), type, walk);
    if (declaration) walk.declared.set(declaration, instantiations);
    walk.open.delete(type);

    const isShared = walk.references === before.references && walk.problems.length === before.problems;
    if (isShared) this.#closed.set(type, schema);
    else walk.finished.set(type, schema);
    const ownName = this.#ownName(type);
    if (ownName !== undefined) this.#names.set(schema, ownName);
    const definition = walk.recursive.get(type);
    if (definition === undefined) return schema;
    walk.definitions[definition] = schema;
    return { $ref: `#/$defs/${definition}` };
  }

  /** The declaration of a type that may be generic. */
  #declarationKey(type: Type): string | undefined {
    const kind = this.#host.kind(type);
    const isNamed = kind === "object" || kind === "union" || kind === "intersection";
    const declaration = isNamed ? this.#host.declarationOfType(type) : undefined;
    return declaration && declaration.origin !== "lib"
      ? `${declaration.file} ${declaration.name}`
      : undefined;
  }

  #reference(name: string, walk: Walk): JsonObject {
    walk.references++;
    return { $ref: `#/$defs/${name}` };
  }

  /** Gives a recursive type its definition's name. */
  #define(type: Type, walk: Walk): string {
    const base = this.#ownName(type) ?? "Recursive";
    const name = freeName(base, new Set(walk.recursive.values()));
    walk.recursive.set(type, name);
    return name;
  }

  #ownName(type: Type): string | undefined {
    const declaration = this.#host.declarationOfType(type);
    if (declaration && declaration.origin !== "lib" && isDefinitionName(declaration.name))
      return declaration.name;
    const [element] = this.#host.kind(type) === "array" ? this.#host.typeArguments(type) : [];
    const name = element && this.#ownName(element);
    return name && `${name}Array`;
  }

  #problem(type: Type | string, walk: Walk, path: string, why: string): JsonObject {
    const text = typeof type === "string" ? type : this.#host.print(type);
    walk.problems.push({ kind: "unserialisable", path, type: text, why });
    return {};
  }

  /** Adds the doc of what the type is declared as. That of a dataset is the dataset's, not its payload's. */
  #documented(schema: JsonObject, type: Type, walk: Walk): JsonObject {
    const host = this.#host;
    const kind = host.kind(type);
    const isNamed = kind === "object" || kind === "union" || kind === "intersection";
    if (!isNamed && typeof host.literal(type) !== "string" && typeof host.literal(type) !== "number")
      return schema;
    const isDataset = kind === "intersection" && host.members(type).some((member) => this.#isMark(member));
    return isDataset ? schema : this.#docs.ofType(schema, type, walk.problems);
  }

  #schemaOf(type: Type, walk: Walk, path: string): JsonObject {
    const host = this.#host;
    const kind = host.kind(type);
    switch (kind) {
      case "any":
      case "unknown":
        return {};
      case "string":
        return { type: "string" };
      case "template": {
        const pattern = templatePattern(host, type);
        return { type: "string", ...(pattern !== undefined && { pattern }) };
      }
      case "number":
      case "boolean":
        return { type: kind };
      case "null":
        return { type: "null" };
      case "bigint":
        return { type: "integer", format: "int64", ...bigintConstant(host.print(type)), [marker]: "bigint" };
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
    const isOptional =
      host.kind(type) === "union" && host.members(type).some((member) => isAbsent(host, member));
    return isOptional ? this.#presentMembers(type, walk, path) : this.#walk(type, walk, path);
  }

  /** The schema of the members of a union, without undefined and without the union's own doc. */
  #presentMembers(type: Type, walk: Walk, path: string): JsonObject {
    const host = this.#host;
    const members = host.members(type).filter((member) => !isAbsent(host, member));
    return union(sortTypes(host, members).map((member) => this.#walk(member, walk, path)));
  }

  #intersection(type: Type, walk: Walk, path: string): JsonObject {
    const host = this.#host;
    const members = host.members(type).filter((member) => !this.#isMark(member));
    const parts = members.filter((member) => !this.#isBrand(member) && !isAnyObject(host, member));
    const [only] = parts;
    if (parts.length === 1 && only) return this.#walk(only, walk, path);
    // A branded primitive, or an array with further properties, is stored as the primitive or the array.
    const cores = parts.filter((member) => host.kind(member) !== "object");
    if (cores.length === 0) return this.#properties(type, walk, path, parts.length < members.length);
    const [first = {}, ...others] = cores.map((member) => this.#walk(member, walk, path));
    return others.length === 0 ? first : { ...first, allOf: others };
  }

  /** An object of symbols only says which type it is: nothing of it is in a value. */
  #isBrand(type: Type): boolean {
    if (this.#host.kind(type) !== "object") return false;
    const properties = this.#host.properties(type);
    return properties.length > 0 && properties.every(({ name }) => name.startsWith("__@"));
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
      const library = librarySchema(name.name, (index, place) => {
        const argument = host.typeArguments(type)[index];
        return argument ? this.#walk(argument, walk, `${path}${place}`) : {};
      });
      if (library) return library;
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

  /** @param isBranded whether symbols among the keys are a brand */
  #properties(type: Type, walk: Walk, path: string, isBranded = false): JsonObject {
    const host = this.#host;
    const declared = host.properties(type).filter((property) => property.name !== "~dataset");
    const isPrivate = declared.some((property) => property.name.startsWith("__#"));
    if (isPrivate) return this.#problem(type, walk, path, "which has private fields");
    const all = declared.filter((property) => !property.name.startsWith("__@"));
    if (all.length < declared.length && !isBranded) {
      return this.#problem(type, walk, path, "which has a symbol as a key");
    }
    const types = host.propertyTypes(all);
    const properties: [string, JsonObject][] = [];
    const required: string[] = [];
    all.forEach((property, index) => {
      const member = types[index];
      if (!member || isAbsent(host, member)) return;
      const place = path === "" ? property.name : `${path}.${property.name}`;
      properties.push([property.name, this.#property(property, member, walk, place)]);
      if (isRequired(host, property, member)) required.push(property.name);
    });
    const indexes = host.indexSignatures(type);
    // The type `{}` is anything but null.
    if (declared.length === 0 && indexes.length === 0) return { not: { type: "null" } };
    return {
      type: "object",
      ...(all.length > 0 && { properties: Object.fromEntries(properties) }),
      ...(required.length > 0 && { required: required.sort(compareText) }),
      ...this.#indexes(indexes, walk, path),
    };
  }

  #property(property: Property, type: Type, walk: Walk, path: string): JsonObject {
    const schema = this.#present(type, walk, path);
    const written = this.#host.writtenType(property);
    const named = written ? this.#addWritten(schema, written, walk, path) : schema;
    return this.#docs.ofProperty(named, property, type, walk.problems);
  }

  /** Adds the docs of aliases that are written in a type, where the property still has that type. */
  #addWritten(schema: JsonObject, written: WrittenType, walk: Walk, path: string): JsonObject {
    const typeOf = ({ node }: WrittenType) => this.#host.typeAt(node);
    // An alias for a union is forgotten where the union is a part of another one, be it with undefined.
    const aside = { ...walk, problems: [] };
    const schemasOf = (part: WrittenType) => {
      const type = typeOf(part);
      const documented = this.#present(type, aside, path);
      return this.#host.kind(type) === "union"
        ? [documented, this.#presentMembers(type, aside, path)]
        : [documented];
    };
    return addWrittenDocs(schema, written, {
      isOf: (part, found) => {
        const text = schemaText(found);
        return schemasOf(part).some((own) => schemaText(own) === text);
      },
      addDoc: (documented, name, part) =>
        this.#docs.ofDeclaration(documented, name, typeOf(part), walk.problems),
    });
  }

  /** An index signature for all keys, and those for the keys that look like numbers or like a template. */
  #indexes(signatures: readonly IndexSignature[], walk: Walk, path: string): JsonObject {
    const patterns: [string, JsonObject][] = [];
    let rest: JsonObject | undefined;
    for (const { key, value } of signatures) {
      const pattern = this.#keyPattern(key);
      const schema = this.#present(value, walk, `${path}[]`);
      if (pattern === undefined) rest = schema;
      else patterns.push([pattern, schema]);
    }
    return {
      ...(patterns.length > 0 && { patternProperties: Object.fromEntries(patterns) }),
      ...(rest && { additionalProperties: rest }),
    };
  }

  /** What keys look like; undefined where any will do. */
  #keyPattern(key: Type): string | undefined {
    const host = this.#host;
    switch (host.kind(key)) {
      case "number":
        return propertyNumberPattern;
      case "template":
        return templatePattern(host, key);
      case "intersection": {
        const core = host.members(key).find((member) => host.kind(member) !== "object");
        return core && this.#keyPattern(core);
      }
      default:
        return undefined;
    }
  }
}

/** Other characters would be escaped in a reference; `__proto__` is no key like others. */
function isDefinitionName(name: string): boolean {
  return /^\w+$/.test(name) && name !== "__proto__";
}

/** The beginning of a text, for a message. */
function shorten(text: string): string {
  return text.length > 40 ? `${text.slice(0, 40)}…` : text;
}

/** Whether a property is there when its object is stored: JSON leaves out what is undefined. */
function isRequired(host: CompilerHost, property: Property, type: Type): boolean {
  if (property.isOptional || host.kind(type) === "unknown" || host.kind(type) === "any") return false;
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

/** The type `object`. */
function isAnyObject(host: CompilerHost, type: Type): boolean {
  return host.kind(type) === "other" && host.print(type) === "object";
}

/** The value of a bigint literal's type, where a number can hold it. */
function bigintConstant(text: string): JsonObject {
  const value = /^-?\d+n$/.test(text) ? Number(text.slice(0, -1)) : Number.NaN;
  return Number.isSafeInteger(value) ? { const: value } : {};
}
