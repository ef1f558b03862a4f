import type { HomeVersion } from "../home.js";
import type { StoredColumn } from "./read-columns.js";
import type { ColumnType, NewColumn } from "./write-columns.js";

/**
 * A table of a database, as columns of plain values. What they mean to a payload is not its business.
 *
 * Guarantees: `replace` is atomic: a reader sees the whole former table or the whole new one, also after a crash; one that
 * fails leaves what was there, and nothing else. What is read is of one moment. Everything rejects with a StorageError
 * where the database refuses; what `batches` throws is passed on; no message has a credential in it.
 */
export interface TableStore {
  /** Names the database's kind for people. */
  readonly format: string;
  /** Where the table is, for people. */
  readonly place: string;
  readonly limits: Limits;
  /** The table's columns, in its order. */
  columns(): Promise<readonly StoredColumn[]>;
  /** The rows in the order in which they were written, and of their columns only those that are chosen. */
  read(choose: Choose): AsyncIterable<ColumnBatch>;
  /** @returns the table's size in bytes */
  replace(columns: readonly NewColumn[], batches: AsyncIterable<ColumnBatch>): Promise<number>;
  /** The version of what is in the columns that are chosen, whatever the order of the rows. */
  version(choose: Choose, known: (mark: string) => string | undefined): Promise<HomeVersion>;
}

/** Picks the columns to read of those that there are. */
export type Choose = (available: readonly StoredColumn[]) => readonly StoredColumn[];

/** Some rows: the values of each column. */
export interface ColumnBatch {
  readonly count: number;
  readonly columns: readonly ArrayLike<unknown>[];
}

/** What a database cannot hold. */
export interface Limits {
  /** Why there cannot be columns of such names. */
  readonly columnNames: (names: readonly string[]) => BadName | undefined;
  /** By type: what its values have to be beside what every database wants. */
  readonly values: { readonly [Type in ColumnType]?: ValueLimit };
}

interface BadName {
  readonly name: string;
  readonly why: string;
}

export interface ValueLimit {
  /** @param value as `ColumnType` says */
  readonly test: (value: never) => boolean;
  readonly expected: string;
}

/** A name in SQL: as it is, whatever is in it. */
export function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/**
 * Runs what consumes `batches`, and tells their errors from those of the database, whose words are not for people.
 *
 * @throws what the batches throw, as it is; else what `refusal` makes of the database's error
 */
export async function consume<T>(
  batches: AsyncIterable<ColumnBatch>,
  use: (batches: AsyncIterable<ColumnBatch>) => Promise<T>,
  refusal: (error: unknown) => unknown,
): Promise<T> {
  let thrown: { readonly error: unknown } | undefined;
  async function* watched() {
    try {
      yield* batches;
    } catch (error) {
      thrown = { error };
      throw error;
    }
  }
  try {
    return await use(watched());
  } catch (error) {
    throw thrown ? thrown.error : refusal(error);
  }
}
