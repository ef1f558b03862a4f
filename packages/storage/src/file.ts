/** Local files, and files inside of installed npm packages. */
import { randomBytes } from "node:crypto";
import { type BigIntStats, constants } from "node:fs";
import { type FileHandle, mkdir, open, realpath, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from "node:path";
import {
  type ByteSource,
  type Diagnostic,
  fail,
  type Result,
  report,
  type StorageAdapter,
  type StoredObject,
  succeed,
} from "@glacier-ts/core";
import { findPackageFolder } from "./package-folder.js";
import { Unreadable } from "./problems.js";
import { systemErrorCode, systemErrorText } from "./system-error.js";

export interface FileAddress {
  /** The dataset that lives there, for diagnostics. */
  readonly dataset: string;
  /** Relative to the project's root, or absolute; inside of the package when there is one. */
  readonly path: string;
  /** An installed npm package that holds the file. */
  readonly package?: string;
  /** What people see in place of a path that is secret. */
  readonly alias?: string;
}

/** A file that is open for reading. */
export interface FileSource extends ByteSource {
  /** The file as a `Location` names it; absent where the path is secret. */
  readonly file?: string;
}

export class FileAdapter implements StorageAdapter<FileAddress> {
  readonly kind = "file";

  /** @param projectRoot an absolute path */
  constructor(readonly projectRoot: string) {}

  /** @returns GLA5004 where it is missing, GLA5005 where it cannot be read, GLA5010 where its package is not installed */
  async open(address: FileAddress): Promise<Result<FileSource, Diagnostic>> {
    const located = await this.#locate(address);
    if (!located.ok) return located;
    const path = located.value;
    const details = { dataset: address.dataset, place: this.describe(address) };
    let handle: FileHandle | undefined;
    try {
      // Without O_NONBLOCK, opening a named pipe would wait for its writer.
      handle = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
      const stats = await handle.stat({ bigint: true });
      if (stats.isFile()) {
        const file = address.alias === undefined ? this.#fileOf(path) : undefined;
        return succeed(new OpenFile(handle, stats, file));
      }
      await handle.close();
      const why = stats.isDirectory() ? "it is a directory" : "it is not a file";
      return fail(report("dataUnreadable", { ...details, why }));
    } catch (error) {
      await handle?.close();
      if (systemErrorCode(error) === "ENOENT") return fail(report("dataNotFound", details));
      const why = systemErrorText(error);
      if (why === undefined) throw error;
      return fail(report("dataUnreadable", { ...details, why }));
    }
  }

  /** @returns GLA5007 where it cannot be written; what was there before is unchanged then */
  async write(
    address: FileAddress,
    chunks: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
  ): Promise<Result<StoredObject, Diagnostic>> {
    const refuse = (why: string) =>
      fail(report("dataUnwritable", { dataset: address.dataset, place: this.describe(address), why }));
    if (address.package !== undefined) return refuse("files of installed packages are not changed");
    try {
      return succeed(await replaceFile(resolve(this.projectRoot, address.path), chunks));
    } catch (error) {
      if (error instanceof WriteError) return refuse(error.message);
      throw error;
    }
  }

  describe(address: FileAddress): string {
    const path = address.alias ?? address.path;
    return address.package === undefined ? path : `${path} of the package '${address.package}'`;
  }

  async #locate(address: FileAddress): Promise<Result<string, Diagnostic>> {
    const { dataset, path } = address;
    if (address.package === undefined) return succeed(resolve(this.projectRoot, path));
    const folder = await findPackageFolder(address.package, this.projectRoot);
    if (folder === undefined) return fail(report("packageNotFound", { dataset, package: address.package }));
    const file = join(folder, path);
    // Both as they are after symbolic links: a package manager may link the folder, and a link may lead out of it.
    const [realFolder, realFile] = [await realpath(folder), await realpath(file).catch(() => undefined)];
    if (!isInside(file, folder) || (realFile !== undefined && !isInside(realFile, realFolder))) {
      const why = "the path leads out of the package";
      return fail(report("dataUnreadable", { dataset, place: this.describe(address), why }));
    }
    return succeed(file);
  }

  #fileOf(path: string): string {
    const file = isInside(path, this.projectRoot) ? relative(this.projectRoot, path) : path;
    return file.split(sep).join("/");
  }
}

class OpenFile implements FileSource {
  readonly file?: string;
  readonly sizeBytes: number;
  readonly mark: string;

  constructor(
    readonly handle: FileHandle,
    { size, mtimeNs, ctimeNs, ino }: BigIntStats,
    file: string | undefined,
  ) {
    this.sizeBytes = Number(size);
    this.mark = [size, mtimeNs, ctimeNs, ino].join("-");
    if (file !== undefined) this.file = file;
  }

  /** @throws Unreadable */
  async read(start: number, end: number): Promise<Uint8Array> {
    const bytes = new Uint8Array(end - start);
    let filled = 0;
    while (filled < bytes.length) {
      const { bytesRead } = await this.#read(bytes, filled, start + filled);
      if (bytesRead === 0) throw new Unreadable("it became shorter while it was read");
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
      throw new Unreadable(systemErrorText(error) ?? String(error));
    }
  }
}

/** The file system refused; errors of the chunks are passed on as they are. */
class WriteError extends Error {}

/**
 * Writes beside the file, then renames: a reader, and a crash, sees the whole former file or the whole new one.
 *
 * @throws WriteError where the file system refuses
 */
async function replaceFile(
  path: string,
  chunks: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
): Promise<StoredObject> {
  // A symbolic link stays, and what it leads to is replaced.
  const target = await realpath(path).catch(() => path);
  const folder = dirname(target);
  const former = await stat(target).catch(() => undefined);
  if (former && !former.isFile())
    throw new WriteError(former.isDirectory() ? "it is a directory" : "it is not a file");
  const firstMade = await system(mkdir(folder, { recursive: true }));
  // Names of 255 bytes are allowed, also those that the temporary name would make longer.
  const name = `.${basename(target).slice(0, 48)}.${process.pid}-${randomBytes(6).toString("hex")}.tmp`;
  const temporary = join(folder, name);
  const handle = await system(open(temporary, "wx", former ? former.mode & 0o777 : 0o666));
  let sizeBytes = 0;
  let isClosed = false;
  try {
    for await (const chunk of chunks) {
      for (let written = 0; written < chunk.length; ) {
        const { bytesWritten } = await system(handle.write(chunk, written, chunk.length - written));
        written += bytesWritten;
      }
      sizeBytes += chunk.length;
    }
    await system(handle.sync());
    isClosed = true;
    await system(handle.close());
    await system(rename(temporary, target));
  } catch (error) {
    if (!isClosed) await handle.close().catch(() => {});
    await rm(temporary, { force: true }).catch(() => {});
    throw error;
  }
  await syncFolders(folder, firstMade === undefined ? folder : dirname(firstMade));
  return { sizeBytes };
}

/** Makes the names durable, from the file's folder up to the one that was there before. */
async function syncFolders(folder: string, last: string): Promise<void> {
  for (let current = folder; ; current = dirname(current)) {
    // Not every system can sync a folder; the content is safe all the same.
    const handle = await open(current, constants.O_RDONLY).catch(() => undefined);
    await handle?.sync().catch(() => {});
    await handle?.close().catch(() => {});
    if (current === last || current === dirname(current)) return;
  }
}

async function system<T>(operation: Promise<T>): Promise<T> {
  try {
    return await operation;
  } catch (error) {
    const why = systemErrorText(error);
    throw why === undefined ? error : new WriteError(why);
  }
}

function isInside(path: string, folder: string): boolean {
  const inner = relative(folder, path);
  return inner !== "" && inner !== ".." && !inner.startsWith(`..${sep}`) && !isAbsolute(inner);
}
