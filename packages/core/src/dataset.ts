import type { StandardSchemaV1 } from "@standard-schema/spec";
import type { Exact } from "./exact.js";
import type { FittingSchema } from "./row-schema.js";
import type { Compression, Format, Storage } from "./storage.js";

/**
 * The mark by which the compiler tells one dataset type from another. It exists in types only.
 *
 * The member is optional, so a plain payload is assignable to the dataset type; it is invariant in the name, so one
 * dataset is not assignable to another; and it is protected, so spread, `keyof` and mapped types do not see it.
 */
export declare abstract class DatasetMark<in out Name extends string> {
  protected "~dataset"?: Name;
}

/**
 * A dataset: a payload type with a name.
 *
 * ```ts
 * export type RawUsers = Dataset<"raw_users", User[]>;
 * ```
 *
 * A task that may produce nothing returns `RawUsers | null`: the `null` stays outside the dataset.
 *
 * @typeParam Name `[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}`
 * @typeParam T the payload, which cannot itself be null
 */
export type Dataset<Name extends string, T extends {}> = T & DatasetMark<Name>;

export declare namespace Dataset {
  /** The dataset type that a `dataset(…).of<T>()` value declares. */
  type Of<Declaration extends DatasetDeclaration<string, {}>> =
    Declaration extends DatasetDeclaration<infer Name, infer T> ? Dataset<Name, T> : never;
}

/** Where a dataset lives and how it is encoded. */
export interface DatasetOptions {
  /** Where the dataset is kept; without it, values are passed from task to task in memory. */
  readonly storage?: Storage;
  /**
   * How it is encoded; by default as the ending of its path says, else by its payload: `parquet` for rows of plain values,
   * `ndjson` for streams, `json` for everything else.
   */
  readonly format?: Format;
  /**
   * What its rows must be, beside their type: a schema of zod, valibot, arktype or any other library that follows Standard
   * Schema. It is of a row where the payload is an array or a stream, else of the payload itself. It only looks at values:
   * what it makes of them is not taken over, and its types must be the row's.
   */
  readonly schema?: StandardSchemaV1;
  /** How its bytes are made smaller; by default as the ending of its path says: `.gz` or `.zst`. */
  readonly compression?: Compression;
  /**
   * What is done with rows that are not as `schema` says, or the payload's type and its JSDoc tags, where they are read from
   * a storage that no task fills, and before they are stored: `fail` (the default) fails the task, `warn` keeps them and warns,
   * `quarantine` sets them aside in a place of their own and goes on without them, `ignore` does not look.
   */
  readonly onInvalid?: "fail" | "warn" | "ignore" | { readonly quarantine: Storage };
  /**
   * Columns that divide the dataset into files, for a storage that is a folder: `["date"]` puts the rows of a day into
   * `date=2026-11-22/part-0….parquet`, as Hive, Spark and DuckDB have it. The columns are strings, numbers or booleans, and
   * are left out of the files. The whole dataset is replaced at once: readers see all of its former files, or all new ones.
   */
  readonly partitionBy?: readonly string[];
}

/**
 * What `dataset(…).of<T>()` returns: a dataset's name, payload type and options. The options are part of the type so
 * that they are part of the declaration file: `tsc -b` builds a project again when what it refers to says something else.
 */
export interface DatasetDeclaration<
  Name extends string,
  T extends {},
  Options extends DatasetOptions = DatasetOptions,
> {
  readonly name: Name;
  readonly options: Options;
  /** Carries the payload type; never set. */
  readonly "~payload"?: T;
}

/**
 * Declares a dataset that has something to configure.
 *
 * ```ts
 * export const CleanUsers = dataset("clean_users", { storage: file({ path: "data/users.csv" }) }).of<User[]>();
 * export type CleanUsers = Dataset.Of<typeof CleanUsers>;
 * ```
 *
 * The options are read from their types when the project is compiled, so they must be literals, `env()` or `secret()`; but
 * for `schema`, which a run takes from here, so the declaration must then be an exported constant of its module.
 */
export function dataset<const Name extends string, const Options extends DatasetOptions>(
  name: Name,
  options?: Options & Exact<DatasetOptions, Options>,
): { of<T extends {} & FittingSchema<T, Options>>(): DatasetDeclaration<Name, T, Options> } {
  return { of: () => ({ name, options: (options ?? {}) as Options }) };
}
