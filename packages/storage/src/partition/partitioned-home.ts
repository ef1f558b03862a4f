import { createHash } from "node:crypto";
import { GlacierError, type ObjectStore, report, StorageError } from "@glacier-ts/core";
import { findPartitionGap, withoutColumns } from "@glacier-ts/core/payload";
import { readChunks } from "../bytes.js";
import { tableFor } from "../formats/assert-holds.js";
import { decodeRowsWith, decodeWith, findCodec } from "../formats/codec.js";
import type { Home, HomeRequest } from "../home.js";
import { NotEncodable, pointer } from "../problems.js";
import { resolve, type Shape } from "../shape/shape.js";
import { type Part, readCommit, writeCommit } from "./commit.js";
import { Folders, type PartitionValues } from "./folders.js";
import { inPart, openPart } from "./open-part.js";
import { PartWriter } from "./write-parts.js";

/**
 * The home of a dataset that is divided into files by some of its columns. What others have put there is read by what is
 * there; after a first `save` a commit says which files are current.
 *
 * @throws GlacierError with GLA5058 where it cannot live in such a place
 */
export function partitionedHome(request: HomeRequest, store: ObjectStore, key: string): Home {
  const { options, partitionBy = [] } = request;
  const why = refusal(store, key);
  if (why === undefined) return new PartitionedHome(request, store, partitionBy);
  throw new GlacierError([report("partitionUnavailable", { dataset: options.dataset, why })]);
}

function refusal(store: ObjectStore, key: string): string | undefined {
  if (key !== "") return `${store.describe(key)} is one file, and not a folder`;
  return store.capabilities.list ? undefined : `storage '${store.kind}' cannot list its files`;
}

class PartitionedHome implements Home {
  readonly place: string;
  readonly format: string;
  readonly #store: ObjectStore;
  /** Of the files. */
  readonly #request: HomeRequest;
  readonly #columns: readonly string[];

  constructor(request: HomeRequest, store: ObjectStore, columns: readonly string[]) {
    this.place = store.describe("");
    this.#request = { ...request, payload: withoutColumns(request.payload, columns) };
    this.format = findCodec(this.#request, "").format.name;
    this.#store = store;
    this.#columns = columns;
  }

  async load(payload: Shape): Promise<unknown> {
    // Also where it is a stream, so that one that is not there is met here.
    const parts = await this.#parts();
    if (resolve(payload).kind === "stream") return { [Symbol.asyncIterator]: () => this.#stream(payload) };
    const folders = new Folders(tableFor(this.format, payload), this.#columns);
    const rows: unknown[] = [];
    for (const part of parts) {
      const values = folders.values(part.key);
      for (const row of await this.#readPart(part)) rows.push(withValues(row, values));
    }
    return rows;
  }

  async save(value: unknown, payload: Shape) {
    const gap = findPartitionGap(payload, this.#columns);
    if (gap) {
      const path = gap.column === undefined ? "" : pointer(["*", gap.column]);
      throw new NotEncodable(path, `it cannot be divided into files: ${gap.why}`);
    }
    await this.#begin();
    const writer = new PartWriter({
      store: this.#store,
      codec: findCodec(this.#request, ""),
      folders: new Folders(tableFor(this.format, payload), this.#columns),
      columns: this.#columns,
      payload: this.#request.payload,
    });
    try {
      await writer.write(value);
    } catch (error) {
      await this.#discard(writer.parts);
      throw error;
    }
    const parts = writer.parts.sort(byKey);
    const former = await readCommit(this.#store);
    // Whether this has taken effect may be unknown when it fails, so the new files stay.
    await writeCommit(this.#store, parts);
    await this.#discard(former?.parts ?? []);
    return { rows: writer.rows, sizeBytes: sizeOf(parts) };
  }

  async version(known: (mark: string) => string | undefined) {
    const parts = await this.#parts();
    const mark = markOf(parts);
    const version = (mark !== undefined && known(mark)) || (await this.#versionOf(parts));
    return { version, sizeBytes: sizeOf(parts), ...(mark !== undefined && { mark }) };
  }

  /** The files of the current version, by key. */
  async #parts(): Promise<readonly Part[]> {
    const commit = await readCommit(this.#store);
    const parts = commit ? commit.parts : await this.#partsOfOthers();
    if (parts && (commit || parts.length > 0)) return [...parts].sort(byKey);
    throw new StorageError("not-found", "there are no files");
  }

  async #partsOfOthers(): Promise<readonly Part[]> {
    const parts: Part[] = [];
    for await (const part of this.#store.list("")) if (!isHidden(part.key)) parts.push(part);
    return parts;
  }

  /** Before the first version is written: so far the dataset is what is there, and new files are not a part of it. */
  async #begin(): Promise<void> {
    if (await readCommit(this.#store)) return;
    const parts = (await this.#partsOfOthers()).map(({ key, sizeBytes }) => ({ key, sizeBytes }));
    try {
      await writeCommit(this.#store, parts.length > 0 ? parts : null, { isFirst: true });
    } catch (error) {
      // Somebody else has begun, too.
      if (!(error instanceof StorageError && error.reason === "exists")) throw error;
    }
  }

  /** Deletes files that no version needs. What stays because the storage refuses is listed nowhere. */
  async #discard(parts: readonly Part[]): Promise<void> {
    for (const { key } of parts) {
      await this.#store.delete(key).catch((error) => {
        if (!(error instanceof StorageError)) throw error;
      });
    }
  }

  async #readPart(part: Part): Promise<unknown[]> {
    const codec = findCodec(this.#request, part.key);
    const source = await openPart(this.#store, part);
    try {
      return (await decodeWith(codec, source, this.#request.payload)) as unknown[];
    } catch (error) {
      throw inPart(error, part, source);
    } finally {
      await source.close();
    }
  }

  async *#stream(payload: Shape): AsyncGenerator<unknown> {
    const folders = new Folders(tableFor(this.format, payload), this.#columns);
    for (const part of await this.#parts()) {
      const values = folders.values(part.key);
      const codec = findCodec(this.#request, part.key);
      const source = await openPart(this.#store, part);
      try {
        for await (const row of decodeRowsWith(codec, source, this.#request.payload)) {
          yield withValues(row, values);
        }
      } catch (error) {
        throw inPart(error, part, source);
      } finally {
        await source.close();
      }
    }
  }

  /** A digest of the folders and the bytes in them, whatever the files are called. */
  async #versionOf(parts: readonly Part[]): Promise<string> {
    const hash = createHash("sha256");
    for (const part of parts) {
      const folder = part.key.slice(0, part.key.lastIndexOf("/") + 1);
      hash.update(`${JSON.stringify(folder)} ${part.sha256 ?? (await this.#hash(part))}\n`);
    }
    return hash.digest("hex");
  }

  async #hash(part: Part): Promise<string> {
    const source = await openPart(this.#store, part);
    try {
      const hash = createHash("sha256");
      for await (const chunk of readChunks(source)) hash.update(chunk);
      return hash.digest("hex");
    } finally {
      await source.close();
    }
  }
}

/** A row is fresh, nobody else has it. */
function withValues(row: unknown, values: PartitionValues): unknown {
  for (const [column, value] of values) (row as Record<string, unknown>)[column] = value;
  return row;
}

/** As Hive and Spark have it, names with these characters in front are no data: `_SUCCESS`, `.part-0.crc`. */
function isHidden(key: string): boolean {
  return key.split("/").some((name) => /^[._]/.test(name) && !name.includes("="));
}

/** Of files that say it: another one when any of them is another one. */
function markOf(parts: readonly Part[]): string | undefined {
  const marks = parts.map(({ key, sha256, mark }) => [key, sha256 ?? mark]);
  if (marks.some(([, mark]) => mark === undefined)) return undefined;
  return createHash("sha256").update(JSON.stringify(marks)).digest("hex");
}

function byKey(left: Part, right: Part): number {
  return left.key < right.key ? -1 : 1;
}

function sizeOf(parts: readonly Part[]): number {
  return parts.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
}
