import { resolve } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import {
  type Diagnostic,
  fail,
  GlacierError,
  type JsonObject,
  type ManifestDataset,
  type Result,
  report,
  StorageError,
  succeed,
} from "@glacier-ts/core";
import type { Home } from "./home.js";
import { findHome, storageKinds } from "./homes.js";
import { Malformed, NotEncodable } from "./problems.js";
import { shapeOf } from "./shape/shape.js";
import { type Environment, StorageOptions } from "./storage-options.js";

export interface DatasetStoreOptions {
  /** The project's folder, which `file()` paths are relative to: a path or a `file:` URL. */
  readonly projectRoot: string;
  /** Where `env()` and `secret()` find their values; the process's environment by default. */
  readonly env?: Environment;
}

/** A dataset's value as read from its storage. */
export interface Loaded {
  /** As declared; an AsyncIterable for a stream, which reads anew each time it is iterated. */
  readonly value: unknown;
  /** Absent where the value is no array. */
  readonly rows?: number;
  /** Where it was, for people. */
  readonly place: string;
  /** Every value has the type that the schema says: decoding has checked that. */
  readonly isTyped: boolean;
}

export interface Stored {
  /** Absent where the value is no rows. */
  readonly rows?: number;
  readonly sizeBytes: number;
  /** Where it is, for people. */
  readonly place: string;
}

/** What is in a dataset's storage. */
export interface Version {
  /** The same for the same bytes. */
  readonly version: string;
  readonly sizeBytes: number;
  /** Where it is, for people. */
  readonly place: string;
  /** See `ObjectStat`. */
  readonly mark?: string;
}

/** Their columns have types, which are compared with the payload's. */
const typedFormats = new Set(["parquet", "arrow", "csv", "tsv", "PostgreSQL", "DuckDB"]);

/** Reads and writes datasets where their declarations say, in the format that they say, by their payload's schema. */
export class DatasetStore {
  readonly #projectRoot: string;
  readonly #env: Environment;

  constructor({ projectRoot, env = process.env }: DatasetStoreOptions) {
    this.#projectRoot = projectRoot.startsWith("file:") ? fileURLToPath(projectRoot) : resolve(projectRoot);
    this.#env = env;
  }

  /**
   * Reads a dataset. The rows of a stream are read while it is iterated; that throws a GlacierError where they are not
   * what they should be.
   *
   * @param schema the payload's schema; without one the value is what the format gives
   * @param readSchema the same without some columns, which need not be read
   * @returns GLA5004–5006 where the data is missing, unreadable or malformed, GLA5008–5011 where the place or the
   *   format cannot be used
   */
  load(
    name: string,
    dataset: ManifestDataset,
    schema: JsonObject | undefined,
    readSchema = schema,
  ): Promise<Result<Loaded, Diagnostic>> {
    return this.#use(name, dataset, schema, readProblem, async (home) => {
      const loaded = await home.load(shapeOf(readSchema));
      const isStream = typeof loaded === "object" && loaded !== null && Symbol.asyncIterator in loaded;
      const value = isStream ? readable(name, home, loaded as AsyncIterable<unknown>) : loaded;
      const { place, format } = home;
      const isTyped = typedFormats.has(format);
      return { value, ...(Array.isArray(value) && { rows: value.length }), place, isTyped };
    });
  }

  /**
   * Says which bytes a dataset consists of.
   *
   * @param known the version of what had a mark at a place before, so that it need not be read again
   * @returns GLA5004 or GLA5005 where the data is missing or unreadable, GLA5008–5011 where the place cannot be used
   */
  version(
    name: string,
    dataset: ManifestDataset,
    schema: JsonObject | undefined,
    known: (place: string, mark: string) => string | undefined,
  ): Promise<Result<Version, Diagnostic>> {
    return this.#use(name, dataset, schema, readProblem, async (home) => {
      const { place } = home;
      return { ...(await home.version((mark) => known(place, mark))), place };
    });
  }

  /**
   * Replaces a dataset: afterwards its storage has the whole new value, or the whole former one.
   * An error that a stream throws is passed on.
   *
   * @returns GLA5007 where it cannot be written, GLA5013 where the format cannot hold the value, GLA5008–5011 where the
   *   place or the format cannot be used
   */
  save(
    name: string,
    dataset: ManifestDataset,
    schema: JsonObject | undefined,
    value: unknown,
  ): Promise<Result<Stored, Diagnostic>> {
    return this.#use(name, dataset, schema, writeProblem, async (home) => {
      return { ...(await home.save(value, shapeOf(schema))), place: home.place };
    });
  }

  async #use<T>(
    name: string,
    dataset: ManifestDataset,
    schema: JsonObject | undefined,
    problem: (name: string, home: Home, error: unknown) => Diagnostic | undefined,
    use: (home: Home) => Promise<T>,
  ): Promise<Result<T, Diagnostic>> {
    const found = await this.#find(name, dataset, schema);
    if (!found.ok) return found;
    try {
      return succeed(await use(found.value));
    } catch (error) {
      const diagnostic = problem(name, found.value, error);
      if (!diagnostic) throw error;
      return fail(diagnostic);
    }
  }

  async #find(
    name: string,
    { storage, format, compression, partitionBy }: ManifestDataset,
    schema: JsonObject | undefined,
  ): Promise<Result<Home, Diagnostic>> {
    if (!storage) throw new Error(`Internal error: dataset '${name}' has no storage.`);
    const find = await findHome(storage.kind);
    if (!find) {
      const details = { dataset: name, kind: storage.kind, available: storageKinds };
      return fail(report("storageUnavailable", details));
    }
    const options = new StorageOptions(name, storage, this.#env);
    try {
      return succeed(
        await find({
          options,
          format,
          compression,
          partitionBy,
          payload: shapeOf(schema),
          projectRoot: this.#projectRoot,
        }),
      );
    } catch (error) {
      const [diagnostic] = error instanceof GlacierError ? error.diagnostics : [];
      if (!diagnostic) throw error;
      return fail(diagnostic);
    }
  }
}

/** Has a stream throw diagnostics for what is wrong with its rows. */
function readable(name: string, home: Home, rows: AsyncIterable<unknown>): AsyncIterable<unknown> {
  async function* iterate() {
    try {
      yield* rows;
    } catch (error) {
      const diagnostic = readProblem(name, home, error);
      throw diagnostic ? new GlacierError([diagnostic]) : error;
    }
  }
  return { [Symbol.asyncIterator]: iterate };
}

/** @returns undefined for an error that is none of the expected ones */
function readProblem(dataset: string, { place, format }: Home, error: unknown): Diagnostic | undefined {
  if (error instanceof StorageError) {
    if (error.reason === "not-found") return report("dataNotFound", { dataset, place });
    return report("dataUnreadable", { dataset, place, why: error.why });
  }
  if (!(error instanceof Malformed)) return undefined;
  const location = error.file !== undefined && error.place ? { file: error.file, ...error.place } : undefined;
  return report("dataMalformed", { dataset, format, why: error.why }, location);
}

/** @returns undefined for an error that is none of the expected ones */
function writeProblem(dataset: string, { place, format }: Home, error: unknown): Diagnostic | undefined {
  if (error instanceof StorageError) return report("dataUnwritable", { dataset, place, why: error.why });
  if (!(error instanceof NotEncodable)) return undefined;
  return report("notEncodable", { dataset, format, path: error.path, why: error.why });
}
