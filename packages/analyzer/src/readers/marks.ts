import { compareText } from "@glacier-ts/core";
import type { CompilerHost, Type } from "../compiler-host.js";
import type { InjectedFacts } from "../model.js";

/** The datasets that a type may be, and what else it may be. */
export interface MarkedType {
  readonly marks: readonly Mark[];
  /** Members of the type without a mark, null and undefined included. */
  readonly plain: readonly Type[];
}

/** One dataset in a type. */
export interface Mark {
  /** Undefined where the name is no literal. */
  readonly name: string | undefined;
  /** The name's type, where it is no literal. */
  readonly nameType?: string | undefined;
  /** The members of the type that have this mark; several for a payload that is a union, such as boolean. */
  readonly types: readonly Type[];
  /** The type that was read, with null and undefined where it accepts them. */
  readonly whole: Type;
  /** The file that declares the mark. */
  readonly core: string;
}

type ReadMark = Pick<Mark, "name" | "nameType" | "core">;

/** The mark of a `Param`, `Secret` or `Resource` type. */
export interface InjectedMark {
  readonly kind: InjectedFacts["kind"];
  readonly name: string | undefined;
  /** The type of the name as text. */
  readonly nameType: string;
}

const injectedKinds = ["param", "secret", "resource"] as const;

/** How deep in a type a dataset is looked for: a wrapper in a wrapper is enough, and types may never end. */
const maxDepth = 4;

/** Reads the marks of types: by the mark on the resolved type, never by how the type is written. */
export class MarkReader {
  readonly #host: CompilerHost;
  readonly #marks = new Map<Type, ReadMark | undefined>();

  constructor(host: CompilerHost) {
    this.#host = host;
  }

  /** Sorts the members of a type by their marks. */
  read(type: Type): MarkedType {
    const members = this.#host.kind(type) === "union" ? this.#host.members(type) : [type];
    const marks = new Map<string | undefined, Mark>();
    const plain: Type[] = [];
    for (const member of members) {
      const mark = this.#markOf(member);
      if (!mark) plain.push(member);
      else
        marks.set(mark.name, {
          ...mark,
          whole: type,
          types: [...(marks.get(mark.name)?.types ?? []), member],
        });
    }
    return { marks: [...marks.values()].sort((a, b) => compareText(a.name ?? "", b.name ?? "")), plain };
  }

  /**
   * Whether a dataset is in the type, or behind it: in a promise, an element, a property, an argument of a generic type
   * or of an alias. So what was wrapped, or has lost its mark in `Readonly<Users>`, is not overlooked.
   */
  isIn(type: Type): boolean {
    const seen = new Set([type]);
    let open = [type];
    for (let depth = 0; depth < maxDepth && open.length > 0; depth++) {
      const inner: Type[] = [];
      for (const at of open) {
        const { marks, plain } = this.read(at);
        if (marks.length > 0) return true;
        for (const part of plain.flatMap((member) => this.#partsOf(member))) {
          if (!seen.has(part)) inner.push(part);
          seen.add(part);
        }
      }
      open = inner;
    }
    return false;
  }

  /** The types that a type is made of; none for functions, and for what core declares. */
  #partsOf(type: Type): readonly Type[] {
    const host = this.#host;
    const alias = host.aliasArguments(type);
    switch (host.kind(type)) {
      case "array":
        return [...alias, ...host.typeArguments(type)];
      case "tuple":
        return [...alias, ...host.tupleElements(type).map((element) => element.type)];
      case "intersection":
        return [...alias, ...host.members(type)];
      case "object": {
        const origin = host.nameOf(type)?.origin;
        if (origin === "core" || host.signatures(type).length > 0) return alias;
        const indexed = host.indexSignatures(type).map(({ value }) => value);
        const properties = origin === "project" ? host.propertyTypes(host.properties(type)) : [];
        return [...alias, ...host.typeArguments(type), ...indexed, ...properties];
      }
      default:
        return alias;
    }
  }

  /** Whether the type is filled in by the executor: `TaskContext`. */
  isContext(type: Type): boolean {
    const kind = this.#host.kind(type);
    const isCandidate = kind === "object" || kind === "intersection";
    return isCandidate && this.#coreProperty(type, "~context") !== undefined;
  }

  /** What a `Param`, `Secret` or `Resource` type says; undefined for other types. Its name is undefined where it is no literal. */
  injected(type: Type): InjectedMark | undefined {
    const kind = this.#host.kind(type);
    if (kind !== "object" && kind !== "intersection") return undefined;
    for (const injected of injectedKinds) {
      const mark = this.#coreProperty(type, `~${injected}`);
      if (!mark) continue;
      const { name, text } = this.#nameIn(mark.type);
      return { kind: injected, name, nameType: text };
    }
    return undefined;
  }

  #markOf(type: Type): ReadMark | undefined {
    if (!this.#marks.has(type)) this.#marks.set(type, this.#readMark(type));
    return this.#marks.get(type);
  }

  #readMark(type: Type): ReadMark | undefined {
    const host = this.#host;
    const kind = host.kind(type);
    if (kind !== "intersection" && kind !== "object") return undefined;
    if (kind === "object" && host.nameOf(type)?.origin === "lib") return undefined;
    // Mostly the mark is a member of the intersection itself, and no property has to be looked up.
    const marks = host.members(type).map((member) => ({ member, name: host.nameOf(member) }));
    const [own, ...others] = marks.filter(
      ({ name }) => name?.origin === "core" && name.name === "DatasetMark",
    );
    if (own?.name && others.length === 0) {
      const [name] = host.typeArguments(own.member);
      const literal = name && host.literal(name);
      return typeof literal === "string"
        ? { name: literal, core: own.name.file }
        : { name: undefined, nameType: name && host.print(name), core: own.name.file };
    }
    const mark = this.#coreProperty(type, "~dataset");
    if (!mark) return undefined;
    const { name, text } = this.#nameIn(mark.type);
    if (name !== undefined) return { name, core: mark.file };
    const nameType = text === "" ? "never: it is a dataset inside of another one" : text;
    return { name, nameType, core: mark.file };
  }

  /** The name that a mark's property has, and its type as text. The property is optional: undefined is no name. */
  #nameIn(type: Type): { name: string | undefined; text: string } {
    const host = this.#host;
    const members = host.kind(type) === "union" ? host.members(type) : [type];
    const names = members.filter((member) => !["undefined", "never"].includes(host.kind(member)));
    const [only] = names;
    const literal = names.length === 1 && only ? host.literal(only) : undefined;
    const text = names
      .map((member) => host.print(member))
      .sort(compareText)
      .join(" | ");
    return { name: typeof literal === "string" ? literal : undefined, text };
  }

  /** A property that is declared in core, its type and the file that declares it. */
  #coreProperty(type: Type, name: string): { type: Type; file: string } | undefined {
    const property = this.#host.property(type, name);
    const declaration = property && this.#host.declarationOf(property.symbol);
    const [propertyType] = property ? this.#host.propertyTypes([property]) : [];
    if (declaration?.origin !== "core" || !propertyType) return undefined;
    return { type: propertyType, file: declaration.file };
  }
}
