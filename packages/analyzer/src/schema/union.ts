import { compareText, type Json, type JsonObject } from "@glacier-ts/core";
import { schemaText } from "./schema-text.js";

/** One schema for values of any of the given ones, the same whatever their order. */
export function union(members: readonly JsonObject[]): JsonObject {
  const byText = new Map(members.map((member) => [schemaText(member), member]));
  const sorted = [...byText].sort(([left], [right]) => compareText(left, right)).map(([, member]) => member);
  const [only] = sorted;
  if (sorted.length === 1 && only) return only;
  const isConstant = (member: JsonObject) => Object.keys(member).length === 1 && "const" in member;
  const constants = sorted.filter(isConstant).map((member) => member.const as Json);
  const others = sorted.filter((member) => !isConstant(member));
  const isBoolean = constants.includes(true) && constants.includes(false);
  const values = isBoolean ? constants.filter((value) => typeof value !== "boolean") : constants;
  if (isBoolean) others.push({ type: "boolean" });
  if (values.length === 1) others.unshift({ const: values[0] as Json });
  if (values.length > 1) others.unshift({ enum: values });
  const [single] = others;
  return others.length === 1 && single ? single : { anyOf: others };
}
