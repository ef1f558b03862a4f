/** A value that is known only where the pipeline runs: the name of an environment variable. */
export interface EnvReference<Name extends string = string> {
  readonly $env: Name;
}

/** A value that is never written down: the name of a secret. */
export interface SecretReference<Name extends string = string> {
  readonly $secret: Name;
}

/** A string in an option: literal, or left to the place where the pipeline runs. */
export type StringOption = string | EnvReference | SecretReference;

/** Takes a string option from the environment variable `name` when the pipeline runs or is deployed. */
export function env<const Name extends string>(name: Name): EnvReference<Name> {
  return { $env: name };
}

/** Takes a string option from the secret `name` when the pipeline runs; the value never enters a manifest. */
export function secret<const Name extends string>(name: Name): SecretReference<Name> {
  return { $secret: name };
}
