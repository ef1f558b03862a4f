/** Writing and reading an object of 256 MiB in S3, by the same with the SDK by hand. The server is radosgw on this machine. */
import { Readable } from "node:stream";
import { CreateBucketCommand, GetObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { Upload } from "@aws-sdk/lib-storage";
import { S3Store } from "@glacier-ts/storage/s3";
import { noRadosgw, startRadosgw } from "../tests/rig/radosgw.ts";
import type { BenchRow } from "./bench-row.ts";
import { measureInTurns } from "./in-turns.ts";

const mebibytes = 256;
const chunk = Buffer.alloc(2 ** 20, "glacier ");
const goal = 1 / 0.9;

export async function benchS3(): Promise<readonly BenchRow[]> {
  if (noRadosgw !== undefined) {
    return [{ name: "S3", ratio: undefined, goal, detail: noRadosgw }];
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
    const Bucket = "bench";
    await client.send(new CreateBucketCommand({ Bucket }));
    const store = new S3Store({ client, bucket: Bucket, folder: "", describe: (key) => key });
    const writing = await measureInTurns(
      {
        glacier: () => store.write("large", chunks()),
        byHand: () =>
          new Upload({ client, params: { Bucket, Key: "by-hand", Body: Readable.from(chunks()) } }).done(),
      },
      { turns: 5, warmUps: 1 },
    );
    const reading = await measureInTurns(
      {
        glacier: async () => {
          const source = await store.open("large");
          await drain(source.stream?.() ?? []);
        },
        byHand: async () => {
          const { Body } = await client.send(new GetObjectCommand({ Bucket, Key: "large" }));
          await drain(Body as Readable);
        },
      },
      { turns: 5, warmUps: 1 },
    );
    return [row("write", writing), row("read", reading)];
  } finally {
    await server.stop();
  }
}

function* chunks() {
  for (let index = 0; index < mebibytes; index++) yield chunk;
}

async function drain(body: Iterable<Uint8Array> | AsyncIterable<Uint8Array>): Promise<void> {
  let sizeBytes = 0;
  for await (const { length } of body) sizeBytes += length;
  if (sizeBytes !== mebibytes * 2 ** 20) throw new Error(`Only ${sizeBytes} bytes came`);
}

function row(
  what: string,
  { glacier, byHand }: { readonly glacier: number; readonly byHand: number },
): BenchRow {
  const rate = (milliseconds: number) => `${((mebibytes / milliseconds) * 1000).toFixed(0)} MiB/s`;
  return {
    name: `S3, ${what} 256 MiB`,
    ratio: glacier / byHand,
    goal,
    detail: `${rate(glacier)} by ${rate(byHand)} with the SDK by hand`,
  };
}
