/** What is on the web, which is only read. */
import { Readable } from "node:stream";
import {
  type ByteSource,
  type Chunks,
  type ListedObject,
  type ObjectStat,
  type ObjectStore,
  StorageError,
  type WriteOptions,
} from "@glacier-ts/core";
import { DownloadedObject } from "./downloaded-object.js";
import { endingIdle } from "./ending-idle.js";
import { ask, type HttpLimits } from "./http-request.js";
import { RemoteObject } from "./remote-object.js";
import { TemporaryFile } from "./temporary-file.js";

export interface HttpStoreOptions {
  readonly urlOf: (key: string) => string;
  /** Names the object of a key for people. */
  readonly describe: (key: string) => string;
  readonly limits?: HttpLimits;
}

/** What a server has said of an object. */
interface Found {
  /** Undefined where the server does not know before it has sent everything. */
  readonly sizeBytes: number | undefined;
  readonly mark: string | undefined;
  /** What a request for a range may be made conditional on. */
  readonly condition: string | undefined;
  readonly hasRanges: boolean;
}

const downloads = 3;

export class HttpStore implements ObjectStore {
  readonly kind = "http";
  readonly capabilities = { write: false, conditionalCreate: false, list: false };
  readonly describe: (key: string) => string;
  readonly #urlOf: (key: string) => string;
  readonly #limits: HttpLimits;

  constructor({ urlOf, describe, limits = { pauseMs: 500, idleMs: 60_000 } }: HttpStoreOptions) {
    this.#urlOf = urlOf;
    this.describe = describe;
    this.#limits = limits;
  }

  async open(key: string): Promise<ByteSource> {
    const url = this.#urlOf(key);
    const found = await this.#find(url);
    const { sizeBytes, hasRanges } = found;
    if (sizeBytes === undefined) return this.#openUnmeasured(url);
    const stat = statOf(found.mark, sizeBytes);
    if (hasRanges) return new RemoteObject(stat, (start, end) => this.#range(url, found, start, end));
    return new DownloadedObject(stat, async () => {
      const { file, mark } = await this.#download(url);
      if (mark === found.mark && file.sizeBytes === sizeBytes) return file;
      await file.close();
      throw changed();
    });
  }

  async stat(key: string): Promise<ObjectStat> {
    const source = await this.open(key);
    await source.close();
    return statOf(source.mark, source.sizeBytes);
  }

  list(_prefix: string): AsyncIterable<ListedObject> {
    const refused = new StorageError("failed", "servers on the web do not list what they have");
    return { [Symbol.asyncIterator]: () => ({ next: () => Promise.reject(refused) }) };
  }

  async write(_key: string, _chunks: Chunks, _options?: WriteOptions): Promise<ObjectStat> {
    throw new StorageError("failed", "what is on the web is only read");
  }

  async delete(_key: string): Promise<void> {
    throw new StorageError("failed", "what is on the web is only read");
  }

  /** One byte is asked for: other than HEAD, that shows whether there are ranges, and signed addresses are for GET only. */
  async #find(url: string): Promise<Found> {
    const response = await ask(url, { range: "bytes=0-0" }, this.#limits);
    await response.body?.cancel();
    // What is empty has no first byte.
    const isEmpty = response.status === 416 && totalOf(response) === 0;
    if (!isEmpty) assertFound(response);
    const hasRanges = isEmpty || response.status === 206;
    return { ...describeAnswer(response, hasRanges ? totalOf(response) : lengthOf(response)), hasRanges };
  }

  async #range(url: string, found: Found, start: number, end: number): Promise<AsyncIterable<Uint8Array>> {
    const range = { range: `bytes=${start}-${end - 1}` };
    const condition = found.condition !== undefined && { "if-range": found.condition };
    const response = await ask(url, { ...range, ...condition }, this.#limits);
    // What has become shorter has no such range.
    if (response.status === 416) await giveUp(response, changed());
    assertFound(response);
    const isPart = response.status === 206;
    const { sizeBytes, mark } = describeAnswer(response, isPart ? totalOf(response) : lengthOf(response));
    if (mark !== found.mark || sizeBytes !== found.sizeBytes) await giveUp(response, changed());
    // A server may always send the whole.
    if (!isPart) return between(this.#bodyOf(response), start, end);
    if (startOf(response) !== start) {
      await giveUp(
        response,
        new StorageError("failed", "the server sends another range than it was asked for"),
      );
    }
    return this.#bodyOf(response);
  }

  /** What has no length is measured. */
  async #openUnmeasured(url: string): Promise<ByteSource> {
    const { file, mark } = await this.#download(url);
    const downloaded = Promise.resolve(file);
    return new DownloadedObject(statOf(mark, file.sizeBytes), () => downloaded, downloaded);
  }

  async #download(url: string): Promise<{ readonly file: TemporaryFile; readonly mark: string | undefined }> {
    for (let attempt = 1; ; attempt++) {
      const response = await ask(url, {}, this.#limits);
      assertFound(response);
      const { sizeBytes, mark } = describeAnswer(response, lengthOf(response));
      try {
        const file = await TemporaryFile.of(this.#bodyOf(response));
        if (sizeBytes === undefined || file.sizeBytes === sizeBytes) return { file, mark };
        await file.close();
      } catch (error) {
        if (error instanceof StorageError) throw error;
        // Else the connection broke.
      }
      if (attempt === downloads) {
        throw new StorageError("unreachable", "the connection broke again and again");
      }
    }
  }

  #bodyOf({ body }: Response): AsyncIterable<Uint8Array> {
    return body ? endingIdle(Readable.fromWeb(body), this.#limits.idleMs) : Readable.from([]);
  }
}

const changed = () => new StorageError("changed", "it was replaced while it was read");

async function giveUp({ body }: Response, error: StorageError): Promise<never> {
  await body?.cancel();
  throw error;
}

function statOf(mark: string | undefined, sizeBytes: number): ObjectStat {
  return { sizeBytes, ...(mark !== undefined && { mark }) };
}

/** @throws StorageError */
function assertFound({ status, body }: Response): void {
  if (status === 200 || status === 206) return;
  body?.cancel().catch(() => {});
  switch (status) {
    case 401:
      throw new StorageError("unauthenticated", "the server wants other credentials, or some");
    case 403:
      throw new StorageError("denied", "access denied");
    case 404:
    case 410:
      throw new StorageError("not-found", "there is nothing at this address");
    default:
      throw new StorageError("failed", `the server refuses it (status ${status})`);
  }
}

function describeAnswer({ headers }: Response, sizeBytes: number | undefined): Omit<Found, "hasRanges"> {
  const etag = headers.get("etag") ?? undefined;
  const modified = headers.get("last-modified") ?? undefined;
  const strong = etag?.startsWith("W/") ? undefined : etag;
  return {
    sizeBytes,
    mark: etag ?? (modified && `${modified}, ${sizeBytes}`),
    condition: strong ?? modified,
  };
}

/** Undefined for what comes compressed all the same: `fetch` gives its content. */
function lengthOf({ headers }: Response): number | undefined {
  const length = headers.get("content-length");
  return length === null || headers.has("content-encoding") ? undefined : Number(length);
}

function totalOf({ headers }: Response): number | undefined {
  const total = /^bytes .*\/(\d+)$/.exec(headers.get("content-range") ?? "")?.[1];
  return total === undefined || headers.has("content-encoding") ? undefined : Number(total);
}

function startOf({ headers }: Response): number {
  return Number(/^bytes (\d+)-/.exec(headers.get("content-range") ?? "")?.[1]);
}

async function* between(chunks: AsyncIterable<Uint8Array>, start: number, end: number) {
  let position = 0;
  for await (const chunk of chunks) {
    const part = chunk.subarray(Math.max(start - position, 0), Math.max(end - position, 0));
    if (part.length > 0) yield part;
    position += chunk.length;
    if (position >= end) return;
  }
}
