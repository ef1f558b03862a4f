/** What `@glacier-ts/core/checks` finds in rows, told by slower and plainer means. */
import { type CheckResult, check, taskMetadata } from "@glacier-ts/core";
import { fresh, inRange, notNull, references, rowCount, unique } from "@glacier-ts/core/checks";
import fc from "fast-check";
import { describe, expect, it } from "vitest";

async function* streamOf<Row>(rows: readonly Row[]): AsyncGenerator<Row> {
  yield* rows;
}

const absentOr = <Value>(values: fc.Arbitrary<Value>) => fc.option(values, { nil: null });
const keys = fc.oneof(
  fc.constantFrom<unknown>(1, "1", 1n, true, null, undefined, "", 0),
  fc.constantFrom(0, 1).map((ms) => new Date(ms)),
  fc.array(fc.constantFrom<unknown>("a", "b,", 1, "1", 1n, null), { maxLength: 2 }),
);
const rowsOf = <Value>(values: fc.Arbitrary<Value>) => fc.array(values.map((value) => ({ value })));

/** Equal by kind and content. */
const isSame = (left: unknown, right: unknown): boolean =>
  Array.isArray(left) && Array.isArray(right)
    ? left.length === right.length && left.every((part, index) => isSame(part, right[index]))
    : left instanceof Date && right instanceof Date
      ? left.getTime() === right.getTime()
      : left === right;
const isAbsent = (value: unknown) => value === null || value === undefined;

/** The rows that failed, and a few of them. */
function expectFailed(
  result: CheckResult,
  rows: readonly { readonly value: unknown }[],
  isBad: (value: unknown, index: number) => boolean,
) {
  const bad = rows.flatMap(({ value }, index) => (isBad(value, index) ? [{ row: index + 1, value }] : []));
  expect(result.passed).toBe(bad.length === 0);
  expect(result.failedRows ?? 0).toBe(bad.length);
  expect(result.examples ?? []).toEqual(bad.slice(0, 5));
  if (bad.length > 0)
    expect(result.message).toMatch(new RegExp(` in ${bad.length} of ${rows.length} rows?$`));
}

describe("unique", () => {
  it("finds every row whose key was there before", async () => {
    await fc.assert(
      fc.asyncProperty(rowsOf(keys), async (rows) => {
        const key = (row: { value: unknown }) => row.value;
        const result = unique(rows, key);
        expectFailed(
          result,
          rows,
          (value, index) =>
            !isAbsent(value) && rows.slice(0, index).some((other) => isSame(other.value, value)),
        );
        expect(await unique(streamOf(rows), key)).toEqual(result);
      }),
    );
  });
});

describe("references", () => {
  it("finds every key that is none of the others, streamed or not", async () => {
    await fc.assert(
      fc.asyncProperty(rowsOf(keys), rowsOf(keys), async (rows, others) => {
        const key = (row: { value: unknown }) => row.value;
        const result = references(rows, key, others, key);
        expectFailed(
          result,
          rows,
          (value) => !isAbsent(value) && !others.some((other) => isSame(other.value, value)),
        );
        expect(await references(rows, key, streamOf(others), key)).toEqual(result);
        expect(await references(streamOf(rows), key, others, key)).toEqual(result);
        expect(await references(streamOf(rows), key, streamOf(others), key)).toEqual(result);
      }),
    );
  });
});

describe("notNull", () => {
  it("names the columns that a row lacks", async () => {
    const cell = fc.constantFrom<unknown>(0, "", false, Number.NaN, null, undefined);
    await fc.assert(
      fc.asyncProperty(fc.array(fc.record({ a: cell, b: cell, c: cell })), async (rows) => {
        const result = notNull(rows, "a", "b");
        const lacking = rows.map(({ a, b }) => [
          ...(isAbsent(a) ? ["a"] : []),
          ...(isAbsent(b) ? ["b"] : []),
        ]);
        expectFailed(
          result,
          lacking.map((columns) => ({ value: columns.join(", ") })),
          (value) => value !== "",
        );
        expect(await notNull(streamOf(rows), "a", "b")).toEqual(result);
      }),
    );
  });
});

describe("inRange", () => {
  it("finds what is outside, and what is no number", async () => {
    const bound = fc.option(fc.integer({ min: -3, max: 3 }), { nil: undefined });
    const values = absentOr(fc.oneof(fc.integer({ min: -5, max: 5 }), fc.constant(Number.NaN)));
    await fc.assert(
      fc.asyncProperty(rowsOf(values), bound, bound, async (rows, min, max) => {
        const range = { ...(min !== undefined && { min }), ...(max !== undefined && { max }) };
        const result = inRange(rows, (row) => row.value, range);
        expectFailed(
          result,
          rows,
          (value) => value !== null && !((value as number) >= (min ?? -9) && (value as number) <= (max ?? 9)),
        );
        expect(await inRange(streamOf(rows), (row) => row.value, range)).toEqual(result);
      }),
    );
  });

  it("compares dates, bigints and texts, and says which range", () => {
    const day = (text: string) => new Date(`${text}T00:00:00Z`);
    const early = inRange([day("2026-11-01")], (date) => date, { min: day("2026-11-02") });
    expect(early).toMatchObject({
      passed: false,
      message: "value not 2026-11-02T00:00:00.000Z or more in 1 of 1 row",
    });
    expect(inRange([1n, 3n], (value) => value, { min: 1n, max: 2n })).toMatchObject({ failedRows: 1 });
    expect(inRange(["b", "c"], (value) => value, { max: "b" }).message).toBe(
      "value not b or less in 1 of 2 rows",
    );
    expect(inRange([new Date(Number.NaN)], (date) => date, {}).passed).toBe(false);
  });
});

describe("rowCount", () => {
  it("counts rows of arrays, streams and other iterables", async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(9), fc.nat(9), fc.nat(9), async (count, min, max) => {
        const rows = Array.from({ length: count });
        const result = rowCount(rows, { min, max });
        expect(result.passed).toBe(count >= min && count <= max);
        expect(await rowCount(streamOf(rows), { min, max })).toEqual(result);
        expect(rowCount(new Map(rows.entries()), { min, max })).toEqual(result);
      }),
    );
    expect(rowCount([], { min: 1 }).message).toBe("there are 0 rows, expected 1 or more");
  });
});

describe("fresh", () => {
  const hour = 3_600_000;
  const ago = (ms: number) => new Date(Date.now() - ms);

  it("looks at the newest row, whatever its time is written as, and says until when that holds", async () => {
    const newest = ago(hour);
    for (const at of [newest, newest.toISOString(), newest.getTime()]) {
      const rows = [{ at: ago(9 * hour) }, { at }, { at: null }];
      const result = fresh(rows, (row) => row.at, { within: "2h" });
      expect(result).toEqual({
        passed: true,
        message: `the newest row is of ${newest.toISOString()}, expected within 2h`,
        validUntil: new Date(newest.getTime() + 2 * hour).toISOString(),
      });
      expect(await fresh(streamOf(rows), (row) => row.at, { within: "2h" })).toEqual(result);
    }
  });

  it("does not pass where rows are too old, or none has a time", () => {
    const old = fresh([ago(3 * hour)], (at) => at, { within: "2h" });
    expect(old.passed).toBe(false);
    expect(old.validUntil).toBeUndefined();
    expect(fresh([], (at) => at, { within: "2h" })).toEqual({ passed: false, message: "no row has a time" });
    expect(fresh(["soon"], (at) => at, { within: "2h" }).passed).toBe(false);
    expect(() => fresh([], (at) => at, { within: "2 days" as "2d" })).toThrow(RangeError);
  });
});

describe("check", () => {
  const isEven = (value: number) => value % 2 === 0;

  it("is called as the function that it is", () => {
    expect([1, 2].map(check("even", isEven))).toEqual([false, true]);
    expect(check("even", { severity: "warn" }, isEven)(2)).toBe(true);
  });

  it("remembers its options and its id, with options or without", () => {
    const options = { severity: "warn", retries: 2 } as const;
    expect(taskMetadata(check("even", isEven, { id: "a#b" }))).toEqual({ options: {}, id: "a#b" });
    expect(taskMetadata(check("even", options, isEven, { id: "a#b" }))).toEqual({ options, id: "a#b" });
    expect(taskMetadata(check("even", options, isEven))).toEqual({ options, id: undefined });
    expect(taskMetadata(isEven)).toBeUndefined();
  });
});
