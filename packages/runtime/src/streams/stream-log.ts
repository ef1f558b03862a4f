import { SharedValue } from "../values/shared-value.js";
import { deserializeItems, serializeItems } from "./serialize-items.js";
import { StreamSpool } from "./stream-spool.js";

/** Blocks that are held in memory. */
const windowBlocks = 4;
/** An item of this many bytes, or a text of this many characters, takes the room of two items. */
const itemBytes = 16_384;

/** Where a reader is. */
export interface Position {
  /** The number of the block. */
  block: number;
  /** Where the block is in the spool; only of use when it has left the window. */
  start: number;
  end: number;
}

interface Block {
  readonly number: number;
  readonly items: SharedValue[];
  room: number;
}

/**
 * The items of a stream from the first one that a reader still needs: the newest ones in memory, in blocks, those before
 * them on disk. What it takes of memory depends on the window and the number of readers, not on how many items there are.
 */
export class StreamLog {
  readonly #blockSize: number;
  readonly #spool: StreamSpool;
  readonly #positions = new Set<Position>();
  /** The newest blocks; new items go to the last one, which always has room. */
  readonly #window: Block[];
  /** Blocks that have left the window but cannot be written, such as items with functions; by number. */
  readonly #held = new Map<number, readonly SharedValue[]>();

  /** @param window the number of items to hold in memory */
  constructor(window: number, spoolFolder: string) {
    this.#blockSize = Math.max(1, Math.floor(window / windowBlocks));
    this.#spool = new StreamSpool(spoolFolder);
    this.#window = [this.#makeBlock(0)];
  }

  /** Nobody needs any item. */
  get isUnread(): boolean {
    return this.#positions.size === 0;
  }

  /** A position whose items are kept from now on: the given one, or the first. */
  open({ block, start, end }: Position = { block: 0, start: 0, end: 0 }): Position {
    const position = { block, start, end };
    this.#positions.add(position);
    return position;
  }

  isOpen(position: Position): boolean {
    return this.#positions.has(position);
  }

  close(position: Position): void {
    this.#positions.delete(position);
  }

  /** Items may be appended to those of the position's block. */
  isLast(position: Position): boolean {
    return position.block === this.#window.at(-1)?.number;
  }

  moveOn(position: Position): void {
    position.block++;
    position.start = position.end;
  }

  /** The items of the position's block; those of the last block grow. */
  itemsAt(position: Position): readonly SharedValue[] | Promise<readonly SharedValue[]> {
    const { number } = this.#window[0] as Block;
    return this.#window[position.block - number]?.items ?? this.#load(position);
  }

  /**
   * Adds an item. One call at a time.
   * @returns a promise where something has to be written; it rejects with what keeps the disk from being written
   */
  append(item: unknown): Promise<void> | undefined {
    const last = this.#window.at(-1) as Block;
    last.items.push(new SharedValue(item));
    last.room -= 1 + sizeOf(item) / itemBytes;
    if (last.room > 0) return undefined;
    this.#window.push(this.#makeBlock(last.number + 1));
    this.#forget();
    return this.#window.length > windowBlocks ? this.#moveOldest() : undefined;
  }

  /** Removes what is on disk. */
  closeSpool(): Promise<void> {
    return this.#spool.close();
  }

  #makeBlock(number: number): Block {
    return { number, items: [], room: this.#blockSize };
  }

  #forget(): void {
    let first = Infinity;
    for (const position of this.#positions) first = Math.min(first, position.block);
    while (this.#window.length > 1 && (this.#window[0] as Block).number < first) this.#window.shift();
    for (const number of this.#held.keys()) if (number < first) this.#held.delete(number);
  }

  async #moveOldest(): Promise<void> {
    const { number, items } = this.#window[0] as Block;
    const bytes = serializeItems(items.map((item) => item.read()));
    if (!bytes) this.#held.set(number, items);
    const place = await this.#spool.append(bytes ?? Buffer.alloc(0));
    for (const position of this.#positions) if (position.block === number) Object.assign(position, place);
    this.#window.shift();
  }

  async #load(position: Position): Promise<readonly SharedValue[]> {
    const { content, end } = await this.#spool.read(position.start);
    position.end = end;
    const held = this.#held.get(position.block);
    return held ?? deserializeItems(content).map((item) => new SharedValue(item));
  }
}

function sizeOf(item: unknown): number {
  if (typeof item === "string") return item.length;
  return ArrayBuffer.isView(item) ? item.byteLength : 0;
}
