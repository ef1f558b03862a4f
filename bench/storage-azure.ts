/** Writing and reading a blob of 256 MiB, by the same with the SDK by hand. The server is azurite on this machine. */
import { Readable } from "node:stream";
import { BlobServiceClient, StorageSharedKeyCredential } from "@azure/storage-blob";
import { AzureBlobStore } from "@glacier-ts/storage/azure-blob";
import { emulatorAccount, emulatorKey, startAzurite } from "../tests/rig/azurite.ts";
import type { BenchRow } from "./bench-row.ts";
import { measureInTurns } from "./in-turns.ts";

const mebibytes = 256;
const chunk = Buffer.alloc(2 ** 20, "glacier ");
const goal = 1 / 0.9;

export async function benchAzure(): Promise<readonly BenchRow[]> {
  const server = await startAzurite();
  try {
    const credential = new StorageSharedKeyCredential(emulatorAccount, emulatorKey);
    const service = new BlobServiceClient(`http://127.0.0.1:${server.port}/${emulatorAccount}`, credential);
    const client = service.getContainerClient("bench");
    await client.create();
    const byHand = client.getBlockBlobClient("by-hand");
    const store = new AzureBlobStore({ client, folder: "", describe: (key) => key });
    const writing = await measureInTurns(
      {
        glacier: () => store.write("large", chunks()),
        byHand: () => byHand.uploadStream(Readable.from(chunks())),
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
          const { readableStreamBody } = await byHand.download();
          await drain(readableStreamBody as Readable);
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
    name: `Azure Blob, ${what} 256 MiB`,
    ratio: glacier / byHand,
    goal,
    detail: `${rate(glacier)} by ${rate(byHand)} with the SDK by hand`,
  };
}
