/** Compressed files, as Glacier writes them and as others do. */
import { readdir, readFile, readlink } from "node:fs/promises";
import { join } from "node:path";
import process from "node:process";
import { constants, gunzipSync, gzipSync, zstdCompressSync, zstdDecompressSync } from "node:zlib";
import type { JsonObject } from "@glacier-ts/core";
import { CompressionType, compressionRegistry, tableFromIPC } from "apache-arrow";
import { parquetMetadata } from "hyparquet";
import { describe, expect, test } from "vitest";
import { bytesSchema } from "./arbitrary.js";
import { failureFrom, fileDataset, makeProject, rowsSchema, valueFrom } from "./project.js";

const schema = rowsSchema({ id: { type: "number" }, name: { type: "string" } });
const rows = Array.from({ length: 1000 }, (_, id) => ({ id, name: `name ${id % 7}` }));
const lines = rows.map((row) => `${JSON.stringify(row)}\n`).join("");
const streamOf = (items: JsonObject): JsonObject => ({
  type: "array",
  "x-glacier-type": "AsyncIterable",
  items,
});

describe("the ending of the name says how a file is compressed, and the one before it the format", () => {
  test.for([
    ["data.csv.gz", gunzipSync, /^id,name\n0,name 0\n/],
    ["data.CSV.GZ", gunzipSync, /^id,name\n0,name 0\n/],
    ["data.ndjson.zst", zstdDecompressSync, /^\{"id":0,/],
    ["data.json.zst", zstdDecompressSync, /^\[\n/],
    ["data.parquet.gz", gunzipSync, /^PAR1/],
    ["data.arrow.zst", zstdDecompressSync, /^ARROW1/],
  ] as const)("%s", async ([name, decompress, start]) => {
    const { store, root } = await makeProject();
    valueFrom(await store.save("data", fileDataset(name), schema, rows));
    expect(decompress(await readFile(join(root, name))).toString("latin1")).toMatch(start);
    expect(valueFrom(await store.load("data", fileDataset(name), schema)).value).toEqual(rows);
  });

  test("unless the declaration says something else", async () => {
    const { store, root } = await makeProject();
    const dataset = fileDataset("data.csv.gz", { compression: "zstd" });
    valueFrom(await store.save("data", dataset, schema, rows));
    expect(zstdDecompressSync(await readFile(join(root, "data.csv.gz"))).toString()).toMatch(/^id,name/);
  });

  test.for([
    [{ format: "csv", compression: "gzip" }, "data.csv.gz"],
    [{ format: "ndjson", compression: "zstd" }, "data.ndjson.zst"],
    [{ compression: "zstd" }, "data.parquet"],
    [{ format: "arrow", compression: "zstd" }, "data.arrow"],
  ] as const)("and a file in a folder gets one: %o", async ([options, name]) => {
    const { store, root } = await makeProject();
    const dataset = fileDataset("out/", options);
    valueFrom(await store.save("data", dataset, schema, rows));
    expect(await readdir(join(root, "out"))).toEqual([name]);
    expect(valueFrom(await store.load("data", dataset, schema)).value).toEqual(rows);
  });
});

describe("files of columns are compressed inside", () => {
  test.for([
    ["gzip", "GZIP"],
    ["zstd", "ZSTD"],
    [undefined, "SNAPPY"],
  ] as const)("parquet: %s", async ([compression, codec]) => {
    const { store, root } = await makeProject();
    const dataset = fileDataset("data.parquet", compression ? { compression } : {});
    valueFrom(await store.save("data", dataset, schema, rows));
    const { buffer, byteOffset, byteLength } = await readFile(join(root, "data.parquet"));
    const { row_groups } = parquetMetadata(buffer.slice(byteOffset, byteOffset + byteLength) as ArrayBuffer);
    expect(row_groups.flatMap(({ columns }) => columns.map(({ meta_data }) => meta_data?.codec))).toEqual([
      codec,
      codec,
    ]);
  });

  test("arrow: zstd", async () => {
    const { store, root } = await makeProject();
    valueFrom(await store.save("data", fileDataset("data.arrow", { compression: "zstd" }), schema, rows));
    valueFrom(await store.save("data", fileDataset("plain.arrow"), schema, rows));
    const compressed = await readFile(join(root, "data.arrow"));
    expect(compressed.length).toBeLessThan((await readFile(join(root, "plain.arrow"))).length / 3);
    compressionRegistry.set(CompressionType.ZSTD, { decode: (bytes) => zstdDecompressSync(bytes) });
    expect(
      tableFromIPC(compressed)
        .toArray()
        .map((row) => row.toJSON()),
    ).toEqual(rows);
  });

  test("arrow: gzip is GLA5057", async () => {
    const { store } = await makeProject();
    const dataset = fileDataset("data.arrow", { compression: "gzip" });
    expect(failureFrom(await store.save("data", dataset, schema, rows))).toEqual({
      code: "GLA5057",
      severity: "error",
      message: "Dataset 'data' cannot be compressed with 'gzip': Arrow files are compressed with zstd only.",
      hint: "use zstd, or leave `compression` out",
      related: [],
    });
  });

  test("what nobody knows is GLA5057, too", async () => {
    const { store } = await makeProject();
    const dataset = fileDataset("data.csv", { compression: "lzma" });
    expect(failureFrom(await store.load("data", dataset, schema)).message).toBe(
      "Dataset 'data' cannot be compressed with 'lzma': there is no such compression.",
    );
  });
});

describe("files of others", () => {
  const third = Math.floor(lines.length / 3);
  const parts = [lines.slice(0, third), lines.slice(third, 2 * third), lines.slice(2 * third)];
  // A skippable frame of three bytes.
  const skippable = Buffer.from([0x53, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3]);
  const withoutSize = {
    params: { [constants.ZSTD_c_contentSizeFlag]: 0, [constants.ZSTD_c_checksumFlag]: 1 },
  };
  test.for([
    ["members of gzip", "data.ndjson.gz", parts.map((part) => gzipSync(part))],
    ["frames of Zstandard", "data.ndjson.zst", parts.map((part) => zstdCompressSync(part))],
    [
      "frames with a checksum and without a size",
      "data.ndjson.zst",
      parts.map((part) => zstdCompressSync(part, withoutSize)),
    ],
    [
      "frames to skip",
      "data.ndjson.zst",
      [skippable, ...parts.flatMap((part) => [zstdCompressSync(part), skippable])],
    ],
    ["many small frames", "data.ndjson.zst", [...lines].map((character) => zstdCompressSync(character))],
  ] as const)("%s", async ([, name, pieces]) => {
    const { store, write } = await makeProject();
    await write(name, Buffer.concat(pieces));
    expect(valueFrom(await store.load("data", fileDataset(name), schema)).value).toEqual(rows);
  });

  const stored = { "data.ndjson.gz": gzipSync(lines), "data.ndjson.zst": zstdCompressSync(lines) };
  test.for([
    ["nothing", "data.ndjson.gz", Buffer.alloc(0), "its gzip data was cut off"],
    ["nothing", "data.ndjson.zst", Buffer.alloc(0), "its Zstandard data was cut off"],
    ["a part", "data.ndjson.gz", stored["data.ndjson.gz"].subarray(0, -9), "its gzip data was cut off"],
    [
      "a part",
      "data.ndjson.zst",
      stored["data.ndjson.zst"].subarray(0, -9),
      "its Zstandard data was cut off",
    ],
    ["a text", "data.ndjson.gz", Buffer.from(lines), "its gzip data is damaged"],
    ["a text", "data.ndjson.zst", Buffer.from(lines), "its Zstandard data is damaged"],
    [
      "more behind it",
      "data.ndjson.gz",
      Buffer.concat([stored["data.ndjson.gz"], Buffer.from("more")]),
      "its gzip data is damaged",
    ],
    [
      "more behind it",
      "data.ndjson.zst",
      Buffer.concat([stored["data.ndjson.zst"], Buffer.from("more")]),
      "its Zstandard data is damaged",
    ],
    [
      "a wrong line",
      "data.ndjson.gz",
      gzipSync(`${lines}{"id":}\n`),
      "line 1001, column 7: found '}', expected a value",
    ],
  ] as const)("%s in %s is GLA5006", async ([, name, content, why]) => {
    const { store, write } = await makeProject();
    await write(name, content);
    const failure = failureFrom(await store.load("data", fileDataset(name), schema));
    expect(failure).toMatchObject({
      code: "GLA5006",
      message: `Dataset 'data' is not valid ndjson: ${why}.`,
    });
  });
});

test("a stream that fails leaves the former file, and its error is passed on", async () => {
  const { store, write, read } = await makeProject();
  await write("data.ndjson.gz", "former");
  const error = new Error("mine");
  async function* failing() {
    yield* rows;
    throw error;
  }
  const saved = store.save(
    "data",
    fileDataset("data.ndjson.gz"),
    streamOf(schema.items as JsonObject),
    failing(),
  );
  await expect(saved).rejects.toBe(error);
  expect(await read("data.ndjson.gz")).toBe("former");
});

test.for([
  ["gzip", gzipSync],
  ["zstd", zstdCompressSync],
] as const)(
  "a stream of %s is decompressed as it is read, however large it becomes",
  async ([compression, compress]) => {
    const { store, write } = await makeProject();
    const part = compress(Buffer.alloc(2 ** 24));
    await write("data", Buffer.concat(new Array(16).fill(part)));
    const dataset = fileDataset("data", { format: "bytes", compression });
    const { value } = valueFrom(await store.load("data", dataset, streamOf(bytesSchema)));
    const before = process.memoryUsage().arrayBuffers;
    let sizeBytes = 0;
    let most = 0;
    for await (const chunk of value as AsyncIterable<Uint8Array>) {
      sizeBytes += chunk.length;
      most = Math.max(most, process.memoryUsage().arrayBuffers - before);
    }
    expect(sizeBytes).toBe(2 ** 28);
    expect(most).toBeLessThan(2 ** 27);
  },
);

test.skipIf(process.platform !== "linux")(
  "a stream that is not read to its end leaves nothing open",
  async () => {
    const { store, root } = await makeProject();
    const dataset = fileDataset("data.ndjson.gz");
    const payload = streamOf(schema.items as JsonObject);
    // More than one chunk when it is compressed.
    const many = Array.from({ length: 100_000 }, (_, id) => ({ id, name: `${Math.sin(id)}` }));
    valueFrom(await store.save("data", dataset, schema, many));
    for (let time = 0; time < 10; time++) {
      const { value } = valueFrom(await store.load("data", dataset, payload));
      const iterator = (value as AsyncIterable<unknown>)[Symbol.asyncIterator]();
      expect((await iterator.next()).value).toEqual(many[0]);
      await iterator.return?.();
    }
    const descriptors = await readdir("/proc/self/fd");
    const open = await Promise.all(
      descriptors.map((each) => readlink(`/proc/self/fd/${each}`).catch(() => "")),
    );
    expect(open.filter((path) => path.startsWith(root))).toEqual([]);
  },
);
