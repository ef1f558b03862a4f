import { compareText } from "@glacier-ts/core";
import type { CompilerHost, Type } from "../compiler-host.js";
import type { DatasetMention } from "../model.js";
import { firstType } from "../readers/sort-types.js";

/** The first place where a payload does not fit. */
export interface Mismatch {
  /** `[].name`; empty for the payload itself. */
  readonly path: string;
  readonly produced: string;
  readonly expected: string;
}

type Questions = Pick<
  CompilerHost,
  | "isAssignable"
  | "kind"
  | "members"
  | "typeArguments"
  | "properties"
  | "property"
  | "propertyTypes"
  | "print"
  | "nameOf"
>;

/** Asks the compiler whether what is produced can be read, and finds the place where it cannot. */
export class PayloadComparer {
  readonly #host: Questions;

  constructor(host: Questions) {
    this.#host = host;
  }

  /** Undefined where the payload fits. */
  mismatch(produced: DatasetMention, read: DatasetMention): Mismatch | undefined {
    if (this.fits(produced, read)) return undefined;
    const unfit = produced.types.filter((type) => !this.#host.isAssignable(type, read.whole));
    const source = firstType(this.#host, unfit);
    const [target, ...others] = read.types;
    if (!source || !target) return undefined;
    if (others.length === 0) return this.#explain(source, target);
    const print = (type: Type) => this.#host.print(this.#withoutMark(type));
    return {
      path: "",
      produced: print(source),
      expected: read.types.map(print).sort(compareText).join(" | "),
    };
  }

  /** Whether what is produced is assignable to what is read. */
  fits(produced: DatasetMention, read: DatasetMention): boolean {
    return (
      produced.schema.schema === read.schema.schema ||
      produced.types.every((type) => this.#host.isAssignable(type, read.whole))
    );
  }

  /** Follows array elements and properties to the innermost place that does not fit. */
  #explain(source: Type, target: Type): Mismatch {
    let path = "";
    let produced = this.#withoutMark(source);
    let expected = this.#withoutMark(target);
    for (let depth = 0; depth < 32; depth++) {
      const step = this.#element(produced, expected) ?? this.#property(produced, expected);
      if (!step) break;
      path = step.path.startsWith("[") || path === "" ? `${path}${step.path}` : `${path}.${step.path}`;
      if (step.produced === undefined) {
        return { path, produced: "nothing", expected: this.#host.print(step.expected) };
      }
      produced = step.produced;
      expected = step.expected;
    }
    return { path, produced: this.#host.print(produced), expected: this.#host.print(expected) };
  }

  #element(source: Type, target: Type): Step | undefined {
    const [produced] = this.#elementOf(source);
    const [expected] = this.#elementOf(target);
    return produced && expected ? { path: "[]", produced, expected } : undefined;
  }

  #elementOf(type: Type): readonly Type[] {
    const isIterable =
      this.#host.kind(type) === "object" && this.#host.nameOf(type)?.name === "AsyncIterable";
    return this.#host.kind(type) === "array" || isIterable ? this.#host.typeArguments(type).slice(0, 1) : [];
  }

  /** The first property of the target that is missing or does not fit. */
  #property(source: Type, target: Type): Step | undefined {
    const host = this.#host;
    if (host.kind(source) !== "object" || host.kind(target) !== "object") return undefined;
    const properties = host.properties(target).filter((property) => property.name !== "~dataset");
    const types = host.propertyTypes(properties);
    for (const [index, property] of properties.entries()) {
      const expected = types[index];
      if (!expected) continue;
      const found = host.property(source, property.name);
      if (!found && property.isOptional) continue;
      const [produced] = found ? host.propertyTypes([found]) : [];
      if (produced && host.isAssignable(produced, expected) && (property.isOptional || !found?.isOptional))
        continue;
      return { path: property.name, produced, expected };
    }
    return undefined;
  }

  #withoutMark(type: Type): Type {
    const host = this.#host;
    if (host.kind(type) !== "intersection") return type;
    const members = host.members(type).filter((member) => host.nameOf(member)?.name !== "DatasetMark");
    const [only] = members;
    return members.length === 1 && only ? only : type;
  }
}

interface Step {
  readonly path: string;
  /** Undefined where the property is missing. */
  readonly produced: Type | undefined;
  readonly expected: Type;
}
