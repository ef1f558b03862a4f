/**
 * Prints how long a million rows take to be written or read in a format, in milliseconds, and the memory of the process
 * at its peak, in bytes. A process of its own: a peak cannot be measured twice.
 *
 * node bench/measure-format.ts glacier|by-hand write|read <format> <folder>
 */
import { statSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import type { JsonObject, ManifestDataset } from "@glacier-ts/core";
import { DatasetStore } from "@glacier-ts/storage";
import { byHand, type FormatRow } from "./format-by-hand.ts";

const [way, what, format = "", folder = ""] = process.argv.slice(2);
const name = `rows.${format}`;
const path = join(folder, name);
const schema: JsonObject = {
  type: "array",
  items: {
    type: "object",
    properties: {
      id: { type: "number" },
      name: { type: "string" },
      score: { type: "number" },
      at: { type: "string", format: "date-time", "x-glacier-type": "Date" },
    },
    required: ["id", "name", "score", "at"],
  },
};

function makeRows(): FormatRow[] {
  return Array.from({ length: 1_000_000 }, (_, id) => ({
    id,
    name: `name ${(id * 7919) % 100_003}`,
    score: Math.sin(id),
    at: new Date(1.7e12 + id * 1000),
  }));
}

const dataset: ManifestDataset = { schema: "", storage: { kind: "file", path: name }, declared: "" };
const store = new DatasetStore({ projectRoot: folder });

async function withGlacier(rows: readonly FormatRow[]): Promise<readonly FormatRow[]> {
  const result =
    what === "write"
      ? await store.save("rows", dataset, schema, rows)
      : await store.load("rows", dataset, schema);
  if (!result.ok) throw new Error(result.failure.message);
  return "value" in result.value ? (result.value.value as FormatRow[]) : rows;
}

async function withoutGlacier(rows: readonly FormatRow[]): Promise<readonly FormatRow[]> {
  const library = byHand[format];
  if (!library) throw new Error(`There is no format '${format}'`);
  if (what === "read") return library.read(path);
  await library.write(path, rows);
  return rows;
}

const given = what === "write" ? makeRows() : [];
const startedAt = performance.now();
const rows = await (way === "glacier" ? withGlacier(given) : withoutGlacier(given));
const ms = performance.now() - startedAt;
const peakBytes = process.resourceUsage().maxRSS * 1024;
let sum = 0;
for (const { id, name: text, score, at } of rows) sum += id + text.length + score + at.getTime();
console.log(JSON.stringify({ ms, peakBytes, sizeBytes: statSync(path).size, sum }));
