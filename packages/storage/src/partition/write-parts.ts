import { createHash, randomBytes } from "node:crypto";
import type { Chunks, ObjectStore } from "@glacier-ts/core";
import { type DatasetCodec, encodeWith } from "../formats/codec.js";
import { NotEncodable } from "../problems.js";
import { isStream, rowsOf } from "../rows.js";
import type { Shape } from "../shape/shape.js";
import { Buffers, type PartRows } from "./buffers.js";
import type { Part } from "./commit.js";
import type { Folders } from "./folders.js";

/** How many rows of a stream are held in memory; rows of a folder that come later go into a further file of it. */
const heldRows = 100_000;

/** Where and how the files of a new version are written. */
export interface PartTarget {
  readonly store: ObjectStore;
  readonly codec: DatasetCodec;
  readonly folders: Folders;
  /** The columns that the folders say. */
  readonly columns: readonly string[];
  /** What is left for the files. */
  readonly payload: Shape;
}

/** Writes the rows of a dataset into files whose names no other version has. */
export class PartWriter {
  /** What was written so far. */
  readonly parts: Part[] = [];
  rows = 0;
  readonly #target: PartTarget;
  readonly #attempt = randomBytes(6).toString("hex");
  readonly #counts = new Map<string, number>();

  constructor(target: PartTarget) {
    this.#target = target;
  }

  /** Throws what the stream does, NotEncodable and StorageError. */
  async write(value: unknown): Promise<void> {
    const buffers = new Buffers();
    const rows = rowsOf(value);
    // Two loops: rows of an array are in memory already, and awaiting each would take longer than to divide them.
    if (isStream(rows)) {
      for await (const row of rows) {
        this.#add(buffers, row);
        if (buffers.count >= heldRows) await this.#flush(buffers);
      }
    } else {
      for (const row of rows) this.#add(buffers, row);
    }
    while (buffers.count > 0) await this.#flush(buffers);
  }

  #add(buffers: Buffers, row: unknown): void {
    const { folders, columns } = this.#target;
    const index = this.rows++;
    const folder = folders.of(row, index);
    const rest = { ...(row as Record<string, unknown>) };
    for (const column of columns) delete rest[column];
    buffers.add(folder, rest, index);
  }

  async #flush(buffers: Buffers): Promise<void> {
    const largest = buffers.takeLargest();
    if (!largest) return;
    const [folder, part] = largest;
    const { store, codec, payload } = this.#target;
    const count = this.#counts.get(folder) ?? 0;
    this.#counts.set(folder, count + 1);
    const key = `${folder}part-${count}-${this.#attempt}.${codec.ending}`;
    const hash = createHash("sha256");
    try {
      const { chunks } = encodeWith(codec, part.rows, payload);
      const { sizeBytes } = await store.write(
        key,
        hashed(chunks, (chunk) => hash.update(chunk)),
      );
      this.parts.push({ key, sizeBytes, sha256: hash.digest("hex") });
    } catch (error) {
      throw error instanceof NotEncodable ? inDataset(error, part) : error;
    }
  }
}

async function* hashed(chunks: Chunks, update: (chunk: Uint8Array) => void): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) {
    update(chunk);
    yield chunk;
  }
}

/** Names the row by its position in the dataset, and not in its file. */
function inDataset({ path, why }: NotEncodable, { indexes }: PartRows): NotEncodable {
  const [, row, rest = ""] = /^\/(\d+)(.*)$/s.exec(path) ?? [];
  return row === undefined
    ? new NotEncodable(path, why)
    : new NotEncodable(`/${indexes[Number(row)]}${rest}`, why);
}
