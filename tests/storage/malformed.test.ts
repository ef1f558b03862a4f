/** Input that is not what the format or the type says: the whole diagnostic. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Json, JsonObject, Location } from "@glacier-ts/core";
import { describe, expect, test } from "vitest";
import { bigintSchema, bytesSchema, dateSchema } from "./arbitrary.js";
import { collect, failureFrom, fileDataset, makeProject, rowsSchema, valueFrom } from "./project.js";

function malformed(format: string, why: string, location?: Location) {
  return {
    code: "GLA5006",
    severity: "error",
    message: `Dataset 'data' is not valid ${format}: ${why}.`,
    hint: "mend the data, or what the dataset declares: its type or `format`",
    ...(location && { location }),
    related: [],
  };
}

async function loadMalformed(file: string, content: string | Uint8Array, schema?: JsonObject) {
  const { store, write } = await makeProject();
  await write(file, content);
  return failureFrom(await store.load("data", fileDataset(file), schema));
}

type TextCase = readonly [
  what: string,
  content: string | Uint8Array,
  schema: JsonObject | undefined,
  why: string,
  column: number,
];

const string: Json = { type: "string" };
const number: Json = { type: "number" };

describe("json", () => {
  test.for<readonly [...TextCase, line: number]>([
    ["a missing comma", '{\n  "a": 1\n  "b": 2\n}', undefined, "found '\"', expected ','", 3, 3],
    ["a trailing comma", "[1, 2,]", undefined, "found ']', expected a value", 7, 1],
    ["a missing end", '{"a": [1, 2', undefined, "found the end, expected ']'", 12, 1],
    ["an empty file", "", undefined, "found the end, expected a value", 1, 1],
    ["two values", "{} {}", undefined, "found '{', expected the end", 4, 1],
    ["single quotes", "{'a': 1}", undefined, "found ''', expected a value", 2, 1],
    ["a string without an end", '["abc', undefined, "found a string without an end", 2, 1],
    ["a comment", "[1, // one\n2]", undefined, "found a comment", 5, 1],
    ["NaN", "[NaN]", undefined, "found 'N', expected a value", 2, 1],
    [
      "bytes that are not UTF-8",
      Buffer.from([0x5b, 0x0a, 0x22, 0xff, 0x22, 0x5d]),
      undefined,
      "byte 0xff is not UTF-8",
      2,
      2,
    ],
    [
      "no date",
      '[\n{"at": "soon"}]',
      rowsSchema({ at: dateSchema }),
      "found 'soon', expected a date such as 2026-01-31 or 2026-01-31T12:00:00Z at '/0/at'",
      8,
      2,
    ],
    [
      "a day that does not exist",
      '[{"at": "2026-02-30"}]',
      rowsSchema({ at: dateSchema }),
      "found '2026-02-30', expected a date such as 2026-01-31 or 2026-01-31T12:00:00Z at '/0/at'",
      9,
      1,
    ],
    [
      "a fraction for a bigint",
      '[{"n": 1.5}]',
      rowsSchema({ n: bigintSchema }),
      "found 1.5, expected an integer at '/0/n'",
      8,
      1,
    ],
    [
      "no base64",
      '[{"b": "*"}]',
      rowsSchema({ b: bytesSchema }),
      "found '*', expected base64 text at '/0/b'",
      8,
      1,
    ],
    ["no rows", '{"at": 1}', rowsSchema({ at: dateSchema }), "found an object, expected an array", 1, 1],
  ])("%s", async ([, content, schema, why, column, line]) => {
    expect(await loadMalformed("data.json", content, schema)).toEqual(
      malformed("json", `line ${line}, column ${column}: ${why}`, { file: "data.json", line, column }),
    );
  });

  test("outside of the project, the location is absolute", async () => {
    const { root, write } = await makeProject();
    const { store } = await makeProject();
    await write("data.json", "[");
    const failure = failureFrom(await store.load("data", fileDataset(join(root, "data.json")), undefined));
    expect(failure.location).toEqual({ file: join(root, "data.json"), line: 1, column: 2 });
  });
});

describe("ndjson", () => {
  test.for<readonly [...TextCase, line: number]>([
    ["a line that is no JSON", '{"a":1}\n\n{"a":}\n', undefined, "found '}', expected a value", 6, 3],
    [
      "a byte order mark in the middle",
      '\uFEFF{"a":1}\n\uFEFF{"a":2}\n',
      undefined,
      "found '\uFEFF', expected a value",
      1,
      2,
    ],
    ["a value over two lines", '{"a":\n1}\n', undefined, "found the end, expected a value", 6, 1],
    [
      "no date",
      '{"at":"2026-01-01"}\n{"at":7}',
      rowsSchema({ at: dateSchema }),
      "found 7, expected a date such as 2026-01-31 or 2026-01-31T12:00:00Z at '/at'",
      7,
      2,
    ],
    [
      "bytes that are not UTF-8",
      Buffer.from([0x31, 0x0a, 0x32, 0x0a, 0x22, 0xc3, 0x0a]),
      undefined,
      "byte 0xc3 is not UTF-8",
      2,
      3,
    ],
  ])("%s", async ([, content, schema, why, column, line]) => {
    const expected = malformed("ndjson", `line ${line}, column ${column}: ${why}`, {
      file: "data.ndjson",
      line,
      column,
    });
    expect(await loadMalformed("data.ndjson", content, schema)).toEqual(expected);
  });

  test("far into a stream: the rows before it arrive, then a GlacierError", async () => {
    const { store, write } = await makeProject();
    const lines = Array.from({ length: 100_000 }, (_, index) => JSON.stringify({ index }));
    lines[90_000] = '{"index":';
    await write("data.ndjson", lines.join("\n"));
    const schema = { ...rowsSchema({ index: number }), "x-glacier-type": "AsyncIterable" };
    const { value } = valueFrom(await store.load("data", fileDataset("data.ndjson"), schema));
    const seen: unknown[] = [];
    const read = (async () => {
      for await (const row of value as AsyncIterable<unknown>) seen.push(row);
    })();
    await expect(read).rejects.toMatchObject({
      name: "GlacierError",
      diagnostics: [
        malformed("ndjson", "line 90001, column 10: found the end, expected a value", {
          file: "data.ndjson",
          line: 90_001,
          column: 10,
        }),
      ],
    });
    expect(seen).toHaveLength(90_000);
  });

  test("a payload that is no rows", async () => {
    expect(await loadMalformed("data.ndjson", "{}", { type: "object", properties: {} })).toEqual(
      malformed("ndjson", "the dataset is an object, and ndjson holds rows"),
    );
  });
});

describe("csv", () => {
  const schema = rowsSchema(
    { id: number, "full name": string, born: dateSchema },
    { active: { type: "boolean" }, level: { enum: ["low", "high"] }, count: bigintSchema },
  );
  const header = "id,full name,born\n";

  test.for<readonly [...TextCase, line: number]>([
    [
      "text for a number",
      `${header}1,Ann,2020-01-01\nx,Bob,2020-01-01\n`,
      schema,
      "line 3, column 'id': found 'x', expected a number",
      1,
      3,
    ],
    [
      "text for a date",
      `${header}1,"Ann\n""A"" Lee",soon\n`,
      schema,
      "line 3, column 'born': found 'soon', expected a date such as 2026-01-31 or 2026-01-31T12:00:00Z",
      12,
      3,
    ],
    [
      "nothing for a number",
      `${header},Ann,2020-01-01\n`,
      schema,
      "line 2, column 'id': found an empty cell, expected a number",
      1,
      2,
    ],
    [
      "text for a boolean",
      "id,full name,born,active\n1,A,2020-01-01,yes\n",
      schema,
      "line 2, column 'active': found 'yes', expected true or false",
      16,
      2,
    ],
    [
      "another word",
      "id,full name,born,level\n1,A,2020-01-01,mid\n",
      schema,
      "line 2, column 'level': found 'mid', expected 'low' or 'high'",
      16,
      2,
    ],
    [
      "a fraction for a bigint",
      "id,full name,born,count\n1,A,2020-01-01,1.5\n",
      schema,
      "line 2, column 'count': found '1.5', expected an integer",
      16,
      2,
    ],
    ["too few cells", `${header}1,Ann\n`, schema, "line 2 has 2 cells, but the header has 3", 1, 2],
    [
      "too many cells",
      `${header}1,Ann,2020-01-01,4\n`,
      schema,
      "line 2 has 4 cells, but the header has 3",
      1,
      2,
    ],
    [
      "a missing column",
      "id,Full_name,born\n",
      schema,
      "column 'full name' is missing (did you mean 'Full_name'?); there are 'id', 'Full_name', 'born'",
      1,
      1,
    ],
    [
      "a column twice",
      "id,full name,born,id\n",
      schema,
      "line 1: the header has the column 'id' twice",
      19,
      1,
    ],
    ["an empty file", "", schema, "column 'id' is missing; there are none", 1, 1],
    [
      "a quote without an end",
      `${header}1,"Ann,2020-01-01\n`,
      schema,
      "line 2: found a quoted cell without a closing quote",
      1,
      2,
    ],
    [
      "text behind a quote",
      `${header}1,"Ann"x,2020-01-01\n`,
      schema,
      "line 2: found text behind a quoted cell, expected a delimiter",
      1,
      2,
    ],
    [
      "a quote in the middle",
      `${header}1,An"n,2020-01-01\n`,
      schema,
      "line 2: found a quote inside of a cell that is not quoted",
      1,
      2,
    ],
    [
      "bytes that are not UTF-8",
      Buffer.concat([Buffer.from(`${header}1,`), Buffer.from([0xe9]), Buffer.from("\n")]),
      schema,
      "line 2, column 3: byte 0xe9 is not UTF-8",
      3,
      2,
    ],
    [
      "a column of lists",
      "id,tags\n1,a\n",
      rowsSchema({ tags: { type: "array", items: string } }),
      "column 'tags' is declared as an array, which a cell cannot hold",
      4,
      1,
    ],
  ])("%s", async ([, content, payload, why, column, line]) => {
    expect(await loadMalformed("data.csv", content, payload)).toEqual(
      malformed("csv", why, { file: "data.csv", line, column }),
    );
  });

  test("with carriage returns and a byte order mark, the place is still right", async () => {
    const content = "\uFEFFid,full name,born\r\n1,Ann,2020-01-01\r\n2,Bob,x\r\n";
    const failure = await loadMalformed("data.csv", content, schema);
    expect(failure.location).toEqual({ file: "data.csv", line: 3, column: 7 });
  });

  test("a payload whose rows are no objects", async () => {
    expect(await loadMalformed("data.csv", "a\n1\n", { type: "array", items: number })).toEqual(
      malformed("csv", "a row is a number, and csv holds rows that are objects"),
    );
  });
});

test("tsv names the format, and takes quotes inside of cells as they are", async () => {
  const { store, write } = await makeProject();
  await write("data.tsv", 'id\tname\n1\tAnn "A" Lee\nx\tBob\n');
  const schema = rowsSchema({ name: string }, { id: number });
  expect(failureFrom(await store.load("data", fileDataset("data.tsv"), schema))).toEqual(
    malformed("tsv", "line 3, column 'id': found 'x', expected a number", {
      file: "data.tsv",
      line: 3,
      column: 1,
    }),
  );
  const names = valueFrom(
    await store.load("data", fileDataset("data.tsv"), rowsSchema({ name: string })),
  ).value;
  expect(names).toEqual([{ name: 'Ann "A" Lee' }, { name: "Bob" }]);
});

describe("parquet", () => {
  const flights = new URL("../../node_modules/vega-datasets/data/flights-3m.parquet", import.meta.url);
  const load = () => readFile(flights);
  const schema = rowsSchema({ delay: number, origin: string });

  test("another file", async () => {
    expect(await loadMalformed("data.parquet", '[{"delay": 1}]', schema)).toEqual(
      malformed("parquet", "not a Parquet file: no PAR1 at the start"),
    );
    expect(await loadMalformed("data.parquet", "", schema)).toEqual(
      malformed("parquet", "not a Parquet file: it has only 0 bytes"),
    );
  });

  test("a file that was cut off", async () => {
    const bytes = await load();
    expect(await loadMalformed("data.parquet", bytes.subarray(0, 1_000_000), schema)).toEqual(
      malformed("parquet", "not a Parquet file: no PAR1 at the end; it may have been cut off"),
    );
  });

  test("damaged metadata", async () => {
    const bytes = await load();
    bytes.fill(0xff, bytes.length - 3000, bytes.length - 8);
    const { code, message } = await loadMalformed("data.parquet", bytes, schema);
    expect([code, message]).toEqual([
      "GLA5006",
      expect.stringMatching(/^Dataset 'data' is not valid parquet: the file's metadata is damaged \(.+\)\.$/),
    ]);
  });

  test("a damaged page: the column and the row group", async () => {
    const bytes = await load();
    // The pages of `delay` in the first row group.
    bytes.fill(0xff, 140_000, 141_000);
    const { code, message } = await loadMalformed("data.parquet", bytes, schema);
    expect([code, message]).toEqual([
      "GLA5006",
      expect.stringMatching(
        /^Dataset 'data' is not valid parquet: column 'delay' of row group 1 is damaged \(.+\)\.$/,
      ),
    ]);
    // A column that is not asked for is not read.
    const { store, write } = await makeProject();
    await write("data.parquet", bytes);
    expect(
      valueFrom(await store.load("data", fileDataset("data.parquet"), rowsSchema({ origin: string }))).rows,
    ).toBe(3_000_000);
  });

  test("a missing column, and one of another type", async () => {
    const bytes = await load();
    expect(await loadMalformed("data.parquet", bytes, rowsSchema({ orgin: string }))).toEqual(
      malformed(
        "parquet",
        "column 'orgin' is missing (did you mean 'origin'?); there are 'date', 'delay', 'distance', 'origin', 'destination'",
      ),
    );
    expect(await loadMalformed("data.parquet", bytes, rowsSchema({ origin: number }))).toEqual(
      malformed("parquet", "column 'origin' is BYTE_ARRAY (STRING), expected a number"),
    );
  });

  test("null where the type has none: row and column", async () => {
    const { store } = await makeProject();
    const dataset = fileDataset("data.parquet");
    const written = rowsSchema({
      id: number,
      tags: { type: "array", items: { anyOf: [string, { type: "null" }] } },
    });
    valueFrom(
      await store.save("data", dataset, written, [
        { id: 1, tags: ["a"] },
        { id: 2, tags: ["b", null] },
      ]),
    );
    const read = rowsSchema({ tags: { type: "array", items: string } });
    expect(failureFrom(await store.load("data", dataset, read))).toEqual(
      malformed("parquet", "row 2, column 'tags' at '/1': found null, expected a string"),
    );
  });

  test("a payload that is no rows of objects", async () => {
    const bytes = await load();
    expect(await loadMalformed("data.parquet", bytes, { type: "array", items: string })).toEqual(
      malformed("parquet", "a row is a string, and parquet holds rows that are objects"),
    );
  });
});

test("text that is not UTF-8, and text for another type", async () => {
  expect(await loadMalformed("data.txt", Buffer.from([0x61, 0x80]), { type: "string" })).toEqual(
    malformed("text", "line 1, column 2: byte 0x80 is not UTF-8", { file: "data.txt", line: 1, column: 2 }),
  );
  expect(await loadMalformed("data.txt", "a", rowsSchema({}))).toEqual(
    malformed("text", "the dataset is an array, and text holds a string"),
  );
});

test("bytes for another type", async () => {
  expect(await loadMalformed("data.bin", "a", { type: "string" })).toEqual(
    malformed("bytes", "the dataset is a string, and bytes holds a Uint8Array"),
  );
});

test("a stream of a damaged table throws when it is iterated", async () => {
  const { store, write } = await makeProject();
  await write("data.csv", "id\nx\n");
  const schema = { ...rowsSchema({ id: number }), "x-glacier-type": "AsyncIterable" };
  const { value } = valueFrom(await store.load("data", fileDataset("data.csv"), schema));
  await expect(collect(value)).rejects.toMatchObject({ name: "GlacierError" });
});
