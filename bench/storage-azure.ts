/** Azure Blob beside its SDK. The server is azurite on this machine. */
import type { Readable } from "node:stream";
import { BlobServiceClient, StorageSharedKeyCredential } from "@azure/storage-blob";
import { AzureBlobStore } from "@glacier-ts/storage/azure-blob";
import { emulatorAccount, emulatorKey, startAzurite } from "../tests/rig/azurite.ts";
import type { BenchRow } from "./bench-row.ts";
import { measureStore } from "./measure-store.ts";

export async function benchAzure(): Promise<readonly BenchRow[]> {
  const server = await startAzurite();
  try {
    const credential = new StorageSharedKeyCredential(emulatorAccount, emulatorKey);
    const service = new BlobServiceClient(`http://127.0.0.1:${server.port}/${emulatorAccount}`, credential);
    const client = service.getContainerClient("bench");
    await client.create();
    const blob = client.getBlockBlobClient("by-hand");
    return await measureStore(
      "Azure Blob",
      new AzureBlobStore({ client, folder: "", describe: (key) => key }),
      {
        write: (body) => blob.uploadStream(body),
        read: async () => (await blob.download()).readableStreamBody as Readable,
      },
    );
  } finally {
    await server.stop();
  }
}
