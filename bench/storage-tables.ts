/** A million rows into and out of tables, by the same library used by hand. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import {
  DOUBLE,
  DuckDBDataChunk,
  DuckDBInstance,
  DuckDBTimestampTZValue,
  TIMESTAMPTZ,
  VARCHAR,
} from "@duckdb/node-api";
import type { ManifestDataset } from "@glacier-ts/core";
import { DatasetStore } from "@glacier-ts/storage";
import pg from "pg";
import { from, to } from "pg-copy-streams";
import { startPostgres } from "../tests/rig/postgres.ts";
import type { BenchRow } from "./bench-row.ts";
import { measureInTurns } from "./in-turns.ts";

interface Row {
  readonly id: number;
  readonly name: string;
  readonly score: number;
  readonly at: Date;
}

const count = 1_000_000;
const rows: readonly Row[] = Array.from({ length: count }, (_, id) => ({
  id,
  name: `name ${id}`,
  score: ((id * 7919) % 1000) / 7,
  at: new Date(1_700_000_000_000 + id * 1009),
}));
const properties = {
  id: { type: "number" },
  name: { type: "string" },
  score: { type: "number" },
  at: { type: "string", "x-glacier-type": "Date" },
};
const schema = { type: "array", items: { type: "object", properties, required: Object.keys(properties) } };
const columnsSql = `id double precision NOT NULL, name text NOT NULL, score double precision NOT NULL, "at" timestamptz NOT NULL`;
const turns = { turns: 5, warmUps: 1 };
const goal = 1.15;

export async function benchTables(): Promise<readonly BenchRow[]> {
  const folder = mkdtempSync(join(tmpdir(), "glacier-bench-"));
  const server = await startPostgres();
  try {
    return [...(server ? await benchPostgres(server.url(), folder) : []), ...(await benchDuckDb(folder))];
  } finally {
    await server?.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function benchPostgres(url: string, folder: string): Promise<readonly BenchRow[]> {
  const store = new DatasetStore({ projectRoot: folder, env: { URL: url } });
  const dataset = tableAt({ kind: "postgres", table: "rows", connection: { $secret: "URL" } });
  const written = await measureInTurns(
    { glacier: () => save(store, dataset), byHand: () => copyIn(url) },
    turns,
  );
  const read = await measureInTurns(
    { glacier: () => load(store, dataset), byHand: () => copyOut(url) },
    turns,
  );
  return [
    row(
      "PostgreSQL, in, DatasetStore by COPY through pg-copy-streams",
      written.glacier,
      written.byHand,
      goal,
    ),
    row("PostgreSQL, out, DatasetStore by COPY through pg-copy-streams", read.glacier, read.byHand, goal),
  ];
}

async function benchDuckDb(folder: string): Promise<readonly BenchRow[]> {
  const store = new DatasetStore({ projectRoot: folder, env: {} });
  const dataset = tableAt({ kind: "duckdb", path: "glacier.duckdb", table: "rows" });
  const path = join(folder, "hand.duckdb");
  const written = await measureInTurns(
    {
      glacier: () => save(store, dataset),
      byHand: () => withDuckDb(path, appendValues),
      chunks: () => withDuckDb(path, appendChunks),
    },
    turns,
  );
  const read = await measureInTurns(
    { glacier: () => load(store, dataset), byHand: () => withDuckDb(path, readObjects) },
    turns,
  );
  return [
    row("DuckDB, in, DatasetStore by the appender", written.glacier, written.byHand, goal),
    row("DuckDB, in, DatasetStore by data chunks, in place", written.glacier, written.chunks, undefined),
    row("DuckDB, out, DatasetStore by the reader", read.glacier, read.byHand, goal),
  ];
}

function row(name: string, ms: number, byHandMs: number, goal: number | undefined): BenchRow {
  return {
    name: `storage-tables: ${count.toLocaleString("en")} rows, ${name}`,
    ratio: ms / byHandMs,
    goal,
    detail: `${ms.toFixed(0)} ms by ${byHandMs.toFixed(0)} ms, lowest of ${turns.turns}`,
  };
}

function tableAt(storage: ManifestDataset["storage"] & {}): ManifestDataset {
  return { schema: "#/schemas/0", storage, declared: "src/datasets.ts:1" };
}

async function save(store: DatasetStore, dataset: ManifestDataset): Promise<void> {
  const saved = await store.save("rows", dataset, schema, rows);
  if (!saved.ok) throw new Error(saved.failure.message);
}

async function load(store: DatasetStore, dataset: ManifestDataset): Promise<void> {
  const loaded = await store.load("rows", dataset, schema);
  if (!loaded.ok) throw new Error(loaded.failure.message);
  check(loaded.value.value as readonly Row[]);
}

function check(found: readonly Row[]): void {
  const last = found.at(-1);
  if (found.length !== count || last?.at.getTime() !== rows.at(-1)?.at.getTime())
    throw new Error("Other rows");
}

async function withClient<T>(url: string, use: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client(url);
  await client.connect();
  try {
    return await use(client);
  } finally {
    await client.end();
  }
}

/** Text, as examples of COPY have it; replaced in one transaction. */
function copyIn(url: string): Promise<void> {
  function* lines() {
    let text = "";
    for (const { id, name, score, at } of rows) {
      text += `${id}\t${escaped(name)}\t${score}\t${at.toISOString()}\n`;
      if (text.length < 65_536) continue;
      yield Buffer.from(text);
      text = "";
    }
    yield Buffer.from(text);
  }
  return withClient(url, async (client) => {
    await client.query(`BEGIN; DROP TABLE IF EXISTS by_hand; CREATE TABLE by_hand (${columnsSql})`);
    await pipeline(Readable.from(lines()), client.query(from(`COPY by_hand FROM STDIN`)));
    await client.query("COMMIT");
  });
}

function escaped(text: string): string {
  return /[\\\n\r\t]/.test(text)
    ? text.replace(/[\\\n\r\t]/g, (found) => ({ "\n": "\\n", "\r": "\\r", "\t": "\\t" })[found] ?? "\\\\")
    : text;
}

function copyOut(url: string): Promise<void> {
  return withClient(url, async (client) => {
    const found: Row[] = [];
    let rest = "";
    const chunks = client.query(to("COPY by_hand TO STDOUT"));
    for await (const text of chunks.setEncoding("utf8")) {
      const lines = (rest + text).split("\n");
      rest = lines.pop() as string;
      for (const line of lines) {
        const [id = "", name = "", score = "", at = ""] = line.split("\t");
        found.push({
          id: Number(id),
          name: name.includes("\\") ? unescaped(name) : name,
          score: Number(score),
          at: new Date(at),
        });
      }
    }
    check(found);
  });
}

function unescaped(text: string): string {
  return text.replace(/\\(.)/g, (_, found: string) => ({ n: "\n", r: "\r", t: "\t" })[found] ?? found);
}

type Connection = Awaited<ReturnType<DuckDBInstance["connect"]>>;

async function withDuckDb<T>(path: string, use: (connection: Connection) => Promise<T>): Promise<T> {
  const instance = await DuckDBInstance.create(path);
  const connection = await instance.connect();
  try {
    return await use(connection);
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

async function appendValues(connection: Connection): Promise<void> {
  await connection.run(`BEGIN; CREATE OR REPLACE TABLE by_hand (${columnsSql})`);
  const appender = await connection.createAppender("by_hand");
  for (const { id, name, score, at } of rows) {
    appender.appendDouble(id);
    appender.appendVarchar(name);
    appender.appendDouble(score);
    appender.appendTimestampTZ(new DuckDBTimestampTZValue(BigInt(at.getTime()) * 1000n));
    appender.endRow();
  }
  appender.closeSync();
  await connection.run("COMMIT");
}

async function appendChunks(connection: Connection): Promise<void> {
  await connection.run(`BEGIN; CREATE OR REPLACE TABLE by_hand (${columnsSql})`);
  const appender = await connection.createAppender("by_hand");
  for (let start = 0; start < count; start += 2048) {
    const group = rows.slice(start, start + 2048);
    const chunk = DuckDBDataChunk.create([DOUBLE, VARCHAR, DOUBLE, TIMESTAMPTZ], group.length);
    chunk.setColumns([
      group.map(({ id }) => id),
      group.map(({ name }) => name),
      group.map(({ score }) => score),
      group.map(({ at }) => new DuckDBTimestampTZValue(BigInt(at.getTime()) * 1000n)),
    ]);
    appender.appendDataChunk(chunk);
  }
  appender.closeSync();
  await connection.run("COMMIT");
}

async function readObjects(connection: Connection): Promise<void> {
  const reader = await connection.runAndReadAll("FROM by_hand");
  check(reader.getRowObjectsJS() as unknown as readonly Row[]);
}
