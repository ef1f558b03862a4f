/** Clients of containers, with the credentials that Azure's own tools find. */
import process from "node:process";
import { DefaultAzureCredential } from "@azure/identity";
import {
  AnonymousCredential,
  BlobServiceClient,
  type ContainerClient,
  newPipeline,
  StorageSharedKeyCredential,
} from "@azure/storage-blob";
import { GlacierError, report } from "@glacier-ts/core";

export interface AzureBlobClientOptions {
  readonly account: string;
  readonly container: string;
  /** The URL of the account's blobs. */
  readonly endpoint?: string;
}

const services = new Map<string, BlobServiceClient>();

/** Of the same client for the same account, so that connections and credentials are found once. */
export function azureBlobClient({ account, container, endpoint }: AzureBlobClientOptions): ContainerClient {
  const { AZURE_STORAGE_CONNECTION_STRING, AZURE_STORAGE_KEY, AZURE_STORAGE_SAS_TOKEN } = process.env;
  const variables = [AZURE_STORAGE_CONNECTION_STRING, AZURE_STORAGE_KEY, AZURE_STORAGE_SAS_TOKEN];
  const name = JSON.stringify([account, endpoint, ...variables]);
  const service = services.get(name) ?? serviceOf(account, endpoint);
  services.set(name, service);
  return service.getContainerClient(container);
}

function serviceOf(account: string, endpoint: string | undefined): BlobServiceClient {
  const { url, credential } = accessTo(account);
  const { search } = new URL(url);
  const address = endpoint === undefined ? url : `${endpoint}${search}`;
  const pipeline = newPipeline(credential, {
    retryOptions: { maxTries: 3, retryDelayInMs: 500, maxRetryDelayInMs: 8_000 },
  });
  // Without it the SDK waits for ever for an answer.
  pipeline.factories.push({
    create: (next) => ({
      sendRequest: (request) => next.sendRequest(Object.assign(request, { timeout: 120_000 })),
    }),
  });
  return new BlobServiceClient(address, pipeline);
}

/** Variables that name another account are not for this one. */
function accessTo(account: string): Pick<BlobServiceClient, "url" | "credential"> {
  const {
    AZURE_STORAGE_ACCOUNT = account,
    AZURE_STORAGE_CONNECTION_STRING: connection,
    AZURE_STORAGE_KEY: key,
    AZURE_STORAGE_SAS_TOKEN: token,
  } = process.env;
  const connected = connection ? connectionOf(connection) : undefined;
  if (connected?.accountName === account) return connected;
  const url = `https://${account}.blob.core.windows.net`;
  if (AZURE_STORAGE_ACCOUNT === account) {
    if (key) return { url, credential: new StorageSharedKeyCredential(account, key) };
    if (token) {
      return { url: `${url}?${token.replace(/^\?/, "")}`, credential: new AnonymousCredential() };
    }
  }
  return { url, credential: new DefaultAzureCredential() };
}

/** @throws GlacierError with GLA1010 */
function connectionOf(text: string): BlobServiceClient {
  try {
    return BlobServiceClient.fromConnectionString(text);
  } catch {
    // The SDK's own words may hold what is secret.
    const variable = { owner: "the environment", option: "AZURE_STORAGE_CONNECTION_STRING" };
    const problem = { ...variable, found: "something else", expected: "a connection string" };
    throw new GlacierError([report("invalidOption", problem)]);
  }
}
