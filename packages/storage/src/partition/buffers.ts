/** Rows on their way into a file. */
export interface PartRows {
  /** Without the columns that the folder says. */
  readonly rows: unknown[];
  /** The position of each row in the dataset, for problems. */
  readonly indexes: number[];
}

/** Rows that wait for others of their folder. */
export class Buffers {
  readonly #folders = new Map<string, PartRows>();
  #count = 0;

  /** How many rows wait. */
  get count(): number {
    return this.#count;
  }

  add(folder: string, row: unknown, index: number): void {
    let part = this.#folders.get(folder);
    if (!part) {
      part = { rows: [], indexes: [] };
      this.#folders.set(folder, part);
    }
    part.rows.push(row);
    part.indexes.push(index);
    this.#count++;
  }

  /** Takes the rows of the folder that has most of them. */
  takeLargest(): readonly [folder: string, part: PartRows] | undefined {
    let largest: readonly [string, PartRows] | undefined;
    for (const entry of this.#folders) {
      if (!largest || entry[1].rows.length > largest[1].rows.length) largest = entry;
    }
    if (largest) {
      this.#folders.delete(largest[0]);
      this.#count -= largest[1].rows.length;
    }
    return largest;
  }
}
