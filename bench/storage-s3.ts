/** S3 beside its SDK. The server is radosgw on this machine. */
import type { Readable } from "node:stream";
import { CreateBucketCommand, GetObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { Upload } from "@aws-sdk/lib-storage";
import { S3Store } from "@glacier-ts/storage/s3";
import { noRadosgw, startRadosgw } from "../tests/rig/radosgw.ts";
import type { BenchRow } from "./bench-row.ts";
import { measureStore, storeGoal } from "./measure-store.ts";

export async function benchS3(): Promise<readonly BenchRow[]> {
  if (noRadosgw !== undefined) {
    return [{ name: "S3", ratio: undefined, goal: storeGoal, detail: noRadosgw }];
  }
  const user = { accessKeyId: "known", secretAccessKey: "secret" };
  const server = await startRadosgw([user]);
  try {
    const client = new S3Client({
      endpoint: `http://127.0.0.1:${server.port}`,
      region: "us-east-1",
      forcePathStyle: true,
      credentials: user,
    });
    const object = { Bucket: "bench", Key: "by-hand" };
    await client.send(new CreateBucketCommand({ Bucket: object.Bucket }));
    const store = new S3Store({ client, bucket: object.Bucket, folder: "", describe: (key) => key });
    return await measureStore("S3", store, {
      write: (body) => new Upload({ client, params: { ...object, Body: body } }).done(),
      read: async () => (await client.send(new GetObjectCommand(object))).Body as Readable,
    });
  } finally {
    await server.stop();
  }
}
