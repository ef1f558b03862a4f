import { isJsonObject, type Json, type JsonObject } from "@glacier-ts/core";
import { marker } from "./marker.js";
import { definitionsOf, mapSubSchemas, resolveReference } from "./sub-schemas.js";
import { bigintPattern, numberPattern } from "./template-pattern.js";

/** A place where JSON does not say which of two types a value was of. */
export interface Ambiguity {
  /** `[].at`; empty for the payload itself. */
  readonly path: string;
  readonly left: string;
  readonly right: string;
}

/**
 * Finds a union of types that are alike in JSON but not in JavaScript, such as `Date | string`: a value would come back
 * from storage as something else. Values are taken to have no properties but those that their type declares.
 */
export function findAmbiguity(root: JsonObject): Ambiguity | undefined {
  const definitions = definitionsOf(root);
  const comparison = new Comparison(definitions);
  const seen = new Set<JsonObject>();
  let found: Ambiguity | undefined;
  const visit = (reference: JsonObject, path: string): JsonObject => {
    const schema = resolveReference(reference, definitions);
    if (found || seen.has(schema)) return reference;
    seen.add(schema);
    const { anyOf } = schema;
    const conflict = Array.isArray(anyOf) ? comparison.firstConflict(anyOf.filter(isJsonObject)) : undefined;
    if (conflict) found = { ...conflict, path: joinPath(path, conflict.path) };
    mapSubSchemas(schema, (part, place) => visit(part, joinPath(path, place)));
    return reference;
  };
  const { $defs: _, ...payload } = root;
  visit(payload, "");
  return found;
}

function joinPath(path: string, place: string): string {
  return path === "" ? place.replace(/^\./, "") : `${path}${place}`;
}

class Comparison {
  readonly #definitions: JsonObject;
  readonly #revived = new Map<JsonObject, boolean>();
  // Answers by pair. What is asked again while it is being found out, of recursive types, does not decide.
  readonly #compared = new Pairs<undefined>();
  readonly #overlaps = new Pairs<boolean>();

  constructor(definitions: JsonObject) {
    this.#definitions = definitions;
  }

  firstConflict(members: readonly JsonObject[]): Ambiguity | undefined {
    // A pair conflicts only where one of the two is changed when it is read.
    const revived = members.map((member) => this.#isRevived(member));
    for (const [index, left] of members.entries()) {
      for (let other = index + 1; other < members.length; other++) {
        const right = members[other];
        if (!right || !(revived[index] || revived[other])) continue;
        const conflict = this.#conflict(left, right);
        if (conflict) return conflict;
      }
    }
    return undefined;
  }

  /** Whether a value changes when it is read from JSON, or a part of it does. */
  #isRevived(schema: JsonObject): boolean {
    const known = this.#revived.get(schema);
    if (known !== undefined) return known;
    this.#revived.set(schema, false);
    let isRevived = marker in schema;
    mapSubSchemas(this.#resolve(schema), (part) => {
      isRevived ||= this.#isRevived(part);
      return part;
    });
    isRevived ||= marker in this.#resolve(schema);
    this.#revived.set(schema, isRevived);
    return isRevived;
  }

  #resolve(schema: JsonObject): JsonObject {
    return resolveReference(schema, this.#definitions);
  }

  #conflict(one: JsonObject, another: JsonObject): Ambiguity | undefined {
    const left = this.#resolve(one);
    const right = this.#resolve(another);
    if (left === right || !(this.#isRevived(left) || this.#isRevived(right))) return undefined;
    if (this.#compared.has(left, right)) return undefined;
    this.#compared.set(left, right, undefined);
    const pairs = membersOf(left).flatMap((a) => membersOf(right).map((b) => [a, b] as const));
    if (pairs.length > 1) {
      for (const [a, b] of pairs) {
        const conflict = this.#conflict(a, b);
        if (conflict) return conflict;
      }
      return undefined;
    }
    if (!this.#overlap(left, right)) return undefined;
    const isUnlike =
      left[marker] !== right[marker] ||
      (isOpen(left) && this.#isRevived(right)) ||
      (isOpen(right) && this.#isRevived(left));
    if (isUnlike) return { path: "", left: describe(left), right: describe(right) };
    for (const { place, a, b } of sharedParts(left, right)) {
      const conflict = this.#conflict(a, b);
      if (conflict) return { ...conflict, path: `${place}${conflict.path}` };
    }
    return undefined;
  }

  /** Whether there may be JSON that is a value of both. */
  #overlap(one: JsonObject, another: JsonObject): boolean {
    const left = this.#resolve(one);
    const right = this.#resolve(another);
    if (left === right) return true;
    if (!this.#overlaps.has(left, right)) {
      this.#overlaps.set(left, right, true);
      this.#overlaps.set(left, right, this.#mayOverlap(left, right));
    }
    return this.#overlaps.get(left, right) ?? true;
  }

  #mayOverlap(left: JsonObject, right: JsonObject): boolean {
    const leftMembers = membersOf(left);
    const rightMembers = membersOf(right);
    if (leftMembers.length > 1 || rightMembers.length > 1) {
      return leftMembers.some((a) => rightMembers.some((b) => this.#overlap(a, b)));
    }
    const constants = constantsOf(left) ?? constantsOf(right);
    if (constants) {
      const other = constantsOf(left) ? right : left;
      return constants.some((value) => mayBe(other, value));
    }
    if (isOpen(left) || isOpen(right)) {
      return left.type === undefined || right.type === undefined || left.type === right.type;
    }
    if (jsonType(left) !== jsonType(right)) return false;
    switch (left.type) {
      case "string":
        return mayShareText(left, right) && mayShareText(right, left);
      case "array":
        return this.#arraysOverlap(left, right);
      case "object":
        return !this.#isLacking(left, right) && !this.#isLacking(right, left);
      default:
        return true;
    }
  }

  #arraysOverlap(left: JsonObject, right: JsonObject): boolean {
    const count = Math.max(Number(left.minItems ?? 0), Number(right.minItems ?? 0));
    for (let index = 0; index < count; index++) {
      const a = itemAt(left, index);
      const b = itemAt(right, index);
      if (!a || !b || !this.#overlap(a, b)) return false;
    }
    return true;
  }

  /** Whether `object` needs a property that no value of `other` has in this way. */
  #isLacking(object: JsonObject, other: JsonObject): boolean {
    const required = Array.isArray(object.required) ? object.required : [];
    return required.some((name) => {
      const own = propertyOf(object, String(name));
      const others = propertyOf(other, String(name));
      return own !== undefined && (others === undefined || !this.#overlap(own, others));
    });
  }
}

/** Values by two objects. */
class Pairs<Value> {
  readonly #values = new Map<JsonObject, Map<JsonObject, Value>>();

  has(left: JsonObject, right: JsonObject): boolean {
    return this.#values.get(left)?.has(right) ?? false;
  }

  get(left: JsonObject, right: JsonObject): Value | undefined {
    return this.#values.get(left)?.get(right);
  }

  set(left: JsonObject, right: JsonObject, value: Value): void {
    const row = this.#values.get(left) ?? new Map<JsonObject, Value>();
    this.#values.set(left, row.set(right, value));
  }
}

function membersOf(schema: JsonObject): readonly JsonObject[] {
  const members = schema.anyOf ?? schema.oneOf;
  return Array.isArray(members) ? members.filter(isJsonObject) : [schema];
}

/** A type whose values are not described any further: `unknown`, `{}`, `object`. */
function isOpen(schema: JsonObject): boolean {
  if (constantsOf(schema)) return false;
  const isBareObject =
    schema.type === "object" &&
    !("properties" in schema || "additionalProperties" in schema || "patternProperties" in schema);
  return schema.type === undefined || isBareObject;
}

function jsonType(schema: JsonObject): Json | undefined {
  return schema.type === "integer" ? "number" : schema.type;
}

function constantsOf(schema: JsonObject): readonly Json[] | undefined {
  if (schema.const !== undefined) return [schema.const];
  return Array.isArray(schema.enum) ? schema.enum : undefined;
}

function mayBe(schema: JsonObject, value: Json): boolean {
  const constants = constantsOf(schema);
  if (constants) return constants.includes(value);
  if (schema.type === undefined) return true;
  if (schema.type === "integer") return Number.isInteger(value);
  if (schema.type !== (value === null ? "null" : typeof value)) return false;
  if (typeof value !== "string") return true;
  if (schema[marker] === "Date") return isIsoDate(value);
  if (schema[marker] === "Uint8Array") return isBase64(value);
  return typeof schema.pattern !== "string" || new RegExp(schema.pattern, "u").test(value);
}

function isIsoDate(text: string): boolean {
  const date = new Date(text);
  return !Number.isNaN(date.getTime()) && date.toISOString() === text;
}

function isBase64(text: string): boolean {
  return text.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(text);
}

/** Whether texts of `other` may look like those of `schema`: a date has `:`, which base64 has not. */
function mayShareText(schema: JsonObject, other: JsonObject): boolean {
  const prefix = mandatoryPrefix(other.pattern);
  switch (schema[marker]) {
    case "Date":
      return other[marker] !== "Uint8Array" && /^[\d+-]?[\dTZ:.-]*$/.test(prefix);
    case "Uint8Array":
      return other[marker] !== "Date" && /^[A-Za-z0-9+/=]*$/.test(prefix);
    default:
      return true;
  }
}

/** What every text that fits an expression begins with; empty where that is not easily said. */
function mandatoryPrefix(pattern: Json | undefined): string {
  if (typeof pattern !== "string") return "";
  if (pattern.replaceAll(numberPattern, "").replaceAll(bigintPattern, "").includes("|")) return "";
  const literal = /^\^((?:[^\\^$.*+?()[\]{}|]|\\[\\^$.*+?()[\]{}|])*)([*?{]?)/.exec(pattern);
  const prefix = literal?.[1]?.replace(/\\(.)/g, "$1") ?? "";
  return literal?.[2] === "" ? prefix : prefix.slice(0, -1);
}

interface SharedPart {
  readonly place: string;
  readonly a: JsonObject;
  readonly b: JsonObject;
}

/** The parts that two arrays or two objects both have. */
function sharedParts(left: JsonObject, right: JsonObject): readonly SharedPart[] {
  const pair = (place: string, a: JsonObject | undefined, b: JsonObject | undefined): SharedPart[] =>
    a && b ? [{ place, a, b }] : [];
  if (left.type === "array") {
    const count = Math.max(prefixOf(left).length, prefixOf(right).length);
    const places = Array.from({ length: count }, (_, index) => index);
    return [
      ...places.flatMap((index) => pair(`[${index}]`, itemAt(left, index), itemAt(right, index))),
      ...pair("[]", itemAt(left, count), itemAt(right, count)),
    ];
  }
  const names = new Set([...propertyNames(left), ...propertyNames(right)]);
  return [
    ...[...names].flatMap((name) => pair(`.${name}`, propertyOf(left, name), propertyOf(right, name))),
    ...valuesOf(left).flatMap((a) => valuesOf(right).flatMap((b) => pair("[]", a, b))),
  ];
}

function prefixOf(array: JsonObject): readonly Json[] {
  return Array.isArray(array.prefixItems) ? array.prefixItems : [];
}

function itemAt(array: JsonObject, index: number): JsonObject | undefined {
  const item = prefixOf(array)[index] ?? array.items;
  return isJsonObject(item) ? item : undefined;
}

function propertyNames(object: JsonObject): readonly string[] {
  return isJsonObject(object.properties) ? Object.keys(object.properties) : [];
}

/** What an object says of a property, declared or by an index signature. */
function propertyOf(object: JsonObject, name: string): JsonObject | undefined {
  const { properties, patternProperties, additionalProperties } = object;
  const declared = isJsonObject(properties) && Object.hasOwn(properties, name) ? properties[name] : undefined;
  const patterns = isJsonObject(patternProperties) ? Object.entries(patternProperties) : [];
  const matching = patterns.find(([pattern]) => new RegExp(pattern, "u").test(name))?.[1];
  const found = declared ?? matching ?? additionalProperties;
  return isJsonObject(found) ? found : undefined;
}

/** What index signatures say. */
function valuesOf(object: JsonObject): readonly JsonObject[] {
  const { patternProperties, additionalProperties } = object;
  const patterns = isJsonObject(patternProperties) ? Object.values(patternProperties) : [];
  return [...patterns, additionalProperties].filter(isJsonObject);
}

/** The name of a branch in a message. */
function describe(schema: JsonObject): string {
  const constants = constantsOf(schema);
  if (constants) return constants.map((value) => JSON.stringify(value)).join(" | ");
  const type = schema[marker] ?? schema.type;
  return typeof type === "string" ? type : "unknown";
}
