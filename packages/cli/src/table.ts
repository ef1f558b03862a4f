import type { Channel } from "./channel.js";
import { textWidth, truncateText } from "./text-width.js";
import { countText } from "./units.js";

/** A cell; numbers stand to the right. Text is escaped already, and may be painted. */
export type Cell = string | number;

export interface TableOptions {
  readonly header: readonly string[];
  readonly rows: readonly (readonly Cell[])[];
  readonly channel: Channel;
  /** Names of the columns of amounts with units, which stand to the right as numbers do. */
  readonly amounts?: readonly string[];
  /** Shows cells and columns whole, also where they are wider than the terminal. */
  readonly isWhole?: boolean;
}

const maxCellColumns = 48;
const gap = "  ";
/** Where no terminal says how wide it is. */
const defaultColumns = 120;

/** Renders a table without lines. Columns for which there is no room are left out, and a line below says so. */
export function renderTable({ header, rows, channel, amounts = [], isWhole = false }: TableOptions): string {
  const maxColumns = isWhole ? Number.MAX_SAFE_INTEGER : maxCellColumns;
  const columnTexts = header.map((name, index) => [name, ...rows.map((row) => String(row[index]))]);
  const widths = columnTexts.map((texts) =>
    Math.min(maxColumns, Math.max(...texts.map((text) => textWidth(text)))),
  );
  const columns = isWhole ? header.length : fittingColumns(widths, channel.columns ?? defaultColumns);
  const isRight = (name: string, index: number) =>
    amounts.includes(name) ||
    (rows.length > 0 && rows.every((row) => typeof row[index] === "number" || row[index] === ""));
  const shownWidths = widths.slice(0, columns);
  const lineOf = (cells: readonly string[]) =>
    shownWidths
      .map((width, index) => {
        const text = truncateText(cells[index] ?? "", width);
        const padding = " ".repeat(width - textWidth(text));
        return isRight(header[index] ?? "", index) ? padding + text : text + padding;
      })
      .join(gap)
      .trimEnd();
  const lines = [
    lineOf(header.map((name) => channel.paint("faint", name))),
    ...rows.map((row) => lineOf(row.map(String))),
  ];
  return [...lines, ...leftOutText(header.slice(columns), channel)].join("\n");
}

function leftOutText(names: readonly string[], channel: Channel): string[] {
  if (names.length === 0) return [];
  const some = `${names.slice(0, 5).join(", ")}${names.length > 5 ? ", …" : ""}`;
  return [channel.paint("faint", `… and ${countText(names.length, "more column")}: ${some}`)];
}

/** Renders names and values, a pair a line; each is escaped already. */
export function renderPairs(pairs: readonly (readonly [string, string])[], channel: Channel): string {
  const nameColumns = Math.min(maxCellColumns, Math.max(...pairs.map(([name]) => textWidth(name))));
  const available = Math.max(1, (channel.columns ?? defaultColumns) - nameColumns - gap.length);
  const lines = pairs.map(([name, value]) => {
    const shown = truncateText(name, nameColumns);
    const padding = " ".repeat(nameColumns - textWidth(shown));
    return `${channel.paint("faint", shown)}${padding}${gap}${truncateText(value, available)}`;
  });
  return lines.join("\n");
}

/** How many of the columns fit beside one another; at least one. */
function fittingColumns(widths: readonly number[], available: number): number {
  let used = 0;
  for (const [index, width] of widths.entries()) {
    used += width + (index > 0 ? gap.length : 0);
    if (used > available && index > 0) return index;
  }
  return widths.length;
}
