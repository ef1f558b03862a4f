import type { JsonObject } from "@glacier-ts/core";
import type { CompilerHost, Declaration, Property, Type } from "../compiler-host.js";
import type { PayloadProblem } from "../model.js";

import { applyDoc } from "./apply-doc.js";
import { type Doc, parseDoc } from "./doc-tags.js";

/** A doc comment, and whose it is. */
interface DocOf {
  readonly doc: Doc;
  readonly declaration: Declaration | undefined;
}

/** Puts what doc comments say of types and properties into their schemas. */
export class PayloadDocs {
  readonly #host: CompilerHost;

  constructor(host: CompilerHost) {
    this.#host = host;
  }

  /** Adds the doc of the alias, interface, class, enum or enum member that names a type. */
  ofType(schema: JsonObject, type: Type, problems: PayloadProblem[]): JsonObject {
    const declaration = this.#host.declarationOfType(type);
    return declaration ? this.ofDeclaration(schema, declaration, type, problems) : schema;
  }

  /** Adds the doc of one declaration that a type goes by. */
  ofDeclaration(
    schema: JsonObject,
    declaration: Declaration,
    type: Type,
    problems: PayloadProblem[],
  ): JsonObject {
    if (declaration.origin === "lib" || declaration.origin === "core") return schema;
    const comment = this.#host.doc(declaration.node);
    if (comment === undefined) return schema;
    return this.#add(schema, { doc: parseDoc(comment), declaration }, type, problems);
  }

  /** Adds the tags, but not the description, of the alias for a dataset or parameter: that describes more than its value. */
  ofMarked(schema: JsonObject, marked: Type, value: Type, problems: PayloadProblem[]): JsonObject {
    const declaration = this.#host.declarationOfType(marked);
    const comment = declaration?.origin === "project" ? this.#host.doc(declaration.node) : undefined;
    if (comment === undefined) return schema;
    const { tags } = parseDoc(comment);
    return this.#add(schema, { doc: { description: undefined, tags }, declaration }, value, problems);
  }

  /** Adds the doc of a property; its own words are preferred to those of its type. */
  ofProperty(schema: JsonObject, property: Property, type: Type, problems: PayloadProblem[]): JsonObject {
    const comment = this.#host.propertyDoc(property);
    if (comment === undefined) return schema;
    const declaration = this.#host.declarationOf(property.symbol);
    const found: PayloadProblem[] = [];
    const documented = this.#add(schema, { doc: parseDoc(comment), declaration }, type, found);
    if (found.length > 0 && (!declaration || this.#isAsDeclared(declaration, type))) problems.push(...found);
    return documented;
  }

  /** A mapped type gives a property another type, but leaves it its doc: the tags were written for the former one. */
  #isAsDeclared(declaration: Declaration, type: Type): boolean {
    const declared = this.#kinds(this.#host.typeAt(declaration.node));
    const found = this.#kinds(type);
    return declared.includes("other") || found.every((kind) => declared.includes(kind));
  }

  #kinds(type: Type): readonly string[] {
    const members = this.#host.kind(type) === "union" ? this.#host.members(type) : [type];
    return members.map((member) => this.#host.kind(member)).filter((kind) => kind !== "undefined");
  }

  #add(schema: JsonObject, { doc, declaration }: DocOf, type: Type, problems: PayloadProblem[]): JsonObject {
    const applied = applyDoc(schema, doc);
    // What a package says wrongly is not for its user to mend.
    if (declaration?.origin !== "project") return applied.schema;
    for (const problem of applied.problems) {
      problems.push({
        kind: "tag",
        problem,
        of: declaration.name,
        type: this.#host.print(type),
        location: this.#host.location(declaration.node),
      });
    }
    return applied.schema;
  }
}
