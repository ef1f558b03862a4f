import {
  CreateBucketCommand,
  ListObjectsV2Command,
  type ListObjectsV2CommandOutput,
  PutObjectCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { S3Store } from "@glacier-ts/storage/s3";
import type { StorageRig } from "../contracts/storage.js";
import { breakingProxy, closedPort } from "../rig/breaking-proxy.js";

export const known = { accessKeyId: "known", secretAccessKey: "secret" };
export const denied = { accessKeyId: "denied", secretAccessKey: "secret" };
const wrongSecret = { accessKeyId: "known", secretAccessKey: "wrong" };

export function clientOf(port: number, credentials = known, requestHandler = {}): S3Client {
  return new S3Client({
    endpoint: `http://127.0.0.1:${port}`,
    region: "us-east-1",
    forcePathStyle: true,
    credentials,
    maxAttempts: 3,
    requestHandler,
  });
}

export function storeOf(port: number, bucket: string, credentials = known): S3Store {
  const describe = (key: string) => `s3://${bucket}/data/${key}`;
  return new S3Store({ client: clientOf(port, credentials), bucket, folder: "data/", describe });
}

/** A rig over an S3 server that knows the users above. */
export async function makeS3Rig(port: number, bucket: string, isNew: boolean): Promise<StorageRig> {
  const client = clientOf(port);
  if (isNew) await client.send(new CreateBucketCommand({ Bucket: bucket }));
  return {
    store: storeOf(port, bucket),
    other: () => storeOf(port, bucket),
    put: async (key, bytes) => {
      await client.send(new PutObjectCommand({ Bucket: bucket, Key: `data/${key}`, Body: bytes }));
    },
    everything: async () => {
      const keys: string[] = [];
      let token: string | undefined;
      do {
        const request = new ListObjectsV2Command({ Bucket: bucket, ContinuationToken: token });
        const page: ListObjectsV2CommandOutput = await client.send(request);
        for (const { Key = "" } of page.Contents ?? []) keys.push(Key);
        token = page.NextContinuationToken;
      } while (token !== undefined);
      return keys;
    },
    denied: () => storeOf(port, bucket, denied),
    unauthenticated: () => storeOf(port, bucket, wrongSecret),
    breaking: async (direction, afterBytes) =>
      storeOf(await breakingProxy({ port, direction, afterBytes }), bucket),
    unreachable: async () => storeOf(await closedPort(), bucket),
  };
}
