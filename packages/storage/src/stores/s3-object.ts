import { GetObjectCommand, type S3Client } from "@aws-sdk/client-s3";
import { type ByteSource, type ObjectStat, StorageError } from "@glacier-ts/core";
import { damaged, isChecksumMismatch, s3Refusal, s3Status } from "./s3-error.js";

/** Which object it is, as every command of the SDK wants it. */
export interface S3Place {
  readonly Bucket: string;
  readonly Key: string;
}

/** How often the same stretch of an object is asked for before its connection counts as broken. */
const attemptsPerStretch = 3;
const stretchBytes = 8 * 2 ** 20;

/** An object that is open for reading: nothing but its size and ETag is known until it is read. */
export class S3Object implements ByteSource {
  readonly sizeBytes: number;
  readonly mark?: string;
  readonly #client: S3Client;
  readonly #place: S3Place;

  constructor(client: S3Client, place: S3Place, { sizeBytes, mark }: ObjectStat) {
    this.#client = client;
    this.#place = place;
    this.sizeBytes = sizeBytes;
    if (mark !== undefined) this.mark = mark;
  }

  async read(start: number, end: number): Promise<Uint8Array> {
    const bytes = new Uint8Array(end - start);
    let filled = 0;
    for await (const chunk of this.#bytes(start, end)) {
      bytes.set(chunk, filled);
      filled += chunk.length;
    }
    return bytes;
  }

  stream(): AsyncIterable<Uint8Array> {
    return this.#bytes(0, this.sizeBytes);
  }

  /** Nothing stays open: a request ends with the iteration of its bytes. */
  async close(): Promise<void> {}

  /** Goes on where the connection broke; a slow reader's is closed by servers sooner or later. */
  async *#bytes(start: number, end: number): AsyncGenerator<Uint8Array> {
    let position = start;
    let stretchStart = start;
    let attempts = 0;
    while (position < end) {
      if (attempts === attemptsPerStretch) {
        throw new StorageError("unreachable", "the connection broke again and again");
      }
      const body = await this.#get(position, end);
      try {
        for await (const chunk of body) {
          position += chunk.length;
          if (position > end) throw new StorageError("failed", "the server sends more than it was asked for");
          yield chunk;
        }
      } catch (error) {
        if (error instanceof StorageError) throw error;
        if (isChecksumMismatch(error)) throw damaged();
        // Else the connection broke.
      }
      if (position - stretchStart >= stretchBytes) {
        stretchStart = position;
        attempts = 0;
      }
      attempts++;
    }
  }

  async #get(start: number, end: number): Promise<AsyncIterable<Uint8Array>> {
    // The server gives a checksum with a whole object only.
    const isWhole = start === 0 && end === this.sizeBytes;
    try {
      const { Body } = await this.#client.send(
        new GetObjectCommand({
          ...this.#place,
          ...(!isWhole && { Range: `bytes=${start}-${end - 1}` }),
          ...(this.mark !== undefined && { IfMatch: this.mark }),
        }),
      );
      return Body as AsyncIterable<Uint8Array> & typeof Body;
    } catch (error) {
      if (s3Status(error) === 412) throw new StorageError("changed", "it was replaced while it was read");
      throw s3Refusal(error);
    }
  }
}
