import { GetObjectCommand, type S3Client } from "@aws-sdk/client-s3";
import { type ObjectStat, StorageError } from "@glacier-ts/core";
import { RemoteObject } from "./remote-object.js";
import { damaged, isChecksumMismatch, s3Refusal, s3Status } from "./s3-error.js";

/** Which object it is, as every command of the SDK wants it. */
export interface S3Place {
  readonly Bucket: string;
  readonly Key: string;
}

export function openS3Object(client: S3Client, place: S3Place, stat: ObjectStat): RemoteObject {
  return new RemoteObject(stat, async (start, end) => {
    // The server gives a checksum with a whole object only.
    const isWhole = start === 0 && end === stat.sizeBytes;
    try {
      const { Body } = await client.send(
        new GetObjectCommand({
          ...place,
          ...(!isWhole && { Range: `bytes=${start}-${end - 1}` }),
          ...(stat.mark !== undefined && { IfMatch: stat.mark }),
        }),
      );
      return checked(Body as AsyncIterable<Uint8Array> & typeof Body);
    } catch (error) {
      if (s3Status(error) === 412) throw new StorageError("changed", "it was replaced while it was read");
      throw s3Refusal(error);
    }
  });
}

/** @throws StorageError where the bytes are not those that their checksum says */
async function* checked(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield* body;
  } catch (error) {
    throw isChecksumMismatch(error) ? damaged() : error;
  }
}
