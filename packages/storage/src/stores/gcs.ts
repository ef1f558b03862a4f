/** Objects in a Google Cloud Storage bucket. */
import { randomUUID } from "node:crypto";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import {
  type ByteSource,
  type Chunks,
  type ListedObject,
  type ObjectStat,
  type ObjectStore,
  StorageError,
  type WriteOptions,
} from "@glacier-ts/core";
import { type Bucket, CRC32C, type File } from "@google-cloud/storage";
import { endingIdle } from "./ending-idle.js";
import { firstOf } from "./first-chunks.js";
import { gcsRefusal, gcsStatus } from "./gcs-error.js";
import { isObjectName } from "./object-name.js";
import { RemoteObject } from "./remote-object.js";
import { WatchedChunks } from "./watched-chunks.js";

export interface GcsStoreOptions {
  readonly bucket: Bucket;
  /** The folder that keys are relative to: empty, or ends with `/`. */
  readonly folder: string;
  /** Names the object of a key for people. */
  readonly describe: (key: string) => string;
}

/** What is held in memory of an object that is written. */
const chunkBytes = 8 * 2 ** 20;
const limit = { largestBytes: 5 * 2 ** 40, largest: "5 TiB" };

/** The metadata that says which write an object is of. */
const writeId = "glacier-write";

export class GcsStore implements ObjectStore {
  readonly kind = "gcs";
  readonly capabilities = { write: true, conditionalCreate: true, list: true };
  readonly describe: (key: string) => string;
  readonly #bucket: Bucket;
  readonly #folder: string;

  constructor({ bucket, folder, describe }: GcsStoreOptions) {
    this.#bucket = bucket;
    this.#folder = folder;
    this.describe = describe;
  }

  async open(key: string): Promise<ByteSource> {
    const { sizeBytes, mark } = await this.stat(key);
    const version = this.#bucket.file(this.#nameOf(key), { generation: mark });
    return new RemoteObject({ sizeBytes, mark }, async (start, end) =>
      download(version, start, end, sizeBytes),
    );
  }

  async stat(key: string): Promise<Required<ObjectStat>> {
    const [found] = await refusing(this.#bucket.file(this.#nameOf(key)).getMetadata());
    return statOf(found);
  }

  async *list(prefix: string): AsyncGenerator<ListedObject> {
    let query: object | null = { prefix: this.#folder + prefix, maxResults: 1000, autoPaginate: false };
    while (query) {
      const [files, next]: [File[], object | null, ...unknown[]] = await refusing(
        this.#bucket.getFiles(query),
      );
      for (const { name, metadata } of files) {
        const key = name.slice(this.#folder.length);
        // Consoles make empty objects that stand for folders.
        if (isObjectName(key)) yield { key, ...statOf(metadata) };
      }
      query = next;
    }
  }

  /** What is small goes in one request, everything else in pieces, which are nothing until the last of them is there. */
  async write(key: string, chunks: Chunks, { ifAbsent = false }: WriteOptions = {}): Promise<ObjectStat> {
    const name = this.#nameOf(key);
    const source = new WatchedChunks(chunks, limit);
    const id = randomUUID();
    try {
      return statOf(await upload(this.#bucket.file(name), source, id, ifAbsent));
    } catch (error) {
      if (source.failure) throw source.failure.error;
      // Where an answer was lost, the SDK asked again, and may have been refused for what it had done itself.
      const found = await this.#bucket
        .file(name)
        .getMetadata()
        .then(([metadata]) => metadata)
        .catch(() => undefined);
      if (found?.metadata?.[writeId] === id) return statOf(found);
      if (ifAbsent && gcsStatus(error) === 412) {
        throw new StorageError("exists", "there is an object already");
      }
      throw gcsRefusal(error);
    }
  }

  async delete(key: string): Promise<void> {
    await refusing(this.#bucket.file(this.#nameOf(key)).delete({ ignoreNotFound: true }));
  }

  #nameOf(key: string): string {
    if (!isObjectName(key)) {
      throw new StorageError("failed", "the path leads out of its folder, or is no name");
    }
    return this.#folder + key;
  }
}

type Metadata = File["metadata"];

async function upload(file: File, source: WatchedChunks, id: string, ifAbsent: boolean): Promise<Metadata> {
  const options = {
    metadata: { metadata: { [writeId]: id } },
    ...(ifAbsent && { preconditionOpts: { ifGenerationMatch: 0 } }),
  };
  const { first, rest } = await firstOf(source, chunkBytes);
  if (!rest) {
    const bytes = Buffer.concat(first);
    const crc32c = new CRC32C();
    crc32c.update(bytes);
    // The server compares; the SDK would only afterwards.
    const metadata = { ...options.metadata, crc32c: crc32c.toString() };
    await file.save(bytes, { ...options, metadata, resumable: false, validation: false });
  } else {
    const stream = Readable.from(rest, { highWaterMark: 1 });
    await pipeline(stream, file.createWriteStream({ ...options, resumable: true, chunkSize: chunkBytes }));
  }
  return file.metadata;
}

/** What was replaced is there no more, or not to be found by its generation. */
async function* download(file: File, start: number, end: number, sizeBytes: number) {
  // Google gives a checksum with a whole object only.
  const isWhole = start === 0 && end === sizeBytes;
  const range = isWhole ? {} : { start, end: end - 1 };
  const body = file.createReadStream({ ...range, decompress: false, validation: isWhole && "crc32c" });
  try {
    yield* endingIdle(body);
  } catch (error) {
    if (gcsStatus(error) === 404) throw new StorageError("changed", "it was replaced while it was read");
    if (gcsStatus(error) !== undefined) throw gcsRefusal(error);
    if (error instanceof Error && "code" in error && error.code === "CONTENT_DOWNLOAD_MISMATCH") {
      throw new StorageError("failed", "the bytes were damaged on the way: their checksum is another one");
    }
    throw error;
  }
}

function statOf({ size = 0, generation = "" }: Metadata): Required<ObjectStat> {
  return { sizeBytes: Number(size), mark: String(generation) };
}

async function refusing<T>(operation: Promise<T>): Promise<T> {
  try {
    return await operation;
  } catch (error) {
    throw gcsRefusal(error);
  }
}
