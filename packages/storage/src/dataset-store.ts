import { createHash } from "node:crypto";
import { resolve } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import {
  type ByteSource,
  type Diagnostic,
  fail,
  GlacierError,
  type JsonObject,
  type ManifestDataset,
  type Result,
  report,
  succeed,
} from "@glacier-ts/core";
import { readChunks } from "./bytes.js";
import { FileAdapter, type FileAddress, type FileSource } from "./file.js";
import type { Encoded, Format } from "./formats/format.js";
import { findFormat, formatName } from "./formats/formats.js";
import { Malformed, NotEncodable, Unreadable } from "./problems.js";
import { type Environment, resolveOption } from "./resolve-options.js";
import { resolve as resolveShape, type Shape, shapeOf } from "./shape/shape.js";

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
  /** See `ByteSource`. */
  readonly mark?: string;
}

/** Reads and writes datasets where their declarations say, in the format that they say, by their payload's schema. */
export class DatasetStore {
  readonly #files: FileAdapter;
  readonly #env: Environment;

  constructor({ projectRoot, env = process.env }: DatasetStoreOptions) {
    this.#files = new FileAdapter(
      projectRoot.startsWith("file:") ? fileURLToPath(projectRoot) : resolve(projectRoot),
    );
    this.#env = env;
  }

  /**
   * Reads a dataset. The rows of a stream are read while it is iterated; that throws a GlacierError where they are not
   * what they should be.
   *
   * @param schema the payload's schema; without one the value is what the format gives
   * @returns GLA5004–5006 where the data is missing, unreadable or malformed, GLA5008–5011 where the place or the
   *   format cannot be used
   */
  async load(
    name: string,
    dataset: ManifestDataset,
    schema: JsonObject | undefined,
  ): Promise<Result<Loaded, Diagnostic>> {
    const found = this.#find(name, dataset);
    if (!found.ok) return found;
    const { address, format } = found.value;
    const place = this.#files.describe(address);
    const payload = shapeOf(schema);
    const opened = await this.#files.open(address);
    if (!opened.ok) return opened;
    const source = opened.value;
    try {
      if (resolveShape(payload).kind === "stream") {
        return succeed({ value: this.#stream(found.value, payload), place });
      }
      const value = await format.decode(source, payload);
      return succeed({ value, ...(Array.isArray(value) && { rows: value.length }), place });
    } catch (error) {
      return fail(this.#readProblem(error, found.value, source));
    } finally {
      await source.close();
    }
  }

  /**
   * Says which bytes a dataset consists of.
   *
   * @param known the version of what had a mark at a place before, so that it need not be read again
   * @returns GLA5004 or GLA5005 where the data is missing or unreadable, GLA5008–5011 where the place cannot be used
   */
  async version(
    name: string,
    dataset: ManifestDataset,
    known: (place: string, mark: string) => string | undefined,
  ): Promise<Result<Version, Diagnostic>> {
    const found = this.#find(name, dataset);
    if (!found.ok) return found;
    const opened = await this.#files.open(found.value.address);
    if (!opened.ok) return opened;
    const source = opened.value;
    const place = this.#files.describe(found.value.address);
    try {
      const { sizeBytes, mark } = source;
      const version = (mark && known(place, mark)) ?? (await hashOf(source));
      return succeed({ version, sizeBytes, place, ...(mark !== undefined && { mark }) });
    } catch (error) {
      return fail(this.#readProblem(error, found.value, source));
    } finally {
      await source.close();
    }
  }

  /**
   * Replaces a dataset: afterwards its storage has the whole new value, or the whole former one.
   * An error that a stream throws is passed on.
   *
   * @returns GLA5007 where it cannot be written, GLA5013 where the format cannot hold the value, GLA5008–5011 where the
   *   place or the format cannot be used
   */
  async save(
    name: string,
    dataset: ManifestDataset,
    schema: JsonObject | undefined,
    value: unknown,
  ): Promise<Result<Stored, Diagnostic>> {
    const found = this.#find(name, dataset);
    if (!found.ok) return found;
    const { address, format } = found.value;
    try {
      const encoded: Encoded = format.encode(value, shapeOf(schema));
      const written = await this.#files.write(address, encoded.chunks);
      if (!written.ok) return written;
      const rows = encoded.rows();
      return succeed({
        ...(rows !== undefined && { rows }),
        ...written.value,
        place: this.#files.describe(address),
      });
    } catch (error) {
      if (!(error instanceof NotEncodable)) throw error;
      const { path, why } = error;
      return fail(report("notEncodable", { dataset: name, format: format.name, path, why }));
    }
  }

  #find(name: string, { storage, format: declared }: ManifestDataset): Result<Found, Diagnostic> {
    if (!storage) throw new Error(`Internal error: dataset '${name}' has no storage.`);
    if (storage.kind !== this.#files.kind) {
      return fail(report("storageUnavailable", { dataset: name, kind: storage.kind }));
    }
    const path = resolveOption(name, storage, "path", this.#env);
    if (!path.ok) return path;
    const folder = resolveOption(name, storage, "package", this.#env);
    if (!folder.ok) return folder;
    if (!path.value) {
      const details = { owner: `dataset '${name}'`, option: "path", found: "missing", expected: "a string" };
      return fail(report("invalidOption", details));
    }
    const chosen = formatName(declared, path.value.value);
    const format = findFormat(chosen);
    if (!format) return fail(report("formatUnavailable", { dataset: name, format: chosen }));
    const address: FileAddress = {
      dataset: name,
      path: path.value.value,
      ...(folder.value && { package: folder.value.value }),
      ...(path.value.isSecret && { alias: path.value.shown }),
    };
    return succeed({ address, format });
  }

  /** Opens the file for each iteration, so that a stream that nobody reads leaves nothing open. */
  #stream(found: Found, payload: Shape): AsyncIterable<unknown> {
    const iterate = () => this.#iterate(found, payload);
    return { [Symbol.asyncIterator]: iterate };
  }

  async *#iterate(found: Found, payload: Shape): AsyncGenerator<unknown> {
    const opened = await this.#files.open(found.address);
    if (!opened.ok) throw new GlacierError([opened.failure]);
    const source = opened.value;
    const { format } = found;
    try {
      if (format.decodeRows) yield* format.decodeRows(source, payload);
      else yield* (await format.decode(source, payload)) as unknown[];
    } catch (error) {
      throw new GlacierError([this.#readProblem(error, found, source)]);
    } finally {
      await source.close();
    }
  }

  /** Anything else than the expected problems is thrown on. */
  #readProblem(error: unknown, { address, format }: Found, source: FileSource): Diagnostic {
    const { dataset } = address;
    if (error instanceof Unreadable) {
      return report("dataUnreadable", { dataset, place: this.#files.describe(address), why: error.why });
    }
    if (!(error instanceof Malformed)) throw error;
    const location =
      source.file !== undefined && error.place ? { file: source.file, ...error.place } : undefined;
    return report("dataMalformed", { dataset, format: format.name, why: error.why }, location);
  }
}

async function hashOf(source: ByteSource): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of readChunks(source)) hash.update(chunk);
  return hash.digest("hex");
}

interface Found {
  readonly address: FileAddress;
  readonly format: Format;
}
