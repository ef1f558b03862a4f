import type { GroupCommit } from "./group-commit.js";
import type { StateDatabase } from "./state-database.js";

const upsert = `
  INSERT INTO objects VALUES (?, ?, ?)
  ON CONFLICT (place) DO UPDATE SET mark = excluded.mark, version = excluded.version`;

/** Versions of objects in storages, so that an object that stays as it is need not be read to know its version. */
export class KnownObjects {
  readonly #database: StateDatabase;
  readonly #group: GroupCommit;

  /** @internal */
  constructor(database: StateDatabase, group: GroupCommit) {
    this.#database = database;
    this.#group = group;
  }

  /** @param mark what the storage says of the object, see `ByteSource` */
  version(place: string, mark: string): string | undefined {
    const row = this.#database.use(() =>
      this.#database.statement("SELECT version FROM objects WHERE place = ? AND mark = ?").get(place, mark),
    );
    return row?.version as string | undefined;
  }

  remember(place: string, mark: string, version: string): void {
    this.#group.add(() => this.#database.statement(upsert).run(place, mark, version));
  }
}
