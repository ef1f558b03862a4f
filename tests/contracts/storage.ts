/** What every object store does. A new adapter starts from here. */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { type ByteSource, type ObjectStore, StorageError, type StorageErrorReason } from "@glacier-ts/core";
import { describe, expect, onTestFinished, test } from "vitest";

export interface StorageRig {
  /** Has its root somewhere below the top of its storage. */
  readonly store: ObjectStore;
  /** The store of another process: nothing is shared with `store` but the storage. */
  other(): ObjectStore;
  /** Puts bytes there without the adapter. */
  put(key: string, bytes: Uint8Array): Promise<void>;
  /** Everything in the whole storage, outside of the root and temporary objects too. */
  everything(): Promise<readonly string[]>;
  /** Puts something that is no object in the key's place; absent where the storage has nothing such. */
  obstruct?(key: string): Promise<void>;
  /** The same place for somebody who may not, and with wrong credentials; absent where nobody is kept out. */
  denied?(): ObjectStore;
  unauthenticated?(): ObjectStore;
  /** The same place through a connection that breaks once the given number of bytes has passed, again and again. */
  breaking?(where: "reading" | "writing", afterBytes: number): Promise<ObjectStore>;
  /** The same place where nobody listens. */
  unreachable?(): Promise<ObjectStore>;
}

const encode = (value: string) => new TextEncoder().encode(value);
const decode = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

/** What a storage refuses; nothing else is expected of it. */
async function refusal(operation: Promise<unknown>): Promise<StorageErrorReason> {
  const outcome = await operation.then(
    (value) => new Error(`expected a StorageError, but got ${JSON.stringify(value)}`),
    (error: unknown) => error,
  );
  if (outcome instanceof StorageError) return outcome.reason;
  throw outcome;
}

async function read(store: ObjectStore, key: string): Promise<string> {
  const source = await store.open(key);
  try {
    return decode(await source.read(0, source.sizeBytes));
  } finally {
    await source.close();
  }
}

async function keysOf(store: ObjectStore, prefix = ""): Promise<readonly string[]> {
  const keys: string[] = [];
  for await (const { key } of store.list(prefix)) keys.push(key);
  return keys;
}

async function open(store: ObjectStore, key: string): Promise<ByteSource> {
  const source = await store.open(key);
  onTestFinished(() => source.close());
  return source;
}

const mebibyte = 2 ** 20;
/** Bytes that tell where they are. */
const pattern = Uint8Array.from({ length: mebibyte }, (_, index) => (index * 31 + (index >> 8)) & 255);

export interface StorageContract {
  /** How large the object is that is written and read in flat memory. */
  readonly largeMebibytes?: number;
  /** What is a name elsewhere, but refused here: the storage would know it by another. */
  readonly noNames?: readonly string[];
}

/** What stores do that are only read. */
export function testReading(make: () => Promise<Pick<StorageRig, "store" | "put" | "other">>): void {
  describe("reading", () => {
    test("gives the whole object and its size", async () => {
      const { store, put } = await make();
      await put("numbers", encode("0123456789"));
      expect((await open(store, "numbers")).sizeBytes).toBe(10);
      expect(await read(store, "numbers")).toBe("0123456789");
    });

    test("gives ranges in any order, at once, and empty ones", async () => {
      const { store, put } = await make();
      await put("numbers", encode("0123456789"));
      const source = await open(store, "numbers");
      const ranges = [source.read(7, 10), source.read(0, 3), source.read(4, 4), source.read(2, 8)];
      expect((await Promise.all(ranges)).map(decode)).toEqual(["789", "012", "", "234567"]);
    });

    test("gives everything in order", async () => {
      const { store, put } = await make();
      await put("numbers", pattern);
      const source = await open(store, "numbers");
      const chunks: Uint8Array[] = [];
      for await (const chunk of source.stream?.() ?? [await source.read(0, source.sizeBytes)]) {
        chunks.push(chunk);
      }
      expect(Buffer.concat(chunks).equals(pattern)).toBe(true);
    });

    test("can be given up midway", async () => {
      const { store, put } = await make();
      await put("numbers", pattern);
      const source = await open(store, "numbers");
      for await (const chunk of source.stream?.() ?? [await source.read(0, 1)]) {
        expect(chunk[0]).toBe(pattern[0]);
        break;
      }
      expect(await source.read(5, 7)).toEqual(pattern.slice(5, 7));
    });

    test("gives an empty object", async () => {
      const { store, put } = await make();
      await put("empty", encode(""));
      expect(await read(store, "empty")).toBe("");
    });

    test("refuses where there is nothing", async () => {
      const { store } = await make();
      expect(await refusal(store.open("nothing"))).toBe("not-found");
      expect(await refusal(store.stat("nothing"))).toBe("not-found");
    });

    test("gives the former object while it is replaced, or says so: never a mixture", async () => {
      const { store, put, other } = await make();
      if (!store.capabilities.write) return;
      await put("numbers", encode("former"));
      const source = await open(store, "numbers");
      await other().write("numbers", [encode("latest, longer")]);
      const found = await source.read(0, 6).then(decode, (error: StorageError) => error.reason);
      expect(["former", "changed"]).toContain(found);
    });

    test("says another mark of another content", async () => {
      const { store, put } = await make();
      await put("numbers", encode("one"));
      const before = await store.stat("numbers");
      expect(before.sizeBytes).toBe(3);
      const { mark } = await open(store, "numbers");
      expect(mark).toBe(before.mark);
      await put("numbers", encode("two"));
      const after = await store.stat("numbers");
      expect(before.mark).toEqual(expect.any(String));
      expect(after.mark).not.toBe(before.mark);
    });
  });
}

export function testStorage(
  make: () => Promise<StorageRig>,
  { largeMebibytes = 256, noNames = [] }: StorageContract = {},
): void {
  testReading(make);

  describe("writing", () => {
    test("joins the chunks, and gives size and mark", async () => {
      const { store, everything } = await make();
      const before = await everything();
      const written = await store.write("numbers", [encode("one, "), encode(""), encode("two")]);
      expect(written).toEqual(await store.stat("numbers"));
      expect(written.sizeBytes).toBe(8);
      expect(await read(store, "numbers")).toBe("one, two");
      expect(await everything()).toHaveLength(before.length + 1);
    });

    test("takes chunks that come with time, and none", async () => {
      const { store } = await make();
      async function* chunks() {
        yield encode("one, ");
        await Promise.resolve();
        yield encode("two");
      }
      await store.write("numbers", chunks());
      expect(await read(store, "numbers")).toBe("one, two");
      await store.write("numbers", []);
      expect(await read(store, "numbers")).toBe("");
    });

    test("replaces the former object, longer or shorter", async () => {
      const { store, everything } = await make();
      const before = await everything();
      for (const content of ["a", "much longer", "b", ""]) {
        await store.write("numbers", [encode(content)]);
        expect(await read(store, "numbers")).toBe(content);
      }
      expect(await everything()).toHaveLength(before.length + 1);
    });

    test("leaves the former object where the chunks throw midway, and passes the error on", async () => {
      const { store, put, everything } = await make();
      await put("numbers", encode("former"));
      const before = await everything();
      const error = new Error("the source broke");
      let seen: unknown;
      async function* chunks() {
        yield encode("half");
        seen = await read(store, "numbers");
        throw error;
      }
      await expect(store.write("numbers", chunks())).rejects.toBe(error);
      expect(seen).toBe("former");
      expect(await read(store, "numbers")).toBe("former");
      expect(await everything()).toEqual(before);
    });

    test("leaves nothing where there was nothing and the chunks throw after many bytes", async () => {
      const { store, everything } = await make();
      const before = await everything();
      function* chunks() {
        for (let index = 0; index < 20; index++) yield pattern;
        throw new Error("the source broke");
      }
      await expect(store.write("numbers", chunks())).rejects.toThrow("the source broke");
      expect(await everything()).toEqual(before);
    });

    test("lets many write at once: one of them wins, whole", async () => {
      const { store, other, everything } = await make();
      const before = await everything();
      const contents = Array.from({ length: 8 }, (_, index) => String(index).repeat(100_000));
      const stores = [store, other()] as const;
      await Promise.all(
        contents.map((content, index) => stores[index % 2 === 0 ? 0 : 1].write("numbers", [encode(content)])),
      );
      expect(contents).toContain(await read(store, "numbers"));
      expect(await everything()).toHaveLength(before.length + 1);
    });

    test("creates an object that is not there, and no other", async (context) => {
      const { store } = await make();
      if (!store.capabilities.conditionalCreate) {
        expect(await refusal(store.write("numbers", [], { ifAbsent: true }))).toBe("failed");
        return context.skip("the storage says that it cannot create conditionally");
      }
      await store.write("numbers", [encode("first")], { ifAbsent: true });
      expect(await refusal(store.write("numbers", [encode("second")], { ifAbsent: true }))).toBe("exists");
      expect(await read(store, "numbers")).toBe("first");
    });

    test("lets exactly one of 8 create an object", async (context) => {
      const { store, other, everything } = await make();
      if (!store.capabilities.conditionalCreate)
        return context.skip("the storage cannot create conditionally");
      const before = await everything();
      const creating = Array.from({ length: 8 }, async (_, index) => {
        await (index % 2 === 0 ? store : other()).write("numbers", [encode(String(index))], {
          ifAbsent: true,
        });
        return index;
      });
      const settled = await Promise.allSettled(creating);
      const winners = settled.flatMap((each) => (each.status === "fulfilled" ? [String(each.value)] : []));
      const losers = settled.flatMap((each) => (each.status === "rejected" ? [each.reason.reason] : []));
      expect(winners).toHaveLength(1);
      expect(losers).toEqual(Array.from({ length: 7 }, () => "exists"));
      expect(await read(store, "numbers")).toBe(winners[0]);
      expect(await everything()).toHaveLength(before.length + 1);
    });
  });

  test("lists what is below the root, by key", async () => {
    const { store, put } = await make();
    expect(await keysOf(store)).toEqual([]);
    for (const key of ["b", "date=2026-11-22/part-0", "date=2026-11-22/part-1", "date=2026-11-23/part-0"]) {
      await put(key, encode(key));
    }
    expect(await keysOf(store, "date=2026-11-22/")).toEqual([
      "date=2026-11-22/part-0",
      "date=2026-11-22/part-1",
    ]);
    expect(await keysOf(store, "date=2026-11-2")).toHaveLength(3);
    expect(await keysOf(store)).toHaveLength(4);
    for await (const { key, ...stat } of store.list("b"))
      expect([key, stat]).toEqual(["b", await store.stat("b")]);
  });

  test("lists more than a page", { timeout: 120_000 }, async () => {
    const { store, put } = await make();
    const keys = Array.from({ length: 1_100 }, (_, index) => `part-${String(index).padStart(4, "0")}`);
    for (let start = 0; start < keys.length; start += 50) {
      await Promise.all(keys.slice(start, start + 50).map((key) => put(key, encode(key))));
    }
    expect(await keysOf(store, "part-")).toEqual(keys);
  });

  test("deletes, also what is not there", async () => {
    const { store, put } = await make();
    await put("numbers", encode("one"));
    await put("numbers-too", encode("two"));
    await store.delete("numbers");
    await store.delete("numbers");
    expect(await refusal(store.open("numbers"))).toBe("not-found");
    expect(await keysOf(store)).toEqual(["numbers-too"]);
  });

  describe("keys", () => {
    const names = [
      "with space",
      "größe-数-🧊",
      "folder/deep/er",
      "a..b",
      "..a",
      "#hash?&%20+=;:@,$!'()*~",
      "back\\slash",
      "n".repeat(250),
      "%2f",
      "a%2f..%2fb",
    ];

    test.for(names.filter((name) => !noNames.includes(name)))("'%s' is a name", async (key) => {
      const { store, everything } = await make();
      const before = await everything();
      await store.write(key, [encode(key)]);
      expect(await read(store, key)).toBe(key);
      expect(await keysOf(store)).toEqual([key]);
      expect(await everything()).toHaveLength(before.length + 1);
      await store.delete(key);
      expect(await everything()).toEqual(before);
    });

    test.for([
      "..",
      ".",
      "../outside",
      "folder/../../outside",
      "folder/../other",
      "./here",
      "%2e%2e/outside",
      "..%2foutside",
      "/absolute",
      "a//b",
      "",
      ...noNames,
    ])("'%s' stays inside of the root, or is refused", async (key) => {
      const { store, everything } = await make();
      const before = await everything();
      const outcome = await store.write(key, [encode("x")]).then(
        () => "written",
        (error) => (error instanceof StorageError ? error.reason : error),
      );
      const added = (await everything()).filter((each) => !before.includes(each));
      if (outcome === "written") {
        expect(await keysOf(store)).toEqual([key]);
        expect(added).toHaveLength(1);
        expect(await read(store, key)).toBe("x");
      } else {
        expect(outcome).toBe("failed");
        expect(added).toEqual([]);
        expect(await refusal(store.open(key))).toBe("failed");
        expect(await refusal(store.delete(key))).toBe("failed");
      }
    });
  });

  test("refuses what is no object, on reading and on writing", async (context) => {
    const { store, obstruct, everything } = await make();
    if (!obstruct) return context.skip("every name can be an object here");
    await obstruct("numbers");
    const before = await everything();
    expect(await refusal(store.open("numbers"))).toBe("failed");
    expect(await refusal(store.write("numbers", [encode("x")]))).toBe("failed");
    expect(await everything()).toEqual(before);
  });

  describe("somebody who", () => {
    const operations = (store: ObjectStore) => [
      store.open("numbers"),
      store.stat("numbers"),
      store.write("other", [encode("x")]),
      store.write("numbers", [encode("x")]),
      store.delete("numbers"),
      keysOf(store),
    ];

    test.for(["denied", "unauthenticated"] as const)("is %s can do nothing", async (who, context) => {
      const rig = await make();
      const stranger = rig[who]?.();
      if (!stranger) return context.skip("nobody is kept out of this storage here");
      await rig.put("numbers", encode("former"));
      const before = await rig.everything();
      // All at once, so that none fails while nobody waits for it.
      const refusals = await Promise.all(operations(stranger).map(refusal));
      expect(refusals).toEqual(refusals.map(() => who));
      expect(await rig.everything()).toEqual(before);
      expect(await read(rig.store, "numbers")).toBe("former");
    });

    test("finds nobody there is told so", { timeout: 60_000 }, async (context) => {
      const rig = await make();
      if (!rig.unreachable) return context.skip("there is no network on the way to it");
      const lost = await rig.unreachable();
      const refusals = await Promise.all(operations(lost).map(refusal));
      expect(refusals).toEqual(refusals.map(() => "unreachable"));
    });
  });

  describe("a connection that breaks", () => {
    test("on writing leaves the former object", { timeout: 120_000 }, async (context) => {
      const rig = await make();
      if (!rig.breaking) return context.skip("there is no connection on the way to it");
      await rig.put("numbers", encode("former"));
      const before = await rig.everything();
      for (const afterBytes of [0, 1000, mebibyte / 2, 9 * mebibyte]) {
        const store = await rig.breaking("writing", afterBytes);
        const chunks = Array.from({ length: 12 }, () => pattern);
        expect(await refusal(store.write("numbers", chunks))).toBe("unreachable");
        expect(await read(rig.store, "numbers")).toBe("former");
        expect(await rig.everything()).toEqual(before);
      }
    });

    test("on reading is told, and no half is taken for the whole", { timeout: 120_000 }, async (context) => {
      const rig = await make();
      if (!rig.breaking) return context.skip("there is no connection on the way to it");
      await rig.put("numbers", pattern);
      for (const afterBytes of [100, mebibyte / 2]) {
        const store = await rig.breaking("reading", afterBytes);
        const reading = store.open("numbers").then((source) => source.read(0, source.sizeBytes));
        expect(await refusal(reading)).toBe("unreachable");
        const streaming = store.open("numbers").then(async (source) => {
          for await (const _ of source.stream?.() ?? [await source.read(0, source.sizeBytes)]);
        });
        expect(await refusal(streaming)).toBe("unreachable");
      }
    });
  });

  test(`holds little of an object of ${largeMebibytes} MiB`, { timeout: 180_000 }, async () => {
    const { store } = await make();
    let most = 0;
    const measure = () => {
      const { external, heapUsed } = process.memoryUsage();
      most = Math.max(most, external + heapUsed);
    };
    gc();
    measure();
    const start = most;
    async function* chunks() {
      for (let index = 0; index < largeMebibytes; index++) {
        if (index % 16 === 0) gc();
        measure();
        yield pattern;
      }
    }
    const { sizeBytes } = await store.write("large", chunks());
    expect(sizeBytes).toBe(largeMebibytes * mebibyte);
    const source = await open(store, "large");
    let position = 0;
    for await (const chunk of source.stream?.() ?? pieces(source)) {
      if (chunk[0] !== pattern[position % mebibyte]) expect.fail(`other bytes at ${position}`);
      position += chunk.length;
      if (position % (16 * mebibyte) < chunk.length) gc();
      measure();
    }
    expect(position).toBe(sizeBytes);
    await store.delete("large");
    expect((most - start) / mebibyte).toBeLessThan(96);
  });
}

async function* pieces(source: ByteSource): AsyncGenerator<Uint8Array> {
  for (let start = 0; start < source.sizeBytes; start += mebibyte) {
    yield await source.read(start, Math.min(start + mebibyte, source.sizeBytes));
  }
}

setFlagsFromString("--expose-gc");
/** Buffers are freed late by themselves: what is measured is what is held. */
const gc: () => void = runInNewContext("gc");
