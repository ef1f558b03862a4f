import type { Channel } from "../channel.js";
import { escapeText } from "../escape.js";
import { isAsyncIterable, jsonText } from "../run/json-value.js";
import { countText } from "../units.js";
import { type LoadedVersion, shortVersion } from "./load-version.js";

/** Rows that are shown of those that were added, and of those that were removed. */
const shownRows = 10;

/** What differs between two versions of a dataset. A value that is no rows counts as one row. */
export interface DatasetDiff {
  readonly before: VersionSize;
  readonly after: VersionSize;
  readonly added: RowChanges;
  readonly removed: RowChanges;
  /** The columns that only one of them has. */
  readonly columns: { readonly added: readonly string[]; readonly removed: readonly string[] };
}

interface VersionSize {
  readonly version: string;
  readonly rows: number;
}

interface RowChanges {
  readonly count: number;
  /** The first ones, as JSON. */
  readonly first: readonly string[];
}

/** Compares rows as a whole, wherever they are: each is in both versions, or was added or removed. */
export async function diffVersions(before: LoadedVersion, after: LoadedVersion): Promise<DatasetDiff> {
  const [old, now] = [await rowsOf(before.value), await rowsOf(after.value)];
  return {
    before: { version: before.version, rows: old.texts.length },
    after: { version: after.version, rows: now.texts.length },
    added: without(now.texts, old.texts),
    removed: without(old.texts, now.texts),
    columns: {
      added: [...now.columns].filter((name) => !old.columns.has(name)),
      removed: [...old.columns].filter((name) => !now.columns.has(name)),
    },
  };
}

export function renderDiff(
  { before, after, added, removed, columns }: DatasetDiff,
  channel: Channel,
): string {
  const head = [
    `${shortVersion(before.version)}: ${countText(before.rows, "row")}`,
    `${shortVersion(after.version)}: ${countText(after.rows, "row")}`,
    ...columns.added.map((name) => channel.paint("good", `+ column ${escapeText(name)}`)),
    ...columns.removed.map((name) => channel.paint("error", `- column ${escapeText(name)}`)),
  ];
  if (added.count + removed.count === 0) return [...head, "The rows are the same."].join("\n");
  const section = ({ count, first }: RowChanges, sign: string, what: string) => [
    ...(count === 0 ? [] : [`${countText(count, "row")} ${what}`]),
    ...first.map((row) => channel.paint(sign === "+" ? "good" : "error", `${sign} ${escapeText(row)}`)),
    ...(count > first.length
      ? [channel.paint("faint", `… and ${countText(count - first.length, "more row")}`)]
      : []),
  ];
  return [...head, ...section(removed, "-", "removed"), ...section(added, "+", "added")].join("\n");
}

async function rowsOf(value: unknown): Promise<{ texts: readonly string[]; columns: ReadonlySet<string> }> {
  const texts: string[] = [];
  const columns = new Set<string>();
  const add = (row: unknown) => {
    texts.push(jsonText(row));
    if (typeof row === "object" && row !== null && !Array.isArray(row))
      for (const name of Object.keys(row)) columns.add(name);
  };
  if (Array.isArray(value)) for (const row of value) add(row);
  else if (isAsyncIterable(value)) for await (const row of value) add(row);
  else add(value);
  return { texts, columns };
}

/** The rows that are in `rows` more often than in `others`. */
function without(rows: readonly string[], others: readonly string[]): RowChanges {
  const left = new Map<string, number>();
  for (const row of others) left.set(row, (left.get(row) ?? 0) + 1);
  const first: string[] = [];
  let count = 0;
  for (const row of rows) {
    const known = left.get(row) ?? 0;
    if (known > 0) left.set(row, known - 1);
    else if (count++ < shownRows) first.push(row);
  }
  return { count, first };
}
