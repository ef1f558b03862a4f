/** What goes wrong on the way to Azure Blob Storage. The server is azurite, behind a proxy that fails where it is told to. */
import { type ObjectStore, StorageError } from "@glacier-ts/core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Azurite, startAzurite } from "../rig/azurite.js";
import { type FaultyProxy, faultyProxy, type ProxyFault } from "../rig/faulty-proxy.js";
import { serviceOf, storeOf, tokenFor } from "./azure-blob-rig.js";

const mebibyte = 2 ** 20;
const former = Buffer.from("former");
/** What the store sends in three blocks of at most 8 MiB. */
const large = Buffer.alloc(20 * mebibyte, "what is large goes in blocks, ");
const blockCount = 3;

function* chunksOf(bytes: Uint8Array) {
  for (let start = 0; start < bytes.length; start += mebibyte) yield bytes.subarray(start, start + mebibyte);
}

let server: Azurite;
let containers = 0;
beforeAll(async () => {
  server = await startAzurite();
});
afterAll(() => server?.stop());

async function make() {
  const proxy = await faultyProxy(server.port);
  const container = `container-${containers++}`;
  const direct = serviceOf(server.port).getContainerClient(container);
  await direct.create();
  const store = storeOf(serviceOf(proxy.port), container);
  await store.write("numbers", [former]);
  proxy.requests.length = 0;
  const content = async (key = "numbers") => direct.getBlockBlobClient(`data/${key}`).downloadToBuffer();
  return { proxy, store, content, container, other: storeOf(serviceOf(server.port), container) };
}

async function refusal(operation: Promise<unknown>): Promise<Pick<StorageError, "reason" | "why">> {
  const error = await operation.then(
    () => new Error("expected a StorageError"),
    (reason: unknown) => reason,
  );
  if (!(error instanceof StorageError)) throw error;
  return { reason: error.reason, why: error.why };
}

async function collect(store: ObjectStore): Promise<Buffer> {
  const source = await store.open("numbers");
  const chunks: Uint8Array[] = [];
  for await (const chunk of source.stream?.() ?? []) chunks.push(chunk);
  return Buffer.concat(chunks);
}

const kinds = { block: /^PUT .*comp=block&/, commit: /^PUT .*comp=blocklist/, put: /^PUT /, get: /^GET / };

/** Has the requests of a kind fail: the n-th of them, from 0, or all. */
function failing(proxy: FaultyProxy, kind: RegExp, fault: ProxyFault, which: "all" | number = "all"): void {
  let count = 0;
  proxy.fault = ({ method, url }) => {
    if (!kind.test(`${method} ${url}`)) return undefined;
    return which === "all" || count++ === which ? fault : undefined;
  };
}

const requestsOf = (proxy: FaultyProxy, kind: RegExp) =>
  proxy.requests.filter((each) => kind.test(each)).length;

describe("an upload of several blocks", () => {
  const faults: readonly ProxyFault[] = [{ cut: "before" }, { cut: "after" }, { status: 503 }];
  const blocks = Array.from({ length: blockCount }, (_, index) => ["block", index] as const);

  test.for(
    [...blocks, ["commit", 0] as const].flatMap(([kind, index]) =>
      faults.map((fault) => [kind, index, fault] as const),
    ),
  )("goes through %s %i that fails once: %j", async ([kind, index, fault]) => {
    const { proxy, store, content } = await make();
    failing(proxy, kinds[kind], fault, index);
    expect(await store.write("numbers", chunksOf(large))).toEqual(await store.stat("numbers"));
    expect((await content()).equals(large)).toBe(true);
  });

  test.for(["block", "commit"] as const)(
    "is given up where each %s fails, and leaves the former blob",
    async (kind) => {
      const { proxy, store, content } = await make();
      for (const fault of [{ cut: "before" }, { status: 503 }] as const) {
        failing(proxy, kinds[kind], fault);
        proxy.requests.length = 0;
        expect((await refusal(store.write("numbers", chunksOf(large)))).reason).toBe("unreachable");
        expect(await content()).toEqual(former);
        expect(requestsOf(proxy, kinds[kind])).toBeLessThanOrEqual(kind === "block" ? 3 * blockCount : 3);
      }
    },
  );

  test("is seen by nobody before it is whole", async () => {
    const { proxy, store, content } = await make();
    const seen: string[] = [];
    proxy.fault = async ({ method }) => {
      if (method === "PUT") seen.push((await content()).toString());
      return undefined;
    };
    await store.write("numbers", chunksOf(large));
    expect(seen).toEqual(Array.from({ length: blockCount + 1 }, () => "former"));
  });

  test("whose chunks fail passes the error on, whatever it is", async () => {
    const { store, content } = await make();
    for (const error of [new Error("the source broke"), "a text", undefined, null]) {
      async function* chunks() {
        yield* chunksOf(large);
        throw error;
      }
      const thrown = await store.write("numbers", chunks()).then(
        () => "nothing",
        (reason) => reason,
      );
      expect(thrown).toBe(error);
      expect(await content()).toEqual(former);
    }
  });

  test("that is given up ends the iteration of the chunks", async () => {
    const { proxy, store } = await make();
    failing(proxy, kinds.block, { status: 400 });
    let isEnded = false;
    function* chunks() {
      try {
        for (;;) yield* chunksOf(large);
      } finally {
        isEnded = true;
      }
    }
    expect((await refusal(store.write("numbers", chunks()))).reason).toBe("failed");
    expect(isEnded).toBe(true);
  });

  test("creates a blob, unless there is one", async () => {
    const { store, content } = await make();
    const refused = await refusal(store.write("numbers", chunksOf(large), { ifAbsent: true }));
    expect(refused).toEqual({ reason: "exists", why: "there is a blob already" });
    expect(await content()).toEqual(former);
    await store.write("other", chunksOf(large), { ifAbsent: true });
    expect((await content("other")).equals(large)).toBe(true);
  });

  test("is of one writer of 4 that create it at once", async () => {
    const { store, content } = await make();
    const writing = Array.from({ length: 4 }, () => store.write("new", chunksOf(large), { ifAbsent: true }));
    const outcomes = (await Promise.allSettled(writing)).map((each) =>
      each.status === "fulfilled" ? "won" : (each.reason as StorageError).reason,
    );
    expect(outcomes.sort()).toEqual(["exists", "exists", "exists", "won"]);
    expect((await content("new")).equals(large)).toBe(true);
  });

  test("loses its blocks to a write that ends first, and says so", async () => {
    const { proxy, store, other, content } = await make();
    const theirs = Buffer.from(large).fill("theirs");
    proxy.fault = async ({ url = "" }) => {
      if (url.includes("comp=blocklist")) await other.write("numbers", chunksOf(theirs));
      return undefined;
    };
    expect(await refusal(store.write("numbers", chunksOf(large)))).toEqual({
      reason: "failed",
      why: "somebody else has written the blob at the same time",
    });
    expect((await content()).equals(theirs)).toBe(true);
  });
});

describe("creating a blob", () => {
  test.for([
    ["put", former],
    ["commit", large],
  ] as const)("has succeeded where the answer to its %s is lost", async ([kind, bytes]) => {
    const { proxy, store, content } = await make();
    failing(proxy, kinds[kind], { cut: "after" }, 0);
    const written = await store.write("new", chunksOf(bytes), { ifAbsent: true });
    expect(written).toEqual(await store.stat("new"));
    expect((await content("new")).equals(bytes)).toBe(true);
  });

  test("has not where somebody else was first while the request was made again", async () => {
    const { proxy, store, other, content } = await make();
    let count = 0;
    proxy.fault = async ({ method }) => {
      if (method !== "PUT" || count++ > 0) return undefined;
      await other.write("new", [Buffer.from("theirs")]);
      return { cut: "before" };
    };
    expect((await refusal(store.write("new", [former], { ifAbsent: true }))).reason).toBe("exists");
    expect((await content("new")).toString()).toBe("theirs");
  });
});

describe("a blob that is read", () => {
  test("goes on where the connection broke, in the same version", async () => {
    const { proxy, store } = await make();
    await store.write("numbers", chunksOf(large));
    proxy.requests.length = 0;
    failing(proxy, kinds.get, { truncatedTo: 9 * mebibyte + 5 }, 0);
    expect((await collect(store)).equals(large)).toBe(true);
    expect(requestsOf(proxy, kinds.get)).toBe(2);
  });

  test("is told to have changed where it was replaced while the connection was broken", async () => {
    const { proxy, store, other } = await make();
    await store.write("numbers", chunksOf(large));
    let count = 0;
    proxy.fault = async ({ method }) => {
      if (method !== "GET") return undefined;
      if (count++ === 0) return { truncatedTo: mebibyte };
      await other.write("numbers", chunksOf(Buffer.from(large).fill("x")));
      return undefined;
    };
    expect(await refusal(collect(store))).toEqual({
      reason: "changed",
      why: "it was replaced while it was read",
    });
  });

  test("is not taken for the whole where every answer ends early", async () => {
    const { proxy, store } = await make();
    await store.write("numbers", chunksOf(large));
    failing(proxy, kinds.get, { truncatedTo: 1000 });
    proxy.requests.length = 0;
    expect((await refusal(collect(store))).reason).toBe("unreachable");
    expect(requestsOf(proxy, kinds.get)).toBe(3);
  });
});

test.for([500, 503])("a server that is out of order is told after three requests: %i", async (status) => {
  const { proxy, store } = await make();
  for (const operation of [
    () => store.open("numbers"),
    () => store.delete("numbers"),
    () => store.write("numbers", [former]),
    () => store.list("").next(),
  ]) {
    proxy.requests.length = 0;
    failing(proxy, /./, { status });
    const why = `the server is out of order (status ${status})`;
    expect(await refusal(operation())).toEqual({ reason: "unreachable", why });
    // A write asks at the end whether it was done after all.
    expect(proxy.requests.length).toBe(requestsOf(proxy, kinds.put) > 0 ? 6 : 3);
  }
});

describe("somebody", () => {
  test("with a token to read reads and lists, and may do nothing else", async () => {
    const { container } = await make();
    const store = storeOf(serviceOf(server.port, undefined, `?${tokenFor("rl")}`), container);
    expect((await collect(store)).toString()).toBe("former");
    expect((await store.list("").next()).value?.key).toBe("numbers");
    const asked = [store.write("numbers", [former]), store.write("new", [former]), store.delete("numbers")];
    expect(await Promise.all(asked.map(refusal))).toEqual(
      asked.map(() => ({ reason: "denied", why: "access denied" })),
    );
  });

  test("names a container that is none", async () => {
    const store = storeOf(serviceOf(server.port), "none");
    const asked = [store.open("numbers"), store.write("numbers", [former]), store.list("").next()];
    expect(await Promise.all(asked.map(refusal))).toEqual(
      asked.map(() => ({ reason: "not-found", why: "there is no such container" })),
    );
  });
});
