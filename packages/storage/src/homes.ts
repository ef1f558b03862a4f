/** Where to find the adapter of each kind of storage. It is imported when a dataset needs it. */
import type { FindHome } from "./home.js";
import { objectHome } from "./object-home.js";

const homes: Readonly<Record<string, () => Promise<FindHome>>> = {
  file: async () => objectHome((await import("./stores/find-file.js")).findFile),
  "azure-blob": async () => objectHome((await import("./stores/find-azure-blob.js")).findAzureBlob),
  gcs: async () => objectHome((await import("./stores/find-gcs.js")).findGcs),
  http: async () => objectHome((await import("./stores/find-http.js")).findHttp),
  s3: async () => objectHome((await import("./stores/find-s3.js")).findS3),
  postgres: async () => (await import("./tables/postgres/find-postgres.js")).findPostgres,
  duckdb: async () => (await import("./tables/duckdb/find-duckdb.js")).findDuckDb,
};

export const storageKinds: readonly string[] = Object.keys(homes);

/** @returns undefined for a kind of storage that there is no adapter for */
export async function findHome(kind: string): Promise<FindHome | undefined> {
  return Object.hasOwn(homes, kind) ? homes[kind]?.() : undefined;
}
