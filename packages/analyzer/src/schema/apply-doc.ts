import { isJsonObject, type Json, type JsonObject } from "@glacier-ts/core";
import type { Doc, DocTag } from "./doc-tags.js";
import { isValueOf } from "./json-value.js";
import { marker } from "./marker.js";
import {
  type ConstrainedType,
  type ConstraintTag,
  constraintTags,
  integerTypes,
  readFlag,
} from "./tag-values.js";

/** Why a tag cannot be obeyed. */
export type TagProblem =
  /** Its text is not what it has to be. */
  | { readonly kind: "invalid"; readonly tag: string; readonly found: string; readonly expected: string }
  /** The type is none that it can say something of. */
  | { readonly kind: "misplaced"; readonly tag: string };

/** Puts what a doc comment says into a schema. A tag that is not known is ordinary JSDoc. */
export function applyDoc(
  schema: JsonObject,
  doc: Doc,
): { readonly schema: JsonObject; readonly problems: readonly TagProblem[] } {
  const problems: TagProblem[] = [];
  let result = schema;
  for (const tag of doc.tags) {
    const applied = applyTag(result, tag);
    if ("kind" in applied) problems.push(applied);
    else result = applied.schema;
  }
  const { description } = doc;
  return { schema: description === undefined ? result : { ...result, description }, problems };
}

type Applied = { readonly schema: JsonObject } | TagProblem;

function applyTag(schema: JsonObject, tag: DocTag): Applied {
  const constraint = constraintTags.get(tag.name);
  if (constraint) return constrain(schema, tag, constraint);
  switch (tag.name) {
    case "integer":
      return readFlag(tag.text) ? toInteger(schema, tag, "integer") : invalid(tag, "empty");
    case "type":
    case "asType":
    case "TJS-type": {
      const name = tag.text.replace(/^\{(.*)\}$/s, "$1").trim();
      return integerTypes.has(name) ? toInteger(schema, tag, name) : { schema };
    }
    case "title":
      return tag.text === "" ? invalid(tag, "a text") : { schema: { ...schema, title: tag.text } };
    case "deprecated":
      return { schema: { ...schema, deprecated: true } };
    case "default": {
      const value = readValue(schema, tag.text);
      return value === undefined
        ? invalid(tag, "a value of the type")
        : { schema: { ...schema, default: value } };
    }
    case "example": {
      // Free text in JSDoc, often code: only what is a value of the type is taken.
      const value = readValue(schema, tag.text);
      return { schema: value === undefined ? schema : withExamples(schema, [value]) };
    }
    case "examples": {
      const values = parseJson(tag.text);
      const isFit = Array.isArray(values) && values.every((value) => isValueOf(schema, value));
      return isFit
        ? { schema: withExamples(schema, values) }
        : invalid(tag, "a JSON array of values of the type");
    }
    default:
      return tag.name.startsWith("items.") ? applyToItems(schema, tag) : { schema };
  }
}

function invalid(tag: DocTag, expected: string): TagProblem {
  return { kind: "invalid", tag: tag.name, found: tag.text.replace(/\n[\s\S]*$/, " …"), expected };
}

function withExamples(schema: JsonObject, values: readonly Json[]): JsonObject {
  const before = Array.isArray(schema.examples) ? schema.examples : [];
  const known = new Set(before.map((value) => JSON.stringify(value)));
  return { ...schema, examples: [...before, ...values.filter((value) => !known.has(JSON.stringify(value)))] };
}

function constrain(schema: JsonObject, tag: DocTag, constraint: ConstraintTag): Applied {
  const value = constraint.read(tag.text);
  if (value === undefined) return invalid(tag, constraint.expected);
  let impossible: string | undefined;
  const constrained = mapBranches(schema, constraint.type, (branch) => {
    const merged = mergeKeyword(branch, tag.name, value, constraint);
    impossible ??= impossibleRange(merged, tag.name, constraint);
    return merged;
  });
  if (impossible !== undefined) return invalid(tag, impossible);
  return constrained ? { schema: constrained } : { kind: "misplaced", tag: tag.name };
}

/** What a bound would have to be, where no value is left beside the other one. */
function impossibleRange(schema: JsonObject, keyword: string, { bound }: ConstraintTag): string | undefined {
  const limit = bound && schema[bound.opposite];
  const value = schema[keyword];
  if (typeof limit !== "number" || typeof value !== "number") return undefined;
  if (bound?.end === "least") return value > limit ? `at most its ${bound.opposite}, ${limit}` : undefined;
  return value < limit ? `at least its ${bound?.opposite}, ${limit}` : undefined;
}

/** Adds a keyword to what a schema says already: both must hold. */
function mergeKeyword(
  schema: JsonObject,
  keyword: string,
  value: Json,
  { bound }: Pick<ConstraintTag, "bound">,
): JsonObject {
  const before = schema[keyword];
  if (before === undefined || before === value) return { ...schema, [keyword]: value };
  if (typeof before === "boolean") return { ...schema, [keyword]: before || value };
  if (bound) {
    const tighter = bound.end === "least" ? Math.max : Math.min;
    return { ...schema, [keyword]: tighter(Number(before), Number(value)) };
  }
  const further = Array.isArray(schema.allOf) ? schema.allOf : [];
  const isKnown = further.some((part) => isJsonObject(part) && part[keyword] === value);
  return isKnown ? schema : { ...schema, allOf: [...further, { [keyword]: value }] };
}

function toInteger(schema: JsonObject, tag: DocTag, name: string): Applied {
  const range = Object.entries(integerTypes.get(name) ?? {});
  const whole = mapBranches(schema, "number", (branch) =>
    range.reduce(
      (limited, [keyword, value]) => mergeKeyword(limited, keyword, value, constraintTags.get(keyword) ?? {}),
      branch.type === undefined ? branch : { ...branch, type: "integer" },
    ),
  );
  return whole ? { schema: whole } : { kind: "misplaced", tag: tag.name };
}

/** `@items.minimum 0` is about the elements of an array. */
function applyToItems(schema: JsonObject, tag: DocTag): Applied {
  const name = tag.name.slice("items.".length);
  let problem: TagProblem | undefined;
  const changed = mapBranches(schema, "array", (branch) => {
    const items = isJsonObject(branch.items) ? applyTag(branch.items, { ...tag, name }) : undefined;
    if (items && "kind" in items) problem = { ...items, tag: tag.name };
    return items && "schema" in items ? { ...branch, items: items.schema } : branch;
  });
  if (problem) return problem;
  return changed ? { schema: changed } : { kind: "misplaced", tag: tag.name };
}

/**
 * Changes the branches of a schema that describe values of a JSON type.
 *
 * @returns undefined where there is none
 */
function mapBranches(
  schema: JsonObject,
  type: ConstrainedType,
  change: (branch: JsonObject) => JsonObject,
): JsonObject | undefined {
  if (!Array.isArray(schema.anyOf)) {
    const found = typeOfBranch(schema);
    return found === type || found === "any" ? change(schema) : undefined;
  }
  const members = schema.anyOf.filter(isJsonObject);
  const isOfType = members.some((member) => typeOfBranch(member) === type);
  // What is behind a reference may still be unknown: a keyword says nothing of values of other types.
  if (!isOfType && members.some((member) => typeOfBranch(member) === "any")) return change(schema);
  if (!isOfType) return undefined;
  return {
    ...schema,
    anyOf: members.map((member) => (typeOfBranch(member) === type ? change(member) : member)),
  };
}

function typeOfBranch(schema: JsonObject): ConstrainedType | "any" | "other" {
  if ("const" in schema || "enum" in schema) return "other";
  if (schema[marker] === "Date" || schema[marker] === "Uint8Array") return "other";
  switch (schema.type) {
    case "number":
    case "integer":
      return "number";
    case "string":
    case "array":
    case "object":
      return schema.type;
    case undefined:
      return "any";
    default:
      return "other";
  }
}

/** The value that a text says: JSON, or a line of text itself where the type is a string. */
function readValue(schema: JsonObject, text: string): Json | undefined {
  const unquoted = /^(['"`])(.*)\1$/.exec(text)?.[2] ?? text;
  const candidates = [parseJson(text), text.includes("\n") ? undefined : unquoted];
  return candidates.find((value) => value !== undefined && isValueOf(schema, value));
}

function parseJson(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}
