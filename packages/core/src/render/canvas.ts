/** A grid of characters on which lines know what they join and what they only cross. */
import { characterColumns } from "./text-width.js";

const up = 1;
const right = 2;
const down = 4;
const left = 8;

/** By the sum of the directions in which lines leave the cell. */
const glyphs = [..." ╵╶└╷│┌├╴┘─┴┐┤┬╋"];

/** Corners clockwise from the top left; horizontal and vertical sides; the side that a line leaves downwards. */
const boxStyles = {
  plain: "┌┐┘└─│┬",
  double: "╔╗╝╚═║╤",
  dashed: "┌┐┘└┄┆┬",
} as const;

type BoxStyle = keyof typeof boxStyles;

export class Canvas {
  readonly #cells: string[][] = [];
  /** Owner and directions of the line in a cell. */
  readonly #lines = new Map<string, { readonly owner: object; mask: number }>();

  /** Writes a text; its wide characters take two cells. */
  write(row: number, column: number, text: string): void {
    let at = column;
    for (const character of text) {
      const columns = characterColumns(character);
      if (columns === 0) this.#set(row, at - 1, (this.#cells[row]?.[at - 1] || "") + character);
      else this.#set(row, at, character);
      if (columns === 2) this.#set(row, at + 1, "");
      at += columns;
    }
  }

  /**
   * Draws a frame of `height` rows and `width` columns.
   * @param exit column where a line leaves it downwards
   */
  frame(row: number, column: number, height: number, width: number, style: BoxStyle, exit?: number): void {
    const [
      topLeft = "",
      topRight = "",
      bottomRight = "",
      bottomLeft = "",
      horizontal = "",
      vertical = "",
      leave = "",
    ] = boxStyles[style];
    const side = horizontal.repeat(width - 2);
    this.write(row, column, topLeft + side + topRight);
    for (let at = row + 1; at < row + height - 1; at++) {
      this.write(at, column, vertical);
      this.write(at, column + width - 1, vertical);
    }
    this.write(row + height - 1, column, bottomLeft + side + bottomRight);
    if (exit !== undefined) this.write(row + height - 1, exit, leave);
  }

  /** A horizontal line between two columns, both included. */
  horizontal(owner: object, row: number, from: number, to: number): void {
    for (let column = from; column <= to; column++) {
      this.#join(owner, row, column, (column > from ? left : 0) + (column < to ? right : 0));
    }
  }

  /** A vertical line between the middles of two rows; half a row more reaches the cell's edge: it joins what is beyond. */
  vertical(owner: object, column: number, from: number, to: number): void {
    for (let row = Math.ceil(from); row <= to; row++) {
      this.#join(owner, row, column, (from < row ? up : 0) + (to > row ? down : 0));
    }
  }

  /** The rows without spaces at their ends. */
  toString(): string {
    return Array.from(this.#cells, (row) =>
      Array.from(row ?? [], (cell) => cell ?? " ")
        .join("")
        .trimEnd(),
    ).join("\n");
  }

  #join(owner: object, row: number, column: number, mask: number): void {
    const key = `${row},${column}`;
    const line = this.#lines.get(key);
    if (line && line.owner !== owner) {
      this.#set(row, column, "┼");
      return;
    }
    const joined = (line?.mask ?? 0) | mask;
    this.#lines.set(key, { owner, mask: joined });
    this.#set(row, column, glyphs[joined] ?? " ");
  }

  #set(row: number, column: number, text: string): void {
    this.#cells[row] ??= [];
    const cells = this.#cells[row];
    if (cells) cells[column] = text;
  }
}
