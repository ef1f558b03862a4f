/** What goes wrong on the way to Google Cloud Storage. The server is a double, behind a proxy that fails where it is told to. */
import { type JsonObject, type ManifestDataset, StorageError } from "@glacier-ts/core";
import { DatasetStore } from "@glacier-ts/storage";
import type { GcsStore } from "@glacier-ts/storage/gcs";
import { describe, expect, test } from "vitest";
import { type FaultyProxy, faultyProxy, type ProxyFault } from "../rig/faulty-proxy.js";
import { startGcsDouble } from "./gcs-double.js";
import { storeOf } from "./gcs-rig.js";
import { failureFrom, valueFrom } from "./project.js";

const mebibyte = 2 ** 20;
const former = Buffer.from("former");
/** What the store sends in three pieces of at most 8 MiB. */
const large = Buffer.alloc(20 * mebibyte, "what is large goes in pieces, ");

function* chunksOf(bytes: Uint8Array) {
  for (let start = 0; start < bytes.length; start += mebibyte) yield bytes.subarray(start, start + mebibyte);
}

async function make() {
  const double = await startGcsDouble();
  const proxy = await faultyProxy(double.port);
  double.put("data/numbers", former);
  const content = (key = "numbers") => double.objects.get(`data/${key}`)?.bytes;
  return { double, proxy, store: storeOf(proxy.port), content };
}

async function refusal(operation: Promise<unknown>): Promise<Pick<StorageError, "reason" | "why">> {
  const error = await operation.then(
    () => new Error("expected a StorageError"),
    (reason: unknown) => reason,
  );
  if (!(error instanceof StorageError)) throw error;
  return { reason: error.reason, why: error.why };
}

async function collect(store: GcsStore): Promise<Buffer> {
  const source = await store.open("numbers");
  const chunks: Uint8Array[] = [];
  for await (const chunk of source.stream?.() ?? []) chunks.push(chunk);
  return Buffer.concat(chunks);
}

const isPiece = /^PUT .*upload_id=/;
const isSmall = /^POST .*uploadType=multipart/;
const isRead = /alt=media/;

/** Has the requests of a kind fail: the n-th of them, from 0, or all. */
function failing(proxy: FaultyProxy, kind: RegExp, fault: ProxyFault, which: "all" | number = "all"): void {
  let count = 0;
  proxy.fault = ({ method, url }) => {
    if (!kind.test(`${method} ${url}`)) return undefined;
    return which === "all" || count++ === which ? fault : undefined;
  };
}

describe("an upload of several pieces", () => {
  test.for<readonly [number, ProxyFault]>([
    [0, { cut: "after" }],
    [1, { cut: "before" }],
    [1, { status: 503 }],
    [2, { cut: "before" }],
  ])("goes through piece %i that fails once: %j", async ([index, fault]) => {
    const { proxy, store, content } = await make();
    failing(proxy, isPiece, fault, index);
    expect(await store.write("numbers", chunksOf(large))).toEqual(await store.stat("numbers"));
    expect(content()?.equals(large)).toBe(true);
  });

  test("is given up where every piece fails, and leaves the former object", async () => {
    const { proxy, store, content } = await make();
    failing(proxy, isPiece, { status: 503 });
    expect((await refusal(store.write("numbers", chunksOf(large)))).reason).toBe("unreachable");
    expect(content()).toEqual(former);
    expect(proxy.requests.length).toBeLessThanOrEqual(10);
  });

  test("is seen by nobody before it is whole", async () => {
    const { proxy, store, content } = await make();
    const seen: unknown[] = [];
    proxy.fault = ({ method }) => {
      if (method === "PUT") seen.push(content()?.toString());
      return undefined;
    };
    await store.write("numbers", chunksOf(large));
    expect(seen).toEqual(["former", "former", "former"]);
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
      expect(content()).toEqual(former);
    }
  });

  test("is of one writer of 4 that create it at once", async () => {
    const { store, content } = await make();
    const writing = Array.from({ length: 4 }, () => store.write("new", chunksOf(large), { ifAbsent: true }));
    const outcomes = (await Promise.allSettled(writing)).map((each) =>
      each.status === "fulfilled" ? "won" : (each.reason as StorageError).reason,
    );
    expect(outcomes.sort()).toEqual(["exists", "exists", "exists", "won"]);
    expect(content("new")?.equals(large)).toBe(true);
  });
});

describe("creating an object", () => {
  test.for([
    ["one request", isSmall, former, 0],
    ["the last piece", isPiece, large, 2],
  ] as const)("has succeeded where the answer to %s is lost", async ([, kind, bytes, which]) => {
    const { proxy, store, content } = await make();
    failing(proxy, kind, { cut: "after" }, which);
    const written = await store.write("new", chunksOf(bytes), { ifAbsent: true });
    expect(written).toEqual(await store.stat("new"));
    expect(content("new")?.equals(bytes)).toBe(true);
  });

  test("has not where somebody else was first while the request was made again", async () => {
    const { double, proxy, store, content } = await make();
    proxy.fault = ({ method }) => {
      if (method !== "POST" || content("new")) return undefined;
      double.put("data/new", Buffer.from("theirs"));
      return { cut: "before" };
    };
    expect((await refusal(store.write("new", [former], { ifAbsent: true }))).reason).toBe("exists");
    expect(content("new")?.toString()).toBe("theirs");
  });
});

describe("an object that is read", () => {
  test("goes on where the connection broke, in the same version", async () => {
    const { double, proxy, store } = await make();
    double.put("data/numbers", large);
    failing(proxy, isRead, { truncatedTo: 9 * mebibyte + 5 }, 0);
    expect((await collect(store)).equals(large)).toBe(true);
    expect(proxy.requests.filter((each) => isRead.test(each))).toHaveLength(2);
  });

  test("is told to have changed where it was replaced", async () => {
    const { double, store } = await make();
    const source = await store.open("numbers");
    double.put("data/numbers", Buffer.from("latest"));
    const why = "it was replaced while it was read";
    expect(await refusal(source.read(0, 6))).toEqual({ reason: "changed", why });
  });
});

test("a server that is out of order is told after three requests", async () => {
  const { proxy, store } = await make();
  for (const operation of [
    () => store.open("numbers"),
    () => store.delete("numbers"),
    () => store.list("").next(),
  ]) {
    proxy.requests.length = 0;
    failing(proxy, /./, { status: 503 });
    const why = "the server is out of order (status 503)";
    expect(await refusal(operation())).toEqual({ reason: "unreachable", why });
    expect(proxy.requests).toHaveLength(3);
  }
});

test("a bucket that is none is told", async () => {
  const { double } = await make();
  const store = storeOf(double.port, { bucket: "none" });
  const asked = [store.open("numbers"), store.write("numbers", [former]), store.list("").next()];
  expect(await Promise.all(asked.map(refusal))).toEqual(
    asked.map(() => ({ reason: "not-found", why: "there is no such bucket" })),
  );
});

test("a dataset comes back as it went, and is called so that no secret is told", async () => {
  const { proxy, double } = await make();
  // An emulator asks for no credentials; the double does.
  proxy.fault = ({ headers }) => {
    headers.authorization = "Bearer known";
    return undefined;
  };
  const json: JsonObject = {};
  const store = new DatasetStore({ projectRoot: "/nowhere", env: { WHERE: "secret-folder/" } });
  const dataset = (options: JsonObject): ManifestDataset => {
    const place = { bucket: "bucket", endpoint: `http://127.0.0.1:${proxy.port}` };
    const storage = { kind: "gcs", ...place, ...options } as ManifestDataset["storage"] & {};
    return { schema: "#/schemas/0", declared: "src/datasets.ts:1", storage };
  };
  const numbers = dataset({ prefix: "clean/" });
  expect(valueFrom(await store.save("numbers", numbers, json, [1, 2])).place).toBe(
    "gs://bucket/clean/numbers.json",
  );
  expect(valueFrom(await store.load("numbers", numbers, json)).value).toEqual([1, 2]);
  expect([...double.objects.keys()]).toContain("clean/numbers.json");
  const secret = dataset({ prefix: { $secret: "WHERE" } });
  expect(failureFrom(await store.load("numbers", secret, json)).message).toBe(
    "Dataset 'numbers' was not found at the prefix in secret 'WHERE' of gs://bucket.",
  );
});
