import { report } from "./catalog.js";
import type { Diagnostic } from "./diagnostic.js";
import type { UncheckedGraph } from "./graph.js";
import type { Json, JsonObject } from "./json.js";
import { suggest } from "./suggest.js";

/**
 * Checks the parameters that a run is given.
 *
 * @returns GLA5015 for each that is missing, GLA5016 for each that is not what its type says, GLA5017 for each that no
 *   task takes
 */
export function checkParams(
  graph: UncheckedGraph,
  given: Readonly<Record<string, unknown>>,
): readonly Diagnostic[] {
  const { params = {} } = graph.pipeline;
  const names = Object.keys(params);
  const isGiven = (param: string) => Object.hasOwn(given, param) && given[param] !== undefined;
  const unknown = Object.keys(given).filter((param) => isGiven(param) && !names.includes(param));
  return [
    ...names.flatMap((param) => {
      const { schema = {}, optional } = params[param] ?? {};
      if (!isGiven(param)) return optional ? [] : report("paramMissing", { param, pipeline: graph.name });
      if (fits(schema, given[param])) return [];
      const found = typeof given[param] === "string" ? JSON.stringify(given[param]) : String(given[param]);
      return report("paramInvalid", { param, expected: describe(schema), found });
    }),
    ...unknown.map((param) =>
      report("paramUnknown", { param, pipeline: graph.name, suggestion: suggest(param, names) }),
    ),
  ];
}

/**
 * Reads a parameter from text, as a command line gives it. Text that is not what the type says stays text, which
 * `checkParams` then refuses.
 */
export function parseParam(schema: JsonObject, text: string): string | number | boolean {
  if (fits(schema, text)) return text;
  const number = text.trim() === "" ? Number.NaN : Number(text);
  const candidates = [number, ...[true, false].filter((value) => String(value) === text)];
  return candidates.find((value) => fits(schema, value)) ?? text;
}

/** Whether a value is what a schema of a string, number, boolean, literal or a union of these says. */
function fits(schema: JsonObject, value: unknown): boolean {
  if (Array.isArray(schema.anyOf)) return schema.anyOf.some((member) => fits(member as JsonObject, value));
  if (Array.isArray(schema.enum)) return schema.enum.includes(value as Json);
  if ("const" in schema) return schema.const === value;
  return typeof value === schema.type && !Number.isNaN(value);
}

/** What a schema accepts, in words. */
function describe(schema: JsonObject): string {
  if (Array.isArray(schema.anyOf))
    return schema.anyOf.map((member) => describe(member as JsonObject)).join(" or ");
  if (Array.isArray(schema.enum)) return schema.enum.map((value) => JSON.stringify(value)).join(" or ");
  if ("const" in schema) return JSON.stringify(schema.const);
  return `a ${String(schema.type)}`;
}
