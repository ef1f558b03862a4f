import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, readdir, symlink } from "node:fs/promises";
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import type { Json, ManifestDataset } from "@glacier-ts/core";
import { DatasetStore } from "@glacier-ts/storage";
import { describe, expect, onTestFinished, test } from "vitest";
import { type TableRig, testTable } from "../contracts/table.js";
import { failureFrom, makeProject, rowsSchema, valueFrom } from "./project.js";

function tableAt(path: Json, table: string): ManifestDataset {
  return { schema: "#/schemas/0", storage: { kind: "duckdb", path, table }, declared: "src/datasets.ts:1" };
}

/** Runs SQL in the way of somebody else's program. */
async function runSql(path: string, statement: string): Promise<readonly Record<string, unknown>[]> {
  const instance = await DuckDBInstance.create(path);
  try {
    const connection = await instance.connect();
    const rows = (await connection.runAndReadAll(statement)).getRowObjects();
    connection.closeSync();
    return rows;
  } finally {
    instance.closeSync();
  }
}

async function makeRig() {
  const { root, store } = await makeProject();
  const path = "warehouse.duckdb";
  const sql = (statement: string) => runSql(join(root, path), statement);
  const rig: TableRig = {
    store,
    sql,
    dataset: (table) => tableAt(path, table),
    place: (table) => `table '${table}' of ${path}`,
    everything: async () => {
      const files = (await readdir(root)).sort();
      if (!files.includes(path)) return files;
      const tables = await sql("SELECT table_name FROM duckdb_tables() ORDER BY 1");
      const others = (await readdir(root)).filter((file) => file !== path);
      return [...tables.map(({ table_name }) => String(table_name)), ...others];
    },
  };
  return { ...rig, sql, root };
}

describe("DuckDB keeps the contract of tables:", () =>
  testTable(makeRig, { format: "DuckDB", isText: () => true, isTime: () => true, runs: 40 }));

const schema = rowsSchema({ id: { type: "number" } });

/** A process that has a database open until it is told to close it. */
async function openElsewhere(path: string): Promise<{ close(): void }> {
  const program = `
    import { DuckDBInstance } from "@duckdb/node-api";
    const instance = await DuckDBInstance.create(${JSON.stringify(path)});
    const connection = await instance.connect();
    process.stdin.once("data", () => { connection.closeSync(); instance.closeSync(); process.exit(); });
    console.log("open");`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", program], {
    cwd: import.meta.dirname,
    stdio: ["pipe", "pipe", "inherit"],
  });
  onTestFinished(() => {
    child.kill("SIGKILL");
  });
  await once(child.stdout, "data");
  return { close: () => void child.stdin.write("close\n") };
}

describe("a DuckDB database", () => {
  test("has columns of types that queries can go on with", async () => {
    const { store, dataset, sql } = await makeRig();
    const row = {
      name: { type: "string" },
      score: { type: "number" },
      visits: { type: "integer" },
      total: { "x-glacier-type": "bigint" },
      active: { type: "boolean" },
      at: { "x-glacier-type": "Date" },
      raw: { "x-glacier-type": "Uint8Array" },
      tags: { type: "array", items: { type: "string" } },
    };
    const type = rowsSchema(row, { note: { type: "string" } });
    valueFrom(await store.save("rows", dataset("rows"), type, []));
    const columns = await sql("DESCRIBE rows");
    expect(Object.fromEntries(columns.map((each) => [each.column_name, each.column_type]))).toEqual({
      name: "VARCHAR",
      score: "DOUBLE",
      visits: "BIGINT",
      total: "BIGNUM",
      active: "BOOLEAN",
      at: "TIMESTAMP WITH TIME ZONE",
      raw: "BLOB",
      tags: "JSON",
      note: "VARCHAR",
    });
    expect(columns.filter((each) => each.null === "YES").map((each) => each.column_name)).toEqual(["note"]);
  });

  test("does not tell columns apart by upper and lower case: GLA5013", async () => {
    const { store, dataset, everything } = await makeRig();
    const type = rowsSchema({ id: { type: "number" }, ID: { type: "number" } });
    expect(failureFrom(await store.save("rows", dataset("rows"), type, [])).message).toMatch(
      /^Dataset 'rows' cannot be written as DuckDB at '\/\*\/(id|ID)': DuckDB does not tell it from '(id|ID)'\.$/,
    );
    expect(await everything()).toEqual([]);
  });

  test("is made with its folder when a table is written", async () => {
    const { root, store } = await makeProject();
    const dataset = tableAt("data/deep/main.duckdb", "rows");
    valueFrom(await store.save("rows", dataset, schema, [{ id: 1 }]));
    expect(valueFrom(await store.load("rows", dataset, schema)).value).toEqual([{ id: 1 }]);
    expect(await readdir(join(root, "data/deep"))).toEqual(["main.duckdb"]);
  });

  test("that is a link is written where the link leads", async () => {
    const { root, store, sql, dataset } = await makeRig();
    valueFrom(await store.save("rows", dataset("rows"), schema, []));
    await symlink("warehouse.duckdb", join(root, "link.duckdb"));
    valueFrom(await store.save("rows", tableAt("link.duckdb", "rows"), schema, [{ id: 1 }]));
    expect(await sql("SELECT id FROM rows")).toEqual([{ id: 1 }]);
  });

  test.for([
    ["a directory", "folder", "it is a directory"],
    ["a text", "text", "it is no DuckDB database"],
    ["JSON, of which DuckDB would make a table", "rows.json", "it is no DuckDB database"],
    [
      "a damaged one",
      "damaged",
      "DuckDB cannot read or write the file: it is damaged, of another version of DuckDB, or the disk fails",
    ],
  ])("is not %s", async ([, path = "", why]) => {
    const { root, store, write, read } = await makeProject();
    await mkdir(join(root, "folder"));
    await write("text", "some text that is long enough");
    await write("rows.json", '[{"id":1}]');
    await write("damaged", Buffer.concat([Buffer.alloc(8), Buffer.from("DUCK"), Buffer.alloc(20_000, 1)]));
    const before = await readdir(root);
    const dataset = tableAt(path, "rows");
    const place = `table 'rows' of ${path}`;
    expect([
      failureFrom(await store.load("rows", dataset, schema)),
      failureFrom(await store.save("rows", dataset, schema, [])),
    ]).toEqual([
      {
        code: "GLA5005",
        severity: "error",
        message: `Dataset 'rows' cannot be read from ${place}: ${why}.`,
        hint: "check the dataset's storage, its permissions, and that it can be reached",
        related: [],
      },
      {
        code: "GLA5007",
        severity: "error",
        message: `Dataset 'rows' cannot be written to ${place}: ${why}.`,
        hint: "check the storage's permissions and free space, and that it can be reached",
        related: [],
      },
    ]);
    expect(await readdir(root)).toEqual(before);
    expect(await read("text")).toContain("some text");
  });

  test("whose path is a secret is not shown", async () => {
    const { root } = await makeProject();
    const store = new DatasetStore({ projectRoot: root, env: { FILE: "hush-hush.duckdb" } });
    const dataset = tableAt({ $secret: "FILE" }, "rows");
    const outcomes = [
      await store.load("rows", dataset, schema),
      await store.save("rows", dataset, schema, [{ id: "x" }]),
      await store.save("rows", dataset, schema, [{ id: 1 }]),
      await store.load("rows", dataset, rowsSchema({ name: { type: "string" } })),
    ];
    expect(JSON.stringify(outcomes)).not.toContain("hush-hush");
    expect(outcomes.map((outcome) => outcome.ok)).toEqual([false, false, true, false]);
  });

  test("a view is no table to write", async () => {
    const { store, dataset, sql } = await makeRig();
    await sql("CREATE VIEW seven AS SELECT 7::DOUBLE AS id");
    expect(failureFrom(await store.save("rows", dataset("seven"), schema, [])).message).toBe(
      "Dataset 'rows' cannot be written to table 'seven' of warehouse.duckdb: it is a view.",
    );
  });

  test("of others has types that are read as what they are", async () => {
    const { store, dataset, sql } = await makeRig();
    await sql(`CREATE TABLE data AS SELECT 3::UTINYINT AS a, 'happy'::ENUM('sad', 'happy') AS m, {'b': [1]} AS j,
      INTERVAL 1 DAY AS i, 9007199254740993::HUGEINT AS o, TIMESTAMP_NS '2026-01-31 12:00:00' AS n, 'infinity'::TIMESTAMP AS never`);
    const properties = {
      a: { type: "number" },
      m: { enum: ["sad", "happy"] },
      j: { type: "object", properties: { b: { type: "array", items: { type: "number" } } } },
      i: { type: "string" },
      o: { "x-glacier-type": "bigint" },
      n: { "x-glacier-type": "Date" },
    };
    expect(valueFrom(await store.load("rows", dataset("data"), rowsSchema(properties))).value).toStrictEqual([
      { a: 3, m: "happy", j: { b: [1] }, i: "1 day", o: 2n ** 53n + 1n, n: new Date("2026-01-31T12:00:00Z") },
    ]);
    const never = rowsSchema({ never: { "x-glacier-type": "Date" } });
    expect(failureFrom(await store.load("rows", dataset("data"), never)).message).toBe(
      "Dataset 'rows' is not valid DuckDB: row 1, column 'never': found Infinity, expected a time that a Date can be.",
    );
  });

  test("that another process has open is waited for", async () => {
    const { root, store, dataset } = await makeRig();
    valueFrom(await store.save("rows", dataset("rows"), schema, [{ id: 7 }]));
    const other = await openElsewhere(join(root, "warehouse.duckdb"));
    // The other one has it open until then: what succeeds has waited.
    const operations = [
      store.load("rows", dataset("rows"), schema).then((loaded) => valueFrom(loaded).value),
      store.save("other", dataset("other"), schema, [{ id: 1 }]).then((saved) => valueFrom(saved).rows),
    ];
    other.close();
    expect(await Promise.all(operations)).toEqual([[{ id: 7 }], 1]);
  });

  test("that another process keeps open is told of, after some seconds", async () => {
    const { root, store, dataset } = await makeRig();
    valueFrom(await store.save("rows", dataset("rows"), schema, [{ id: 7 }]));
    await openElsewhere(join(root, "warehouse.duckdb"));
    const saved = await store.save("rows", dataset("rows"), schema, [{ id: 8 }]);
    expect(failureFrom(saved).message).toBe(
      "Dataset 'rows' cannot be written to table 'rows' of warehouse.duckdb: another process has the database open.",
    );
    expect(await readdir(root)).toEqual(["warehouse.duckdb"]);
  });

  test("is whole when the process that writes is killed", async () => {
    const { root, store, dataset } = await makeRig();
    valueFrom(await store.save("rows", dataset("rows"), schema, [{ id: 7 }]));
    const program = `
      import { DatasetStore } from "@glacier-ts/storage";
      async function* rows() {
        for (let id = 0; ; id++) {
          if (id === 100_000) console.log("midway");
          yield { id };
        }
      }
      const schema = { "x-glacier-type": "AsyncIterable", items: ${JSON.stringify(schema.items)} };
      await new DatasetStore({ projectRoot: ${JSON.stringify(root)} }).save("rows", ${JSON.stringify(dataset("rows"))}, schema, rows());`;
    const child = spawn(process.execPath, ["--input-type=module", "-e", program], {
      cwd: import.meta.dirname,
      stdio: ["ignore", "pipe", "inherit"],
    });
    await once(child.stdout, "data");
    child.kill("SIGKILL");
    await once(child, "exit");
    expect(valueFrom(await store.load("rows", dataset("rows"), schema)).value).toEqual([{ id: 7 }]);
    valueFrom(await store.save("rows", dataset("rows"), schema, [{ id: 8 }]));
    expect(valueFrom(await store.load("rows", dataset("rows"), schema)).value).toEqual([{ id: 8 }]);
  });
});
