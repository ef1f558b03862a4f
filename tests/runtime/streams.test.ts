import { fstatSync, readdirSync, readlinkSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setImmediate as nextTurn } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import fc from "fast-check";
import { describe, expect, onTestFinished, test } from "vitest";
import { SharedStream } from "../../packages/runtime/dist/streams/shared-stream.js";

/** A source that counts how it is used. */
class Source<T> implements AsyncIterable<T> {
  opened = 0;
  pulled = 0;
  returned = 0;
  readonly #items: readonly T[];
  readonly #error: Error | undefined;

  constructor(items: readonly T[], error?: Error) {
    this.#items = items;
    this.#error = error;
  }

  [Symbol.asyncIterator](): AsyncIterator<T> {
    this.opened++;
    return {
      next: async () => {
        // Sources differ in how soon they answer.
        if (this.pulled % 3 === 0) await nextTurn();
        const at = this.pulled++;
        if (at < this.#items.length) return { done: false, value: this.#items[at] as T };
        if (this.#error && at === this.#items.length) throw this.#error;
        return { done: true, value: undefined };
      },
      return: async () => {
        this.returned++;
        return { done: true, value: undefined };
      },
    };
  }
}

async function collect<T>(stream: AsyncIterable<T>): Promise<T[]> {
  const items: T[] = [];
  for await (const item of stream) items.push(item);
  return items;
}

async function makeFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "glacier-streams-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** Descriptors of files that are, or were, in a folder; only Linux tells. */
function openFiles(folder: string): number[] {
  if (process.platform !== "linux") return [];
  return readdirSync("/proc/self/fd")
    .map(Number)
    .filter((descriptor) => {
      try {
        return readlinkSync(`/proc/self/fd/${descriptor}`).startsWith(folder);
      } catch {
        return false;
      }
    });
}

const numbers = (count: number) => Array.from({ length: count }, (_, index) => index);
const rows = (count: number) => numbers(count).map((id) => ({ id }));
const once = (...names: string[]) => names.map((name) => [name, false] as const);

describe("every reader gets every item", () => {
  test("and each item is asked for once", async () => {
    const source = new Source(numbers(100));
    const stream = new SharedStream(source, { readers: once("a", "b"), window: 8 });
    expect(await Promise.all([collect(stream.read("a")), collect(stream.read("b"))])).toEqual([
      numbers(100),
      numbers(100),
    ]);
    expect([source.opened, source.pulled, source.returned]).toEqual([1, 101, 0]);
  });

  test("also one that begins when the other has ended", async () => {
    const folder = await makeFolder();
    const stream = new SharedStream(new Source(rows(500)), {
      readers: once("a", "b"),
      window: 8,
      spoolFolder: folder,
    });
    expect(await collect(stream.read("a"))).toEqual(rows(500));
    expect([readdirSync(folder), openFiles(folder).length]).toEqual([
      [],
      process.platform === "linux" ? 1 : 0,
    ]);
    for (const descriptor of openFiles(folder)) expect(fstatSync(descriptor).mode & 0o777).toBe(0o600);
    expect(await collect(stream.read("b"))).toEqual(rows(500));
    expect([readdirSync(folder), openFiles(folder)]).toEqual([[], []]);
  });

  test("as long as one of them waits for the other to do something first", async () => {
    const folder = await makeFolder();
    const stream = new SharedStream(new Source(numbers(200)), {
      readers: once("a", "b"),
      window: 4,
      spoolFolder: folder,
    });
    const b = stream.read("b")[Symbol.asyncIterator]();
    const head = await b.next();
    const all = await collect(stream.read("a"));
    const rest: unknown[] = [];
    for (let item = await b.next(); !item.done; item = await b.next()) rest.push(item.value);
    expect([head.value, ...rest]).toEqual(all);
  });

  test("of every kind, whether it comes from memory or from the disk", async () => {
    class Point {
      x = 1;
      norm = () => this.x;
    }
    const shared = { name: "shared" };
    const items: unknown[] = [
      undefined,
      null,
      1n,
      "text",
      Number.NaN,
      new Date(5),
      new Map([["key", { value: new Set([1]) }]]),
      Buffer.from("bytes"),
      new Float64Array([1, 2]),
      { shared, same: shared },
      Object.assign([1, 2], { extra: 3 }),
      new Point(),
      () => 1,
      { [Symbol.for("key")]: 1 },
      ...numbers(20),
    ];
    const folder = await makeFolder();
    const stream = new SharedStream(new Source(items), {
      readers: once("a", "b"),
      window: 4,
      spoolFolder: folder,
    });
    const first = await collect(stream.read("a"));
    const second = await collect(stream.read("b"));
    for (const read of [first, second]) {
      expect(read).toEqual(items);
      expect(read[11]).toBeInstanceOf(Point);
      expect(Buffer.isBuffer(read[7])).toBe(true);
      expect(read[12]).toBe(items[12]);
    }
    expect((second[9] as { same: unknown }).same).toBe((second[9] as { shared: unknown }).shared);
  });

  test("and no other reader's changes of it", async () => {
    const stream = new SharedStream(new Source([{ tags: ["a"] }, new Uint8Array([1])]), {
      readers: once("a", "b"),
    });
    const a = stream.read("a")[Symbol.asyncIterator]();
    const b = stream.read("b")[Symbol.asyncIterator]();
    const row = (await a.next()).value as { tags: string[] };
    expect(() => row.tags.push("b")).toThrow(TypeError);
    const bytes = (await a.next()).value as Uint8Array;
    bytes[0] = 9;
    expect([(await b.next()).value, (await b.next()).value]).toEqual([{ tags: ["a"] }, new Uint8Array([1])]);
  });
});

describe("a reader", () => {
  test("is not given more than it asks for: the source is read on demand", async () => {
    const source = new Source(numbers(10));
    const stream = new SharedStream(source, { readers: once("a", "b") });
    const a = stream.read("a")[Symbol.asyncIterator]();
    const b = stream.read("b")[Symbol.asyncIterator]();
    expect([source.opened, source.pulled]).toEqual([0, 0]);
    await Promise.all([a.next(), a.next(), b.next()]);
    expect([source.opened, source.pulled]).toEqual([1, 2]);
  });

  test("that may begin again finds the items that it has read", async () => {
    const stream = new SharedStream(new Source(numbers(50)), {
      readers: [["flaky", true]],
      window: 4,
      spoolFolder: await makeFolder(),
    });
    const first = stream.read("flaky")[Symbol.asyncIterator]();
    for (let count = 0; count < 30; count++) await first.next();
    const second = stream.read("flaky");
    await expect(first.next()).rejects.toThrow("The task that read this stream is over");
    expect(await collect(second)).toEqual(numbers(50));
    expect(await collect(second)).toEqual(numbers(50));
    stream.settle("flaky");
    expect(() => second[Symbol.asyncIterator]()).toThrow("This stream was read already");
  });

  test("that will not begin again still begins what it was given", async () => {
    const stream = new SharedStream(new Source(numbers(5)), { readers: [["flaky", true]] });
    await stream.read("flaky")[Symbol.asyncIterator]().next();
    const later = stream.read("flaky");
    stream.settle("flaky");
    expect(await collect(later)).toEqual(numbers(5));
  });

  test("reads a stream once", async () => {
    const stream = new SharedStream(new Source(numbers(5)), { readers: once("a", "b") });
    const given = stream.read("a");
    for await (const _ of given) break;
    await expect(collect(given)).rejects.toThrow("This stream was read already");
    expect(await collect(stream.read("b"))).toEqual(numbers(5));
  });
});

describe("the source", () => {
  test("is closed once, when the last reader stops early", async () => {
    const source = new Source(numbers(50));
    const stream = new SharedStream(source, { readers: once("a", "b", "c") });
    for await (const _ of stream.read("a")) break;
    stream.release("c");
    expect(source.returned).toBe(0);
    for await (const item of stream.read("b")) if (item === 3) break;
    expect(source.returned).toBe(1);
  });

  test("is never opened when nobody begins", async () => {
    const source = new Source(numbers(5));
    const stream = new SharedStream(source, { readers: once("a", "b") });
    await stream.read("a")[Symbol.asyncIterator]().return?.();
    stream.release("b");
    expect([source.opened, source.returned]).toEqual([0, 0]);
  });

  test("that fails does so for every reader, after the items before", async () => {
    const error = new Error("no more");
    const source = new Source(numbers(40), error);
    const stream = new SharedStream(source, {
      readers: once("a", "b"),
      window: 4,
      spoolFolder: await makeFolder(),
    });
    for (const reader of ["a", "b"]) {
      const read: number[] = [];
      const reading = async () => {
        for await (const item of stream.read(reader)) read.push(item);
      };
      await expect(reading()).rejects.toBe(error);
      expect(read).toEqual(numbers(40));
    }
    expect(source.returned).toBe(0);
  });

  test("that fails to open fails for every reader", async () => {
    const source = {
      [Symbol.asyncIterator](): AsyncIterator<number> {
        throw new Error("closed");
      },
    };
    const stream = new SharedStream(source, { readers: once("a", "b") });
    await expect(collect(stream.read("a"))).rejects.toThrow("closed");
    await expect(collect(stream.read("b"))).rejects.toThrow("closed");
  });

  test("that fails to close tells the reader that stopped it", async () => {
    class Stuck extends Source<number> {
      override [Symbol.asyncIterator]() {
        const close = () => Promise.reject(new Error("cannot close"));
        return { ...super[Symbol.asyncIterator](), return: close };
      }
    }
    const stream = new SharedStream(new Stuck(numbers(9)), { readers: once("a") });
    const reading = async () => {
      for await (const _ of stream.read("a")) break;
    };
    await expect(reading()).rejects.toThrow("cannot close");
  });

  test("is closed, and named, when the disk cannot be written", async () => {
    const folder = await makeFolder();
    const file = join(folder, "file");
    await writeFile(file, "");
    const source = new Source(numbers(50));
    const stream = new SharedStream(source, { readers: once("a", "b"), window: 4, spoolFolder: file });
    for (const reader of ["a", "b"])
      await expect(collect(stream.read(reader))).rejects.toThrow(
        `Cannot keep the items of a stream in '${file}'`,
      );
    expect(source.returned).toBe(1);
  });
});

test("what is held in memory depends on the window, not on the stream", async () => {
  setFlagsFromString("--expose-gc");
  const collectGarbage = runInNewContext("gc") as () => void;
  const made: WeakRef<object>[] = [];
  async function* source() {
    for (const row of rows(3000)) {
      const item = { ...row };
      made.push(new WeakRef(item));
      yield item;
    }
  }
  const stream = new SharedStream(source(), {
    readers: [...once("a", "late"), ["flaky", true]],
    window: 40,
    spoolFolder: await makeFolder(),
  });
  for await (const _ of stream.read("a"));
  // What was made or used in a turn of the event loop stays until the turn is over.
  for (let turn = 0; turn < 2; turn++) {
    await nextTurn();
    collectGarbage();
  }
  expect(made.filter((item) => item.deref()).length).toBeLessThanOrEqual(60);
  expect((await collect(stream.read("late"))).length).toBe(3000);
  expect((await collect(stream.read("flaky"))).length).toBe(3000);
  stream.release("flaky");
});

describe("any order of reading", () => {
  type Step = {
    readonly reader: number;
    readonly does: "read" | "begin again" | "stop" | "settle" | "release";
    readonly count: number;
  };
  const step: fc.Arbitrary<Step> = fc.record({
    reader: fc.nat(3),
    does: fc.oneof(
      { weight: 8, arbitrary: fc.constant("read" as const) },
      {
        weight: 1,
        arbitrary: fc.constantFrom(
          "begin again" as const,
          "stop" as const,
          "settle" as const,
          "release" as const,
        ),
      },
    ),
    count: fc.integer({ min: 1, max: 25 }),
  });
  const item = fc.oneof(
    fc.integer(),
    fc.record({ id: fc.integer(), at: fc.date({ noInvalidDate: true }) }),
    fc.uint8Array({ maxLength: 4 }),
    fc.constant(() => 1),
  );

  /** A reader as a test drives it, and what it must get. */
  class Reading {
    position = 0;
    hasBegun = false;
    isOver = false;
    iterator: AsyncIterator<unknown> | undefined;
  }

  test("gives each reader the items of the source in order, and leaves nothing behind", async () => {
    const folder = await makeFolder();
    const scenario = fc.record({
      items: fc.array(item, { maxLength: 60 }),
      fails: fc.boolean(),
      mayReplay: fc.array(fc.boolean(), { minLength: 1, maxLength: 4 }),
      window: fc.integer({ min: 1, max: 24 }),
      /** The steps of one round are taken at once. */
      rounds: fc.array(fc.array(step, { minLength: 1, maxLength: 4 }), { maxLength: 20 }),
    });
    const property = fc.asyncProperty(scenario, async ({ items, fails, mayReplay, window, rounds }) => {
      const error = new Error("broken");
      const source = new Source<unknown>(items, fails ? error : undefined);
      const stream = new SharedStream(source, {
        readers: mayReplay.map((may, reader) => [reader, may] as const),
        window,
        spoolFolder: folder,
      });
      const readings = mayReplay.map(() => new Reading());
      let furthest = 0;

      const readOne = async (reading: Reading, iterator: AsyncIterator<unknown>) => {
        const at = reading.position++;
        const next = iterator.next();
        if (at < items.length) {
          furthest = Math.max(furthest, at + 1);
          expect(await next).toEqual({ done: false, value: items[at] });
        } else if (fails && at === items.length) {
          furthest = items.length + 1;
          await expect(next).rejects.toBe(error);
        } else {
          furthest = items.length + 1;
          expect(await next).toEqual({ done: true, value: undefined });
        }
      };
      const begin = (reader: number) => {
        const reading = readings[reader] as Reading;
        reading.iterator = stream.read(reader)[Symbol.asyncIterator]();
        reading.position = 0;
        reading.hasBegun = true;
        return reading.iterator;
      };
      const take = async ({ reader, does, count }: Step, canReplay: boolean[]) => {
        const reading = readings[reader];
        if (!reading || reading.isOver) return;
        if (does === "read") {
          const iterator = reading.iterator ?? begin(reader);
          await Promise.all(Array.from({ length: count }, () => readOne(reading, iterator)));
        } else if (does === "begin again") {
          if (canReplay[reader]) begin(reader);
        } else if (does === "stop") {
          await reading.iterator?.return?.();
          reading.isOver = reading.iterator !== undefined && !canReplay[reader];
          if (canReplay[reader]) reading.iterator = undefined;
        } else if (does === "settle") {
          canReplay[reader] = false;
          // It has stopped, and cannot begin again.
          reading.isOver = reading.hasBegun && reading.iterator === undefined;
          stream.settle(reader);
        } else {
          reading.isOver = true;
          stream.release(reader);
        }
      };

      const canReplay = [...mayReplay];
      for (const round of rounds) {
        // A reader takes one step at a time.
        const steps = new Map(round.map((step) => [step.reader, step]));
        await Promise.all([...steps.values()].map((step) => take(step, canReplay)));
        expect(source.pulled).toBeLessThanOrEqual(furthest);
      }
      for (const [reader, reading] of readings.entries()) {
        if (reading.isOver) continue;
        await take({ reader, does: "read", count: items.length + 2 }, canReplay);
        stream.release(reader);
      }
      const isOver = source.pulled > items.length;
      expect(source.opened).toBe(furthest > 0 ? 1 : 0);
      expect(source.returned).toBe(source.opened === 1 && !isOver ? 1 : 0);
      // The spool is closed behind the last reader's back where that was released.
      while (openFiles(folder).length > 0) await nextTurn();
      expect(readdirSync(folder)).toEqual([]);
    });
    await fc.assert(property, { numRuns: 300 });
  });
});
