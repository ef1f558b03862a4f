import { IdempotencyStrategy, Storage } from "@google-cloud/storage";

/** A write that was done and is made again is no harm: each says whose it is. */
export const gcsOptions = {
  retryOptions: {
    maxRetries: 2,
    maxRetryDelay: 8,
    totalTimeout: 120,
    idempotencyStrategy: IdempotencyStrategy.RetryAlways,
  },
  timeout: 120_000,
};

const clients = new Map<string | undefined, Storage>();

/**
 * The same client for the same endpoint, so that connections and credentials are found once.
 *
 * @param endpoint an emulator, which is told no credentials; by default Google's, or `STORAGE_EMULATOR_HOST`
 */
export function gcsClient(endpoint: string | undefined): Storage {
  const known = clients.get(endpoint);
  if (known) return known;
  const client = new Storage({ ...gcsOptions, ...(endpoint !== undefined && { apiEndpoint: endpoint }) });
  clients.set(endpoint, client);
  return client;
}
