/** Blobs in a container of Azure Blob Storage. */
import { randomUUID } from "node:crypto";
import { Readable } from "node:stream";
import type { BlobGetPropertiesResponse, BlockBlobClient, ContainerClient } from "@azure/storage-blob";
import {
  type ByteSource,
  type Chunks,
  type ListedObject,
  type ObjectStat,
  type ObjectStore,
  StorageError,
  type WriteOptions,
} from "@glacier-ts/core";
import { azureCode, azureRefusal, azureStatus } from "./azure-blob-error.js";
import { endingIdle } from "./ending-idle.js";
import { firstOf } from "./first-chunks.js";
import { RemoteObject } from "./remote-object.js";
import { WatchedChunks } from "./watched-chunks.js";

export interface AzureBlobStoreOptions {
  readonly client: ContainerClient;
  /** The folder that keys are relative to: empty, or ends with `/`. */
  readonly folder: string;
  /** Names the object of a key for people. */
  readonly describe: (key: string) => string;
}

/** What is held in memory of an object that is written: a block that fills, and those that are under way. */
const blockBytes = 8 * 2 ** 20;
const blocksAtOnce = 3;
/** Azure joins at most 50,000 blocks. */
const limit = { largestBytes: 50_000 * blockBytes, largest: "390 GiB" };

/** The metadata that says which write a blob is of. */
const writeId = "glacier_write";

export class AzureBlobStore implements ObjectStore {
  readonly kind = "azure-blob";
  readonly capabilities = { write: true, conditionalCreate: true, list: true };
  readonly describe: (key: string) => string;
  readonly #client: ContainerClient;
  readonly #folder: string;

  constructor({ client, folder, describe }: AzureBlobStoreOptions) {
    this.#client = client;
    this.#folder = folder;
    this.describe = describe;
  }

  async open(key: string): Promise<ByteSource> {
    const blob = this.#blobOf(key);
    const stat = statOf(await propertiesOf(blob));
    return new RemoteObject(stat, (start, end) => download(blob, stat, start, end));
  }

  async stat(key: string): Promise<ObjectStat> {
    return statOf(await propertiesOf(this.#blobOf(key)));
  }

  async *list(prefix: string): AsyncGenerator<ListedObject> {
    const blobs = this.#client.listBlobsFlat({ prefix: this.#folder + prefix, includeMetadata: true });
    try {
      for await (const { name, properties, metadata } of blobs) {
        const key = name.slice(this.#folder.length);
        // An account with folders lists them as empty blobs.
        if (isName(key) && metadata?.hdi_isfolder !== "true") yield { key, ...statOf(properties) };
      }
    } catch (error) {
      throw azureRefusal(error);
    }
  }

  /** What is small goes in one request, everything else in blocks, which are nothing until the last request joins them. */
  async write(key: string, chunks: Chunks, { ifAbsent = false }: WriteOptions = {}): Promise<ObjectStat> {
    const blob = this.#blobOf(key);
    const source = new WatchedChunks(chunks, limit);
    const id = randomUUID();
    const options = { metadata: { [writeId]: id }, conditions: ifAbsent ? { ifNoneMatch: "*" } : {} };
    try {
      const { etag } = await upload(blob, source, options);
      return statOf({ contentLength: source.sizeBytes, etag });
    } catch (error) {
      if (source.failure) throw source.failure.error;
      // Where an answer was lost, the SDK asked again, and may have been refused for what it had done itself.
      const found = await blob.getProperties().catch(() => undefined);
      if (found?.metadata?.[writeId] === id) return statOf(found);
      if (ifAbsent && isLost(error, found)) throw new StorageError("exists", "there is a blob already");
      throw azureRefusal(error);
    }
  }

  async delete(key: string): Promise<void> {
    try {
      await this.#blobOf(key).deleteIfExists();
    } catch (error) {
      throw azureRefusal(error);
    }
  }

  #blobOf(key: string): BlockBlobClient {
    if (!isName(key)) {
      const why = "the path leads out of its folder, or Azure would know it by another name";
      throw new StorageError("failed", why);
    }
    return this.#client.getBlockBlobClient(this.#folder + key);
  }
}

/** Azure takes a backslash for a slash, and dots at the end of a part away; of `..` already the SDK makes something else. */
function isName(key: string): boolean {
  return !key.includes("\\") && !key.split("/").some((part) => part === "" || part.endsWith("."));
}

/** @throws StorageError */
async function propertiesOf(blob: BlockBlobClient): Promise<BlobGetPropertiesResponse> {
  try {
    return await blob.getProperties();
  } catch (error) {
    throw azureRefusal(azureCode(error) === "AuthorizationFailure" ? await askWhy(blob, error) : error);
  }
}

/** An answer to HEAD has no body, in which emulators say why. */
function askWhy(blob: BlockBlobClient, error: unknown): Promise<unknown> {
  return blob.download(0, 1).then(
    () => error,
    (why: unknown) => why,
  );
}

async function download(blob: BlockBlobClient, { mark }: ObjectStat, start: number, end: number) {
  const conditions = mark === undefined ? {} : { ifMatch: mark };
  try {
    const { readableStreamBody } = await blob.download(start, end - start, { conditions });
    return endingIdle(readableStreamBody as Readable);
  } catch (error) {
    if (azureStatus(error) === 412) throw new StorageError("changed", "it was replaced while it was read");
    throw azureRefusal(error);
  }
}

interface UploadOptions {
  readonly metadata: Record<string, string>;
  readonly conditions: { readonly ifNoneMatch?: string };
}

/** A blob in one request leaves nothing behind, and is not in the way of others that are written at the same time. */
async function upload(blob: BlockBlobClient, source: WatchedChunks, options: UploadOptions) {
  const { first, rest } = await firstOf(source, blockBytes);
  if (!rest) {
    const bytes = Buffer.concat(first);
    return await blob.upload(bytes, bytes.length, options);
  }
  const stream = Readable.from(rest, { highWaterMark: 1 });
  try {
    return await blob.uploadStream(stream, blockBytes, blocksAtOnce, options);
  } finally {
    stream.destroy();
  }
}

/** Somebody else was first: the blob is there, or their write has ended the upload of the blocks. */
function isLost(error: unknown, found: BlobGetPropertiesResponse | undefined): boolean {
  if (azureCode(error) === "InvalidBlockList") return found !== undefined;
  return azureCode(error) === "BlobAlreadyExists" || azureStatus(error) === 412;
}

function statOf({ contentLength = 0, etag }: { contentLength?: number; etag?: string | undefined }) {
  // A list says ETags without the quotes that they have elsewhere.
  return { sizeBytes: contentLength, ...(etag && { mark: etag.startsWith('"') ? etag : `"${etag}"` }) };
}
