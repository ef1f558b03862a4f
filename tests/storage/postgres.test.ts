import type { JsonObject, ManifestDataset } from "@glacier-ts/core";
import { DatasetStore } from "@glacier-ts/storage";
import pg from "pg";
import { afterAll, describe, expect, onTestFinished, test } from "vitest";
import { iterate, streamOf, type TableRig, testTable } from "../contracts/table.js";
import { breakingProxy, closedPort } from "../rig/breaking-proxy.js";
import { type PostgresServer, startPostgres } from "../rig/postgres.js";
import { collect, failureFrom, makeProject, rowsSchema, valueFrom } from "./project.js";

const started = await startPostgres();
afterAll(() => started?.stop());

const number = { type: "number" };
const schema = rowsSchema({ id: number });
const stream = streamOf(schema);
const manyRows = Array.from({ length: 100_000 }, (_, id) => ({ id }));

function tableAt(storage: JsonObject): ManifestDataset {
  return { schema: "#/schemas/0", storage: { kind: "postgres", ...storage }, declared: "src/datasets.ts:1" };
}

const connection = { $secret: "DATABASE" };
let schemas = 0;

describe.skipIf(!started)("PostgreSQL", () => {
  const server = started as PostgresServer;

  /** A schema of its own for each test. */
  async function makeRig() {
    const name = `test_${schemas++}`;
    await server.query(`CREATE SCHEMA ${name}`);
    const { root } = await makeProject();
    /** The same tables by another way. */
    const at = (url: string) => new DatasetStore({ projectRoot: root, env: { DATABASE: url } });
    const sql = (statement: string) => server.query(`SET search_path TO ${name}; ${statement}`);
    const rig: TableRig = {
      store: at(server.url()),
      sql,
      dataset: (table) => tableAt({ table, schema: name, connection }),
      place: (table) => `table '${name}.${table}' of PostgreSQL`,
      everything: async () => {
        const tables = await sql(
          `SELECT relname FROM pg_class WHERE relnamespace = '${name}'::regnamespace AND relkind IN ('r', 'v') ORDER BY 1`,
        );
        return tables.map(({ relname }) => String(relname));
      },
    };
    const read = async (table: string) =>
      valueFrom(await rig.store.load("rows", rig.dataset(table), schema)).value as unknown[];
    const save = async (table: string, rows: unknown, type = schema) =>
      valueFrom(await rig.store.save("rows", rig.dataset(table), type, rows));
    return { ...rig, name, at, sql, read, save };
  }

  describe("keeps the contract of tables:", () =>
    testTable(makeRig, {
      format: "PostgreSQL",
      isText: (text) => !text.includes("\0"),
      isTime: (time) => time.getTime() >= -210_866_803_200_000,
      runs: 60,
    }));

  test("has columns of types that queries can go on with", async () => {
    const { sql, save, name } = await makeRig();
    const row = {
      name: { type: "string" },
      score: number,
      visits: { type: "integer" },
      total: { "x-glacier-type": "bigint" },
      active: { type: "boolean" },
      at: { "x-glacier-type": "Date" },
      raw: { "x-glacier-type": "Uint8Array" },
      kind: { enum: ["a", "b"] },
      tags: { type: "array", items: number },
      either: { anyOf: [{ type: "string" }, number] },
    };
    await save("rows", [], rowsSchema(row, { note: { type: "string" } }));
    const columns = await sql(
      `SELECT column_name, data_type, is_nullable FROM information_schema.columns WHERE table_schema = '${name}'`,
    );
    expect(Object.fromEntries(columns.map((each) => [each.column_name, each.data_type]))).toEqual({
      name: "text",
      score: "double precision",
      visits: "bigint",
      total: "numeric",
      active: "boolean",
      at: "timestamp with time zone",
      raw: "bytea",
      kind: "text",
      tags: "json",
      either: "json",
      note: "text",
    });
    expect(columns.filter((each) => each.is_nullable === "YES").map((each) => each.column_name)).toEqual([
      "note",
    ]);
  });

  test.for<readonly [schema: JsonObject, value: unknown, path: string, why: string]>([
    [
      rowsSchema({ name: { type: "string" } }),
      [{ name: "a\0b" }],
      "/0/name",
      "found 'a\0b', expected text without U+0000, which PostgreSQL cannot hold",
    ],
    [
      rowsSchema({ at: { "x-glacier-type": "Date" } }),
      [{ at: new Date(-8.64e15) }],
      "/0/at",
      "found a Date, expected a Date from 4714 BC on",
    ],
    [
      rowsSchema({ ["n".repeat(64)]: number }),
      [],
      `/*/${"n".repeat(64)}`,
      "PostgreSQL wants a name of 1 to 63 bytes for a column",
    ],
    [
      rowsSchema({ ["🧊".repeat(16)]: number }),
      [],
      `/*/${"🧊".repeat(16)}`,
      "PostgreSQL wants a name of 1 to 63 bytes for a column",
    ],
    [rowsSchema({ ctid: number }), [], "/*/ctid", "PostgreSQL has such a column in each table"],
  ])("%# cannot be held: GLA5013", async ([type, value, path, why]) => {
    const { store, dataset, everything } = await makeRig();
    const failure = failureFrom(await store.save("rows", dataset("rows"), type, value));
    expect([failure.code, failure.message]).toEqual([
      "GLA5013",
      `Dataset 'rows' cannot be written as PostgreSQL at '${path}': ${why}.`,
    ]);
    expect(await everything()).toEqual([]);
  });

  describe("options", () => {
    const messageOf = async (storage: JsonObject, env: Record<string, string> = { DATABASE: server.url() }) =>
      failureFrom(await new DatasetStore({ projectRoot: "/", env }).load("rows", tableAt(storage), schema))
        .message;

    test("that are no names of tables are refused", async () => {
      expect(await messageOf({ table: "n".repeat(64), connection })).toBe(
        `Option 'table' of dataset 'rows' must be a name of 1 to 63 bytes, but is '${"n".repeat(64)}'.`,
      );
      expect(await messageOf({ table: "rows", schema: "", connection })).toBe(
        "Option 'schema' of dataset 'rows' must be a name of 1 to 63 bytes, but is ''.",
      );
    });

    test.for(["hunter2", "postgresql://user:hunter2@[host/db", "mysql://user:hunter2@host/db"])(
      "that are no connection are refused, and not shown",
      async (DATABASE) => {
        expect(await messageOf({ table: "rows", connection }, { DATABASE })).toBe(
          "Option 'connection' of dataset 'rows' must be a URL such as postgresql://user:password@host/database, with what is special in it as %40, but is something else.",
        );
      },
    );

    test("a connection that is no secret is shown without user and password", async () => {
      const place = `table 'public.gone' of PostgreSQL at 127.0.0.1:${server.port}/postgres`;
      expect(await messageOf({ table: "gone", connection: { $env: "DATABASE" } })).toBe(
        `Dataset 'rows' was not found at ${place}.`,
      );
    });

    test("without a connection are the PG variables", async () => {
      const { name, save } = await makeRig();
      await save("rows", [{ id: 1 }]);
      const env = {
        PGHOST: "127.0.0.1",
        PGPORT: String(server.port),
        PGUSER: "glacier",
        PGDATABASE: "postgres",
        PGPASSWORD: server.password,
      };
      const store = new DatasetStore({ projectRoot: "/", env });
      const loaded = await store.load("rows", tableAt({ table: "rows", schema: name }), schema);
      expect(valueFrom(loaded).value).toEqual([{ id: 1 }]);
    });
  });

  describe("somebody who", () => {
    /** What each operation says. */
    async function failuresOf(url: string, schemaName = "public"): Promise<readonly string[]> {
      const store = new DatasetStore({ projectRoot: "/", env: { DATABASE: url } });
      const dataset = tableAt({ table: "rows", schema: schemaName, connection });
      const outcomes = [
        await store.load("rows", dataset, schema),
        await store.load("rows", dataset, stream),
        await store.version("rows", dataset, schema, () => undefined),
        await store.save("rows", dataset, schema, [{ id: 1 }]),
      ];
      expect(JSON.stringify(outcomes)).not.toMatch(/p@ss|p%40ss|hunter2/);
      return outcomes.map((outcome) => failureFrom(outcome).message);
    }
    const place = (schemaName = "public") => `table '${schemaName}.rows' of PostgreSQL`;
    const refused = (why: string, schemaName = "public") => [
      ...Array.from({ length: 3 }, () => `Dataset 'rows' cannot be read from ${place(schemaName)}: ${why}.`),
      `Dataset 'rows' cannot be written to ${place(schemaName)}: ${why}.`,
    ];

    test("finds nobody there is told so", async () => {
      expect(await failuresOf(server.url({ port: await closedPort() }))).toEqual(
        refused("nobody listens there"),
      );
      expect(await failuresOf("postgresql://glacier:hunter2@nowhere.invalid/db")).toEqual(
        refused("its host is not known"),
      );
    });

    const wrong = "the user name or the password is wrong, or may not connect";
    test.for([
      { login: { password: "hunter2" }, why: wrong },
      { login: { user: "stranger", password: "hunter2" }, why: wrong },
      { login: { password: "" }, why: "it asks for a password, and there is none, or it is of no use" },
    ])("is not known is told so: $login", async ({ login, why }) => {
      expect(await failuresOf(server.url(login))).toEqual(refused(why));
    });

    test("may not is told so, and changes nothing", async () => {
      const { name, save, read, everything } = await makeRig();
      await save("rows", [{ id: 7 }]);
      await server.query(`CREATE ROLE guest_${name} LOGIN PASSWORD 'hunter2'`);
      const url = server.url({ user: `guest_${name}`, password: "hunter2" });
      const why = `permission denied (permission denied for schema ${name})`;
      expect(await failuresOf(url, name)).toEqual(refused(why, name));
      await server.query(
        `GRANT USAGE ON SCHEMA ${name} TO guest_${name}; GRANT SELECT ON ${name}.rows TO guest_${name}`,
      );
      const guest = new DatasetStore({ projectRoot: "/", env: { DATABASE: url } });
      const dataset = tableAt({ table: "rows", schema: name, connection });
      expect(valueFrom(await guest.load("rows", dataset, schema)).value).toEqual([{ id: 7 }]);
      expect(failureFrom(await guest.save("rows", dataset, schema, [{ id: 8 }])).message).toBe(
        `Dataset 'rows' cannot be written to ${place(name)}: ${why}.`,
      );
      expect(await read("rows")).toEqual([{ id: 7 }]);
      expect(await everything()).toEqual(["rows"]);
    });

    test("may read some columns reads these", async () => {
      const { name, sql } = await makeRig();
      await sql("CREATE TABLE rows (id integer, secret text); INSERT INTO rows VALUES (1, 'x')");
      await server.query(
        `CREATE ROLE half_${name} LOGIN PASSWORD 'hunter2'; GRANT USAGE ON SCHEMA ${name} TO half_${name}; GRANT SELECT (id) ON ${name}.rows TO half_${name}`,
      );
      const url = server.url({ user: `half_${name}`, password: "hunter2" });
      const store = new DatasetStore({ projectRoot: "/", env: { DATABASE: url } });
      const dataset = tableAt({ table: "rows", schema: name, connection });
      expect(valueFrom(await store.load("rows", dataset, schema)).value).toEqual([{ id: 1 }]);
      valueFrom(await store.version("rows", dataset, schema, () => undefined));
      const secret = rowsSchema({ secret: { type: "string" } });
      expect(failureFrom(await store.load("rows", dataset, secret)).message).toContain(
        "permission denied for table rows",
      );
    });

    test("looks in a schema or a database that is not there finds nothing", async () => {
      const notFound = (schemaName: string, why: string) => [
        ...Array.from({ length: 3 }, () => `Dataset 'rows' was not found at ${place(schemaName)}.`),
        `Dataset 'rows' cannot be written to ${place(schemaName)}: ${why}.`,
      ];
      expect(await failuresOf(server.url(), "gone")).toEqual(notFound("gone", "there is no such schema"));
      expect(await failuresOf(server.url({ database: "gone" }))).toEqual(
        notFound("public", "there is no such database"),
      );
    });
  });

  describe("what people have added to a table stays:", () => {
    const other = rowsSchema({ id: number, name: { type: "string" } });

    test("views, grants, indexes and comments, where the columns are the same", async () => {
      const { sql, save, read, name, everything } = await makeRig();
      await save("rows", [{ id: 1 }]);
      await sql(
        `CREATE VIEW doubled AS SELECT id * 2 AS id FROM rows; GRANT SELECT ON rows TO PUBLIC; CREATE INDEX by_id ON rows (id); COMMENT ON TABLE rows IS 'mine'`,
      );
      const before = await sql(`SELECT oid, relacl::text FROM pg_class WHERE oid = '${name}.rows'::regclass`);
      await save("rows", manyRows);
      expect(
        await sql(`SELECT oid, relacl::text FROM pg_class WHERE oid = '${name}.rows'::regclass`),
      ).toEqual(before);
      expect(await read("rows")).toEqual(manyRows);
      expect(await sql("SELECT max(id) AS max FROM doubled")).toEqual([{ max: 199_998 }]);
      expect(await everything()).toEqual(["doubled", "rows"]);
    });

    test("grants, where the columns change", async () => {
      const { sql, save, name } = await makeRig();
      await save("rows", [{ id: 1 }]);
      const role = `"say ""hi"" ${name}"`;
      await sql(
        `CREATE ROLE ${role}; GRANT SELECT, DELETE ON rows TO ${role}; GRANT SELECT ON rows TO PUBLIC`,
      );
      const grants = () =>
        sql(
          `SELECT grantee, privilege_type FROM information_schema.role_table_grants WHERE table_schema = '${name}' ORDER BY 1, 2`,
        );
      const before = await grants();
      expect(before.length).toBeGreaterThan(3);
      await save("rows", [{ id: 1, name: "Ann" }], other);
      expect(await grants()).toEqual(before);
    });

    test("a view that would be dropped with columns that change is a refusal", async () => {
      const { sql, save, store, dataset, place, read, everything, name } = await makeRig();
      await save("rows", [{ id: 1 }]);
      await sql("CREATE VIEW doubled AS SELECT id * 2 AS id FROM rows");
      const failure = failureFrom(await store.save("rows", dataset("rows"), other, []));
      expect(failure).toEqual({
        code: "GLA5007",
        severity: "error",
        message: `Dataset 'rows' cannot be written to ${place("rows")}: its columns change, and others depend on them: view ${name}.doubled depends on table ${name}.rows.`,
        hint: "check the storage's permissions and free space, and that it can be reached",
        related: [],
      });
      expect(await read("rows")).toEqual([{ id: 1 }]);
      expect(await everything()).toEqual(["doubled", "rows"]);
    });

    test("a constraint that the rows do not meet is a refusal", async () => {
      const { sql, save, store, dataset, place, read } = await makeRig();
      await save("rows", [{ id: 1 }]);
      await sql("ALTER TABLE rows ADD CONSTRAINT positive CHECK (id > 0)");
      const failure = failureFrom(await store.save("rows", dataset("rows"), schema, [{ id: -1 }]));
      expect(failure.message).toBe(
        `Dataset 'rows' cannot be written to ${place("rows")}: PostgreSQL says "new row for relation "rows" violates check constraint "positive"" (23514).`,
      );
      expect(await read("rows")).toEqual([{ id: 1 }]);
    });

    test("rows that refer to it", async () => {
      const { sql, save, store, dataset, read } = await makeRig();
      await save("rows", [{ id: 1 }]);
      await sql(
        "ALTER TABLE rows ADD PRIMARY KEY (id); CREATE TABLE orders (row double precision REFERENCES rows ON DELETE CASCADE); INSERT INTO orders VALUES (1)",
      );
      expect(failureFrom(await store.save("rows", dataset("rows"), schema, [{ id: 2 }])).code).toBe(
        "GLA5007",
      );
      expect(await sql("SELECT row FROM orders")).toEqual([{ row: 1 }]);
      expect(await read("rows")).toEqual([{ id: 1 }]);
    });

    test("a view is no table to write", async () => {
      const { sql, store, dataset, place } = await makeRig();
      await sql("CREATE VIEW seven AS SELECT 7::double precision AS id");
      expect(valueFrom(await store.load("rows", dataset("seven"), schema)).value).toEqual([{ id: 7 }]);
      expect(failureFrom(await store.save("rows", dataset("seven"), schema, [])).message).toBe(
        `Dataset 'rows' cannot be written to ${place("seven")}: it is no table, but a view or such.`,
      );
    });
  });

  test("a transaction that began before sees the table whole", async () => {
    const { name, save } = await makeRig();
    await save("rows", [{ id: 1 }]);
    const client = new pg.Client(server.url());
    await client.connect();
    onTestFinished(() => client.end());
    await client.query("BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT 1");
    await save("rows", [{ id: 2 }, { id: 3 }]);
    const { rows } = await client.query(`SELECT id FROM ${name}.rows`);
    expect(rows).toEqual([{ id: 2 }, { id: 3 }]);
  });

  test("values that a Date, or a number, cannot be are GLA5006", async () => {
    const { sql, store, dataset } = await makeRig();
    await sql(
      "CREATE TABLE data (at timestamptz, day date, n numeric); INSERT INTO data VALUES ('infinity', '-infinity', 'NaN')",
    );
    const messageOf = async (properties: JsonObject) =>
      failureFrom(await store.load("rows", dataset("data"), rowsSchema(properties))).message;
    const at = { "x-glacier-type": "Date" };
    expect(await messageOf({ at })).toBe(
      "Dataset 'rows' is not valid PostgreSQL: row 1, column 'at': found Infinity, expected a time that a Date can be.",
    );
    expect(await messageOf({ day: at })).toBe(
      "Dataset 'rows' is not valid PostgreSQL: row 1, column 'day': found -Infinity, expected a time that a Date can be.",
    );
    expect(await messageOf({ n: { "x-glacier-type": "bigint" } })).toBe(
      "Dataset 'rows' is not valid PostgreSQL: row 1, column 'n': found 'NaN', expected an integer.",
    );
  });

  test("types of others are read as what they are", async () => {
    const { sql, store, dataset } = await makeRig();
    await sql(`
      CREATE DOMAIN age AS integer; CREATE TYPE mood AS ENUM ('sad', 'happy');
      CREATE TABLE data (a age, m mood, j jsonb, c char(3), i interval, tags text[], o bigint);
      INSERT INTO data VALUES (3, 'happy', '{"b": [1]}', 'x', '1 day', ARRAY['a', 'b'], 9007199254740993)`);
    const properties = {
      a: number,
      m: { enum: ["sad", "happy"] },
      j: { type: "object", properties: { b: { type: "array", items: number } } },
      c: { type: "string" },
      i: { type: "string" },
      tags: { type: "array", items: { type: "string" } },
      o: { "x-glacier-type": "bigint" },
    };
    const loaded = await store.load("rows", dataset("data"), rowsSchema(properties));
    expect(valueFrom(loaded).value).toStrictEqual([
      { a: 3, m: "happy", j: { b: [1] }, c: "x  ", i: "P1D", tags: ["a", "b"], o: 2n ** 53n + 1n },
    ]);
  });

  describe("a connection that breaks", () => {
    test.for([0, 300, 2000, 100_000, 1_000_000])(
      "after %i bytes on writing leaves the former table",
      async (afterBytes) => {
        const { save, read, at, dataset, place, everything } = await makeRig();
        await save("rows", [{ id: 7 }]);
        const port = await breakingProxy({ port: server.port, direction: "writing", afterBytes });
        const store = at(server.url({ port }));
        const failure = failureFrom(await store.save("rows", dataset("rows"), stream, iterate(manyRows)));
        expect(failure).toEqual({
          code: "GLA5007",
          severity: "error",
          message: `Dataset 'rows' cannot be written to ${place("rows")}: the connection broke.`,
          hint: "check the storage's permissions and free space, and that it can be reached",
          related: [],
        });
        expect(await read("rows")).toEqual([{ id: 7 }]);
        expect(await everything()).toEqual(["rows"]);
      },
    );

    test.for([0, 300, 1500, 100_000])(
      "after %i bytes on reading is told, and no half is taken for the whole",
      async (afterBytes) => {
        const { save, at, dataset, place } = await makeRig();
        await save("rows", manyRows);
        const store = async () =>
          at(
            server.url({
              port: await breakingProxy({ port: server.port, direction: "reading", afterBytes }),
            }),
          );
        const expected = {
          code: "GLA5005",
          severity: "error",
          message: `Dataset 'rows' cannot be read from ${place("rows")}: the connection broke.`,
          hint: "check the dataset's storage, its permissions, and that it can be reached",
          related: [],
        };
        expect(failureFrom(await (await store()).load("rows", dataset("rows"), schema))).toEqual(expected);
        const loaded = await (await store()).load("rows", dataset("rows"), stream);
        if (!loaded.ok) expect(loaded.failure).toEqual(expected);
        else await expect(collect(loaded.value.value)).rejects.toMatchObject({ diagnostics: [expected] });
      },
    );
  });

  describe("a server that is killed", () => {
    test("while a stream is written leaves the former table, also when it is started again", async () => {
      const { save, read, store, dataset, everything } = await makeRig();
      await save("rows", [{ id: 7 }]);
      async function* rows() {
        yield* manyRows.slice(0, 50_000);
        await server.crash();
        yield* manyRows.slice(50_000);
      }
      const failure = failureFrom(await store.save("rows", dataset("rows"), stream, rows()));
      expect(failure.code).toBe("GLA5007");
      expect(failure.message).toMatch(
        /: (the connection broke|the server is shutting down or starting up)\.$/,
      );
      expect(await read("rows")).toEqual([{ id: 7 }]);
      expect(await everything()).toEqual(["rows"]);
      await save("rows", [{ id: 8 }]);
      expect(await read("rows")).toEqual([{ id: 8 }]);
    });

    test("while a stream is read is told", async () => {
      const { save, store, dataset } = await makeRig();
      await save(
        "rows",
        Array.from({ length: 1_000_000 }, (_, id) => ({ id })),
      );
      const { value } = valueFrom(await store.load("rows", dataset("rows"), stream));
      let count = 0;
      const reading = async () => {
        for await (const _ of value as AsyncIterable<unknown>) if (++count === 1) await server.crash();
      };
      const { diagnostics } = await reading().then(
        () => expect.fail("expected a failure"),
        (error: { diagnostics: { message: string }[] }) => error,
      );
      expect(diagnostics[0]?.message).toMatch(
        /: (the connection broke|the server is shutting down or starting up)\.$/,
      );
      expect(count).toBeLessThan(1_000_000);
      expect(await collect(value)).toHaveLength(1_000_000);
    });
  });
});
