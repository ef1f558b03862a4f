/** Which files a partitioned dataset consists of. */
import { isJsonObject, type Json, type ObjectStore, StorageError } from "@glacier-ts/core";
import { Malformed } from "../problems.js";

/** A file of the dataset's current version. */
export interface Part {
  /** From the dataset's folder on. */
  readonly key: string;
  readonly sizeBytes: number;
  /** SHA-256 of its bytes; absent for what others have put there. */
  readonly sha256?: string;
  /** See `ObjectStat`; never in a commit. */
  readonly mark?: string;
}

/** The object that says which files are current. Replacing it makes those of another version visible, all at once. */
const commitKey = "_glacier.json";

export interface Commit {
  /** Null where the first version is being written: there is nothing yet. */
  readonly parts: readonly Part[] | null;
}

/** @returns undefined where there is none: the files are those of others */
export async function readCommit(store: ObjectStore): Promise<Commit | undefined> {
  let bytes: Uint8Array;
  try {
    const source = await store.open(commitKey);
    try {
      bytes = await source.read(0, source.sizeBytes);
    } finally {
      await source.close();
    }
  } catch (error) {
    if (error instanceof StorageError && error.reason === "not-found") return undefined;
    throw error;
  }
  return { parts: parseParts(bytes) };
}

/** @param isFirst refuses with `exists` where there is a commit already, if the storage can */
export async function writeCommit(
  store: ObjectStore,
  parts: readonly Part[] | null,
  { isFirst = false } = {},
): Promise<void> {
  const text = `${JSON.stringify({ version: 1, parts }, undefined, 2)}\n`;
  const ifAbsent = isFirst && store.capabilities.conditionalCreate;
  await store.write(commitKey, [new TextEncoder().encode(text)], { ifAbsent });
}

function parseParts(bytes: Uint8Array): readonly Part[] | null {
  let json: Json | undefined;
  try {
    json = JSON.parse(new TextDecoder().decode(bytes));
  } catch {}
  const { version, parts } = isJsonObject(json) ? json : {};
  if (version === 1 && parts === null) return null;
  if (version !== 1 || !Array.isArray(parts) || !parts.every(isPart))
    throw new Malformed(`'${commitKey}', which lists the files, is damaged`);
  return parts;
}

function isPart(value: Json): value is Json & Part {
  return isJsonObject(value) && typeof value.key === "string" && typeof value.sizeBytes === "number";
}
