/** Large artifacts, a file each. */
import { createHash, randomBytes } from "node:crypto";
import {
  closeSync,
  createReadStream,
  mkdirSync,
  openSync,
  readdirSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
} from "node:fs";
import { type FileHandle, mkdir, open, rm } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import type { ReadBytes } from "./artifact-bytes.js";

export class ArtifactFiles {
  readonly #folder: string;

  /** @param folder of the state */
  constructor(folder: string) {
    this.#folder = join(folder, "artifacts");
  }

  async createAside(): Promise<FileAside> {
    const folder = join(this.#folder, "new");
    await mkdir(folder, { recursive: true });
    const path = join(folder, randomBytes(12).toString("hex"));
    return new FileAside(path, await open(path, "wx"));
  }

  /** Gives a file its name: from then on it is there, whole. */
  adopt(aside: FileAside, hash: string): void {
    const target = this.#pathOf(hash);
    mkdirSync(join(target, ".."), { recursive: true });
    renameSync(aside.path, target);
  }

  has(hash: string): boolean {
    return statSync(this.#pathOf(hash), { throwIfNoEntry: false }) !== undefined;
  }

  /** The hash of what is in the file; undefined where there is none. */
  async hashOf(hash: string): Promise<string | undefined> {
    const digest = createHash("sha256");
    try {
      await pipeline(createReadStream(this.#pathOf(hash), { highWaterMark: 2 ** 20 }), digest);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
      throw error;
    }
    return digest.digest("hex");
  }

  read<T>(hash: string, decode: (read: ReadBytes) => T): T {
    const file = openSync(this.#pathOf(hash), "r");
    try {
      return decode((target) => readWhole(file, target));
    } finally {
      closeSync(file);
    }
  }

  remove(hash: string): void {
    rmSync(this.#pathOf(hash), { force: true });
  }

  /** The files that are there, a folder at a time. */
  *list(): Generator<readonly ArtifactFile[]> {
    for (const prefix of namesIn(this.#folder)) {
      if (prefix === "new") continue;
      const folder = join(this.#folder, prefix);
      yield namesIn(folder).flatMap((rest) => {
        const stats = statSync(join(folder, rest), { throwIfNoEntry: false });
        return stats ? { hash: prefix + rest, sizeBytes: stats.size } : [];
      });
    }
  }

  /** Removes the files that are being written: while no run is going on, killed processes have left them. @returns their size */
  removeAside(): number {
    let sizeBytes = 0;
    const folder = join(this.#folder, "new");
    for (const name of namesIn(folder)) {
      sizeBytes += statSync(join(folder, name), { throwIfNoEntry: false })?.size ?? 0;
      rmSync(join(folder, name), { force: true });
    }
    return sizeBytes;
  }

  #pathOf(hash: string): string {
    return join(this.#folder, hash.slice(0, 2), hash.slice(2));
  }
}

interface ArtifactFile {
  readonly hash: string;
  readonly sizeBytes: number;
}

/** A file that is being written under a name of no meaning. */
export class FileAside {
  readonly path: string;
  readonly #handle: FileHandle;

  constructor(path: string, handle: FileHandle) {
    this.path = path;
    this.#handle = handle;
  }

  async write(bytes: Uint8Array): Promise<void> {
    for (let written = 0; written < bytes.length; ) {
      const { bytesWritten } = await this.#handle.write(bytes, written, bytes.length - written);
      written += bytesWritten;
    }
  }

  /** Waits until the device has it. */
  async finish(): Promise<void> {
    await this.#handle.sync();
    await this.#handle.close();
  }

  async discard(): Promise<void> {
    await this.#handle.close().catch(() => {});
    await rm(this.path, { force: true });
  }
}

function readWhole(file: number, target: Buffer): boolean {
  for (let filled = 0; filled < target.length; ) {
    const bytes = readSync(file, target, filled, target.length - filled, null);
    if (bytes === 0) return false;
    filled += bytes;
  }
  return true;
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
}
