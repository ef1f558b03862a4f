/** What every kind of table does as the home of a dataset. A new adapter starts from here. */
import { isDeepStrictEqual } from "node:util";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import type { JsonObject, ManifestDataset } from "@glacier-ts/core";
import type { DatasetStore } from "@glacier-ts/storage";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  arrayOf,
  bigintSchema,
  bytesSchema,
  cases,
  dateSchema,
  kinds,
  mapOf,
  nested,
  nullable,
  objectOf,
  recordOf,
  setOf,
  type Typed,
  tupleOf,
  union,
} from "../storage/arbitrary.js";
import { collect, failureFrom, rowsSchema, valueFrom } from "../storage/project.js";

export interface TableRig {
  readonly store: DatasetStore;
  /** The dataset that is the table of that name, in an empty database. */
  dataset(table: string): ManifestDataset;
  /** Where the table is, as messages say it. */
  place(table: string): string;
  /** Runs SQL without the adapter. */
  sql(statement: string): Promise<unknown>;
  /** All tables, and whatever else a table may leave behind. */
  everything(): Promise<readonly string[]>;
}

export interface TableContract {
  /** As messages name it. */
  readonly format: string;
  /** Texts, times and names that it can hold. */
  readonly isText: (text: string) => boolean;
  readonly isTime: (time: Date) => boolean;
  /** How many random payloads are written and read. */
  readonly runs: number;
}

const string = { type: "string" };
const number = { type: "number" };

export function streamOf(rows: JsonObject): JsonObject {
  return { "x-glacier-type": "AsyncIterable", items: rows.items ?? null };
}

export async function* iterate<T>(rows: readonly T[]): AsyncGenerator<T> {
  yield* rows;
}

export function testTable(
  make: () => Promise<TableRig>,
  { format, isText, isTime, runs }: TableContract,
): void {
  const held: Record<string, Typed> = {
    ...kinds,
    string: { ...kinds.string, values: kinds.string.values.filter((text) => isText(text as string)) },
    date: { ...kinds.date, values: kinds.date.values.filter((date) => isTime(date as Date)) },
    bigint: {
      schema: bigintSchema,
      values: fc.oneof(kinds.bigint.values, fc.bigInt({ min: -(10n ** 200n), max: 10n ** 200n })),
    },
  };
  const scalars = Object.values(held);
  const inJson = [
    kinds.string,
    kinds.boolean,
    kinds.number,
    kinds.integer,
    kinds.date,
    kinds.bigint,
    kinds.bytes,
  ];
  const parts = nested(inJson, (inner) =>
    fc.oneof(
      nullable(inner),
      inner.map((item) => arrayOf(item)),
      inner.map(setOf),
      inner.map(recordOf),
      fc.tuple(inner, inner).map(([left, right]) => mapOf(left, right)),
      fc.tuple(inner, inner).map(([left, right]) => tupleOf(left, right)),
      objectOf(inner),
    ),
  );
  const unions = [
    union(kinds.date, kinds.number),
    union(kinds.string, kinds.number, kinds.boolean),
    union(kinds.bigint, kinds.string),
  ];
  const columnsWithParts = fc.oneof(
    parts.map((item) => arrayOf(item)),
    parts.map(setOf),
    parts.map(recordOf),
    fc.tuple(parts, parts).map(([key, value]) => mapOf(key, value)),
    objectOf(parts),
  );
  const cells = fc.oneof({ weight: 2, arbitrary: fc.constantFrom(...scalars, ...unions) }, columnsWithParts);
  const tables = objectOf(fc.oneof(cells, nullable(cells))).map((row) => arrayOf(row, 8));

  describe("what is written comes back as it was", () => {
    test("of arrays", async () => {
      const { store, dataset } = await make();
      const check = async ({ schema, value }: { schema: JsonObject; value: unknown }) => {
        valueFrom(await store.save("rows", dataset("rows"), schema, value));
        const { value: read } = valueFrom(await store.load("rows", dataset("rows"), schema));
        if (!isDeepStrictEqual(read, value)) expect(read).toStrictEqual(value);
        expect(isDeepStrictEqual(read, value)).toBe(true);
      };
      await fc.assert(fc.asyncProperty(cases(tables), check), { numRuns: runs });
    });

    test("of streams", async () => {
      const { store, dataset } = await make();
      const check = async ({ schema, value }: { schema: JsonObject; value: unknown }) => {
        const stream = streamOf(schema);
        const saved = await store.save("rows", dataset("rows"), stream, iterate(value as unknown[]));
        expect(valueFrom(saved).rows).toBe((value as unknown[]).length);
        const { value: read } = valueFrom(await store.load("rows", dataset("rows"), stream));
        // Each time it is iterated.
        expect(isDeepStrictEqual(await collect(read), value)).toBe(true);
        expect(isDeepStrictEqual(await collect(read), value)).toBe(true);
      };
      await fc.assert(fc.asyncProperty(cases(tables), check), { numRuns: Math.ceil(runs / 4) });
    });

    test("in its order, over many batches", async () => {
      const { store, dataset } = await make();
      const rows = Array.from({ length: 20_000 }, (_, id) => ({ id: (id * 7919) % 20_000 }));
      const schema = rowsSchema({ id: number });
      for (let round = 0; round < 2; round++)
        valueFrom(await store.save("rows", dataset("rows"), schema, rows));
      const loaded = valueFrom(await store.load("rows", dataset("rows"), schema));
      expect(loaded.rows).toBe(20_000);
      expect(isDeepStrictEqual(loaded.value, rows)).toBe(true);
    });

    test("of extreme values", async () => {
      const { store, dataset } = await make();
      const schema = rowsSchema({
        text: string,
        number,
        at: dateSchema,
        bytes: bytesSchema,
        bigint: bigintSchema,
        tags: { type: "array", items: string },
      });
      const row = { text: "", number: 0, at: new Date(0), bytes: new Uint8Array(), bigint: 0n, tags: [""] };
      const long = "long 🧊".repeat(500_000);
      const rows = [
        row,
        { ...row, text: long, tags: [long, "\u0000", "\ud800"] },
        ...[Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -0, 5e-324, Number.MAX_VALUE].map(
          (number) => ({ ...row, number }),
        ),
        ...[8.64e15, 253_402_300_800_000, -1, 1, 999, -62_135_596_800_001].map((time) => ({
          ...row,
          at: new Date(time),
        })),
        ...[10n ** 4n, -(10n ** 4n), 9999n, -(10n ** 5000n) - 1n, 2n ** 64n].map((bigint) => ({
          ...row,
          bigint,
        })),
        { ...row, bytes: new Uint8Array(3_000_000).fill(255) },
        row,
      ];
      valueFrom(await store.save("rows", dataset("rows"), schema, rows));
      const { value } = valueFrom(await store.load("rows", dataset("rows"), schema));
      expect(isDeepStrictEqual(value, rows)).toBe(true);
    });

    test("of no rows, and of columns that none has", async () => {
      const { store, dataset, everything } = await make();
      const schema = rowsSchema({ id: number }, { note: string });
      valueFrom(await store.save("rows", dataset("rows"), schema, []));
      expect(valueFrom(await store.load("rows", dataset("rows"), schema))).toMatchObject({
        value: [],
        rows: 0,
      });
      valueFrom(await store.save("rows", dataset("rows"), schema, [{ id: 1 }, { id: 2, note: undefined }]));
      expect(valueFrom(await store.load("rows", dataset("rows"), schema)).value).toStrictEqual([
        { id: 1 },
        { id: 2 },
      ]);
      expect(await everything()).toEqual(["rows"]);
    });

    test("null and absent are two things where JSON can tell them apart, and a refusal where nothing can", async () => {
      const { store, dataset } = await make();
      const tags = { anyOf: [{ type: "array", items: string }, { type: "null" }] };
      const schema = rowsSchema({}, { tags, more: {} });
      const rows = [{}, { tags: null, more: null }, { tags: [], more: { a: 1 } }];
      valueFrom(await store.save("rows", dataset("rows"), schema, rows));
      expect(valueFrom(await store.load("rows", dataset("rows"), schema)).value).toStrictEqual(rows);
      const name = { anyOf: [string, { type: "null" }] };
      const named = rowsSchema({}, { name });
      valueFrom(await store.save("rows", dataset("rows"), named, [{ name: null }, { name: "Ann" }]));
      const refused = await store.save("rows", dataset("rows"), named, [{ name: null }, {}]);
      expect(failureFrom(refused)).toEqual({
        code: "GLA5013",
        severity: "error",
        message: `Dataset 'rows' cannot be written as ${format} at '/1/name': the property is absent, which a column that holds null, too, cannot tell from null: write null, or take null out of its type.`,
        hint: "return a value that it can hold, or use another `format` or storage",
        related: [],
      });
      expect(valueFrom(await store.load("rows", dataset("rows"), named)).value).toStrictEqual([
        { name: null },
        { name: "Ann" },
      ]);
    });
  });

  describe("names", () => {
    test.for([
      "order",
      "Upper Case",
      'say "hi"',
      "it's; DROP TABLE rows",
      "größe 🧊",
      "a.b",
      "%s $1",
      "n".repeat(63),
      " ",
      "\\",
      "users.csv",
    ])("'%s' is a name of a table and of a column", async (name) => {
      const { store, dataset, everything, place } = await make();
      const schema = rowsSchema({ [name]: number });
      const saved = valueFrom(await store.save("rows", dataset(name), schema, [{ [name]: 1 }]));
      expect(saved.place).toBe(place(name));
      valueFrom(await store.save("rows", dataset(name), schema, [{ [name]: 2 }]));
      expect(valueFrom(await store.load("rows", dataset(name), schema)).value).toStrictEqual([{ [name]: 2 }]);
      expect(valueFrom(await store.version("rows", dataset(name), schema, () => undefined)).place).toBe(
        place(name),
      );
      expect(await everything()).toEqual([name]);
    });

    test.for(["a\0b", ""])("'%s' is none", async (name) => {
      const { store, dataset, everything } = await make();
      const column = await store.save("rows", dataset("rows"), rowsSchema({ [name]: number }), []);
      expect(failureFrom(column).code).toBe("GLA5013");
      const table = await store.save("rows", dataset(name), rowsSchema({ id: number }), []);
      expect(failureFrom(table).code).toBe("GLA1010");
      expect(await everything()).toEqual([]);
    });
  });

  describe("what it cannot hold is GLA5013, and the former table stays:", () => {
    const rows = rowsSchema({ id: number });
    test.for<readonly [schema: JsonObject | undefined, value: unknown, path: string, why: string]>([
      [rows, [{ id: 1 }, { id: "2" }], "/1/id", "found '2', expected a number"],
      [rows, [{ id: 1 }, {}], "/1/id", "found nothing, expected a number"],
      [rows, [{ id: null }], "/0/id", "found null, expected a number"],
      [rows, [{ id: 1 }, 2], "/1", "found 2, expected an object"],
      [rows, 12, "", "found 12, expected rows"],
      [
        rows.items as JsonObject,
        { id: 1 },
        "",
        "the dataset is an object, and a table holds rows that are objects",
      ],
      [
        { type: "array", items: number },
        [1],
        "",
        "its rows are a number, and a table holds rows that are objects",
      ],
      [undefined, [{ id: 1 }], "", "the type of the rows does not name the columns, and a table has columns"],
      [rowsSchema({}), [{}], "", "its rows have no properties"],
      [rowsSchema({ id: { type: "integer" } }), [{ id: 0.5 }], "/0/id", "found 0.5, expected a safe integer"],
      [
        rowsSchema({ at: dateSchema }),
        [{ at: new Date(Number.NaN) }],
        "/0/at",
        "found an invalid Date, expected a valid Date",
      ],
      [
        rowsSchema({ name: string }),
        [{ name: "\uD800" }],
        "/0/name",
        "found '\uD800', expected well-formed text",
      ],
      [
        rowsSchema({ tags: { type: "array", items: number } }),
        [{ tags: [Number.NaN] }],
        "/0/tags/0",
        "JSON has no NaN",
      ],
      [
        rowsSchema({ x: { type: "array", items: bigintSchema } }),
        [{ x: [1n, 2] }],
        "/0/x/1",
        "found 2, expected a bigint",
      ],
    ])("%#", async ([schema, value, path, why]) => {
      const { store, dataset, everything } = await make();
      valueFrom(await store.save("rows", dataset("rows"), rows, [{ id: 7 }]));
      const result = await store.save("rows", dataset("rows"), schema, value);
      expect(failureFrom(result)).toEqual({
        code: "GLA5013",
        severity: "error",
        message: `Dataset 'rows' cannot be written as ${format}${path === "" ? "" : ` at '${path}'`}: ${why}.`,
        hint: "return a value that it can hold, or use another `format` or storage",
        related: [],
      });
      expect(valueFrom(await store.load("rows", dataset("rows"), rows)).value).toEqual([{ id: 7 }]);
      expect(await everything()).toEqual(["rows"]);
    });
  });

  describe("reading a table of others", () => {
    test("that is not there is GLA5004, of arrays, streams and versions", async () => {
      const { store, dataset, place, everything } = await make();
      const schema = rowsSchema({ id: number });
      for (const found of [
        await store.load("rows", dataset("gone"), schema),
        await store.load("rows", dataset("gone"), streamOf(schema)),
        await store.version("rows", dataset("gone"), schema, () => undefined),
      ]) {
        expect(failureFrom(found)).toEqual({
          code: "GLA5004",
          severity: "error",
          message: `Dataset 'rows' was not found at ${place("gone")}.`,
          hint: "check the dataset's storage, and that its data is there; `file()` paths are relative to the folder of the tsconfig",
          related: [],
        });
      }
      expect(await everything()).toEqual([]);
    });

    test("takes only the columns that the payload names", async () => {
      const { store, dataset, sql } = await make();
      // Not even those that cannot be computed are asked for.
      await sql(`CREATE TABLE base (id integer, name text, age integer)`);
      await sql(`INSERT INTO base VALUES (1, 'Ann', 3), (2, 'Bob', NULL)`);
      await sql(`CREATE VIEW people AS SELECT id, name, age, (name || '!')::integer AS broken FROM base`);
      const schema = rowsSchema({ name: string }, { age: number, born: dateSchema });
      const loaded = valueFrom(await store.load("rows", dataset("people"), schema));
      expect(loaded.value).toStrictEqual([{ name: "Ann", age: 3 }, { name: "Bob" }]);
      expect(valueFrom(await store.load("rows", dataset("people"), rowsSchema({}))).value).toStrictEqual([
        {},
        {},
      ]);
    });

    test("gives all columns where no type names them", async () => {
      const { store, dataset, sql } = await make();
      await sql(
        `CREATE TABLE data (i integer, l bigint, d decimal(6,2), t text, b boolean, made timestamp, day date)`,
      );
      await sql(
        `INSERT INTO data VALUES (1, 9007199254740993, 12.50, 'x', true, '2026-01-31 12:00:00.5', '2026-01-31')`,
      );
      expect(valueFrom(await store.load("rows", dataset("data"), undefined)).value).toStrictEqual([
        {
          i: 1,
          l: 2n ** 53n + 1n,
          d: "12.50",
          t: "x",
          b: true,
          made: new Date("2026-01-31T12:00:00.500Z"),
          day: new Date("2026-01-31"),
        },
      ]);
    });

    test("converts what fits", async () => {
      const { store, dataset, sql } = await make();
      await sql(
        `CREATE TABLE data (small smallint, price decimal(6,2), half real, day date, made timestamp, id uuid, said text, counts integer[])`,
      );
      await sql(
        `INSERT INTO data VALUES (3, 12.50, 0.1, '2026-01-31', '2026-01-31 12:00:00', '00000000-0000-0000-0000-000000000001', '2026-02-01', '{}')`.replace(
          "'{}'",
          "ARRAY[1, 2]",
        ),
      );
      const read = async (schema: JsonObject) =>
        (valueFrom(await store.load("rows", dataset("data"), schema)).value as unknown[])[0];
      expect(
        await read(
          rowsSchema({ small: bigintSchema, price: number, half: number, day: dateSchema, made: string }),
        ),
      ).toStrictEqual({
        small: 3n,
        price: 12.5,
        half: 0.1,
        day: new Date("2026-01-31"),
        made: "2026-01-31T12:00:00.000Z",
      });
      expect(
        await read(
          rowsSchema({
            small: { type: "integer" },
            price: string,
            day: string,
            id: string,
            said: dateSchema,
            counts: { type: "array", items: number },
          }),
        ),
      ).toStrictEqual({
        small: 3,
        price: "12.50",
        day: "2026-01-31",
        id: "00000000-0000-0000-0000-000000000001",
        said: new Date("2026-02-01"),
        counts: [1, 2],
      });
      expect(
        await read(rowsSchema({ small: { enum: [1, 3] }, said: { enum: ["2026-02-01"] } })),
      ).toStrictEqual({ small: 3, said: "2026-02-01" });
    });

    test.for<readonly [schema: JsonObject, why: string]>([
      [
        rowsSchema({ nam: string }),
        "column 'nam' is missing (did you mean 'name'?); there are 'id', 'name', 'tags'",
      ],
      [rowsSchema({ id: number }), "row 2, column 'id': found null, expected a number"],
      [
        rowsSchema({ name: { enum: ["Ann", "Eve"] } }),
        "row 2, column 'name': found 'Bob', expected 'Ann' or 'Eve'",
      ],
      [
        rowsSchema({ name: dateSchema }),
        "row 1, column 'name': found 'Ann', expected a date such as 2026-01-31 or 2026-01-31T12:00:00Z",
      ],
      [
        rowsSchema({ tags: { type: "array", items: number } }),
        "row 2, column 'tags': found an object, expected a value that fits its type, an array",
      ],
      [
        rowsSchema({ tags: { type: "array", items: dateSchema } }),
        "row 1, column 'tags': line 1, column 2: found 1, expected a date such as 2026-01-31 or 2026-01-31T12:00:00Z at '/0'",
      ],
      [rowsSchema({ tags: number }), "row 1, column 'tags': found an array, expected a number"],
      [{ type: "array", items: number }, "its rows are a number, and a table holds rows that are objects"],
    ])("%# is GLA5006 where it does not fit", async ([schema, why]) => {
      const { store, dataset, sql } = await make();
      await sql(`CREATE TABLE data (id integer, name text, tags json)`);
      await sql(`INSERT INTO data VALUES (1, 'Ann', '[1]'), (NULL, 'Bob', '{"a":1}')`);
      const message = `Dataset 'rows' is not valid ${format}: ${why}.`;
      const expected = {
        code: "GLA5006",
        severity: "error",
        message,
        hint: "mend the data, or what the dataset declares: its type or `format`",
        related: [],
      };
      expect(failureFrom(await store.load("rows", dataset("data"), schema))).toEqual(expected);
      const stream = await store.load("rows", dataset("data"), streamOf(schema));
      if (!stream.ok) expect(stream.failure).toEqual(expected);
      else await expect(collect(stream.value.value)).rejects.toMatchObject({ diagnostics: [expected] });
    });

    test("whose column is of another type is GLA5006", async () => {
      const { store, dataset, sql } = await make();
      await sql(`CREATE TABLE data (name text)`);
      for (const schema of [rowsSchema({ name: number }), streamOf(rowsSchema({ name: number }))]) {
        const failure = failureFrom(await store.load("rows", dataset("data"), schema));
        expect(failure.message.toLowerCase()).toMatch(
          new RegExp(
            `dataset 'rows' is not valid ${format}: column 'name' is (text|varchar), expected a number.`,
            "i",
          ),
        );
      }
    });
  });

  describe("the version", () => {
    const schema = rowsSchema({ id: number, name: string });
    const rows = [
      { id: 0, name: "a" },
      { id: 2, name: "b" },
      { id: 2, name: "b" },
    ];

    test("is the same for the same rows, and another one after any change, also by others", async () => {
      const { store, dataset, sql } = await make();
      const version = async () => {
        const found = valueFrom(await store.version("rows", dataset("rows"), schema, () => undefined));
        expect(found.sizeBytes).toBeGreaterThan(0);
        return found.version;
      };
      const save = async (value: unknown) =>
        valueFrom(await store.save("rows", dataset("rows"), schema, value));
      await save(rows);
      const first = await version();
      expect(await version()).toBe(first);
      await save([]);
      const seen = new Set([first, await version()]);
      await save([rows[2], rows[0], rows[1]]);
      expect(await version()).toBe(first);
      for (const change of [
        "UPDATE rows SET name = 'B' WHERE id = 0",
        "INSERT INTO rows (id, name) VALUES (2, 'b')",
        "INSERT INTO rows (id, name) VALUES (2, 'b')",
        "DELETE FROM rows WHERE id = 2",
      ]) {
        await sql(change);
        seen.add(await version());
      }
      for (const id of [0, -0]) {
        await save([{ id, name: "zero" }]);
        seen.add(await version());
      }
      expect(seen.size).toBe(8);
    });

    test("is that of the columns that the payload names", async () => {
      const { store, dataset, sql } = await make();
      valueFrom(await store.save("rows", dataset("rows"), schema, rows));
      const ids = rowsSchema({ id: number });
      const version = async (payload: JsonObject | undefined) => {
        const known = new Map<string, string>();
        const found = valueFrom(
          await store.version("rows", dataset("rows"), payload, (place, mark) =>
            known.get(`${place} ${mark}`),
          ),
        );
        return found.version;
      };
      const before = await version(ids);
      const whole = await version(undefined);
      expect(await version(schema)).toBe(whole);
      await sql("UPDATE rows SET name = 'other'");
      expect(await version(ids)).toBe(before);
      expect(await version(undefined)).not.toBe(whole);
    });
  });

  describe("replacing", () => {
    const schema = rowsSchema({ id: number });
    const stream = streamOf(schema);

    test("is not seen before it is done", async () => {
      const { store, dataset } = await make();
      const read = async () =>
        valueFrom(await store.load("rows", dataset("rows"), schema)).value as unknown[];
      valueFrom(await store.save("rows", dataset("rows"), schema, [{ id: 7 }]));
      const seen: unknown[] = [];
      async function* rows() {
        for (let id = 0; id < 10_000; id++) {
          if (id % 4000 === 0) seen.push(await read());
          yield { id };
        }
        seen.push(await read());
      }
      valueFrom(await store.save("rows", dataset("rows"), stream, rows()));
      expect(seen).toEqual(Array.from({ length: 4 }, () => [{ id: 7 }]));
      expect(await read()).toHaveLength(10_000);
    });

    test.for([0, 1, 5000])("leaves the former table where the stream throws after %i rows", async (count) => {
      const { store, dataset, everything } = await make();
      valueFrom(await store.save("rows", dataset("rows"), schema, [{ id: 7 }]));
      const error = Object.assign(new Error("the source broke"), { code: "42P01", severity: "ERROR" });
      async function* rows() {
        for (let id = 0; id < count; id++) yield { id };
        throw error;
      }
      await expect(store.save("rows", dataset("rows"), stream, rows())).rejects.toBe(error);
      await expect(store.save("rows", dataset("new"), stream, rows())).rejects.toBe(error);
      expect(valueFrom(await store.load("rows", dataset("rows"), schema)).value).toEqual([{ id: 7 }]);
      expect(await everything()).toEqual(["rows"]);
    });

    test("closes a stream that it cannot write", async () => {
      const { store, dataset } = await make();
      let isClosed = false;
      async function* rows() {
        try {
          for (let id = 0; ; id++) yield { id: id < 3000 ? id : "wrong" };
        } finally {
          isClosed = true;
        }
      }
      const failure = failureFrom(await store.save("rows", dataset("rows"), stream, rows()));
      expect(failure.message).toContain("at '/3000/id': found 'wrong', expected a number");
      expect(isClosed).toBe(true);
    });

    test.for([0, 1])("by many at once: one of them wins, whole, where %i was before", async (before) => {
      const { store, dataset, everything } = await make();
      if (before) valueFrom(await store.save("rows", dataset("rows"), schema, [{ id: -1 }]));
      const saves = Array.from({ length: 6 }, (_, id) =>
        store.save("rows", dataset("rows"), stream, iterate(Array.from({ length: 3000 }, () => ({ id })))),
      );
      for (const saved of await Promise.all(saves)) expect(valueFrom(saved).rows).toBe(3000);
      const rows = valueFrom(await store.load("rows", dataset("rows"), schema)).value as { id: number }[];
      expect(rows).toHaveLength(3000);
      expect(new Set(rows.map(({ id }) => id)).size).toBe(1);
      expect(await everything()).toEqual(["rows"]);
    });

    test("takes other columns than before", async () => {
      const { store, dataset, everything } = await make();
      const other = rowsSchema({ id: string }, { name: string });
      valueFrom(await store.save("rows", dataset("rows"), schema, [{ id: 7 }]));
      valueFrom(await store.save("rows", dataset("rows"), other, [{ id: "a", name: "b" }]));
      expect(valueFrom(await store.load("rows", dataset("rows"), other)).value).toStrictEqual([
        { id: "a", name: "b" },
      ]);
      expect(await everything()).toEqual(["rows"]);
    });

    test("takes rows from another table, and from the former one, as they flow", async () => {
      const { store, dataset } = await make();
      const count = 20_000;
      valueFrom(
        await store.save(
          "a",
          dataset("a"),
          stream,
          iterate(Array.from({ length: count }, (_, id) => ({ id }))),
        ),
      );
      for (const to of ["b", "a"]) {
        const source = valueFrom(await store.load("a", dataset("a"), stream)).value as AsyncIterable<{
          id: number;
        }>;
        const rows = source[Symbol.asyncIterator]();
        // Open before the writing begins.
        const first = (await rows.next()).value;
        async function* doubled() {
          yield { id: first.id };
          for (let row = await rows.next(); !row.done; row = await rows.next())
            yield { id: row.value.id * 2 };
        }
        valueFrom(await store.save("b", dataset(to), stream, doubled()));
      }
      const rows = valueFrom(await store.load("a", dataset("a"), schema)).value as unknown[];
      expect(rows.at(-1)).toEqual({ id: (count - 1) * 2 });
    });
  });

  test("a stream that is given up, or never read, is in nobody's way", async () => {
    const { store, dataset } = await make();
    const schema = streamOf(rowsSchema({ id: number }));
    const rows = Array.from({ length: 50_000 }, (_, id) => ({ id }));
    valueFrom(await store.save("rows", dataset("rows"), schema, iterate(rows)));
    const { value } = valueFrom(await store.load("rows", dataset("rows"), schema));
    for await (const row of value as AsyncIterable<unknown>) {
      expect(row).toEqual({ id: 0 });
      break;
    }
    valueFrom(await store.save("rows", dataset("rows"), schema, iterate(rows.slice(0, 1))));
    expect(await collect(value)).toEqual([{ id: 0 }]);
  });

  test("holds little of 1,000,000 rows", { timeout: 180_000 }, async () => {
    const { store, dataset } = await make();
    const schema = streamOf(rowsSchema({ id: number, name: string, score: number, at: dateSchema }));
    const count = 1_000_000;
    let most = 0;
    const measure = () => {
      const { external, heapUsed } = process.memoryUsage();
      most = Math.max(most, external + heapUsed);
    };
    gc();
    measure();
    const start = most;
    async function* rows() {
      for (let id = 0; id < count; id++) {
        if (id % 100_000 === 0) gc();
        if (id % 10_000 === 0) measure();
        yield { id, name: `name ${id}`, score: id / 7, at: new Date(id) };
      }
    }
    valueFrom(await store.save("rows", dataset("rows"), schema, rows()));
    const { value } = valueFrom(await store.load("rows", dataset("rows"), schema));
    let next = 0;
    for await (const { id, at } of value as AsyncIterable<{ id: number; at: Date }>) {
      if (id !== next || at.getTime() !== next) expect.fail(`found row ${id} at ${next}`);
      if (++next % 100_000 === 0) gc();
      if (next % 10_000 === 0) measure();
    }
    expect(next).toBe(count);
    expect((most - start) / 2 ** 20).toBeLessThan(96);
  });
}

setFlagsFromString("--expose-gc");
/** Buffers are freed late by themselves: what is measured is what is held. */
const gc: () => void = runInNewContext("gc");
