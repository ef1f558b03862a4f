/** What it costs to check the rows of a Parquet file of a million rows, beside reading them only. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { JsonObject, ManifestDataset } from "@glacier-ts/core";
import { DatasetStore } from "@glacier-ts/storage";
import { findInvalid, payloadTest } from "@glacier-ts/storage/validate";
import type { BenchRow } from "./bench-row.ts";
import { measureInTurns } from "./in-turns.ts";

const count = 1_000_000;
const dataset: ManifestDataset = {
  schema: "",
  storage: { kind: "file", path: "rows.parquet" },
  declared: "",
};
const properties = {
  id: { type: "integer", minimum: 0 },
  name: { type: "string", minLength: 1 },
  score: { type: "number", minimum: -1, maximum: 1 },
  at: { type: "string", format: "date-time", "x-glacier-type": "Date" },
};
const schema: JsonObject = {
  type: "array",
  items: { type: "object", properties, required: Object.keys(properties) },
};
const turns = { turns: 7, warmUps: 1 };

export async function benchValidation(): Promise<readonly BenchRow[]> {
  const folder = mkdtempSync(join(tmpdir(), "glacier-bench-"));
  const store = new DatasetStore({ projectRoot: folder });
  let rows: unknown;
  const read = async () => {
    rows = await load(store);
  };
  try {
    await save(store);
    const ms = await measureInTurns(
      { read, whole: () => check(rows, false), typed: () => check(rows, true) },
      turns,
    );
    return [
      row("all that the schema says", ms.read, ms.whole),
      row("what it says beside types, as the engine does", ms.read, ms.typed),
    ];
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function save(store: DatasetStore): Promise<void> {
  const rows = Array.from({ length: count }, (_, id) => ({
    id,
    name: `name ${(id * 7919) % 100_003}`,
    score: Math.sin(id),
    at: new Date(1.7e12 + id * 1000),
  }));
  const saved = await store.save("rows", dataset, schema, rows);
  if (!saved.ok) throw new Error(saved.failure.message);
}

async function load(store: DatasetStore): Promise<unknown> {
  const loaded = await store.load("rows", dataset, schema);
  if (!loaded.ok) throw new Error(loaded.failure.message);
  return loaded.value.value;
}

async function check(rows: unknown, isTyped: boolean): Promise<void> {
  const [violation] = findInvalid(rows, await payloadTest(schema, { isTyped }));
  if (violation) throw new Error(`Row ${violation.row} should be valid`);
}

function row(what: string, readMs: number, checkMs: number): BenchRow {
  return {
    name: `storage-validation: ${count.toLocaleString("en")} rows of Parquet read and checked for ${what}, by read only`,
    ratio: (readMs + checkMs) / readMs,
    goal: 1.1,
    detail: `${checkMs.toFixed(0)} ms more than ${readMs.toFixed(0)} ms, lowest of ${turns.turns}`,
  };
}
