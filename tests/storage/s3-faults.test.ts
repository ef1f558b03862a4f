/** What goes wrong on the way to S3, and in it. The server is the double, which fails where it is told to. */
import { randomUUID } from "node:crypto";
import { S3Store } from "@glacier-ts/storage/s3";
import { describe, expect, onTestFinished, test } from "vitest";
import { testFaults } from "../contracts/faults.js";
import { breakingProxy } from "../rig/breaking-proxy.js";
import {
  chunksOf,
  collect,
  countOf,
  failing,
  former,
  large,
  mebibyte,
  partCount,
  refusal,
} from "../rig/request-faults.js";
import { type Fault, type S3Double, startS3Double } from "./s3-double.js";
import { clientOf, storeOf } from "./s3-rig.js";

function put(double: S3Double, key: string, bytes: Buffer): void {
  double.objects.set(`data/${key}`, { bytes, etag: `"${randomUUID()}"`, checksum: undefined, metadata: {} });
}

async function make() {
  const double = await startS3Double();
  const store = storeOf(double.port, "bucket");
  await store.write("numbers", [former]);
  double.requests.length = 0;
  const content = (key = "numbers") => double.objects.get(`data/${key}`)?.bytes;
  return { double, store, content };
}

testFaults(
  async () => {
    const { double, store, content } = await make();
    return {
      store,
      nowhere: storeOf(double.port, "none"),
      requests: double.requests,
      decide: (fault) => double.decide(fault),
      put: (key, bytes) => put(double, key, bytes),
      content,
      unfinished: () => [...double.uploads.values()].map(({ parts }) => parts.size),
    };
  },
  {
    begin: /^CreateMultipartUpload$/,
    part: /^UploadPart$/,
    commit: /^CompleteMultipartUpload$/,
    put: /^PutObject$/,
    get: /^GetObject$/,
    mostRequests: 20,
    retried: [500, 502, 503],
    noObject: "there is no such object or bucket",
    noBucket: "there is no such bucket",
    exists: "there is an object already",
  },
);

function waiting() {
  let resolve = () => {};
  const until = new Promise<void>((settle) => {
    resolve = settle;
  });
  return { until, resolve };
}

describe("an upload of several parts to S3", () => {
  test.for([
    [/^CreateMultipartUpload$/, 3],
    [/^UploadPart$/, 3 * partCount],
    [/^CompleteMultipartUpload$/, 3],
  ] as const)(
    "has all parts under way at once, and each request made three times: %s",
    async ([kind, count]) => {
      const { double, store } = await make();
      for (const fault of [{ cut: "before" }, { status: 503 }] as const) {
        failing(double, kind, fault);
        double.requests.length = 0;
        expect((await refusal(store.write("numbers", chunksOf(large)))).reason).toBe("unreachable");
        expect(countOf(double, kind)).toBe(count);
      }
    },
  );

  test("of which one part always fails is given up, the others are not sent again", async () => {
    const { double, store, content } = await make();
    const isSecond = (url = "") => /partNumber=2(&|$)/.test(url);
    double.decide(({ url }) => (isSecond(url) ? { cut: "before" } : undefined));
    expect((await refusal(store.write("numbers", chunksOf(large)))).reason).toBe("unreachable");
    expect(content()).toEqual(Buffer.from(former));
    expect([...double.uploads]).toEqual([]);
    expect(double.requests.filter((each) => each === "UploadPart")).toHaveLength(partCount - 1 + 3);
  });

  test("was joined where the answer is lost each time", async () => {
    const { double, store, content } = await make();
    failing(double, /^CompleteMultipartUpload$/, { cut: "after" });
    expect(await store.write("numbers", chunksOf(large))).toEqual(await store.stat("numbers"));
    expect(content()?.equals(large)).toBe(true);
  });

  test("whose chunks fail passes that on, also where it cannot be ended", async () => {
    const { double, store } = await make();
    const error = new Error("the source broke");
    async function* chunks() {
      yield* chunksOf(large);
      failing(double, /^AbortMultipartUpload$/, { cut: "before" });
      throw error;
    }
    await expect(store.write("numbers", chunks())).rejects.toBe(error);
  });

  test("that would have too many parts is ended", async () => {
    const { double, store, content } = await make();
    function* chunks() {
      yield* chunksOf(large);
      // Nobody holds so much: it only says that it is so large.
      yield Object.defineProperty(new Uint8Array(1), "length", { value: 2 ** 40 });
    }
    expect(await refusal(store.write("numbers", chunks()))).toEqual({
      reason: "failed",
      why: "it is larger than 78 GiB, the most that one object is written with",
    });
    expect(content()).toEqual(Buffer.from(former));
    expect([...double.uploads]).toEqual([]);
  });
});

describe("creating an object in S3", () => {
  const told: readonly Fault[] = [
    { status: 500, code: "InternalError", isDone: true },
    { status: 503, isDone: true },
  ];

  test.for(told)("has succeeded where it is told to have failed: %j", async (fault) => {
    for (const [kind, bytes] of [
      [/^PutObject$/, former],
      [/^CompleteMultipartUpload$/, large],
    ] as const) {
      const { double, store } = await make();
      failing(double, kind, fault, 0);
      const written = await store.write("new", chunksOf(bytes), { ifAbsent: true });
      expect(written).toEqual(await store.stat("new"));
      expect(double.objects.get("data/new")?.bytes.equals(bytes)).toBe(true);
      expect([...double.uploads]).toEqual([]);
    }
  });

  test("has not where another writer of the same bytes was first", async () => {
    const { store } = await make();
    await store.write("new", [former], { ifAbsent: true });
    expect((await refusal(store.write("new", [former], { ifAbsent: true }))).reason).toBe("exists");
  });

  test("has not where a conflict is told", async () => {
    const { double, store } = await make();
    failing(double, /^PutObject$/, { status: 409, code: "ConditionalRequestConflict" });
    expect((await refusal(store.write("new", [former], { ifAbsent: true }))).reason).toBe("exists");
  });
});

describe("a server of S3 that is out of order", () => {
  test("may ask to slow down", async () => {
    const { double, store } = await make();
    double.decide(() => ({ status: 503, code: "SlowDown" }));
    expect(await refusal(store.delete("numbers"))).toEqual({
      reason: "unreachable",
      why: "the server asks to slow down, again and again",
    });
    expect(double.requests).toHaveLength(3);
  });

  test("killed and started again while an object is written is none the wiser", async () => {
    const { double, store, content } = await make();
    async function* chunks() {
      let count = 0;
      for (const chunk of chunksOf(large)) {
        if (++count % 10 === 0) {
          await double.kill();
          await double.start();
        }
        yield chunk;
      }
    }
    await store.write("numbers", chunks());
    expect(content()?.equals(large)).toBe(true);
    // None with bytes: whether the answer to its making was lost, nobody can tell.
    expect([...double.uploads.values()].filter(({ parts }) => parts.size > 0)).toEqual([]);
  });

  test("killed while an object is written has the former one when it is back", async () => {
    const { double, store, content } = await make();
    async function* chunks() {
      yield* chunksOf(large);
      await double.kill();
      yield* chunksOf(large);
    }
    expect((await refusal(store.write("numbers", chunks()))).reason).toBe("unreachable");
    await double.start();
    expect(content()).toEqual(Buffer.from(former));
    expect((await collect(store)).toString()).toBe("former");
    await store.write("numbers", chunksOf(large));
    expect(content()?.equals(large)).toBe(true);
  });

  test("killed and started again while an object is read gives the rest", async () => {
    const { double, store } = await make();
    await store.write("numbers", chunksOf(large));
    const source = await store.open("numbers");
    const chunks: Uint8Array[] = [];
    for await (const chunk of source.stream?.() ?? []) {
      if (chunks.push(chunk) === 10) {
        await double.kill();
        await double.start();
      }
    }
    expect(Buffer.concat(chunks).equals(large)).toBe(true);
  });
});

describe("an object of S3 that is read", () => {
  test.for([0, 1, 100_000, 8 * mebibyte, 20 * mebibyte - 1])(
    "is not taken for the whole where every answer ends after %i bytes",
    async (length) => {
      const { double, store } = await make();
      await store.write("numbers", chunksOf(large));
      double.requests.length = 0;
      // Of what is left, which is less each time.
      double.decide(({ headers }, operation) => {
        if (operation !== "GetObject") return undefined;
        const start = Number(/^bytes=(\d+)/.exec(headers.range ?? "")?.[1] ?? 0);
        return { truncatedTo: Math.max(0, length - start) };
      });
      for (const reading of [
        () => collect(store),
        async () => (await store.open("numbers")).read(0, large.length),
        async () => (await store.open("numbers")).read(1, large.length),
      ]) {
        double.requests.length = 0;
        expect(await refusal(reading())).toEqual({
          reason: "unreachable",
          why: "the connection broke again and again",
        });
        expect(double.requests.filter((each) => each === "GetObject").length).toBeLessThanOrEqual(4);
      }
    },
  );

  test("is refused where it was damaged on the way", async () => {
    const { double, store } = await make();
    const why = "the bytes were damaged on the way: their checksum is another one";
    failing(double, /^GetObject$/, { damaged: "answer" });
    expect(await refusal(collect(store))).toEqual({ reason: "failed", why });
    const source = await store.open("numbers");
    expect(await refusal(source.read(0, source.sizeBytes))).toEqual({ reason: "failed", why });
  });

  test("comes as fast as it is read", async () => {
    const { double, store } = await make();
    await store.write("numbers", chunksOf(large));
    const source = await store.open("numbers");
    double.requests.length = 0;
    let position = 0;
    for await (const chunk of source.stream?.() ?? []) {
      if (position === 0) {
        // What the connection can hold comes; and no more, however long the reader takes.
        for (let index = 0; index < 20; index++) await store.stat("numbers");
        expect(double.sentBytes).toBeLessThan(large.length / 2);
      }
      position += chunk.length;
    }
    expect(position).toBe(large.length);
    expect(double.requests.filter((each) => each === "GetObject")).toHaveLength(1);
  });

  test("is waited for where it comes slowly", async () => {
    const { double, store } = await make();
    await store.write("numbers", chunksOf(large));
    const { until, resolve } = waiting();
    failing(double, /^GetObject$/, { pausedAt: 9 * mebibyte, until });
    const source = await store.open("numbers");
    let position = 0;
    for await (const chunk of source.stream?.() ?? []) {
      position += chunk.length;
      if (position > 8 * mebibyte) resolve();
    }
    expect(position).toBe(large.length);
  });

  test("is given up where nothing comes any more", async () => {
    const { double, store: patient } = await make();
    await patient.write("numbers", chunksOf(large));
    const client = clientOf(double.port, undefined, { socketTimeout: 100 });
    const store = new S3Store({ client, bucket: "bucket", folder: "data/", describe: (key) => key });
    const { until, resolve } = waiting();
    onTestFinished(resolve);
    failing(double, /^GetObject$/, { pausedAt: mebibyte, until });
    double.requests.length = 0;
    expect((await refusal(collect(store))).reason).toBe("unreachable");
    // At most three for what comes before the pause, which a slow machine may be late with, and for what comes after it.
    const requests = double.requests.filter((each) => each === "GetObject").length;
    expect(requests).toBeGreaterThanOrEqual(3);
    expect(requests).toBeLessThanOrEqual(6);
  });
});

test("bytes that were damaged on the way to the server replace nothing", async () => {
  for (const [kind, bytes] of [
    [/^PutObject$/, former],
    [/^UploadPart$/, large],
  ] as const) {
    const { double, store, content } = await make();
    failing(double, kind, { damaged: "request" });
    expect(await refusal(store.write("numbers", chunksOf(bytes)))).toEqual({
      reason: "failed",
      why: "the bytes were damaged on the way: their checksum is another one",
    });
    expect(content()).toEqual(Buffer.from(former));
    expect([...double.uploads]).toEqual([]);
  }
});

test("a connection that breaks at any byte of an upload leaves the former object", async () => {
  const { double, store, content } = await make();
  for (let afterBytes = 0; afterBytes < large.length; afterBytes += 4 * mebibyte - 1) {
    const port = await breakingProxy({ port: double.port, direction: "writing", afterBytes });
    const broken = await refusal(storeOf(port, "bucket").write("numbers", chunksOf(large)));
    expect(broken.reason).toBe("unreachable");
    expect(content()).toEqual(Buffer.from(former));
  }
  await store.write("numbers", chunksOf(large));
  expect(content()?.equals(large)).toBe(true);
});

describe("somebody whom S3", () => {
  test.for([
    ["does not know", { accessKeyId: "nobody", secretAccessKey: "secret" }, "the access key is not known"],
    [
      "knows with another secret",
      { accessKeyId: "known", secretAccessKey: "wrong" },
      "the secret key is wrong",
    ],
    [
      "knew until yesterday",
      { accessKeyId: "expired", secretAccessKey: "secret" },
      "the credentials have expired",
    ],
  ] as const)("%s is told so", async ([, credentials, why]) => {
    const { double } = await make();
    const store = storeOf(double.port, "bucket", credentials);
    const asked = [store.open("numbers"), store.write("numbers", [former]), store.delete("numbers")];
    expect(await Promise.all(asked.map(refusal))).toEqual(
      asked.map(() => ({ reason: "unauthenticated", why })),
    );
  });
});
