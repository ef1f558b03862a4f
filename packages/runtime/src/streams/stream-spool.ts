import { randomUUID } from "node:crypto";
import { rmSync } from "node:fs";
import { type FileHandle, mkdir, open, unlink } from "node:fs/promises";
import { join } from "node:path";

/** A number of 32 bits before each record: its length. */
const prefixBytes = 4;

/** Where a record is in the file. */
export interface Place {
  readonly start: number;
  readonly end: number;
}

/**
 * Records of bytes on disk, one behind the other.
 *
 * The file is made with the first record, for its owner alone. It loses its name as soon as it is open, so that it goes
 * with the process, however that ends. Where the system does not allow that, it is removed when the spool is closed and
 * when the process exits.
 */
export class StreamSpool {
  readonly #folder: string;
  #file: SpoolFile | undefined;
  #end = 0;
  #isClosed = false;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** One call at a time. Rejects with what keeps the file from being written, such as a full disk. */
  async append(content: Buffer): Promise<Place> {
    const prefix = Buffer.alloc(prefixBytes);
    prefix.writeUInt32LE(content.length);
    const bytes = Buffer.concat([prefix, content]);
    this.#file ??= await this.#open();
    const { handle } = this.#file;
    const start = this.#end;
    for (let done = 0; done < bytes.length; ) {
      done += (await handle.write(bytes, done, bytes.length - done, start + done)).bytesWritten;
    }
    this.#end = start + bytes.length;
    return { start, end: this.#end };
  }

  /** Reads the record that starts at a place. */
  async read(start: number): Promise<{ readonly content: Buffer; readonly end: number }> {
    const prefix = await this.#bytes(start, prefixBytes);
    const content = await this.#bytes(start + prefixBytes, prefix.readUInt32LE());
    return { content, end: start + prefixBytes + content.length };
  }

  /** Waits for what is being read or written. */
  async close(): Promise<void> {
    this.#isClosed = true;
    const file = this.#file;
    if (!file) return;
    this.#file = undefined;
    forgotten.unregister(this);
    await closeFile(file);
  }

  async #open(): Promise<SpoolFile> {
    await mkdir(this.#folder, { recursive: true });
    const path = join(this.#folder, `glacier-stream-${process.pid}-${randomUUID()}`);
    const handle = await open(path, "wx+", 0o600);
    const file = { handle, removeName: await removeName(path) };
    if (this.#isClosed) {
      await closeFile(file);
      throw new Error("The spool is closed");
    }
    forgotten.register(this, file, this);
    return file;
  }

  async #bytes(start: number, length: number): Promise<Buffer> {
    const handle = this.#file?.handle;
    if (!handle) throw new Error("Internal error: the spool of a stream is closed");
    const bytes = Buffer.alloc(length);
    for (let done = 0; done < length; ) {
      const { bytesRead } = await handle.read(bytes, done, length - done, start + done);
      if (bytesRead === 0) throw new Error("Internal error: the spool of a stream ends early");
      done += bytesRead;
    }
    return bytes;
  }
}

interface SpoolFile {
  readonly handle: FileHandle;
  /** Where the file still has its name. */
  readonly removeName: (() => void) | undefined;
}

/** A stream that the caller of a run has kept and then dropped is never closed by anybody. */
const forgotten = new FinalizationRegistry<SpoolFile>((file) => void closeFile(file).catch(() => {}));

async function closeFile({ handle, removeName }: SpoolFile): Promise<void> {
  await handle.close();
  removeName?.();
}

/** @returns what is to be called in the end where the file cannot lose its name yet */
async function removeName(path: string): Promise<(() => void) | undefined> {
  try {
    await unlink(path);
    return undefined;
  } catch {
    const remove = () => {
      process.off("exit", remove);
      rmSync(path, { force: true });
    };
    process.once("exit", remove);
    return remove;
  }
}
