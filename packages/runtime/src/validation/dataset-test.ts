import { errorText, GlacierError, type JsonObject, report, type StandardSchemaV1 } from "@glacier-ts/core";
import type { PayloadTestOptions, Violation } from "@glacier-ts/storage/validate";
import { errorInfo } from "../error-info.js";

type Maybe<T> = T | Promise<T>;

/** What checks the values of one dataset. */
export interface DatasetTest {
  /** The first thing that is wrong with a value that is no stream, with each of its rows. */
  find(value: unknown): Maybe<readonly Violation[]>;
  /**
   * The first thing that is wrong with a row; absent where rows need no look.
   * @param number of the row, from 1 on
   */
  readonly row: ((row: unknown, number: number) => Maybe<Violation | undefined>) | undefined;
}

/** Checks values by code that is generated from the schema of their payload. */
export async function generatedTest(schema: JsonObject, options: PayloadTestOptions): Promise<DatasetTest> {
  const { findInvalid, payloadTest, violationOf } = await import("@glacier-ts/storage/validate");
  const test = await payloadTest(schema, options);
  const { row } = test;
  return { find: (value) => findInvalid(value, test), row: row && ((value) => violationOf(row, value)) };
}

/**
 * Checks values by the schema that their dataset is declared with. Where that throws, the test throws GLA5070.
 *
 * @param payload says whether the value is rows
 */
export async function declaredTest(
  dataset: string,
  schema: StandardSchemaV1,
  payload: JsonObject,
): Promise<DatasetTest> {
  const { hasRows, notAnArray, refusalOf } = await import("@glacier-ts/storage/validate");
  const test = (value: unknown, row?: number): Maybe<Violation | undefined> => {
    const threw = (thrown: unknown): never => {
      const error = errorText(errorInfo(thrown));
      throw new GlacierError([report("schemaThrew", { dataset, row, error })]);
    };
    try {
      const refusal = refusalOf(schema, value);
      return refusal instanceof Promise ? refusal.catch(threw) : refusal;
    } catch (error) {
      return threw(error);
    }
  };
  const findInRows = async (value: unknown): Promise<readonly Violation[]> => {
    if (!Array.isArray(value)) return [notAnArray(value)];
    const violations: Violation[] = [];
    for (let row = 1; row <= value.length; row++) {
      const found = test(value[row - 1], row);
      // Waiting for each of millions of rows takes seconds.
      const violation = found instanceof Promise ? await found : found;
      if (violation) violations.push({ row, ...violation });
    }
    return violations;
  };
  const findInWhole = async (value: unknown) => [(await test(value)) ?? []].flat();
  return { find: hasRows(payload) ? findInRows : findInWhole, row: test };
}
