import {
  AccountSASPermissions,
  AccountSASResourceTypes,
  AccountSASServices,
  AnonymousCredential,
  BlobServiceClient,
  generateAccountSASQueryParameters,
  newPipeline,
  StorageSharedKeyCredential,
} from "@azure/storage-blob";
import { AzureBlobStore } from "@glacier-ts/storage/azure-blob";
import type { StorageRig } from "../contracts/storage.js";
import { emulatorAccount, emulatorKey } from "../rig/azurite.js";
import { breakingProxy, closedPort } from "../rig/breaking-proxy.js";

const owner = new StorageSharedKeyCredential(emulatorAccount, emulatorKey);
const impostor = new StorageSharedKeyCredential(emulatorAccount, Buffer.alloc(64).toString("base64"));

export const addressOf = (port: number) => `http://127.0.0.1:${port}/${emulatorAccount}`;

export function serviceOf(port: number, credential = owner, query = ""): BlobServiceClient {
  const used = query === "" ? credential : new AnonymousCredential();
  const retryOptions = { maxTries: 3, retryDelayInMs: 50, maxRetryDelayInMs: 100 };
  return new BlobServiceClient(addressOf(port) + query, newPipeline(used, { retryOptions }));
}

export function storeOf(service: BlobServiceClient, container: string): AzureBlobStore {
  const client = service.getContainerClient(container);
  return new AzureBlobStore({ client, folder: "data/", describe: (key) => `${container}/data/${key}` });
}

/** A token with which only the given may be done: `r` to read. */
export function tokenFor(permissions: string): string {
  return generateAccountSASQueryParameters(
    {
      permissions: AccountSASPermissions.parse(permissions),
      services: AccountSASServices.parse("b").toString(),
      resourceTypes: AccountSASResourceTypes.parse("sco").toString(),
      expiresOn: new Date(Date.now() + 3_600_000),
    },
    owner,
  ).toString();
}

/** A rig over a new container. */
export async function makeAzureRig(port: number, container: string): Promise<StorageRig> {
  const client = serviceOf(port).getContainerClient(container);
  await client.create();
  return {
    store: storeOf(serviceOf(port), container),
    other: () => storeOf(serviceOf(port), container),
    put: async (key, bytes) => {
      await client.getBlockBlobClient(`data/${key}`).upload(Buffer.from(bytes), bytes.length);
    },
    everything: async () => {
      const names: string[] = [];
      for await (const { name } of client.listBlobsFlat()) names.push(name);
      return names;
    },
    // The permission to process messages, which there are none of.
    denied: () => storeOf(serviceOf(port, owner, `?${tokenFor("p")}`), container),
    unauthenticated: () => storeOf(serviceOf(port, impostor), container),
    breaking: async (direction, afterBytes) =>
      storeOf(serviceOf(await breakingProxy({ port, direction, afterBytes })), container),
    unreachable: async () => storeOf(serviceOf(await closedPort()), container),
  };
}
