/** A million rows written and read as one would without Glacier, with the library that Glacier uses. */
import { open, readFile } from "node:fs/promises";
import {
  Float64,
  Table,
  TimestampMillisecond,
  tableFromIPC,
  tableToIPC,
  Utf8,
  vectorFromArray,
} from "apache-arrow";
import { parse } from "csv-parse/sync";
import { asyncBufferFromFile, parquetReadObjects } from "hyparquet";
import { compressors } from "hyparquet-compressors";
import { parquetWriteBuffer } from "hyparquet-writer";

export interface FormatRow {
  readonly id: number;
  readonly name: string;
  readonly score: number;
  readonly at: Date;
}

interface ByHand {
  write(path: string, rows: readonly FormatRow[]): Promise<void>;
  read(path: string): Promise<readonly FormatRow[]>;
}

export const byHand: Readonly<Record<string, ByHand>> = {
  json: {
    write: (path, rows) => writeSynced(path, [JSON.stringify(rows)]),
    read: async (path) => JSON.parse(await readFile(path, "utf8")).map(withDate),
  },
  ndjson: {
    write: (path, rows) =>
      writeSynced(
        path,
        joined(rows, (row) => `${JSON.stringify(row)}\n`),
      ),
    read: async (path) =>
      (await readFile(path, "utf8"))
        .trimEnd()
        .split("\n")
        .map((line) => withDate(JSON.parse(line))),
  },
  csv: {
    write: (path, rows) => {
      const quoted = (text: string) => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
      const lines = joined(
        rows,
        ({ id, name, score, at }) => `${id},${quoted(name)},${score},${at.toISOString()}\n`,
        "id,name,score,at\n",
      );
      return writeSynced(path, lines);
    },
    read: async (path) =>
      parse<Readonly<Record<keyof FormatRow, string>>>(await readFile(path), { columns: true }).map(
        ({ id, name, score, at }) => ({
          id: Number(id),
          name,
          score: Number(score),
          at: new Date(at),
        }),
      ),
  },
  parquet: {
    write: (path, rows) => {
      const columnData = [
        { name: "id", data: rows.map(({ id }) => id), type: "DOUBLE" as const },
        { name: "name", data: rows.map(({ name }) => name), type: "STRING" as const },
        { name: "score", data: rows.map(({ score }) => score), type: "DOUBLE" as const },
        { name: "at", data: rows.map(({ at }) => at), type: "TIMESTAMP" as const },
      ];
      return writeSynced(path, [new Uint8Array(parquetWriteBuffer({ columnData }))]);
    },
    read: async (path) =>
      (await parquetReadObjects({ file: await asyncBufferFromFile(path), compressors })) as never,
  },
  arrow: {
    write: (path, rows) => {
      const table = new Table({
        id: vectorFromArray(
          rows.map(({ id }) => id),
          new Float64(),
        ),
        name: vectorFromArray(
          rows.map(({ name }) => name),
          new Utf8(),
        ),
        score: vectorFromArray(
          rows.map(({ score }) => score),
          new Float64(),
        ),
        at: vectorFromArray(
          rows.map(({ at }) => at),
          new TimestampMillisecond("UTC"),
        ),
      });
      return writeSynced(path, [tableToIPC(table, "file")]);
    },
    read: async (path) => {
      const table = tableFromIPC(await readFile(path));
      const rows: FormatRow[] = [];
      for (const row of table) {
        const { id, name, score, at } = row.toJSON();
        rows.push({ id, name, score, at: new Date(at) });
      }
      return rows;
    },
  },
};

function withDate(row: Omit<FormatRow, "at"> & { at: unknown }): FormatRow {
  row.at = new Date(row.at as string);
  return row as FormatRow;
}

function* joined(
  rows: readonly FormatRow[],
  line: (row: FormatRow) => string,
  start = "",
): Generator<string> {
  let text = start;
  for (const row of rows) {
    text += line(row);
    if (text.length < 65_536) continue;
    yield text;
    text = "";
  }
  yield text;
}

/** As durable as Glacier writes: what was written survives a crash. */
async function writeSynced(path: string, chunks: Iterable<string | Uint8Array>): Promise<void> {
  const handle = await open(path, "w");
  for (const chunk of chunks) await handle.writeFile(chunk);
  await handle.sync();
  await handle.close();
}
