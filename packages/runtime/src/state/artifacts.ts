import { createHash, hash as digest } from "node:crypto";
import { fail, type Result, succeed } from "@glacier-ts/core";
import { decodeArtifact, encodeArtifact, type ReadBytes } from "./artifact-bytes.js";
import { ArtifactFiles, type FileAside } from "./artifact-files.js";
import { NotEncodable } from "./encode-value.js";
import type { GroupCommit } from "./group-commit.js";
import type { StateDatabase } from "./state-database.js";

/** Larger artifacts are files of their own. */
const maxBlobBytes = 32 * 1024;

export interface Artifact {
  /** SHA-256 of its bytes, in hexadecimal: the same for the same value. */
  readonly hash: string;
  readonly sizeBytes: number;
}

const upsert = `
  INSERT INTO artifacts (hash, size_bytes, bytes, used_at) VALUES (?, ?, ?, ?)
  ON CONFLICT (hash) DO UPDATE SET used_at = excluded.used_at`;

/** Values of datasets, named by their content. The bytes are checked before a value is made of them. */
export class Artifacts {
  readonly #database: StateDatabase;
  readonly #group: GroupCommit;
  readonly #files: ArtifactFiles;
  /** Hashes of artifacts that are not committed yet. */
  readonly #pending = new Set<string>();

  /** @internal */
  constructor(database: StateDatabase, group: GroupCommit) {
    this.#database = database;
    this.#group = group;
    this.#files = new ArtifactFiles(database.folder);
  }

  /**
   * Keeps a value; it is committed no later than results that are committed afterwards. The value must not be changed
   * before it settles. Instances of classes without methods come back as plain objects.
   *
   * @returns why it cannot be kept, such as `'format' is a function`
   * @throws GlacierError for GLA5026 where it cannot be written
   */
  async put(value: unknown): Promise<Result<Artifact, string>> {
    try {
      const bytes = encodeArtifact(value);
      const head = takeBytes(bytes, maxBlobBytes + 1);
      return succeed(head.isAll ? this.#putBlob(head.bytes) : await this.#putFile(head.bytes, bytes));
    } catch (error) {
      if (error instanceof NotEncodable) return fail(error.message);
      throw this.#database.translate(error);
    }
  }

  has(hash: string): boolean {
    return this.#database.use(() => {
      if (this.#pending.has(hash)) this.#group.flush();
      const row = this.#database
        .statement("SELECT bytes IS NULL AS is_file FROM artifacts WHERE hash = ?")
        .get(hash);
      return row !== undefined && (row.is_file === 0 || this.#files.has(hash));
    });
  }

  /**
   * A corrupted artifact is removed, so that it is made again.
   * @throws GlacierError for GLA5026 where it cannot be read
   */
  async get(hash: string): Promise<Result<unknown, "missing" | "corrupt">> {
    try {
      const row = this.#row(hash);
      if (!row) return fail("missing");
      const { bytes } = row;
      const found = bytes ? hashOf(bytes) : await this.#files.hashOf(hash);
      if (found === undefined) return fail("missing");
      if (found !== hash) {
        this.#remove(hash);
        return fail("corrupt");
      }
      const decoded = bytes ? decodeArtifact(readerOf(bytes)) : this.#files.read(hash, decodeArtifact);
      return decoded ? succeed(decoded.value) : fail("missing");
    } catch (error) {
      throw this.#database.translate(error);
    }
  }

  #putBlob(bytes: Uint8Array): Artifact {
    const artifact = { hash: hashOf(bytes), sizeBytes: bytes.length };
    this.#add(artifact, bytes);
    return artifact;
  }

  async #putFile(head: Uint8Array, rest: Iterable<Uint8Array>): Promise<Artifact> {
    const hash = createHash("sha256");
    const aside = await this.#files.createAside();
    let sizeBytes = 0;
    const write = async (bytes: Uint8Array) => {
      hash.update(bytes);
      sizeBytes += bytes.length;
      await aside.write(bytes);
    };
    try {
      await write(head);
      for (const bytes of rest) await write(bytes);
      await aside.finish();
    } catch (error) {
      await aside.discard();
      throw error;
    }
    const artifact = { hash: hash.digest("hex"), sizeBytes };
    this.#add(artifact, aside);
    return artifact;
  }

  /** A file gets its name in the transaction that tells of it, so collecting garbage cannot come between. */
  #add({ hash, sizeBytes }: Artifact, content: Uint8Array | FileAside): void {
    const usedAt = new Date().toISOString();
    this.#pending.add(hash);
    this.#group.add(() => {
      this.#pending.delete(hash);
      const bytes = content instanceof Uint8Array ? content : null;
      this.#database.statement(upsert).run(hash, sizeBytes, bytes, usedAt);
      if (!(content instanceof Uint8Array)) this.#files.adopt(content, hash);
    });
  }

  #row(hash: string): { readonly bytes: Uint8Array | null } | undefined {
    if (this.#pending.has(hash)) this.#group.flush();
    const row = this.#database.statement("SELECT bytes FROM artifacts WHERE hash = ?").get(hash);
    return row as { readonly bytes: Uint8Array | null } | undefined;
  }

  #remove(hash: string): void {
    this.#database.change(() => {
      this.#database.statement("DELETE FROM artifacts WHERE hash = ?").run(hash);
      this.#files.remove(hash);
    });
  }
}

/** The next bytes, until there are `enough`; or all that there are. */
function takeBytes(source: Iterator<Uint8Array>, enough: number) {
  const taken: Uint8Array[] = [];
  let sizeBytes = 0;
  while (sizeBytes < enough) {
    const { value, done } = source.next();
    if (done) return { bytes: Buffer.concat(taken), isAll: true };
    taken.push(value);
    sizeBytes += value.length;
  }
  return { bytes: Buffer.concat(taken), isAll: false };
}

function hashOf(bytes: Uint8Array): string {
  return digest("sha256", bytes);
}

function readerOf(bytes: Uint8Array): ReadBytes {
  let position = 0;
  return (target) => {
    const end = position + target.length;
    if (end > bytes.length) return false;
    target.set(bytes.subarray(position, end));
    position = end;
    return true;
  };
}
