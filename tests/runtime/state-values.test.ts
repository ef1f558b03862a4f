import { createHash } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeValue } from "../../packages/runtime/src/state/decode-value.js";
import { encodeValue, NotEncodable } from "../../packages/runtime/src/state/encode-value.js";
import { frameBytes, maxDepth } from "../../packages/runtime/src/state/value-format.js";

const roundTrip = (value: unknown) => decodeValue([...encodeValue(value)]);

function hashOf(value: unknown): string {
  const hash = createHash("sha256");
  for (const frame of encodeValue(value)) hash.update(frame);
  return hash.digest("hex");
}

const whyNot = (value: unknown): string => {
  try {
    for (const _ of encodeValue(value));
  } catch (error) {
    if (error instanceof NotEncodable) return error.message;
    throw error;
  }
  throw new Error("it was encoded");
};

const data = fc.anything({
  withBigInt: true,
  withDate: true,
  withMap: true,
  withSet: true,
  withTypedArray: true,
  withSparseArray: true,
  withNullPrototype: false,
  withUnicodeString: true,
});

describe("values as bytes", () => {
  it("come back as they went", () => {
    fc.assert(
      fc.property(data, (value) => {
        expect(roundTrip(value)).toStrictEqual(value);
      }),
      { numRuns: 1000 },
    );
  });

  it.each<[string, unknown]>([
    ["a negative zero", -0],
    ["no number", Number.NaN],
    ["large and small numbers", [2 ** 31 - 1, -(2 ** 31), 2 ** 31, 2 ** 53, 5e-324, -Infinity]],
    ["bigints", [0n, -1n, 2n ** 200n]],
    ["halves of characters", ["\ud800", "a\udc00", "日本", "é", "ÿ", "Ā"]],
    ["texts of all lengths", ["", "x".repeat(40), "x".repeat(41), "é".repeat(200), `${"x".repeat(300)}日`]],
    ["an invalid date", new Date(Number.NaN)],
    ["undefined, and nothing at all", { here: undefined, list: Object.assign([undefined], { 2: 1 }) }],
    ["a key that is special", JSON.parse('{ "__proto__": { "a": 1 }, "constructor": 2 }')],
    ["keys of maps", new Map<unknown, unknown>([[{ a: 1 }, new Set([new Map()])]])],
    ["binary data", [new Uint8Array([1, 2]).buffer, Buffer.from("a"), new DataView(new ArrayBuffer(3), 1)]],
    ["a part of a buffer", new Float64Array(new Float64Array([1, 2, 3]).buffer, 8, 1)],
  ])("keep %s", (_, value) => {
    expect(roundTrip(value)).toStrictEqual(value);
  });

  it("keep cycles, and what is shared inside of an item", () => {
    const loop: Record<string, unknown> = { name: "loop" };
    loop.self = loop;
    loop.list = [loop, new Map([["up", loop]])];
    const back = roundTrip(loop) as typeof loop;
    expect(back.self).toBe(back);
    expect((back.list as [unknown, Map<string, unknown>])[0]).toBe(back);
    expect((back.list as [unknown, Map<string, unknown>])[1].get("up")).toBe(back);

    const rows: { all?: unknown; country: unknown; twice: unknown[] }[] = [];
    const country = { code: "DE" };
    for (let index = 0; index < 3; index++) rows.push({ all: rows, country, twice: [country] });
    const read = roundTrip(rows) as typeof rows;
    expect(read).toHaveLength(3);
    expect(read[2]?.all).toBe(read);
    expect(read[2]?.country).toBe(read[0]?.country);
    expect(read[1]?.twice[0]).toBe(read[0]?.country);
  });

  it("stay small where a value is shared again and again", () => {
    let value: unknown = { name: "leaf" };
    for (let level = 0; level < 100; level++) value = [value, value];
    expect([...encodeValue({ value })].reduce((sum, frame) => sum + frame.length, 0)).toBeLessThan(1000);
  });

  it("are equal for equal values, whatever their history", () => {
    const before = hashOf({ amount: 1, name: "mean" });
    // From here on, the engine holds `amount` of such objects as a double.
    const double = { amount: 1.5, name: "mean" };
    double.amount = 1;
    const once = [1.5, 2.5];
    once[0] = 1;
    once[1] = 2;
    const wide = "日本mean".slice(2);
    expect(hashOf({ amount: 1, name: "mean" })).toBe(before);
    expect(hashOf({ ...double, name: wide })).toBe(before);
    expect(hashOf(once)).toBe(hashOf([1, 2]));
    expect(hashOf([0 / 0, -(0 / 0)])).toBe(hashOf([Number.NaN, Number.NaN]));
  });

  it("differ for different values", () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (left, right) => {
        fc.pre(!isDeepStrictEqual(left, right));
        expect(hashOf(left)).not.toBe(hashOf(right));
      }),
    );
    expect(hashOf([1, "2"])).not.toBe(hashOf(["1", 2]));
    expect(hashOf(0)).not.toBe(hashOf(-0));
    expect(hashOf([undefined])).not.toBe(hashOf([null]));
  });

  it("are in frames that do not grow with an array", () => {
    const rows = Array.from({ length: 200_000 }, (_, id) => ({
      id,
      name: `name ${id % 100}`,
      at: new Date(id),
    }));
    const frames = [...encodeValue(rows)];
    expect(frames.length).toBeGreaterThan(3);
    expect(Math.max(...frames.map((frame) => frame.length))).toBeLessThan(frameBytes + 1024);
    const read = decodeValue(frames) as typeof rows;
    expect(read).toHaveLength(rows.length);
    for (const index of [0, 99_999, 199_999]) expect(read[index]).toStrictEqual(rows[index]);
  });

  it("hold texts and bytes that are larger than a frame", () => {
    const value = {
      text: "x".repeat(3 * frameBytes),
      bytes: new Uint8Array(2 * frameBytes).fill(7),
      last: 1,
    };
    expect(roundTrip(value)).toStrictEqual(value);
  });

  it("hold instances that are nothing but data as plain objects", () => {
    class Point {
      x = 1;
    }
    class Point3 extends Point {
      z = 2;
    }
    expect(roundTrip([new Point3(), Object.create(null)])).toStrictEqual([{ x: 1, z: 2 }, {}]);
  });

  it("are refused where something would be lost", () => {
    class Account {
      balance = 1;
      close() {}
    }
    expect(whyNot(() => 1)).toBe("it is a function");
    expect(whyNot([{ id: 1, format: () => "" }])).toBe("'format' is a function");
    expect(whyNot({ tags: [Symbol("a")] })).toBe("'tags' is a symbol");
    expect(whyNot(new Account())).toBe("it is an instance of Account");
    expect(whyNot({ owner: { account: new Account() } })).toBe("'account' is an instance of Account");
    expect(whyNot({ pattern: /a/ })).toBe("'pattern' is an instance of RegExp");
    expect(whyNot({ error: new TypeError("no") })).toBe("'error' is an instance of TypeError");
    expect(whyNot({ later: Promise.resolve() })).toBe("'later' is an instance of Promise");
    expect(whyNot({ rows: (function* () {})() })).toMatch(/^'rows' is an instance of /);
    let deep: unknown = 1;
    for (let level = 0; level <= maxDepth; level++) deep = [deep];
    expect(whyNot(deep)).toBe(`it is nested more than ${maxDepth} levels deep`);
    expect(roundTrip((deep as unknown[])[0])).toStrictEqual((deep as unknown[])[0]);
  });

  it("are refused where the bytes are others", () => {
    const frame = [...encodeValue([{ a: 1, b: "text" }])][0] as Uint8Array;
    for (let length = 0; length < frame.length; length++) {
      expect(() => decodeValue([frame.subarray(0, length)])).toThrow("the bytes end");
    }
    expect(() => decodeValue([Uint8Array.of(250)])).toThrow("a value cannot begin with 250");
  });
});
