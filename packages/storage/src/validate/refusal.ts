import type { StandardSchemaV1 } from "@glacier-ts/core";
import { describeValue, pointer } from "../problems.js";
import type { Violation } from "./find-invalid.js";

/**
 * What a Standard Schema says of a row or a value: the first thing that is wrong with it, undefined where it is valid; a
 * promise where the schema needs time. What the schema makes of the value is dropped.
 *
 * It throws, or rejects with, what the schema does.
 */
export function refusalOf(
  schema: StandardSchemaV1,
  value: unknown,
): Violation | undefined | Promise<Violation | undefined> {
  const result = schema["~standard"].validate(value);
  return "then" in result
    ? Promise.resolve(result).then(({ issues }) => firstOf(issues, value))
    : firstOf(result.issues, value);
}

function firstOf(
  issues: readonly StandardSchemaV1.Issue[] | undefined,
  value: unknown,
): Violation | undefined {
  if (!issues) return undefined;
  const [{ message, path = [] } = { message: "it is not valid" }] = issues;
  // Not `path.map`: what arktype gives is an array of another class.
  const keys = Array.from(path, (segment) => (typeof segment === "object" ? segment.key : segment));
  return {
    path: pointer(keys.map(String)),
    expected: message,
    found: describeValue(keys.reduce(partOf, value)),
    bySchema: true,
  };
}

/** What is under a key of an object, an array or a Map; undefined where there is nothing. */
function partOf(value: unknown, key: PropertyKey): unknown {
  if (value instanceof Map) return value.get(key);
  return (value as Readonly<Record<PropertyKey, unknown>> | null | undefined)?.[key];
}
