import { GcsStore } from "@glacier-ts/storage/gcs";
import { Storage } from "@google-cloud/storage";
import type { StorageRig } from "../contracts/storage.js";
import { breakingProxy, closedPort } from "../rig/breaking-proxy.js";
import { startGcsDouble } from "./gcs-double.js";

export function storeOf(port: number, { token = "known", bucket = "bucket" } = {}): GcsStore {
  const storage = new Storage({
    apiEndpoint: `http://127.0.0.1:${port}`,
    retryOptions: { maxRetries: 2, maxRetryDelay: 1, retryDelayMultiplier: 1, idempotencyStrategy: 0 },
  });
  // The SDK tells nobody but Google its own credentials.
  const authorization = `Bearer ${token}`;
  storage.interceptors.push({
    request: (options) => {
      options.headers = { ...options.headers, authorization };
      return options as typeof options & { uri: string };
    },
  });
  return new GcsStore({
    bucket: storage.bucket(bucket),
    folder: "data/",
    describe: (key) => `gs://${bucket}/data/${key}`,
  });
}

/** A rig over a new double. */
export async function makeGcsRig(): Promise<StorageRig> {
  const double = await startGcsDouble();
  const { port } = double;
  return {
    store: storeOf(port),
    other: () => storeOf(port),
    put: async (key, bytes) => {
      double.put(`data/${key}`, Buffer.from(bytes));
    },
    everything: async () => [...double.objects.keys()].sort(),
    denied: () => storeOf(port, { token: "denied" }),
    unauthenticated: () => storeOf(port, { token: "wrong" }),
    breaking: async (direction, afterBytes) => storeOf(await breakingProxy({ port, direction, afterBytes })),
    unreachable: async () => storeOf(await closedPort()),
  };
}
