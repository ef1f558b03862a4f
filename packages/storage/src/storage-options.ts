import { GlacierError, type Json, type ManifestStorage, report } from "@glacier-ts/core";

export type Environment = { readonly [name: string]: string | undefined };

/** An option's value where the pipeline runs. */
export interface OptionValue {
  readonly value: string;
  /** What people may see of it: the value, or the name of the secret. */
  readonly shown: string;
  readonly isSecret: boolean;
}

/** The options of a dataset's storage descriptor: literals, `{ "$env": name }` and `{ "$secret": name }`. */
export class StorageOptions {
  readonly dataset: string;
  readonly kind: string;
  /** Where `env()` and `secret()` find their values. */
  readonly env: Environment;
  readonly #storage: ManifestStorage;

  constructor(dataset: string, storage: ManifestStorage, env: Environment) {
    this.dataset = dataset;
    this.kind = storage.kind;
    this.env = env;
    this.#storage = storage;
  }

  /**
   * @returns undefined where the option is not given
   * @throws GlacierError with GLA5011 where its variable is not set, GLA1010 where it is no text
   */
  text(option: string): OptionValue | undefined {
    const given: Json | undefined = this.#storage[option];
    if (given === undefined) return undefined;
    if (typeof given === "string") return { value: given, shown: given, isSecret: false };
    const { $env, $secret } = reference(given);
    const variable = $env ?? $secret;
    if (variable === undefined) throw this.#invalid(option, JSON.stringify(given), "a string");
    const value = this.env[variable];
    if (value === undefined) {
      throw new GlacierError([report("environmentMissing", { owner: this.#owner, option, variable })]);
    }
    const isSecret = $env === undefined;
    return { value, shown: isSecret ? `the ${option} in secret '${variable}'` : value, isSecret };
  }

  /** @throws GlacierError as `text` does, and with GLA1010 where the option is not given or empty */
  required(option: string): OptionValue {
    const found = this.text(option);
    if (!found?.value) throw this.#invalid(option, found ? "''" : "missing", "a string");
    return found;
  }

  /** The name of a table: by default the dataset's. */
  table(): OptionValue {
    const { dataset } = this;
    return this.text("table") ?? { value: dataset, shown: dataset, isSecret: false };
  }

  /** @throws GlacierError with GLA1010 where it is neither true nor false */
  flag(option: string): boolean {
    const given = this.#storage[option] ?? false;
    if (typeof given !== "boolean") throw this.#invalid(option, JSON.stringify(given), "true or false");
    return given;
  }

  get #owner(): string {
    return `dataset '${this.dataset}'`;
  }

  #invalid(option: string, found: string, expected: string): GlacierError {
    return new GlacierError([report("invalidOption", { owner: this.#owner, option, found, expected })]);
  }
}

function reference(given: Json): { readonly $env?: string; readonly $secret?: string } {
  if (typeof given !== "object" || given === null || Array.isArray(given)) return {};
  const { $env, $secret } = given as { readonly [key: string]: Json };
  return { ...(typeof $env === "string" && { $env }), ...(typeof $secret === "string" && { $secret }) };
}
