import { isDeepStrictEqual } from "node:util";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { SharedStream } from "../../packages/runtime/dist/streams/shared-stream.js";
import { changedInputs } from "../../packages/runtime/dist/values/changed-inputs.js";
import { SharedValue } from "../../packages/runtime/dist/values/shared-value.js";

class Index extends Map<string, number> {}

class User {
  name = "Ada";
  tags = ["a"];
  greet() {
    return `Hello ${this.name}`;
  }
}

/** What tasks may do to a value that they should leave alone; the value is made anew for each. */
const changes: Record<string, { make: () => unknown; change: (value: never) => unknown }> = {
  "array: set": { make: () => [3, 1, 2], change: (v: number[]) => (v[0] = 9) },
  "array: set behind the end": { make: () => [3, 1, 2], change: (v: number[]) => (v[7] = 9) },
  "array: push": { make: () => [3, 1, 2], change: (v: number[]) => v.push(4) },
  "array: pop": { make: () => [3, 1, 2], change: (v: number[]) => v.pop() },
  "array: shift": { make: () => [3, 1, 2], change: (v: number[]) => v.shift() },
  "array: unshift": { make: () => [3, 1, 2], change: (v: number[]) => v.unshift(4) },
  "array: splice": { make: () => [3, 1, 2], change: (v: number[]) => v.splice(0, 1) },
  "array: sort": { make: () => [3, 1, 2], change: (v: number[]) => v.sort() },
  "array: reverse": { make: () => [3, 1, 2], change: (v: number[]) => v.reverse() },
  "array: fill": { make: () => [3, 1, 2], change: (v: number[]) => v.fill(0) },
  "array: copyWithin": { make: () => [3, 1, 2], change: (v: number[]) => v.copyWithin(0, 1) },
  "array: length": { make: () => [3, 1, 2], change: (v: number[]) => (v.length = 0) },
  "array: delete": { make: () => [3, 1, 2], change: (v: number[]) => delete v[0] },
  "empty array: push": { make: () => [], change: (v: number[]) => v.push(1) },
  "object: set": { make: () => ({ a: 1 }), change: (v: { a: number }) => v.a++ },
  "object: add": { make: () => ({ a: 1 }), change: (v: { b?: number }) => (v.b = 1) },
  "object: delete": { make: () => ({ a: 1 }), change: (v: { a?: number }) => delete v.a },
  "object: assign": { make: () => ({ a: 1 }), change: (v: object) => Object.assign(v, { a: 2 }) },
  "object: define": {
    make: () => ({ a: 1 }),
    change: (v: object) => Object.defineProperty(v, "a", { value: 2 }),
  },
  "object: define another": {
    make: () => ({ a: 1 }),
    change: (v: object) => Object.defineProperty(v, "b", { value: 2 }),
  },
  "object: prototype": { make: () => ({ a: 1 }), change: (v: object) => Object.setPrototypeOf(v, null) },
  "object: set a symbol": {
    make: () => ({ [Symbol.for("key")]: 1 }),
    change: (v: { [key: symbol]: number }) => (v[Symbol.for("key")] = 2),
  },
  "object without prototype: set": {
    make: () => Object.assign(Object.create(null), { a: 1 }),
    change: (v: { a: number }) => (v.a = 2),
  },
  "nested: set": {
    make: () => ({ rows: [{ tags: ["a"] }] }),
    change: (v: { rows: { tags: string[] }[] }) => v.rows[0]?.tags.push("b"),
  },
  "instance: set": { make: () => new User(), change: (v: User) => (v.name = "Bob") },
  "instance: nested": { make: () => new User(), change: (v: User) => v.tags.push("b") },
  "date: set": { make: () => new Date(0), change: (v: Date) => v.setTime(1) },
  "date: set the year": { make: () => new Date(0), change: (v: Date) => v.setUTCFullYear(2000) },
  "date: add": { make: () => new Date(0), change: (v: Date) => Object.assign(v, { zone: "UTC" }) },
  "date: prototype": {
    make: () => new Date(0),
    change: (v: Date) => Object.setPrototypeOf(v, Date.prototype).setTime(1),
  },
  "date in rows": { make: () => [{ at: new Date(0) }], change: (v: { at: Date }[]) => v[0]?.at.setHours(7) },
  "map: set": { make: () => new Map([["a", 1]]), change: (v: Map<string, number>) => v.set("a", 2) },
  "map: delete": { make: () => new Map([["a", 1]]), change: (v: Map<string, number>) => v.delete("a") },
  "map: clear": { make: () => new Map([["a", 1]]), change: (v: Map<string, number>) => v.clear() },
  "map: a value": {
    make: () => new Map([["a", { b: 1 }]]),
    change: (v: Map<string, { b: number }>) => ((v.get("a") as { b: number }).b = 2),
  },
  "map: a key": {
    make: () => new Map([[{ b: 1 }, "a"]]),
    change: (v: Map<{ b: number }, string>) => (([...v.keys()][0] as { b: number }).b = 2),
  },
  "set: add": { make: () => new Set([1]), change: (v: Set<number>) => v.add(2) },
  "set: delete": { make: () => new Set([1]), change: (v: Set<number>) => v.delete(1) },
  "set: clear": { make: () => new Set([1]), change: (v: Set<number>) => v.clear() },
  "set: a member": {
    make: () => new Set([[1]]),
    change: (v: Set<number[]>) => ([...v][0] as number[]).push(2),
  },
};

/** Of these each reader has a copy of its own. */
const copied: Record<string, { make: () => unknown; change: (value: never) => unknown }> = {
  "bytes: set": { make: () => new Uint8Array([1, 2]), change: (v: Uint8Array) => (v[0] = 9) },
  "bytes: fill": { make: () => Buffer.from("ab"), change: (v: Buffer) => v.fill(0) },
  "numbers: sort": { make: () => new Float64Array([2, 1]), change: (v: Float64Array) => v.sort() },
  "view: set": {
    make: () => new DataView(new ArrayBuffer(4), 1, 2),
    change: (v: DataView) => v.setUint8(0, 9),
  },
  "buffer: through a view": {
    make: () => new ArrayBuffer(4),
    change: (v: ArrayBuffer) => new Uint8Array(v).fill(9),
  },
  "bytes in rows": {
    make: () => [{ bytes: new Uint8Array([1]) }],
    change: (v: { bytes: Uint8Array }[]) => v[0]?.bytes.fill(9),
  },
  "rows beside bytes": {
    make: () => [{ bytes: new Uint8Array([1]), tags: ["a"] }],
    change: (v: { tags: string[] }[]) => v[0]?.tags.push("b"),
  },
  "a date that the user has frozen": {
    make: () => [Object.freeze(new Date(0))],
    change: (v: Date[]) => v[0]?.setTime(1),
  },
  "a map of a subclass": {
    make: () => new Index([["a", 1]]),
    change: (v: Map<string, number>) => v.set("a", 2),
  },
};

describe("a change of a shared value", () => {
  test.for(Object.entries(changes))("%s throws, and changes nothing", ([, { make, change }]) => {
    const shared = new SharedValue(make());
    expect(() => change(shared.read() as never)).toThrow(TypeError);
    expect(shared.read()).toEqual(make());
  });

  test.for(Object.entries(copied))("%s is seen by nobody else", ([, { make, change }]) => {
    const shared = new SharedValue(make());
    change(shared.read() as never);
    expect(shared.read()).toEqual(make());
  });

  test("in sloppy code does nothing", () => {
    const shared = new SharedValue({ rows: [1] });
    new Function("value", "value.rows = 1; delete value.rows; value.more = 1;")(shared.read());
    expect(shared.read()).toEqual({ rows: [1] });
  });

  test("by the task that made it throws, or is not seen", () => {
    const rows = [{ at: new Date(0) }];
    const bytes = [new Uint8Array([1])];
    const [sharedRows, sharedBytes] = [new SharedValue(rows), new SharedValue(bytes)];
    expect(() => rows.push({ at: new Date(1) })).toThrow(TypeError);
    bytes[0]?.fill(9);
    expect([sharedRows.read(), sharedBytes.read()]).toEqual([[{ at: new Date(0) }], [new Uint8Array([1])]]);
  });

  test("is found behind what the user has frozen only on the outside", () => {
    const shared = new SharedValue(Object.freeze([Object.freeze({ tags: ["a"] })]));
    expect(() => (shared.read() as { tags: string[] }[])[0]?.tags.push("b")).toThrow(TypeError);
  });

  test("is found behind a getter that throws", () => {
    const value = {
      get broken() {
        throw new Error("no");
      },
      tags: ["a"],
    };
    expect(() => (new SharedValue(value).read() as typeof value).tags.push("b")).toThrow(TypeError);
  });
});

describe("a shared value", () => {
  test("is the very value where it can be frozen", () => {
    const value = [{ at: new Date(), tags: new Set(["a"]), of: new Map([[1, null]]), by: new User() }];
    const shared = new SharedValue(value);
    expect([shared.read(), shared.read()].every((read) => read === value)).toBe(true);
  });

  test("still is what it was", () => {
    const value = { at: new Date(5), map: new Map([["a", 1]]), set: new Set([1]), user: new User() };
    const { at, map, set, user } = new SharedValue(value).read() as typeof value;
    expect([at instanceof Date, map instanceof Map, set instanceof Set]).toEqual([true, true, true]);
    expect([at.constructor, map.constructor, set.constructor]).toEqual([Date, Map, Set]);
    expect([at.getTime(), map.get("a"), set.has(1), user.greet()]).toEqual([5, 1, true, "Hello Ada"]);
    expect(JSON.stringify({ at, user })).toBe(
      '{"at":"1970-01-01T00:00:00.005Z","user":{"name":"Ada","tags":["a"]}}',
    );
    const clone = structuredClone({ at, map, set });
    clone.map.set("b", clone.at.setTime(6));
    expect(clone).toEqual({
      at: new Date(6),
      map: new Map([
        ["a", 1],
        ["b", 6],
      ]),
      set: new Set([1]),
    });
  });

  test("of no data is left as it is", async () => {
    const stream = { at: 0, async *[Symbol.asyncIterator]() {} };
    class Connection {
      isOpen = true;
      [Symbol.dispose]() {
        this.isOpen = false;
      }
    }
    const connection = new Connection();
    const expression = /a/g;
    new SharedValue([stream, connection, expression, () => 1]);
    stream.at = 1;
    connection[Symbol.dispose]();
    expect(["banana".replaceAll(expression, "o"), connection.isOpen]).toEqual(["bonono", false]);
  });

  test("may have cycles, and be 100,000 objects deep", () => {
    const loop: { self?: unknown; bytes?: Uint8Array } = {};
    loop.self = [loop];
    expect(() => delete (new SharedValue(loop).read() as typeof loop).self).toThrow(TypeError);

    const withBytes: { self?: unknown; bytes: Uint8Array } = { bytes: new Uint8Array([1]) };
    withBytes.self = withBytes;
    const copy = new SharedValue(withBytes).read() as typeof withBytes;
    expect(copy.self === copy && copy !== withBytes).toBe(true);

    let deep: { next?: unknown; bytes?: Uint8Array } = {};
    for (let depth = 0; depth < 100_000; depth++) deep = { next: deep };
    expect(Object.isFrozen((new SharedValue(deep).read() as typeof deep).next)).toBe(true);
    let deepBytes: unknown = new Uint8Array(1);
    for (let depth = 0; depth < 100_000; depth++) deepBytes = [deepBytes];
    expect(new SharedValue(deepBytes).read() === deepBytes).toBe(false);
  });

  test("may be frozen all around a cycle by the user", () => {
    const loop: { self?: unknown; rows: number[] } = { rows: [1] };
    loop.self = loop;
    Object.freeze(loop);
    expect(() => (new SharedValue(loop).read() as typeof loop).rows.push(2)).toThrow(TypeError);
  });

  test("may hold a proxy that refuses everything", () => {
    const refuse = () => {
      throw new Error("no");
    };
    const proxy = new Proxy({}, { ownKeys: refuse, preventExtensions: refuse, getPrototypeOf: refuse });
    const rows = [1];
    expect(() => (new SharedValue({ proxy, rows }).read() as { rows: number[] }).rows.push(2)).toThrow(
      TypeError,
    );
  });
});

describe("any value", () => {
  const data = fc.letrec((tie) => ({
    leaf: fc.oneof(
      fc.integer(),
      fc.string(),
      fc.constant(null),
      fc.bigInt(),
      fc.date(),
      fc.uint8Array({ maxLength: 3 }),
    ),
    any: fc.oneof(
      { depthSize: "small", withCrossShrink: true },
      tie("leaf"),
      fc.array(tie("any"), { maxLength: 4 }),
      fc.dictionary(fc.constantFrom("a", "b", "c", "d"), tie("any")),
      fc.array(fc.tuple(tie("any"), tie("any")), { maxLength: 3 }).map((entries) => new Map(entries)),
      fc.array(tie("any"), { maxLength: 3 }).map((members) => new Set(members)),
    ),
  })).any;

  test("is for each reader what it was, whatever the others do", () => {
    const property = fc.property(
      data,
      fc.array(fc.tuple(fc.nat(), fc.nat()), { maxLength: 30 }),
      (value, attempts) => {
        const before = structuredClone(value);
        const shared = new SharedValue(value);
        const reader = shared.read();
        for (const [where, what] of attempts) changeSomething(reader, where, what);
        expect(isDeepStrictEqual(structuredClone(shared.read()), before)).toBe(true);
      },
    );
    fc.assert(property, { numRuns: 1000 });
  });

  /** Tries one of the things that can be done to one of the objects in a value. */
  function changeSomething(value: unknown, where: number, what: number): void {
    const objects = [...objectsIn(value)];
    if (objects.length === 0) return;
    const object = objects[where % objects.length] as never;
    const ways = waysToChange(object);
    try {
      ways[what % ways.length]?.();
    } catch (error) {
      expect(error).toBeInstanceOf(TypeError);
    }
  }

  function* objectsIn(value: unknown, met = new Set<unknown>()): Generator<object> {
    if (typeof value !== "object" || value === null || met.has(value)) return;
    met.add(value);
    yield value;
    const parts =
      value instanceof Map ? [...value].flat() : value instanceof Set ? [...value] : Object.values(value);
    if (!ArrayBuffer.isView(value)) for (const part of parts) yield* objectsIn(part, met);
  }

  function waysToChange(object: object): (() => unknown)[] {
    const at = object as Record<string, unknown>;
    const key = Object.keys(object)[0] ?? "a";
    const general = [
      () => (at[key] = "changed"),
      () => (at.added = "changed"),
      () => delete at[key],
      () => Object.defineProperty(object, key, { value: "changed" }),
      () => Object.setPrototypeOf(object, { changed: true }),
    ];
    if (Array.isArray(object))
      return [
        ...general,
        () => object.push("changed"),
        () => object.splice(0, 1, "changed"),
        () => object.unshift("changed"),
        () => (object.length = 0),
        () => object.fill("changed"),
      ];
    if (object instanceof Map)
      return [
        ...general,
        () => object.set(object.keys().next().value, "changed"),
        () => object.set("changed", 1),
        () => object.clear(),
      ];
    if (object instanceof Set) return [...general, () => object.add("changed"), () => object.clear()];
    if (object instanceof Date) return [...general, () => object.setTime(1), () => object.setFullYear(1)];
    if (object instanceof Uint8Array) return [...general, () => object.fill(77), () => object.reverse()];
    return general;
  }
});

describe("the inputs that a task has tried to change", () => {
  const thrown = (change: () => unknown): unknown => {
    try {
      change();
    } catch (error) {
      return error;
    }
    throw new Error("It was changed");
  };

  test.for(Object.entries(changes))("%s", ([, { make, change }]) => {
    const value = new SharedValue(make()).read();
    const error = thrown(() => change(value as never));
    expect(
      changedInputs(error, [
        ["it", value],
        ["primitive", 1],
      ]),
    ).toEqual(["it"]);
    expect(changedInputs(error, [])).toEqual([]);
  });

  test("are those that it can have been", () => {
    const read = (value: unknown) => new SharedValue(value).read();
    const users = read([{ name: "Ada" }]) as { name: string }[];
    const orders = read([{ id: 1, at: new Date() }]) as { id: number; at: Date }[];
    const inputs = [
      ["users", users],
      ["orders", orders],
    ] as const;
    const changed = (change: () => unknown) => changedInputs(thrown(change), inputs);
    expect(changed(() => ((users[0] as { name: string }).name = "Bob"))).toEqual(["users"]);
    expect(changed(() => ((orders[0] as { id: number }).id = 2))).toEqual(["orders"]);
    expect(changed(() => orders[0]?.at.setTime(0))).toEqual(["orders"]);
    expect(changed(() => users.push({ name: "Bob" }))).toEqual(["users", "orders"]);
  });

  test("are none where the task froze the object itself, or something else was wrong", () => {
    const inputs = [["users", new SharedValue([{ name: "Ada" }]).read()]] as const;
    const own = Object.freeze({ limit: 1 }) as { limit: number };
    for (const error of [
      thrown(() => (own.limit = 2)),
      thrown(() => (undefined as never as { x: number }).x),
      "Cannot assign to read only property 'name' of object '#<Object>'",
      new Error("Cannot change"),
    ])
      expect(changedInputs(error, inputs)).toEqual([]);
  });

  test("may be a stream, whose items cannot be looked at any more", () => {
    const error = thrown(() => ((Object.freeze({ id: 1 }) as { id: number }).id = 2));
    const stream = (async function* () {})();
    const shared = new SharedStream(stream, { readers: [["a", false]] });
    expect(changedInputs(error, [["rows", shared]])).toEqual(["rows"]);
  });
});
