import { type ByteSource, type ObjectStore, StorageError } from "@glacier-ts/core";
import { Malformed } from "../problems.js";
import type { Part } from "./commit.js";

/**
 * Opens a file of a partitioned dataset.
 *
 * @throws StorageError, `changed` where the file is not there any more; Malformed where it is not the one of the commit
 */
export async function openPart(store: ObjectStore, { key, sizeBytes, sha256 }: Part): Promise<ByteSource> {
  const source = await store.open(key).catch((error) => {
    if (!(error instanceof StorageError && error.reason === "not-found")) throw error;
    throw new StorageError("changed", `its file '${key}' was replaced while it was read`);
  });
  // Without a checksum it is a file of others, whose size is as it was just listed.
  if (sha256 === undefined || source.sizeBytes === sizeBytes) return source;
  await source.close();
  throw new Malformed(`'${key}' has ${source.sizeBytes} bytes, and ${sizeBytes} were written`);
}

/** Says in which file the bytes are that are not as they should be. */
export function inPart(error: unknown, { key }: Part, { file }: ByteSource): unknown {
  if (!(error instanceof Malformed)) return error;
  const located = new Malformed(`in '${key}', ${error.why}`, error.place);
  if (file !== undefined) located.file = file;
  return located;
}
