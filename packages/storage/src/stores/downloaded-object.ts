import type { ByteSource, ObjectStat } from "@glacier-ts/core";
import type { TemporaryFile } from "./temporary-file.js";

/** An object of a server that gives no ranges: all of it is kept in a file once a part of it is read. */
export class DownloadedObject implements ByteSource {
  readonly sizeBytes: number;
  readonly mark?: string;
  readonly #download: () => Promise<TemporaryFile>;
  #file: Promise<TemporaryFile> | undefined;

  /** @param file where it is downloaded already */
  constructor(
    { sizeBytes, mark }: ObjectStat,
    download: () => Promise<TemporaryFile>,
    file?: Promise<TemporaryFile>,
  ) {
    this.sizeBytes = sizeBytes;
    if (mark !== undefined) this.mark = mark;
    this.#download = download;
    this.#file = file;
  }

  async read(start: number, end: number): Promise<Uint8Array> {
    this.#file ??= this.#download();
    return (await this.#file).read(start, end);
  }

  async close(): Promise<void> {
    const file = await this.#file?.catch(() => undefined);
    await file?.close();
  }
}
