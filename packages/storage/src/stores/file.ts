/** Local files, and files inside of installed npm packages. */
import { randomBytes } from "node:crypto";
import { type BigIntStats, constants } from "node:fs";
import { type FileHandle, link, mkdir, open, readdir, realpath, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, isAbsolute, join, relative, sep } from "node:path";
import process from "node:process";
import {
  type ByteSource,
  type Chunks,
  type ListedObject,
  type ObjectStat,
  type ObjectStore,
  StorageError,
  type WriteOptions,
} from "@glacier-ts/core";
import { systemErrorCode, systemErrorText } from "./system-error.js";

export interface FileStoreOptions {
  /** The folder that keys are relative to: an absolute path. It need not be there yet. */
  readonly root: string;
  /** Names the file of a key for people. */
  readonly describe: (key: string) => string;
  /** Names a file as a `Location` does; absent where its path is secret. */
  readonly fileOf?: (path: string) => string;
  /** The folder is an installed package's: nothing is written, and no link in it leads out of it. */
  readonly isPackage?: boolean;
}

export class FileStore implements ObjectStore {
  readonly kind = "file";
  readonly capabilities;
  readonly describe: (key: string) => string;
  readonly #options: FileStoreOptions;

  constructor(options: FileStoreOptions) {
    this.#options = options;
    this.describe = options.describe;
    this.capabilities = { write: !options.isPackage, conditionalCreate: !options.isPackage, list: true };
  }

  async open(key: string): Promise<ByteSource> {
    const path = await this.#pathOf(key);
    let handle: FileHandle | undefined;
    try {
      // Without O_NONBLOCK, opening a named pipe would wait for its writer.
      handle = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
      return new OpenFile(handle, statOf(await handle.stat({ bigint: true })), this.#options.fileOf?.(path));
    } catch (error) {
      await handle?.close();
      throw refusal(error);
    }
  }

  async stat(key: string): Promise<ObjectStat> {
    const path = await this.#pathOf(key);
    try {
      return statOf(await stat(path, { bigint: true }));
    } catch (error) {
      throw refusal(error);
    }
  }

  async *list(prefix: string): AsyncGenerator<ListedObject> {
    const { root } = this.#options;
    const entries = await readdir(root, { recursive: true, withFileTypes: true }).catch((error) => {
      if (systemErrorCode(error) === "ENOENT") return [];
      throw refusal(error);
    });
    const keys = entries
      .filter((entry) => !entry.isDirectory() && !temporaryName.test(entry.name))
      .map((entry) => relative(root, join(entry.parentPath, entry.name)).split(sep).join("/"))
      .filter((key) => key.startsWith(prefix))
      .sort();
    for (const key of keys) {
      const found = await this.stat(key).catch((error) => {
        // Deleted since, or neither a file nor a link to one.
        if (error instanceof StorageError) return undefined;
        throw error;
      });
      if (found) yield { key, ...found };
    }
  }

  async write(key: string, chunks: Chunks, { ifAbsent = false }: WriteOptions = {}): Promise<ObjectStat> {
    if (this.#options.isPackage) {
      throw new StorageError("failed", "files of installed packages are not changed");
    }
    return replaceFile(await this.#pathOf(key), chunks, ifAbsent);
  }

  async delete(key: string): Promise<void> {
    const path = await this.#pathOf(key);
    try {
      await rm(path, { force: true });
      await syncFolder(dirname(path));
    } catch (error) {
      throw refusal(error);
    }
  }

  async #pathOf(key: string): Promise<string> {
    const { root, isPackage } = this.#options;
    if (key.split(/[/\\]/).some((part) => /^\.{0,2}$/.test(part))) throw outside;
    const path = join(root, key);
    if (!isPackage) return path;
    // Both as they are after symbolic links: a package manager may link the folder, and a link may lead out of it.
    const [realRoot, realPath] = [await realpath(root), await realpath(path).catch(() => undefined)];
    if (realPath !== undefined && !isInside(realPath, realRoot)) throw outside;
    return path;
  }
}

const outside = new StorageError("failed", "the path leads out of its folder, or is no name");

class OpenFile implements ByteSource {
  readonly file?: string;
  readonly sizeBytes: number;
  readonly mark?: string;

  constructor(
    readonly handle: FileHandle,
    { sizeBytes, mark }: ObjectStat,
    file: string | undefined,
  ) {
    this.sizeBytes = sizeBytes;
    if (mark !== undefined) this.mark = mark;
    if (file !== undefined) this.file = file;
  }

  async read(start: number, end: number): Promise<Uint8Array> {
    const bytes = new Uint8Array(end - start);
    let filled = 0;
    while (filled < bytes.length) {
      const { bytesRead } = await this.#read(bytes, filled, start + filled);
      if (bytesRead === 0) throw new StorageError("changed", "it became shorter while it was read");
      filled += bytesRead;
    }
    return bytes;
  }

  close(): Promise<void> {
    return this.handle.close();
  }

  async #read(bytes: Uint8Array, offset: number, position: number) {
    try {
      // At most 1 GiB at a time: the system reads less than 2 GiB at once.
      return await this.handle.read(bytes, offset, Math.min(bytes.length - offset, 2 ** 30), position);
    } catch (error) {
      throw refusal(error);
    }
  }
}

/** @throws StorageError where it is no file */
function statOf(stats: BigIntStats): ObjectStat {
  if (!stats.isFile()) {
    throw new StorageError("failed", stats.isDirectory() ? "it is a directory" : "it is not a file");
  }
  const { size, mtimeNs, ctimeNs, ino } = stats;
  return { sizeBytes: Number(size), mark: [size, mtimeNs, ctimeNs, ino].join("-") };
}

/** What a file is called while it is written. */
const temporaryName = /^\..{0,48}\.\d+-[0-9a-f]{12}\.tmp$/s;

/**
 * Writes beside the file, then renames: a reader, and a crash, sees the whole former file or the whole new one. Errors
 * of the chunks are passed on as they are.
 */
async function replaceFile(path: string, chunks: Chunks, ifAbsent: boolean): Promise<ObjectStat> {
  // A symbolic link stays, and what it leads to is replaced.
  const target = await realpath(path).catch(() => path);
  const folder = dirname(target);
  const former = await stat(target, { bigint: true }).catch(() => undefined);
  if (former) statOf(former);
  if (former && ifAbsent) throw alreadyThere();
  const firstMade = await system(mkdir(folder, { recursive: true }));
  // Names of 255 bytes are allowed, also those that the temporary name would make longer.
  const name = `.${basename(target).slice(0, 48)}.${process.pid}-${randomBytes(6).toString("hex")}.tmp`;
  const temporary = join(folder, name);
  const handle = await system(open(temporary, "wx", former ? Number(former.mode) & 0o777 : 0o666));
  let sizeBytes = 0;
  let isClosed = false;
  try {
    for await (const chunk of chunks) {
      sizeBytes += chunk.length;
      for (let written = 0; written < chunk.length; ) {
        const { bytesWritten } = await system(handle.write(chunk, written, chunk.length - written));
        written += bytesWritten;
      }
    }
    await system(handle.sync());
    isClosed = true;
    await system(handle.close());
    if (ifAbsent) await linkNew(temporary, target);
    else await system(rename(temporary, target));
  } catch (error) {
    if (!isClosed) await handle.close().catch(() => {});
    await rm(temporary, { force: true }).catch(() => {});
    throw error;
  }
  await syncFolders(folder, firstMade === undefined ? folder : dirname(firstMade));
  const stats = await stat(target, { bigint: true }).catch(() => undefined);
  return stats?.isFile() ? statOf(stats) : { sizeBytes };
}

/** Gives a file its name unless another file has it: other than `rename`, `link` never replaces. */
async function linkNew(temporary: string, target: string): Promise<void> {
  try {
    await link(temporary, target);
  } catch (error) {
    throw systemErrorCode(error) === "EEXIST" ? alreadyThere() : refusal(error);
  }
  await rm(temporary, { force: true });
}

const alreadyThere = () => new StorageError("exists", "there is a file already");

/** Makes the names durable, from the file's folder up to the one that was there before. */
async function syncFolders(folder: string, last: string): Promise<void> {
  for (let current = folder; ; current = dirname(current)) {
    await syncFolder(current);
    if (current === last || current === dirname(current)) return;
  }
}

async function syncFolder(folder: string): Promise<void> {
  // Not every system can sync a folder; the content is safe all the same.
  const handle = await open(folder, constants.O_RDONLY).catch(() => undefined);
  await handle?.sync().catch(() => {});
  await handle?.close().catch(() => {});
}

async function system<T>(operation: Promise<T>): Promise<T> {
  try {
    return await operation;
  } catch (error) {
    throw refusal(error);
  }
}

/** @returns a StorageError for an error of the system; every other error as it is */
function refusal(error: unknown): unknown {
  const why = systemErrorText(error);
  if (why === undefined) return error;
  switch (systemErrorCode(error)) {
    case "ENOENT":
      return new StorageError("not-found", why);
    case "EACCES":
    case "EPERM":
      return new StorageError("denied", why);
    default:
      return new StorageError("failed", why);
  }
}

export function isInside(path: string, folder: string): boolean {
  const inner = relative(folder, path);
  return inner !== "" && inner !== ".." && !inner.startsWith(`..${sep}`) && !isAbsolute(inner);
}
