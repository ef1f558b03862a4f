import {
  type Diagnostic,
  fail,
  type Json,
  type ManifestStorage,
  type Result,
  report,
  succeed,
} from "@glacier-ts/core";

export type Environment = { readonly [name: string]: string | undefined };

/** An option's value where the pipeline runs. */
export interface OptionValue {
  readonly value: string;
  /** What people may see of it: the value, or the name of the secret. */
  readonly shown: string;
  readonly isSecret: boolean;
}

/**
 * Resolves a storage descriptor's text option: a literal, `{ "$env": name }` or `{ "$secret": name }`.
 *
 * @returns GLA5011 where the variable is not set, GLA1010 where it is no text; undefined where the option is not given
 */
export function resolveOption(
  dataset: string,
  storage: ManifestStorage,
  option: string,
  env: Environment,
): Result<OptionValue | undefined, Diagnostic> {
  const given: Json | undefined = storage[option];
  if (given === undefined) return succeed(undefined);
  if (typeof given === "string") return succeed({ value: given, shown: given, isSecret: false });
  const owner = `dataset '${dataset}'`;
  const { $env, $secret } = reference(given);
  const variable = $env ?? $secret;
  if (variable === undefined) {
    return fail(
      report("invalidOption", { owner, option, found: JSON.stringify(given), expected: "a string" }),
    );
  }
  const value = env[variable];
  if (value === undefined) return fail(report("environmentMissing", { owner, option, variable }));
  const isSecret = $env === undefined;
  return succeed({ value, shown: isSecret ? `the path in secret '${variable}'` : value, isSecret });
}

function reference(given: Json): { readonly $env?: string; readonly $secret?: string } {
  if (typeof given !== "object" || given === null || Array.isArray(given)) return {};
  const { $env, $secret } = given as { readonly [key: string]: Json };
  return { ...(typeof $env === "string" && { $env }), ...(typeof $secret === "string" && { $secret }) };
}
