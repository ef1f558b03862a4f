/** What each kind of type is in JSON Schema. */
import { compareText, type Json, type JsonObject } from "@glacier-ts/core";
import type { CompilerHost, IndexSignature, Property, Type, WrittenType } from "../compiler-host.js";
import { sortTypes } from "../readers/sort-types.js";
import { isMark } from "./below-mark.js";
import { librarySchema } from "./library-type.js";
import { marker } from "./marker.js";
import type { PayloadDocs } from "./payload-docs.js";
import { schemaText } from "./schema-text.js";
import { streamElement } from "./stream-element.js";
import { propertyNumberPattern, templatePattern } from "./template-pattern.js";
import { union } from "./union.js";
import { addProblem, type Walk } from "./walk.js";
import { addWrittenDocs } from "./written-docs.js";

export class TypeSchemas {
  readonly #host: CompilerHost;
  readonly #docs: PayloadDocs;
  readonly #walk: (type: Type, walk: Walk, path: string) => JsonObject;

  /** @param walk gives the schema of a type inside of another one, with its doc */
  constructor(
    host: CompilerHost,
    docs: PayloadDocs,
    walk: (type: Type, walk: Walk, path: string) => JsonObject,
  ) {
    this.#host = host;
    this.#docs = docs;
    this.#walk = walk;
  }

  /** The schema of a type, without its doc. */
  read(type: Type, walk: Walk, path: string): JsonObject {
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
    const members = host.members(type).filter((member) => !isMark(host, member));
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
    if (streamElement(host, type)) return this.#problem(type, walk, path, "a stream inside of a payload");
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

  #problem(type: Type, walk: Walk, path: string, why: string): JsonObject {
    addProblem(walk, path, this.#host.print(type), why);
    return {};
  }
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
