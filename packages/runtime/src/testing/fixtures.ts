import type { GivenDatasets, Pipeline, Tasks } from "@glacier-ts/core";
import fc from "fast-check";
import { schemaValues } from "./schema-values.js";

export interface FixtureOptions {
  /** The same seed gives the same values; 1 by default. */
  readonly seed?: number;
}

/**
 * A random value of a dataset's payload type, for tests that need any value, and not a certain one.
 *
 * ```ts
 * const users = fixtureOf(analytics, "raw_users");
 * ```
 */
export function fixtureOf<T extends Tasks, Name extends keyof GivenDatasets<T> & string>(
  pipeline: Pipeline<T>,
  dataset: Name,
  options: FixtureOptions = {},
): NonNullable<GivenDatasets<T>[Name]> {
  return fixturesOf(pipeline, dataset, 1, options)[0] as NonNullable<GivenDatasets<T>[Name]>;
}

/** As many random values of a dataset's payload type. */
export function fixturesOf<T extends Tasks, Name extends keyof GivenDatasets<T> & string>(
  pipeline: Pipeline<T>,
  dataset: Name,
  amount: number,
  { seed = 1 }: FixtureOptions = {},
): readonly NonNullable<GivenDatasets<T>[Name]>[] {
  return fc.sample(arbitraryOf(pipeline, dataset), { seed, numRuns: amount });
}

/**
 * The values of a dataset's payload type as an arbitrary of `fast-check`, for properties that hold for all of them.
 *
 * ```ts
 * fc.assert(fc.property(arbitraryOf(analytics, "raw_users"), (users) => clean(users).length <= users.length));
 * ```
 */
export function arbitraryOf<T extends Tasks, Name extends keyof GivenDatasets<T> & string>(
  pipeline: Pipeline<T>,
  dataset: Name,
): fc.Arbitrary<NonNullable<GivenDatasets<T>[Name]>> {
  return schemaValues(pipeline.schema(dataset)) as fc.Arbitrary<NonNullable<GivenDatasets<T>[Name]>>;
}
