import { report } from "./catalog.js";
import type { Diagnostic } from "./diagnostic.js";
import type { UncheckedGraph } from "./graph.js";
import type { JsonObject } from "./json.js";
import { suggest } from "./suggest.js";
import { describeSchema, fitsSchema } from "./value-schema.js";

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
      if (fitsSchema(schema, given[param])) return [];
      const found = typeof given[param] === "string" ? JSON.stringify(given[param]) : String(given[param]);
      return report("paramInvalid", { param, expected: describeSchema(schema), found });
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
  if (fitsSchema(schema, text)) return text;
  const number = text.trim() === "" ? Number.NaN : Number(text);
  const candidates = [number, ...[true, false].filter((value) => String(value) === text)];
  return candidates.find((value) => fitsSchema(schema, value)) ?? text;
}
