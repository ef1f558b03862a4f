import { describeSchema, isJsonObject, type Json, type JsonObject } from "@glacier-ts/core";
import { describeValue } from "../problems.js";
import type { Mistake, Test } from "./load-test.js";
import type { PayloadTest } from "./payload-test.js";

/** One thing that is not as the schema of a payload says. */
export interface Violation {
  /** From 1 on; absent where it is the value itself. */
  readonly row?: number;
  /** A JSON pointer into the row, or into the value; `""` for itself. */
  readonly path: string;
  readonly expected: string;
  readonly found: string;
  /** What says so is a schema that is code: `expected` is its message. */
  readonly bySchema?: true;
}

/** @returns the first thing that is wrong with a value that is no stream, with each of its rows; none where it is valid */
export function findInvalid(value: unknown, { whole, row }: PayloadTest): readonly Violation[] {
  const wrong = whole && violationOf(whole, value);
  if (wrong) return [wrong];
  if (!row) return [];
  if (!Array.isArray(value)) return [notAnArray(value)];
  const violations: Violation[] = [];
  for (let index = 0; index < value.length; index++) {
    if (!row(value[index])) violations.push({ row: index + 1, ...violationFrom(row, value[index]) });
  }
  return violations;
}

/** What is wrong with a value in the place of rows. */
export function notAnArray(value: unknown): Violation {
  return { path: "", expected: "an array", found: describeValue(value) };
}

/** @returns undefined where the row is valid */
export function violationOf(test: Test, value: unknown): Violation | undefined {
  return test(value) ? undefined : violationFrom(test, value);
}

function violationFrom({ errors }: Test, value: unknown): Violation {
  const found = errors?.at(-1);
  if (!found) return { path: "", expected: "another value", found: describeValue(value) };
  const { instancePath, keyword, params } = found;
  if (keyword === "required") {
    const path = `${instancePath}/${String(params.missingProperty)}`;
    return { path, expected: "a value", found: "nothing" };
  }
  return { path: instancePath, expected: expectation(found), found: describeValue(found.data) };
}

function expectation({ keyword, params, parentSchema }: Mistake): string {
  const schema = parentSchema as JsonObject;
  switch (keyword) {
    case "valueType":
      return types[String(schema.valueType)] ?? String(schema.valueType);
    case "format":
      return `text of the format '${String(params.format)}'`;
    case "valueObject":
      return "an object";
    case "type":
      return typeText(params.type as Json);
    case "const":
    case "enum":
    case "minimum":
    case "maximum":
    case "exclusiveMinimum":
    case "exclusiveMaximum":
    case "multipleOf":
    case "minLength":
    case "maxLength":
    case "pattern":
      return describeSchema(schema);
    case "minItems":
      return `at least ${String(params.limit)} items`;
    case "maxItems":
      return `at most ${String(params.limit)} items`;
    case "uniqueItems":
      return "items that differ";
    case "additionalProperties":
    case "unevaluatedProperties":
      return `no property '${String(params.additionalProperty ?? params.unevaluatedProperty)}'`;
    case "discriminator":
      return `'${String(params.tag)}' to be that of a member of the union`;
    default:
      return unionText(schema) ?? "what its type says";
  }
}

const types: Readonly<Record<string, string>> = {
  Date: "a Date",
  bigint: "a bigint",
  Uint8Array: "bytes",
  Set: "a Set",
  Map: "a Map",
};

function typeText(type: Json): string {
  if (Array.isArray(type)) return type.map(typeText).join(" or ");
  return type === "null" ? "null" : `${/^[aio]/.test(String(type)) ? "an" : "a"} ${String(type)}`;
}

/** A union of types that have a short text. */
function unionText({ anyOf, oneOf }: JsonObject): string | undefined {
  const members = anyOf ?? oneOf;
  if (!Array.isArray(members)) return undefined;
  const texts = members.map((member) => {
    if (!isJsonObject(member)) return undefined;
    if (typeof member.valueType === "string") return types[member.valueType];
    if ("enum" in member || "const" in member) return describeSchema(member);
    return member.type === undefined ? undefined : typeText(member.type);
  });
  return texts.every((text) => text !== undefined) ? texts.join(" or ") : undefined;
}
