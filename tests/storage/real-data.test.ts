/** Files that others made: those of vega-datasets, found as `file({ package, path })` finds them. */
import { fileURLToPath } from "node:url";
import type { Json, JsonObject } from "@glacier-ts/core";
import { DatasetStore } from "@glacier-ts/storage";
import { expect, test } from "vitest";
import { dateSchema } from "./arbitrary.js";
import { failureFrom, rowsSchema, valueFrom } from "./project.js";

const string: Json = { type: "string" };
const number: Json = { type: "number" };
const store = new DatasetStore({ projectRoot: fileURLToPath(new URL("../..", import.meta.url)) });

const load = (path: string, schema: JsonObject) =>
  store.load(
    "data",
    { schema: "", storage: { kind: "file", package: "vega-datasets", path }, declared: "" },
    schema,
  );

test("airports.csv: codes stay text, commas stay inside of quotes", async () => {
  const schema = rowsSchema({
    iata: string,
    name: string,
    city: string,
    latitude: number,
    longitude: number,
  });
  const { value, rows, place } = valueFrom(await load("data/airports.csv", schema));
  const airports = value as { iata: string; name: string }[];
  expect([rows, place]).toEqual([3376, "data/airports.csv of the package 'vega-datasets'"]);
  expect(airports[0]).toEqual({
    iata: "00M",
    name: "Thigpen",
    city: "Bay Springs",
    latitude: 31.95376472,
    longitude: -89.23450472,
  });
  expect(
    airports.filter(({ iata }) => /^\d+$/.test(iata)).every(({ iata }) => typeof iata === "string"),
  ).toBe(true);
  expect(airports.some(({ name }) => name.includes(","))).toBe(true);
});

test("weather.csv: dates and numbers", async () => {
  const schema = rowsSchema({
    location: string,
    date: dateSchema,
    precipitation: number,
    weather: { enum: ["drizzle", "rain", "sun", "snow", "fog"] },
  });
  const { value, rows } = valueFrom(await load("data/weather.csv", schema));
  expect(rows).toBe(2922);
  expect((value as unknown[])[1]).toEqual({
    location: "Seattle",
    date: new Date("2012-01-02"),
    precipitation: 10.9,
    weather: "rain",
  });
});

test("stocks.csv: a date as people write it is reported, and is text where the type says so", async () => {
  expect(failureFrom(await load("data/stocks.csv", rowsSchema({ date: dateSchema })))).toMatchObject({
    message:
      "Dataset 'data' is not valid csv: line 2, column 'date': found 'Jan 1 2000', expected a date such as 2026-01-31 or 2026-01-31T12:00:00Z.",
    location: { file: "node_modules/vega-datasets/data/stocks.csv", line: 2, column: 6 },
  });
  expect(valueFrom(await load("data/stocks.csv", rowsSchema({ date: string, price: number }))).rows).toBe(
    560,
  );
});

test("unemployment.tsv: numbers without a leading digit", async () => {
  const { value, rows } = valueFrom(
    await load("data/unemployment.tsv", rowsSchema({ id: string, rate: number })),
  );
  expect(rows).toBe(3218);
  expect((value as unknown[])[0]).toEqual({ id: "1001", rate: 0.097 });
});

test("movies.json: values that may be null", async () => {
  const nullable = { anyOf: [number, { type: "null" }] };
  const { value, rows } = valueFrom(await load("data/movies.json", rowsSchema({ "US Gross": nullable })));
  expect(rows).toBe(3201);
  expect((value as Record<string, unknown>[])[0]).toMatchObject({
    Title: "The Land Girls",
    "US Gross": 146083,
  });
});

test("flights-3m.parquet: 3 million rows, whose INT64 columns are numbers and whose timestamps are dates", async () => {
  const schema = rowsSchema({
    date: dateSchema,
    delay: number,
    distance: number,
    origin: string,
    destination: string,
  });
  const { value, rows } = valueFrom(await load("data/flights-3m.parquet", schema));
  const flights = value as { date: Date; delay: number }[];
  expect(rows).toBe(3_000_000);
  expect(flights[0]).toEqual({
    date: new Date("2001-01-01T00:01:00Z"),
    delay: 33,
    distance: 2176,
    origin: "LAS",
    destination: "PHL",
  });
  expect(flights.at(-1)?.date).toBeInstanceOf(Date);
});

test("flights-3m.parquet: columns by other types, and only those that are asked for", async () => {
  const bigint = { type: "integer", format: "int64", "x-glacier-type": "bigint" };
  const schema = rowsSchema({ date: string, delay: bigint });
  expect((valueFrom(await load("data/flights-3m.parquet", schema)).value as unknown[])[0]).toEqual({
    date: "2001-01-01T00:01:00.000Z",
    delay: 33n,
  });
  const count = valueFrom(await load("data/flights-3m.parquet", rowsSchema({})));
  expect([count.rows, (count.value as unknown[])[0]]).toEqual([3_000_000, {}]);
});
