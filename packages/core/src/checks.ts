/**
 * What is often checked of datasets: each function looks at rows once and says what it has found. Rows are an array, or
 * a stream, of which nothing is kept but keys; of a stream the result is promised.
 *
 * ```ts
 * export const uniqueIds = check("unique_ids", (users: CleanUsers) => unique(users, (user) => user.id));
 * ```
 *
 * @module @glacier-ts/core/checks
 */
import type { CheckResult } from "./check.js";
import { type Duration, durationMs } from "./duration.js";

/** A row that is not as it should be. */
export interface FailedRow {
  /** From 1 on. */
  readonly row: number;
  /** What was looked at. */
  readonly value: unknown;
}

type Rows<Row> = Iterable<Row> | AsyncIterable<Row>;
/** Promised where one of the inputs is a stream. */
type Found<Inputs> = [Extract<Inputs, AsyncIterable<unknown>>] extends [never]
  ? CheckResult
  : Promise<CheckResult>;
type RowOf<Input> = Input extends Rows<infer Row> ? Row : never;

/** What can be ordered. */
export type Ordered = number | bigint | string | Date;

/**
 * No key is there twice. Rows without one, null or undefined, are left out.
 *
 * @param key a value, a date, or an array of such; all keys are held in memory
 */
export function unique<Input extends Rows<unknown>>(
  rows: Input,
  key: (row: RowOf<Input>) => unknown,
): Found<Input> {
  const failed = new FailedRows("key repeated");
  const seen = new Keys();
  return scan(
    rows as Rows<RowOf<Input>>,
    (row, number) => {
      const value = key(row);
      if (!isAbsent(value) && !seen.add(value)) failed.add(number, value);
    },
    (count) => failed.result(count),
  ) as Found<Input>;
}

/** The columns are neither null nor undefined in any row. */
export function notNull<Input extends Rows<object>>(
  rows: Input,
  ...columns: readonly (keyof RowOf<Input> & string)[]
): Found<Input> {
  const failed = new FailedRows(`${columns.map((column) => `'${column}'`).join(" or ")} missing`);
  return scan(
    rows as Rows<Readonly<Record<string, unknown>>>,
    (row, number) => {
      const missing = columns.filter((column) => isAbsent(row[column]));
      if (missing.length > 0) failed.add(number, missing.join(", "));
    },
    (count) => failed.result(count),
  ) as Found<Input>;
}

/** Every value is from `min` to `max`, both included. Null and undefined are left out; NaN and invalid dates are in no range. */
export function inRange<Input extends Rows<unknown>, Value extends Ordered>(
  rows: Input,
  value: (row: RowOf<Input>) => Value | null | undefined,
  { min, max }: { readonly min?: NoInfer<Value>; readonly max?: NoInfer<Value> },
): Found<Input> {
  const failed = new FailedRows(`value not ${rangeText(min, max)}`);
  return scan(
    rows as Rows<RowOf<Input>>,
    (row, number) => {
      const found = value(row);
      if (isAbsent(found)) return;
      const isInside =
        isOrdered(found) && !(min !== undefined && found < min) && !(max !== undefined && found > max);
      if (!isInside) failed.add(number, found);
    },
    (count) => failed.result(count),
  ) as Found<Input>;
}

/** There are at least `min` rows and at most `max`. */
export function rowCount<Input extends Rows<unknown>>(
  rows: Input,
  { min = 0, max = Infinity }: { readonly min?: number; readonly max?: number },
): Found<Input> {
  const result = (count: number): CheckResult => ({
    passed: count >= min && count <= max,
    message: `there are ${rowsText(count)}, expected ${rangeText(min, max === Infinity ? undefined : max)}`,
  });
  return (Array.isArray(rows) ? result(rows.length) : scan(rows, () => {}, result)) as Found<Input>;
}

/**
 * The newest row is no older than `within`. The result holds until that row is too old.
 *
 * @param at when a row is of: a date, ISO 8601, or milliseconds since 1970
 * @param within such as `"1d"`
 * @throws RangeError for what is no duration
 */
export function fresh<Input extends Rows<unknown>>(
  rows: Input,
  at: (row: RowOf<Input>) => Date | string | number | null | undefined,
  { within }: { readonly within: Duration },
): Found<Input> {
  const withinMs = durationMs(within);
  if (withinMs === undefined) throw new RangeError(`'${within}' is no duration such as "1d"`);
  let newestMs = -Infinity;
  return scan(
    rows as Rows<RowOf<Input>>,
    (row) => {
      const ms = new Date(at(row) ?? Number.NaN).getTime();
      if (ms > newestMs) newestMs = ms;
    },
    (): CheckResult => {
      if (newestMs === -Infinity) return { passed: false, message: "no row has a time" };
      const passed = newestMs >= Date.now() - withinMs;
      const newest = new Date(newestMs).toISOString();
      const message = `the newest row is of ${newest}, expected within ${within}`;
      const endMs = newestMs + withinMs;
      // What is too old stays so; a date has an end.
      const isLasting = !passed || endMs > 8.64e15;
      return { passed, message, ...(!isLasting && { validUntil: new Date(endMs).toISOString() }) };
    },
  ) as Found<Input>;
}

/**
 * Every key is one of the other rows' keys. Rows without one, null or undefined, are left out.
 *
 * @param otherKey all keys of the other rows are held in memory
 */
export function references<Input extends Rows<unknown>, Others extends Rows<unknown>>(
  rows: Input,
  key: (row: RowOf<Input>) => unknown,
  others: Others,
  otherKey: (row: RowOf<Others>) => unknown,
): Found<Input | Others> {
  const failed = new FailedRows("key that refers to nothing");
  const known = new Keys();
  const look = () =>
    scan(
      rows as Rows<RowOf<Input>>,
      (row, number) => {
        const value = key(row);
        if (!isAbsent(value) && !known.has(value)) failed.add(number, value);
      },
      (count) => failed.result(count),
    );
  return scan(others as Rows<RowOf<Others>>, (row) => void known.add(otherKey(row)), look) as Found<
    Input | Others
  >;
}

/** Visits every row in order. @returns what `end` does, promised for a stream */
function scan<Row>(
  rows: Rows<Row>,
  visit: (row: Row, number: number) => void,
  end: (count: number) => MaybePromised,
): MaybePromised {
  let number = 0;
  if (Symbol.asyncIterator in rows) {
    return (async () => {
      for await (const row of rows) visit(row, ++number);
      return await end(number);
    })();
  }
  for (const row of rows) visit(row, ++number);
  return end(number);
}

type MaybePromised = CheckResult | Promise<CheckResult>;

/** As many as are shown. */
const maxExamples = 5;

class FailedRows {
  readonly #what: string;
  readonly #examples: FailedRow[] = [];
  #count = 0;

  /** @param what is wrong: "key repeated" */
  constructor(what: string) {
    this.#what = what;
  }

  add(row: number, value: unknown): void {
    this.#count++;
    if (this.#examples.length < maxExamples) this.#examples.push({ row, value });
  }

  /** @param count of all rows */
  result(count: number): CheckResult {
    if (this.#count === 0) return { passed: true };
    const message = `${this.#what} in ${this.#count} of ${rowsText(count)}`;
    return { passed: false, message, failedRows: this.#count, examples: this.#examples };
  }
}

/** A set of keys: dates and arrays of values are equal where what they hold is. */
class Keys {
  readonly #plain = new Set<unknown>();
  readonly #composed = new Set<string>();

  /** @returns whether it is new */
  add(key: unknown): boolean {
    if (this.has(key)) return false;
    if (typeof key === "object" && key !== null) this.#composed.add(composedText(key));
    else this.#plain.add(key);
    return true;
  }

  has(key: unknown): boolean {
    return typeof key === "object" && key !== null
      ? this.#composed.has(composedText(key))
      : this.#plain.has(key);
  }
}

/** The kinds of the parts are part of the text: `1` is another key than `"1"`. */
function composedText(key: object): string {
  if (key instanceof Date) return `date ${key.getTime()}`;
  if (!Array.isArray(key)) return JSON.stringify(key);
  const parts = key.map((part: unknown) =>
    typeof part === "object" && part !== null ? composedText(part) : `${typeof part} ${String(part)}`,
  );
  return JSON.stringify(parts);
}

function isAbsent(value: unknown): value is null | undefined {
  return value === null || value === undefined;
}

/** Whether a value is equal to itself, unlike NaN and an invalid date. */
function isOrdered(value: Ordered): boolean {
  return !Number.isNaN(value instanceof Date ? value.getTime() : value);
}

function rangeText(min: Ordered | undefined, max: Ordered | undefined): string {
  if (min === undefined && max === undefined) return "a value";
  if (max === undefined) return `${orderedText(min)} or more`;
  return min === undefined
    ? `${orderedText(max)} or less`
    : `from ${orderedText(min)} to ${orderedText(max)}`;
}

function orderedText(value: Ordered | undefined): string {
  return value instanceof Date ? value.toISOString() : String(value);
}

const rowsText = (count: number) => `${count} ${count === 1 ? "row" : "rows"}`;
