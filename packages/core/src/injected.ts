/** Types of parameters that no dataset fills: run parameters and secrets. */

/** What a run parameter can be. */
export type ParamValue = string | number | boolean;

/** The mark of a run parameter; it exists in types only. */
export declare abstract class ParamMark<in out Name extends string> {
  protected "~param"?: Name;
}

/** The mark of a secret; it exists in types only. */
export declare abstract class SecretMark<in out Name extends string> {
  protected "~secret"?: Name;
}

/**
 * A run parameter: a value that is given when the pipeline is run.
 *
 * ```ts
 * export const newest = (users: Users, limit: Param<"limit", number>): Newest => users.slice(0, limit);
 * await analytics.run({ executor, params: { limit: 10 } });      // or: glacier run --param limit=10
 * ```
 *
 * An optional parameter (`limit?:`, or one with a default) may be left out.
 */
export type Param<Name extends string, T extends ParamValue = string> = T & ParamMark<Name>;

/**
 * A secret: a text that the executor gets from the environment, or from the run's `secrets`. The signature is the grant:
 * a task is given the secrets that it names. Values never reach a manifest, a log, an event or an error.
 *
 * ```ts
 * export async function extract(key: Secret<"API_KEY">): Promise<RawUsers> { … }
 * ```
 */
export type Secret<Name extends string> = string & SecretMark<Name>;
