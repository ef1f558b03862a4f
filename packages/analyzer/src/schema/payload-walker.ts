/** The way through a payload's types: what was met before, what is inside of itself, and what has no end. */
import type { JsonObject } from "@glacier-ts/core";
import type { CompilerHost, Type, TypeKind } from "../compiler-host.js";
import { isMark } from "./below-mark.js";
import { PayloadDocs } from "./payload-docs.js";
import { freeName } from "./share-definitions.js";
import { TypeSchemas } from "./type-schemas.js";
import { addProblem, type Walk } from "./walk.js";

/** A generic type that is inside of this many others of its own never ends. */
const maxInstantiations = 24;
/** The levels that are followed, for the sake of the stack. */
const maxDepth = 500;

export class PayloadWalker {
  readonly docs: PayloadDocs;
  readonly #host: CompilerHost;
  readonly #types: TypeSchemas;
  /** Schemas of types without recursion and without problems. */
  readonly #closed = new Map<Type, JsonObject>();
  readonly #names = new WeakMap<JsonObject, string>();

  constructor(host: CompilerHost) {
    this.#host = host;
    this.docs = new PayloadDocs(host);
    this.#types = new TypeSchemas(host, this.docs, (type, walk, path) => this.walk(type, walk, path));
  }

  /** The name of the type that a schema was made of. */
  nameOf(schema: JsonObject): string | undefined {
    return this.#names.get(schema);
  }

  /**
   * The schema of a type.
   *
   * @param path the place in the payload, `[].name`
   */
  walk(type: Type, walk: Walk, path: string): JsonObject {
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
    const isInfinite = instantiations > maxInstantiations;
    if (isInfinite || walk.open.size > maxDepth) {
      walk.isEndless = true;
      const why = isInfinite ? "in a type which never ends" : `more than ${maxDepth} levels deep`;
      addProblem(walk, shorten(path), shorten(this.#host.print(type)), why);
      return {};
    }

    const before = { references: walk.references, problems: walk.problems.length };
    walk.open.add(type);
    if (declaration) walk.declared.set(declaration, instantiations + 1);
    const schema = this.#documented(this.#types.read(type, walk, path), type, walk);
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
    const declaration = mayBeNamed(this.#host.kind(type)) ? this.#host.declarationOfType(type) : undefined;
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

  /** Adds the doc of what the type is declared as. That of a dataset is the dataset's, not its payload's. */
  #documented(schema: JsonObject, type: Type, walk: Walk): JsonObject {
    const host = this.#host;
    const kind = host.kind(type);
    // A member of an enum is a literal.
    const isLiteral = ["string", "number"].includes(typeof host.literal(type));
    if (!mayBeNamed(kind) && !isLiteral) return schema;
    const isDataset = kind === "intersection" && host.members(type).some((member) => isMark(host, member));
    return isDataset ? schema : this.docs.ofType(schema, type, walk.problems);
  }
}

/** Kinds of types that keep the name of an alias, an interface or a class. */
function mayBeNamed(kind: TypeKind): boolean {
  return kind === "object" || kind === "union" || kind === "intersection";
}

/** Other characters would be escaped in a reference; `__proto__` is no key like others. */
function isDefinitionName(name: string): boolean {
  return /^\w+$/.test(name) && name !== "__proto__";
}

/** The beginning of a text, for a message. */
function shorten(text: string): string {
  return text.length > 40 ? `${text.slice(0, 40)}…` : text;
}
