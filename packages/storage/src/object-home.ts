import { createHash } from "node:crypto";
import type { ByteSource, ObjectStore } from "@glacier-ts/core";
import { readChunks } from "./bytes.js";
import { type DatasetCodec, decodeRowsWith, decodeWith, encodeWith, findCodec } from "./formats/codec.js";
import type { FindHome, Home, HomeRequest } from "./home.js";
import { partitionedHome } from "./partition/partitioned-home.js";
import { Malformed } from "./problems.js";
import { resolve, type Shape } from "./shape/shape.js";

/** Where the objects of a storage descriptor are. */
export interface ObjectPlace {
  readonly store: ObjectStore;
  /** The object's key; empty where the descriptor names a folder, in which the object is called after its dataset. */
  readonly key: string;
}

/** @throws GlacierError for options that make no sense */
export type FindObject = (request: HomeRequest) => ObjectPlace | Promise<ObjectPlace>;

/** The home of datasets that are one object, or a folder of them. */
export function objectHome(find: FindObject): FindHome {
  return async (request) => {
    const { store, key } = await find(request);
    if (request.partitionBy) return partitionedHome(request, store, key);
    const codec = findCodec(request, key);
    return new ObjectHome(store, key === "" ? `${request.options.dataset}.${codec.ending}` : key, codec);
  };
}

/** Divides a path into its folder, which ends with `/` or is empty, and the name of the object in it, if it has one. */
export function splitPath(path: string): { readonly folder: string; readonly name: string } {
  const end = path.lastIndexOf("/") + 1;
  return { folder: path.slice(0, end), name: path.slice(end) };
}

class ObjectHome implements Home {
  readonly place: string;
  readonly format: string;
  readonly #store: ObjectStore;
  readonly #key: string;
  readonly #codec: DatasetCodec;

  constructor(store: ObjectStore, key: string, codec: DatasetCodec) {
    this.place = store.describe(key);
    this.format = codec.format.name;
    this.#store = store;
    this.#key = key;
    this.#codec = codec;
  }

  async load(payload: Shape): Promise<unknown> {
    const isStream = resolve(payload).kind === "stream";
    const read = (source: ByteSource) => (isStream ? undefined : decodeWith(this.#codec, source, payload));
    // Also where it is a stream, so that one that is not there is met here.
    const value = await this.#use(read);
    // Opened for each iteration, so that a stream that nobody reads leaves nothing open.
    return isStream ? { [Symbol.asyncIterator]: () => this.#rows(payload) } : value;
  }

  async save(value: unknown, payload: Shape) {
    const encoded = encodeWith(this.#codec, value, payload);
    const { sizeBytes } = await this.#store.write(this.#key, encoded.chunks);
    const rows = encoded.rows();
    return { ...(rows !== undefined && { rows }), sizeBytes };
  }

  async version(known: (mark: string) => string | undefined) {
    return this.#use(async (source) => {
      const { sizeBytes, mark } = source;
      const version = (mark !== undefined && known(mark)) || (await hashOf(source));
      return { version, sizeBytes, ...(mark !== undefined && { mark }) };
    });
  }

  async #use<T>(use: (source: ByteSource) => T | Promise<T>): Promise<T> {
    const source = await this.#store.open(this.#key);
    try {
      return await use(source);
    } catch (error) {
      throw located(error, source);
    } finally {
      await source.close();
    }
  }

  async *#rows(payload: Shape): AsyncGenerator<unknown> {
    const source = await this.#store.open(this.#key);
    try {
      yield* decodeRowsWith(this.#codec, source, payload);
    } catch (error) {
      throw located(error, source);
    } finally {
      await source.close();
    }
  }
}

function located(error: unknown, { file }: ByteSource): unknown {
  if (error instanceof Malformed && file !== undefined) error.file = file;
  return error;
}

async function hashOf(source: ByteSource): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of readChunks(source)) hash.update(chunk);
  return hash.digest("hex");
}
