/** Payloads that are AsyncIterables. */
import { type FileHandle, open, readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import type { JsonObject } from "@glacier-ts/core";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { dateSchema } from "./arbitrary.js";
import { collect, failureFrom, fileDataset, makeProject, rowsSchema, valueFrom } from "./project.js";

const schema: JsonObject = {
  ...rowsSchema({ id: { type: "number" }, at: dateSchema }, { note: { type: "string" } }),
  "x-glacier-type": "AsyncIterable",
};

async function* makeRows(count: number, note?: string) {
  for (let id = 0; id < count; id++) yield { id, at: new Date(id), ...(note !== undefined && { note }) };
}

/** Watches files that are opened; a file that was closed has the descriptor -1. */
async function watchFiles(root: string) {
  const handle = await open(root);
  const prototype: FileHandle = Object.getPrototypeOf(handle);
  await handle.close();
  const spies = { read: vi.spyOn(prototype, "read"), stat: vi.spyOn(prototype, "stat") };
  onTestFinished(() => {
    spies.read.mockRestore();
    spies.stat.mockRestore();
  });
  const descriptors = () => spies.stat.mock.contexts.map((context) => (context as FileHandle).fd);
  return { read: spies.read, descriptors };
}

describe("every format of rows", () => {
  test.for(["json", "ndjson", "csv", "tsv", "parquet"])(
    "%s writes a stream and reads it as a stream, again and again",
    async (format) => {
      const { store } = await makeProject();
      const dataset = fileDataset("rows", { format });
      const expected = await collect(makeRows(5000));
      expect(valueFrom(await store.save("rows", dataset, schema, makeRows(5000)))).toMatchObject({
        rows: 5000,
      });
      const { value, rows } = valueFrom(await store.load("rows", dataset, schema));
      expect(rows).toBeUndefined();
      expect(await Promise.all([collect(value), collect(value)])).toEqual([expected, expected]);
    },
  );

  test.for(["json", "ndjson", "csv", "parquet"])("%s writes a stream without rows", async (format) => {
    const { store } = await makeProject();
    const dataset = fileDataset("rows", { format });
    expect(valueFrom(await store.save("rows", dataset, schema, makeRows(0)))).toMatchObject({ rows: 0 });
    expect(await collect(valueFrom(await store.load("rows", dataset, schema)).value)).toEqual([]);
  });
});

test("bytes are a stream of chunks", async () => {
  const { store } = await makeProject();
  const bytes = {
    type: "array",
    items: { type: "string", "x-glacier-type": "Uint8Array" },
    "x-glacier-type": "AsyncIterable",
  };
  const content = new Uint8Array(1_000_000).map((_, index) => index);
  async function* chunks() {
    for (let start = 0; start < content.length; start += 99_999)
      yield content.subarray(start, start + 99_999);
  }
  const dataset = fileDataset("data.bin");
  expect(valueFrom(await store.save("data", dataset, bytes, chunks()))).toEqual({
    sizeBytes: 1_000_000,
    place: "data.bin",
  });
  const read = await collect(valueFrom(await store.load("data", dataset, bytes)).value);
  expect(read.length).toBeGreaterThan(1);
  expect(Buffer.concat(read as Uint8Array[]).equals(content)).toBe(true);
});

describe("ndjson", () => {
  const dataset = fileDataset("rows.ndjson");

  test("is written while its rows are made, no faster", async () => {
    const { store, root } = await makeProject();
    const note = "x".repeat(1000);
    let furthest = 0;
    async function* rows() {
      let made = 0;
      for await (const row of makeRows(20_000, note)) {
        yield row;
        made += 1000;
        if (row.id % 500 !== 0) continue;
        const [name] = await readdir(root);
        furthest = Math.max(furthest, made - (await stat(join(root, name as string))).size);
      }
    }
    valueFrom(await store.save("rows", dataset, schema, rows()));
    // 20 MB in all; at no time more than one chunk of 64 KiB was made and not yet written.
    expect(furthest).toBeLessThan(100_000);
  });

  test("is read while its rows are used, one chunk ahead, and closed when no more are wanted", async () => {
    const { store, root } = await makeProject();
    valueFrom(await store.save("rows", dataset, schema, makeRows(100_000)));
    const { value } = valueFrom(await store.load("rows", dataset, schema));
    const { read, descriptors } = await watchFiles(root);
    for await (const row of value as AsyncIterable<{ id: number }>) if (row.id === 10) break;
    expect(read).toHaveBeenCalledTimes(2);
    expect(descriptors()).toEqual([-1]);
  });

  test("opens nothing until it is read, but says at once what is missing", async () => {
    const { store, root } = await makeProject();
    expect(failureFrom(await store.load("rows", dataset, schema)).code).toBe("GLA5004");
    valueFrom(await store.save("rows", dataset, schema, makeRows(3)));
    const { read, descriptors } = await watchFiles(root);
    valueFrom(await store.load("rows", dataset, schema));
    expect(read).not.toHaveBeenCalled();
    expect(descriptors()).toEqual([-1]);
  });

  test("takes a line that is longer than a chunk, and no line end at the end", async () => {
    const { store, write } = await makeProject();
    const long = "é".repeat(700_000);
    await write("rows.ndjson", `{"a":1}\r\n${JSON.stringify({ a: long })}\n{"a":3}`);
    const { value } = valueFrom(await store.load("rows", dataset, { type: "array", items: {} }));
    expect(value).toEqual([{ a: 1 }, { a: long }, { a: 3 }]);
  });

  test("passes on what the stream throws, and keeps the former content", async () => {
    const { store, read, root } = await makeProject();
    valueFrom(await store.save("rows", dataset, schema, makeRows(1)));
    const error = new Error("the source broke");
    async function* rows() {
      yield* makeRows(10_000);
      throw error;
    }
    await expect(store.save("rows", dataset, schema, rows())).rejects.toBe(error);
    expect(await read("rows.ndjson")).toBe('{"id":0,"at":"1970-01-01T00:00:00.000Z"}\n');
    expect(await readdir(root)).toEqual(["rows.ndjson"]);
  });
});
