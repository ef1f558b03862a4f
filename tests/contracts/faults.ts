/** What every object store on a server does where requests fail. A new adapter starts from here, and from `storage.ts`. */
import type { ObjectStore, StorageError } from "@glacier-ts/core";
import { describe, expect, test } from "vitest";
import {
  chunksOf,
  collect,
  countOf,
  type FaultyServer,
  failing,
  former,
  large,
  mebibyte,
  partCount,
  type RequestFault,
  refusal,
} from "../rig/request-faults.js";

export interface FaultRig extends FaultyServer {
  /** Its requests fail; it has `former` at the key "numbers". */
  readonly store: ObjectStore;
  /** The same where there is no such bucket. */
  readonly nowhere: ObjectStore;
  /** What somebody else puts there, whatever goes wrong with requests. */
  put(key: string, bytes: Buffer): void | Promise<void>;
  /** The bytes that are there; undefined where nothing is. */
  content(key?: string): Buffer | undefined | Promise<Buffer | undefined>;
  /** Of uploads that were begun and not ended, how many parts are there; absent where nobody can tell. */
  unfinished?(): readonly number[];
}

/** The names of the requests that a store makes. */
export interface FaultContract {
  /** Begins an upload of several parts; absent where nothing does. */
  readonly begin?: RegExp;
  readonly part: RegExp;
  /** Makes an object of the parts; absent where the last part does. */
  readonly commit?: RegExp;
  /** Writes a small object. */
  readonly put: RegExp;
  /** Reads bytes. */
  readonly get: RegExp;
  /** With which status a request is made again. */
  readonly retried: readonly number[];
  /** How many requests an upload makes at most before it is given up. */
  readonly mostRequests: number;
  /** Why something is refused where there is no such bucket. */
  readonly noBucket: string;
  /** The same of an object that is opened, where that can tell no more. */
  readonly noObject?: string;
  /** Why an object is not created that is there. */
  readonly exists: string;
}

export function testFaults(make: () => Promise<FaultRig>, contract: FaultContract): void {
  const { begin, part, commit, put, get, mostRequests, retried, exists } = contract;
  const { noBucket, noObject = noBucket } = contract;
  const nth = (name: string, kind: RegExp | undefined, count: number) =>
    kind ? Array.from({ length: count }, (_, index) => ({ name, kind, index })) : [];
  const uploading = [
    ...nth("the beginning", begin, 1),
    ...nth("part", part, partCount),
    ...nth("the end", commit, 1),
  ];
  const [last] = uploading.slice(-1) as [(typeof uploading)[number]];
  const faults: readonly RequestFault[] = [{ cut: "before" }, { cut: "after" }, { status: 503 }];

  describe("an upload of several parts", () => {
    test.for(
      uploading.flatMap(({ name, kind, index }) =>
        faults.map((fault) => [name, index, fault, kind] as const),
      ),
    )("goes through %s %i that fails once: %j", async ([, index, fault, kind]) => {
      const rig = await make();
      failing(rig, kind, fault, index);
      expect(await rig.store.write("numbers", chunksOf(large))).toEqual(await rig.store.stat("numbers"));
      expect((await rig.content())?.equals(large)).toBe(true);
      // An upload of whose making the answer was lost has no name that anybody knows, and no bytes.
      const isUnknown = kind === begin && "cut" in fault && fault.cut === "after";
      expect(rig.unfinished?.() ?? []).toEqual(isUnknown && rig.unfinished ? [0] : []);
    });

    test.for(uploading.filter(({ index }) => index === 0))(
      "is given up where $name fails again and again, and leaves the former object",
      async ({ kind }) => {
        const rig = await make();
        for (const fault of [{ cut: "before" }, { status: 503 }] as const) {
          failing(rig, kind, fault);
          rig.requests.length = 0;
          expect((await refusal(rig.store.write("numbers", chunksOf(large)))).reason).toBe("unreachable");
          expect(await rig.content()).toEqual(former);
          expect(rig.unfinished?.() ?? []).toEqual([]);
          expect(countOf(rig, kind)).toBeGreaterThanOrEqual(3);
          expect(countOf(rig, kind)).toBeLessThanOrEqual(kind === part ? 3 * partCount : 3);
          expect(rig.requests.length).toBeLessThanOrEqual(mostRequests);
        }
      },
    );

    test("is seen by nobody before it is whole", async () => {
      const rig = await make();
      const seen: unknown[] = [];
      rig.decide(async (_, name) => {
        if (part.test(name) || commit?.test(name)) seen.push((await rig.content())?.toString());
        return undefined;
      });
      await rig.store.write("numbers", chunksOf(large));
      expect(seen).toEqual(Array.from({ length: partCount + (commit ? 1 : 0) }, () => "former"));
    });

    test("whose chunks fail passes the error on, whatever it is", async () => {
      const rig = await make();
      for (const error of [new Error("the source broke"), "a text", undefined, null]) {
        async function* chunks() {
          yield* chunksOf(large);
          throw error;
        }
        const thrown = await rig.store.write("numbers", chunks()).then(
          () => "nothing",
          (reason) => reason,
        );
        expect(thrown).toBe(error);
        expect(await rig.content()).toEqual(former);
        expect(rig.unfinished?.() ?? []).toEqual([]);
      }
    });

    test("that is given up ends the iteration of the chunks", async () => {
      const rig = await make();
      failing(rig, part, { status: 400 });
      let isEnded = false;
      function* chunks() {
        try {
          for (;;) yield* chunksOf(large);
        } finally {
          isEnded = true;
        }
      }
      expect((await refusal(rig.store.write("numbers", chunks()))).reason).toBe("failed");
      expect(isEnded).toBe(true);
    });

    test("creates an object, unless there is one", async () => {
      const rig = await make();
      const refused = await refusal(rig.store.write("numbers", chunksOf(large), { ifAbsent: true }));
      expect(refused).toEqual({ reason: "exists", why: exists });
      expect(await rig.content()).toEqual(former);
      expect(rig.unfinished?.() ?? []).toEqual([]);
      await rig.store.write("other", chunksOf(large), { ifAbsent: true });
      expect((await rig.content("other"))?.equals(large)).toBe(true);
    });

    test("is of one writer of 4 that create it at once", async () => {
      const rig = await make();
      const writing = Array.from({ length: 4 }, () =>
        rig.store.write("new", chunksOf(large), { ifAbsent: true }),
      );
      const outcomes = (await Promise.allSettled(writing)).map((each) =>
        each.status === "fulfilled" ? "won" : (each.reason as StorageError).reason,
      );
      expect(outcomes.sort()).toEqual(["exists", "exists", "exists", "won"]);
      expect((await rig.content("new"))?.equals(large)).toBe(true);
      expect(rig.unfinished?.() ?? []).toEqual([]);
    });
  });

  describe("creating an object", () => {
    test.for([
      ["one request", { kind: put, index: 0 }, former],
      ["the last of several", last, large],
    ] as const)("has succeeded where the answer to %s is lost", async ([, { kind, index }, bytes]) => {
      const rig = await make();
      failing(rig, kind, { cut: "after" }, index);
      const written = await rig.store.write("new", chunksOf(bytes), { ifAbsent: true });
      expect(written).toEqual(await rig.store.stat("new"));
      expect((await rig.content("new"))?.equals(bytes)).toBe(true);
      expect(rig.unfinished?.() ?? []).toEqual([]);
    });

    test("has not where somebody else was first while the request was made again", async () => {
      const rig = await make();
      let isFirst = true;
      rig.decide(async (_, name) => {
        if (!put.test(name) || !isFirst) return undefined;
        isFirst = false;
        await rig.put("new", Buffer.from("theirs"));
        return { cut: "before" };
      });
      expect((await refusal(rig.store.write("new", [former], { ifAbsent: true }))).reason).toBe("exists");
      expect((await rig.content("new"))?.toString()).toBe("theirs");
    });
  });

  describe("an object that is read", () => {
    test("goes on where the connection broke, in the same version", async () => {
      const rig = await make();
      await rig.put("numbers", large);
      failing(rig, get, { truncatedTo: 9 * mebibyte + 5 }, 0);
      expect((await collect(rig.store)).equals(large)).toBe(true);
      expect(countOf(rig, get)).toBe(2);
      // One more says how large it is.
      expect(rig.requests).toHaveLength(3);
    });

    const changed = { reason: "changed", why: "it was replaced while it was read" };

    test("is told to have changed where it was replaced while the connection was broken", async () => {
      const rig = await make();
      await rig.put("numbers", large);
      let count = 0;
      rig.decide(async (_, name) => {
        if (!get.test(name)) return undefined;
        if (count++ === 0) return { truncatedTo: mebibyte };
        await rig.put("numbers", Buffer.from(large).fill("x"));
        return undefined;
      });
      expect(await refusal(collect(rig.store))).toEqual(changed);
    });

    test("is told to have changed where it was replaced after it was opened", async () => {
      const rig = await make();
      const source = await rig.store.open("numbers");
      await rig.put("numbers", Buffer.from("latest"));
      expect(await refusal(source.read(0, 6))).toEqual(changed);
    });

    test("is not taken for the whole where every answer ends early", async () => {
      const rig = await make();
      await rig.put("numbers", large);
      failing(rig, get, { truncatedTo: 1000 });
      expect((await refusal(collect(rig.store))).reason).toBe("unreachable");
      expect(countOf(rig, get)).toBe(3);
    });
  });

  describe("a server that is out of order", () => {
    const operations: Readonly<Record<string, (store: ObjectStore) => Promise<unknown>>> = {
      open: (store) => store.open("numbers"),
      read: (store) => collect(store),
      write: (store) => store.write("numbers", [former]),
      delete: (store) => store.delete("numbers"),
      list: firstOf,
    };

    test.for(Object.entries(operations))("for two requests of %s is waited for", async ([, operate]) => {
      const rig = await make();
      let count = 0;
      rig.decide(() => (count++ < 2 ? { status: 503 } : undefined));
      await operate(rig.store);
      expect(rig.requests.length).toBeGreaterThanOrEqual(3);
    });

    test.for(Object.entries(operations))(
      "for longer is told, after three requests of each kind: %s",
      async ([name, operate]) => {
        const rig = await make();
        for (const status of retried) {
          rig.requests.length = 0;
          rig.decide(() => ({ status }));
          const why = `the server is out of order (status ${status})`;
          expect(await refusal(operate(rig.store))).toEqual({ reason: "unreachable", why });
          // A write asks at the end whether it was done after all.
          expect(rig.requests).toHaveLength(name === "write" ? 6 : 3);
          const counts = rig.requests.map((each) => rig.requests.filter((other) => other === each).length);
          expect(Math.max(...counts)).toBe(3);
        }
      },
    );
  });

  test("a bucket that is none is told", async () => {
    const { nowhere } = await make();
    expect(await refusal(nowhere.open("numbers"))).toEqual({ reason: "not-found", why: noObject });
    const asked = [nowhere.write("numbers", [former]), firstOf(nowhere)];
    expect(await Promise.all(asked.map(refusal))).toEqual(
      asked.map(() => ({ reason: "not-found", why: noBucket })),
    );
  });
}

function firstOf(store: ObjectStore): Promise<unknown> {
  return store.list("")[Symbol.asyncIterator]().next();
}
