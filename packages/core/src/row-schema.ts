/** Which Standard Schema a dataset can be declared with. */
import type { StandardSchemaV1 } from "@standard-schema/spec";

/**
 * What a payload must extend to be what the schema in the options of its dataset checks: `{}` where it is, or where there
 * is no schema. A schema only looks at values, so a row must be a value that it takes, what it gives must be a row, and
 * it must fill in nothing.
 */
export type FittingSchema<T, Options> = Options extends { readonly schema: infer Schema }
  ? Schema extends StandardSchemaV1
    ? Fitting<T, StandardSchemaV1.InferInput<Schema>, StandardSchemaV1.InferOutput<Schema>>
    : {}
  : {};

type Fitting<T, Input, Output> = [RowOf<T>] extends [Input]
  ? [Output] extends [RowOf<T>]
    ? [FilledIn<Input, Output>] extends [never]
      ? {}
      : SchemaFillsIn<FilledIn<Input, Output>>
    : SchemaAllows<Output>
  : InPlaceOfRow<T, Input>;

/** Appears in the compiler's message where a schema allows values that the dataset's type does not. */
export interface SchemaAllows<Value> {
  readonly "~schema allows": Value;
}

/** Appears in the compiler's message where a schema gives values to properties that have none: rows stay as they are. */
export interface SchemaFillsIn<Key> {
  readonly "~schema fills in": Key;
}

/** A row of the payload where that is an array or a stream, else the payload itself. A tuple has no rows. */
type RowOf<T> = [T] extends [readonly (infer Item)[]]
  ? Item[] extends T
    ? Item
    : T
  : [T] extends [AsyncIterable<infer Row>]
    ? Row
    : T;

/** The same kind of payload, of other rows. */
type InPlaceOfRow<T, Row> = [T] extends [readonly (infer Item)[]]
  ? Item[] extends T
    ? readonly Row[]
    : Row
  : [T] extends [AsyncIterable<unknown>]
    ? AsyncIterable<Row>
    : Row;

/** The properties that may be absent in what the schema takes and are always there in what it gives. */
type FilledIn<Input, Output> = {
  [Key in keyof Output & keyof Input]: undefined extends Input[Key]
    ? undefined extends Output[Key]
      ? never
      : Key
    : never;
}[keyof Output & keyof Input];
