import { randomUUID } from "node:crypto";
import { type FileHandle, open, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { StorageError } from "@glacier-ts/core";
import { systemErrorText } from "./system-error.js";

/** Bytes that are kept until they are closed. */
export class TemporaryFile {
  readonly sizeBytes: number;
  readonly #handle: FileHandle;
  readonly #path: string;

  private constructor(handle: FileHandle, path: string, sizeBytes: number) {
    this.#handle = handle;
    this.#path = path;
    this.sizeBytes = sizeBytes;
  }

  /** Errors that `chunks` throws are passed on. */
  static async of(chunks: AsyncIterable<Uint8Array>): Promise<TemporaryFile> {
    const path = join(tmpdir(), `glacier-${randomUUID()}`);
    const handle = await local(open(path, "wx+", 0o600));
    let sizeBytes = 0;
    try {
      for await (const chunk of chunks) {
        for (let written = 0; written < chunk.length; ) {
          const { bytesWritten } = await local(handle.write(chunk, written));
          written += bytesWritten;
        }
        sizeBytes += chunk.length;
      }
      return new TemporaryFile(handle, path, sizeBytes);
    } catch (error) {
      await handle.close();
      await rm(path, { force: true });
      throw error;
    }
  }

  async read(start: number, end: number): Promise<Uint8Array> {
    const bytes = new Uint8Array(end - start);
    for (let filled = 0; filled < bytes.length; ) {
      // The system reads less than 2 GiB at once.
      const length = Math.min(bytes.length - filled, 2 ** 30);
      const { bytesRead } = await local(this.#handle.read(bytes, filled, length, start + filled));
      if (bytesRead === 0) throw new StorageError("failed", "its temporary file became shorter");
      filled += bytesRead;
    }
    return bytes;
  }

  async close(): Promise<void> {
    await this.#handle.close();
    await rm(this.#path, { force: true });
  }
}

async function local<T>(operation: Promise<T>): Promise<T> {
  try {
    return await operation;
  } catch (error) {
    const why = systemErrorText(error) ?? "the system refuses it";
    throw new StorageError("failed", `it cannot be kept in a temporary file: ${why}`);
  }
}
