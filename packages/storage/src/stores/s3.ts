/** Objects in an Amazon S3 bucket, or in a store that speaks its protocol. */
import { randomUUID } from "node:crypto";
import { Readable } from "node:stream";
import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  type HeadObjectCommandOutput,
  ListObjectsV2Command,
  type S3Client,
} from "@aws-sdk/client-s3";
import { Upload } from "@aws-sdk/lib-storage";
import {
  type ByteSource,
  type Chunks,
  type ListedObject,
  type ObjectStat,
  type ObjectStore,
  StorageError,
  type WriteOptions,
} from "@glacier-ts/core";
import { isObjectName } from "./object-name.js";
import { s3Refusal, s3Status } from "./s3-error.js";
import { openS3Object, type S3Place } from "./s3-object.js";
import { WatchedChunks } from "./watched-chunks.js";

export interface S3StoreOptions {
  readonly client: S3Client;
  readonly bucket: string;
  /** The folder that keys are relative to: empty, or ends with `/`. */
  readonly folder: string;
  /** Names the object of a key for people. */
  readonly describe: (key: string) => string;
}

/** What is held in memory of an object that is written: a part that fills, and those that are under way. */
const partBytes = 8 * 2 ** 20;
const partsAtOnce = 3;
/** S3 joins at most 10,000 parts. */
const limit = { largestBytes: 10_000 * partBytes, largest: "78 GiB" };

/** The metadata that says which write an object is of. */
const writeId = "glacier-write";

export class S3Store implements ObjectStore {
  readonly kind = "s3";
  readonly capabilities = { write: true, conditionalCreate: true, list: true };
  readonly describe: (key: string) => string;
  readonly #client: S3Client;
  readonly #bucket: string;
  readonly #folder: string;

  constructor({ client, bucket, folder, describe }: S3StoreOptions) {
    this.#client = client;
    this.#bucket = bucket;
    this.#folder = folder;
    this.describe = describe;
  }

  async open(key: string): Promise<ByteSource> {
    const place = this.#placeOf(key);
    return openS3Object(this.#client, place, statOf(await this.#head(place)));
  }

  async stat(key: string): Promise<ObjectStat> {
    return statOf(await this.#head(this.#placeOf(key)));
  }

  async *list(prefix: string): AsyncGenerator<ListedObject> {
    let ContinuationToken: string | undefined;
    do {
      const command = { Bucket: this.#bucket, Prefix: this.#folder + prefix, ContinuationToken };
      const page = await refusing(this.#client.send(new ListObjectsV2Command(command)));
      for (const { Key = "", Size: ContentLength, ETag } of page.Contents ?? []) {
        const key = Key.slice(this.#folder.length);
        // Consoles make empty objects that stand for folders, and other programs names that lead nowhere here.
        if (isObjectName(key)) yield { key, ...statOf({ ContentLength, ETag }) };
      }
      ContinuationToken = page.IsTruncated ? page.NextContinuationToken : undefined;
    } while (ContinuationToken !== undefined);
  }

  /** What is small goes in one request, everything else in parts, which are nothing until the last request joins them. */
  async write(key: string, chunks: Chunks, { ifAbsent = false }: WriteOptions = {}): Promise<ObjectStat> {
    const place = this.#placeOf(key);
    const source = new WatchedChunks(chunks, limit);
    const id = randomUUID();
    const upload = new Upload({
      client: this.#client,
      partSize: partBytes,
      queueSize: partsAtOnce,
      params: {
        ...place,
        Body: Readable.from(source, { highWaterMark: 1 }),
        Metadata: { [writeId]: id },
        ...(ifAbsent && { IfNoneMatch: "*" }),
      },
    });
    try {
      const { ETag } = await upload.done();
      // Some servers say no ETag of an object that was written in parts.
      return ETag ? statOf({ ContentLength: source.sizeBytes, ETag }) : statOf(await this.#head(place));
    } catch (error) {
      if (source.failure) throw source.failure.error;
      // Where an answer was lost, the SDK asked again, and may have been refused for what it had done itself.
      const found = await this.#head(place).catch(() => undefined);
      if (found?.Metadata?.[writeId] === id) return statOf(found);
      if (ifAbsent && [409, 412].includes(s3Status(error) ?? 0)) {
        throw new StorageError("exists", "there is an object already");
      }
      throw s3Refusal(error);
    }
  }

  async delete(key: string): Promise<void> {
    await refusing(this.#client.send(new DeleteObjectCommand(this.#placeOf(key))));
  }

  async #head(place: S3Place): Promise<HeadObjectCommandOutput> {
    try {
      return await this.#client.send(new HeadObjectCommand(place));
    } catch (error) {
      // An answer to HEAD has no body that would say why.
      if ([400, 403].includes(s3Status(error) ?? 0)) await this.#askWhy(place);
      throw s3Refusal(error);
    }
  }

  /** @throws StorageError where the object cannot be read */
  async #askWhy(place: S3Place): Promise<void> {
    const { Body } = await refusing(
      this.#client.send(new GetObjectCommand({ ...place, Range: "bytes=0-0" })),
    );
    (Body as Readable).destroy();
  }

  #placeOf(key: string): S3Place {
    if (!isObjectName(key))
      throw new StorageError("failed", "the path leads out of its folder, or is no name");
    return { Bucket: this.#bucket, Key: this.#folder + key };
  }
}

function statOf({ ContentLength = 0, ETag }: Pick<HeadObjectCommandOutput, "ContentLength" | "ETag">) {
  return { sizeBytes: ContentLength, ...(ETag !== undefined && { mark: ETag }) };
}

async function refusing<T>(operation: Promise<T>): Promise<T> {
  try {
    return await operation;
  } catch (error) {
    throw s3Refusal(error);
  }
}
