/** Reads a text drawing back, knowing nothing of how it was made: boxes, and which lines lead from which to which. */

interface DrawnBox {
  readonly texts: readonly string[];
  readonly isExternal: boolean;
  readonly top: number;
  readonly left: number;
  readonly bottom: number;
  readonly right: number;
}

export interface Drawing {
  readonly boxes: readonly DrawnBox[];
  /** First texts of the boxes at both ends, `a -> b`; sorted. */
  readonly links: readonly string[];
}

type Direction = "up" | "right" | "down" | "left";

const opposite = { up: "down", right: "left", down: "up", left: "right" } as const;
const steps = { up: [-1, 0], right: [0, 1], down: [1, 0], left: [0, -1] } as const;
const directions: Readonly<Record<string, readonly Direction[]>> = {
  "│": ["up", "down"],
  "─": ["left", "right"],
  "┌": ["down", "right"],
  "┐": ["down", "left"],
  "└": ["up", "right"],
  "┘": ["up", "left"],
  "├": ["up", "down", "right"],
  "┤": ["up", "down", "left"],
  "┬": ["down", "left", "right"],
  "┴": ["up", "left", "right"],
  "╋": ["up", "down", "left", "right"],
  "┼": ["up", "down", "left", "right"],
};

/** @throws when a line ends nowhere, boxes overlap, or a character belongs to nothing */
export function readDrawing(text: string): Drawing {
  const grid = text.split("\n").map((line) => [...line]);
  const at = (row: number, column: number) => grid[row]?.[column] ?? " ";
  const seen = new Set<string>();
  const claim = (row: number, column: number) => {
    const key = `${row},${column}`;
    if (seen.has(key)) throw new Error(`two boxes at ${key}`);
    seen.add(key);
  };

  const boxes = findBoxes(grid, at);
  for (const box of boxes) {
    for (let row = box.top; row <= box.bottom; row++) {
      for (let column = box.left; column <= box.right; column++) claim(row, column);
    }
  }
  const boxAt = (row: number, column: number) =>
    boxes.find((box) => box.top <= row && row <= box.bottom && box.left <= column && column <= box.right);

  /** Boxes whose arrow heads can be reached along lines that begin below a box. */
  const follow = (box: DrawnBox, column: number) => {
    const reached = new Set<DrawnBox>();
    const visited = new Set<string>();
    const open: (readonly [row: number, column: number, heading: Direction])[] = [
      [box.bottom + 1, column, "down"],
    ];
    for (const [row, column, heading] of open) {
      const key = `${row},${column},${heading}`;
      if (visited.has(key)) continue;
      visited.add(key);
      const glyph = at(row, column);
      const other = boxAt(row, column);
      if (other && (heading !== "up" || row !== other.bottom || !"┬╤".includes(glyph))) {
        throw new Error(`a line runs into a box at ${key}`);
      }
      // Data flows down: a line that joins from above is another source's.
      if (heading === "up") {
        if (!other && !directions[glyph]?.includes("down"))
          throw new Error(`a loose end at ${key}: '${glyph}'`);
        continue;
      }
      seen.add(`${row},${column}`);
      if (glyph === "▼") {
        const target = boxAt(row + 1, column);
        if (heading !== "down" || target?.top !== row + 1) throw new Error(`an arrow to nothing at ${key}`);
        reached.add(target);
        continue;
      }
      if (!directions[glyph]?.includes(opposite[heading]))
        throw new Error(`a loose end at ${key}: '${glyph}'`);
      const onward = glyph === "┼" ? [heading] : directions[glyph].filter((way) => way !== opposite[heading]);
      for (const way of onward) open.push([row + steps[way][0], column + steps[way][1], way]);
    }
    return reached;
  };

  const links = boxes.flatMap((box) => {
    const exits = grid[box.bottom]?.flatMap((glyph, column) =>
      column > box.left && column < box.right && "┬╤".includes(glyph) ? [column] : [],
    );
    return (exits ?? []).flatMap((exit) =>
      [...follow(box, exit)].map((target) => `${box.texts[0]} -> ${target.texts[0]}`),
    );
  });
  for (const [row, cells] of grid.entries()) {
    for (const [column, glyph] of cells.entries()) {
      if (glyph !== " " && !seen.has(`${row},${column}`))
        throw new Error(`'${glyph}' at ${row},${column} belongs to nothing`);
    }
  }
  return { boxes, links: links.sort() };
}

function findBoxes(grid: readonly string[][], at: (row: number, column: number) => string): DrawnBox[] {
  const boxes: DrawnBox[] = [];
  for (const [top, cells] of grid.entries()) {
    for (const [left, corner] of cells.entries()) {
      const frame = { "┌": "─┐│└┘", "╔": "═╗║╚╝" }[corner];
      if (!frame) continue;
      const [side, topRight, edge, bottomLeft, bottomRight] = [...frame] as [
        string,
        string,
        string,
        string,
        string,
      ];
      let right = left + 1;
      while (at(top, right) === side) right++;
      if (at(top, right) !== topRight) continue;
      let bottom = top + 1;
      while (at(bottom, left) === edge && at(bottom, right) === edge) bottom++;
      if (at(bottom, left) !== bottomLeft || at(bottom, right) !== bottomRight) continue;
      const texts = grid.slice(top + 1, bottom).map((row) =>
        row
          .slice(left + 1, right)
          .join("")
          .trim(),
      );
      boxes.push({ texts, isExternal: corner === "╔", top, left, bottom, right });
    }
  }
  return boxes;
}
