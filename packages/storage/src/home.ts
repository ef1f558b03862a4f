import type { Shape } from "./shape/shape.js";
import type { StorageOptions } from "./storage-options.js";

/**
 * Where one dataset lives: an object with a format, or a table of a database.
 *
 * Everything rejects with a StorageError for what the storage refuses, Malformed where what is there is not what the
 * payload's shape says, and NotEncodable where a value cannot be held.
 */
export interface Home {
  /** Where it is, for people. */
  readonly place: string;
  /** Names the format in problems. */
  readonly format: string;
  /** @returns the value as declared; an AsyncIterable for a stream, which reads anew each time it is iterated */
  load(payload: Shape): Promise<unknown>;
  /** Replaces the dataset; what a stream throws is passed on. */
  save(value: unknown, payload: Shape): Promise<SavedValue>;
  /** @param known the version of what had a mark at this place before, so that it need not be read again */
  version(known: (mark: string) => string | undefined): Promise<HomeVersion>;
}

interface SavedValue {
  /** Absent where the value is no rows. */
  readonly rows?: number;
  readonly sizeBytes: number;
}

export interface HomeVersion {
  /** The same for the same content. */
  readonly version: string;
  readonly sizeBytes: number;
  /** Another one when the content is another one. */
  readonly mark?: string;
}

/** What is known of a dataset whose home is looked for. */
export interface HomeRequest {
  readonly options: StorageOptions;
  /** As declared. */
  readonly format: string | undefined;
  /** As declared. */
  readonly compression: string | undefined;
  /** As declared. */
  readonly partitionBy: readonly string[] | undefined;
  readonly payload: Shape;
  /** The project's folder: an absolute path. */
  readonly projectRoot: string;
}

/** @throws GlacierError for options that make no sense */
export type FindHome = (request: HomeRequest) => Promise<Home>;
