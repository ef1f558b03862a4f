import type { JsonObject } from "@glacier-ts/core";
import type { CompilerHost, Type } from "../compiler-host.js";
import type { PayloadSchema } from "../model.js";
import { sortTypes } from "../readers/sort-types.js";
import { findAmbiguity } from "./ambiguity.js";
import { belowMark } from "./below-mark.js";
import { discriminate } from "./discriminator.js";
import { marker } from "./marker.js";
import { PayloadWalker } from "./payload-walker.js";
import { shareDefinitions } from "./share-definitions.js";
import { streamElement } from "./stream-element.js";
import { union } from "./union.js";
import { newWalk } from "./walk.js";

/** Turns payload types into JSON Schema 2020-12. */
export class PayloadSchemas {
  readonly #host: CompilerHost;
  readonly #walker: PayloadWalker;
  /** Schemas of whole payloads. */
  readonly #payloads = new Map<Type, PayloadSchema>();

  constructor(host: CompilerHost) {
    this.#host = host;
    this.#walker = new PayloadWalker(host);
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
    const below = belowMark(this.#host, only);
    const payload = below ? this.#tagged(this.read([below]), only, below) : this.#readPayload([only]);
    this.#payloads.set(only, payload);
    return payload;
  }

  /** With the tags of the alias for a dataset. */
  #tagged(payload: PayloadSchema, dataset: Type, value: Type): PayloadSchema {
    const problems = [...payload.problems];
    const schema = this.#walker.docs.ofMarked(payload.schema, dataset, value, problems);
    const isChanged = schema !== payload.schema || problems.length > payload.problems.length;
    return isChanged ? { ...payload, schema, problems } : payload;
  }

  #readPayload(types: readonly Type[]): PayloadSchema {
    const walker = this.#walker;
    const walk = newWalk();
    const bare = types.map((type) => belowMark(this.#host, type) ?? type);
    const [only] = bare;
    const element = bare.length === 1 && only ? streamElement(this.#host, only) : undefined;
    const schema: JsonObject = element
      ? { type: "array", items: walker.walk(element, walk, "[]"), [marker]: "AsyncIterable" }
      : union(sortTypes(this.#host, bare).map((type) => walker.walk(type, walk, "")));
    const definitions = Object.keys(walk.definitions).length > 0 ? { $defs: walk.definitions } : {};
    const shared = shareDefinitions({ ...schema, ...definitions }, (part) => walker.nameOf(part));
    const complete = discriminate(shared);
    const ambiguity = findAmbiguity(complete);
    if (ambiguity) walk.problems.push({ kind: "ambiguous", ...ambiguity });
    return { schema: complete, isStream: element !== undefined, problems: walk.problems };
  }
}
