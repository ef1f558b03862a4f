import type { Channel } from "../channel.js";
import { escapeLines, escapeText } from "../escape.js";
import { type Cell, renderPairs, renderTable } from "../table.js";
import { countText, numberText } from "../units.js";
import { isAsyncIterable, jsonText } from "./json-value.js";

const shownRows = 10;

/**
 * Shows a dataset's value to people: rows as a table; an object as its keys and values, and a table for each list of
 * rows in it; anything else as it is.
 * Of a stream no more is read than is shown.
 */
export async function previewValue(value: unknown, channel: Channel): Promise<string> {
  const faint = (text: string) => channel.paint("faint", text);
  if (isAsyncIterable(value)) {
    const { rows, hasMore } = await firstRows(value);
    return [previewRows(rows, channel), ...(hasMore ? [faint("… and more")] : [])].join("\n");
  }
  if (Array.isArray(value)) return previewList(value, channel);
  if (isRecord(value)) return previewRecord(value, channel);
  if (typeof value === "string") return previewText(value, faint);
  return value === null ? faint("null: nothing was produced") : String(cell(value));
}

function previewRecord(record: Record<string, unknown>, channel: Channel): string {
  const entries = Object.entries(record);
  if (entries.length === 0) return "{}";
  const pairs = entries.filter(([, item]) => !isTable(item));
  const tables = entries.flatMap(([key, item]) =>
    isTable(item) ? `${channel.paint("faint", escapeText(key))}\n${previewList(item, channel)}` : [],
  );
  const pairsText = pairs.map(([key, item]) => [escapeText(key), String(cell(item))] as const);
  return [...(pairs.length > 0 ? [renderPairs(pairsText, channel)] : []), ...tables].join("\n\n");
}

function previewList(list: readonly unknown[], channel: Channel): string {
  const more = list.length - shownRows;
  const rest = more > 0 ? [channel.paint("faint", `… and ${countText(more, "more row")}`)] : [];
  return [previewRows(list.slice(0, shownRows), channel), ...rest].join("\n");
}

/** Rows as a table, all of them. */
export function previewRows(rows: readonly unknown[], channel: Channel): string {
  if (rows.length === 0) return channel.paint("faint", "no rows");
  if (!rows.every(isRecord)) return rows.map((row) => String(cell(row))).join("\n");
  const header = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  if (header.length === 0) return rows.map(() => "{}").join("\n");
  return renderTable({
    header: header.map(escapeText),
    rows: rows.map((row) => header.map((key) => (row[key] === undefined ? "" : cell(row[key])))),
    channel,
  });
}

function previewText(text: string, faint: (text: string) => string): string {
  const lines = text.replace(/\n$/, "").split("\n");
  const more = lines.length - shownRows;
  const shown = escapeLines(lines.slice(0, shownRows).join("\n"));
  return more > 0 ? `${shown}\n${faint(`… and ${countText(more, "more line")}`)}` : shown;
}

/** A value on one line. */
function cell(value: unknown): Cell {
  if (typeof value === "number") return value;
  if (typeof value === "string") return escapeText(value);
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? "Invalid Date" : value.toISOString();
  if (value instanceof Uint8Array) return `${numberText(value.length)} bytes`;
  if (typeof value === "bigint" || typeof value !== "object" || value === null) return String(value);
  return escapeText(jsonText(value));
}

async function firstRows(stream: AsyncIterable<unknown>) {
  const rows: unknown[] = [];
  for await (const row of stream) {
    if (rows.length === shownRows) return { rows, hasMore: true };
    rows.push(row);
  }
  return { rows, hasMore: false };
}

/** Whether a value is a list of rows, as far as it is shown. */
function isTable(value: unknown): value is readonly unknown[] {
  return Array.isArray(value) && value.length > 0 && value.slice(0, shownRows).every(isRecord);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  return !(
    value instanceof Date ||
    value instanceof Uint8Array ||
    value instanceof Map ||
    value instanceof Set
  );
}
