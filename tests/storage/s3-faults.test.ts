/** What goes wrong on the way to S3, and in it. The server is the double, which fails where it is told to. */
import { StorageError } from "@glacier-ts/core";
import { S3Store } from "@glacier-ts/storage/s3";
import { describe, expect, onTestFinished, test } from "vitest";
import { breakingProxy } from "../rig/breaking-proxy.js";
import { type Fault, type Operation, type S3Double, startS3Double } from "./s3-double.js";
import { clientOf, storeOf } from "./s3-rig.js";

const mebibyte = 2 ** 20;
const former = new TextEncoder().encode("former");
/** What the store sends in three parts of at most 8 MiB. */
const large = Buffer.alloc(20 * mebibyte, "what is large goes in parts, ");
const partCount = 3;

function* chunksOf(bytes: Uint8Array) {
  for (let start = 0; start < bytes.length; start += mebibyte) yield bytes.subarray(start, start + mebibyte);
}

async function make() {
  const double = await startS3Double();
  const store = storeOf(double.port, "bucket");
  await store.write("numbers", [former]);
  double.requests.length = 0;
  const content = () => double.objects.get("data/numbers")?.bytes;
  return { double, store, content };
}

async function refusal(operation: Promise<unknown>): Promise<Pick<StorageError, "reason" | "why">> {
  const error = await operation.then(
    () => new Error("expected a StorageError"),
    (reason: unknown) => reason,
  );
  if (!(error instanceof StorageError)) throw error;
  return { reason: error.reason, why: error.why };
}

/** Has the requests of a kind fail: the n-th of them, from 0, or all. */
function failing(double: S3Double, operation: Operation, fault: Fault, which: "all" | number = "all"): void {
  let count = 0;
  double.fault = (asked) => {
    if (asked !== operation) return undefined;
    return which === "all" || count++ === which ? fault : undefined;
  };
}

function waiting() {
  let resolve = () => {};
  const until = new Promise<void>((settle) => {
    resolve = settle;
  });
  return { until, resolve };
}

async function collect(store: S3Store, key = "numbers"): Promise<Buffer> {
  const source = await store.open(key);
  const chunks: Uint8Array[] = [];
  for await (const chunk of source.stream?.() ?? []) chunks.push(chunk);
  return Buffer.concat(chunks);
}

const parts = Array.from({ length: partCount }, (_, index) => ["UploadPart", index] as const);
const uploading = [["CreateMultipartUpload", 0] as const, ...parts, ["CompleteMultipartUpload", 0] as const];

describe("an upload of several parts", () => {
  const faults: readonly Fault[] = [
    { cut: "before" },
    { cut: "after" },
    { status: 503, code: "ServiceUnavailable" },
  ];

  test.for(
    uploading.flatMap(([operation, index]) => faults.map((fault) => [operation, index, fault] as const)),
  )("goes through %s %i that fails once: %j", async ([operation, index, fault]) => {
    const { double, store, content } = await make();
    failing(double, operation, fault, index);
    const written = await store.write("numbers", chunksOf(large));
    expect(written).toEqual(await store.stat("numbers"));
    expect(content()?.equals(large)).toBe(true);
    // An upload of whose making the answer was lost has no name that anybody knows, and no bytes.
    const left = [...double.uploads.values()].map(({ parts }) => parts.size);
    const isUnknown = operation === "CreateMultipartUpload" && "cut" in fault && fault.cut === "after";
    expect(left).toEqual(isUnknown ? [0] : []);
  });

  test.for(["CreateMultipartUpload", "UploadPart", "CompleteMultipartUpload"] as const)(
    "is given up where %s fails again and again, and leaves the former object",
    async (operation) => {
      const { double, store, content } = await make();
      for (const fault of [{ cut: "before" }, { status: 503, code: "ServiceUnavailable" }] as const) {
        failing(double, operation, fault);
        double.requests.length = 0;
        const { reason } = await refusal(store.write("numbers", chunksOf(large)));
        expect(reason).toBe("unreachable");
        expect(content()).toEqual(Buffer.from(former));
        expect([...double.uploads]).toEqual([]);
        // All parts are under way at once, each is tried three times; then it is ended, and looked for.
        const asked = double.requests.filter((each) => each === operation).length;
        expect(asked).toBe(operation === "UploadPart" ? 3 * partCount : 3);
        expect(double.requests.length).toBeLessThanOrEqual(20);
      }
    },
  );

  test("of which one part always fails is given up, the others are not sent again", async () => {
    const { double, store, content } = await make();
    const isSecond = (url = "") => /partNumber=2(&|$)/.test(url);
    double.fault = (_, { url }) => (isSecond(url) ? { cut: "before" } : undefined);
    expect((await refusal(store.write("numbers", chunksOf(large)))).reason).toBe("unreachable");
    expect(content()).toEqual(Buffer.from(former));
    expect([...double.uploads]).toEqual([]);
    expect(double.requests.filter((each) => each === "UploadPart")).toHaveLength(partCount - 1 + 3);
  });

  test("was joined where the answer is lost each time", async () => {
    const { double, store, content } = await make();
    failing(double, "CompleteMultipartUpload", { cut: "after" });
    expect(await store.write("numbers", chunksOf(large))).toEqual(await store.stat("numbers"));
    expect(content()?.equals(large)).toBe(true);
  });

  test("is seen by nobody before it is whole", async () => {
    const { double, store, content } = await make();
    const seen: unknown[] = [];
    double.fault = (operation) => {
      if (operation === "UploadPart" || operation === "CompleteMultipartUpload")
        seen.push(content()?.toString());
      return undefined;
    };
    await store.write("numbers", chunksOf(large));
    expect(seen).toEqual(Array.from({ length: partCount + 1 }, () => "former"));
  });

  test("whose chunks fail is ended, and passes the error on, whatever it is", async () => {
    const { double, store } = await make();
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
      expect([...double.uploads]).toEqual([]);
    }
  });

  test("whose chunks fail passes that on, also where it cannot be ended", async () => {
    const { double, store } = await make();
    const error = new Error("the source broke");
    async function* chunks() {
      yield* chunksOf(large);
      failing(double, "AbortMultipartUpload", { cut: "before" });
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

  test("creates an object, unless there is one", async () => {
    const { double, store, content } = await make();
    const refused = await refusal(store.write("numbers", chunksOf(large), { ifAbsent: true }));
    expect(refused).toEqual({ reason: "exists", why: "there is an object already" });
    expect(content()).toEqual(Buffer.from(former));
    expect([...double.uploads]).toEqual([]);
    await store.write("other", chunksOf(large), { ifAbsent: true });
    expect(double.objects.get("data/other")?.bytes.equals(large)).toBe(true);
  });

  test("is of one writer of 4 that create it at once", async () => {
    const { double, store } = await make();
    const writing = Array.from({ length: 4 }, () => store.write("new", chunksOf(large), { ifAbsent: true }));
    const outcomes = (await Promise.allSettled(writing)).map((each) =>
      each.status === "fulfilled" ? "won" : (each.reason as StorageError).reason,
    );
    expect(outcomes.sort()).toEqual(["exists", "exists", "exists", "won"]);
    expect([...double.uploads]).toEqual([]);
  });
});

describe("creating an object", () => {
  const lost: readonly Fault[] = [
    { cut: "after" },
    { status: 500, code: "InternalError", isDone: true },
    { status: 503, code: "ServiceUnavailable", isDone: true },
  ];

  test.for(lost)("has succeeded where the answer is lost: %j", async (fault) => {
    for (const [operation, bytes] of [
      ["PutObject", former],
      ["CompleteMultipartUpload", large],
    ] as const) {
      const { double, store } = await make();
      failing(double, operation, fault, 0);
      const written = await store.write("new", chunksOf(bytes), { ifAbsent: true });
      expect(written).toEqual(await store.stat("new"));
      expect(double.objects.get("data/new")?.bytes.equals(bytes)).toBe(true);
      expect([...double.uploads]).toEqual([]);
    }
  });

  test("has not where somebody else was first while the request was made again", async () => {
    const { double, store } = await make();
    double.fault = (operation) => {
      if (operation !== "PutObject" || double.objects.has("data/new")) return undefined;
      const winner = { bytes: Buffer.from("theirs"), etag: '"theirs"', checksum: undefined, metadata: {} };
      double.objects.set("data/new", winner);
      return { cut: "before" };
    };
    expect((await refusal(store.write("new", [former], { ifAbsent: true }))).reason).toBe("exists");
    expect(double.objects.get("data/new")?.bytes.toString()).toBe("theirs");
  });

  test("has not where another writer of the same bytes was first", async () => {
    const { store } = await make();
    await store.write("new", [former], { ifAbsent: true });
    expect((await refusal(store.write("new", [former], { ifAbsent: true }))).reason).toBe("exists");
  });

  test("has not where a conflict is told", async () => {
    const { double, store } = await make();
    failing(double, "PutObject", { status: 409, code: "ConditionalRequestConflict" });
    expect((await refusal(store.write("new", [former], { ifAbsent: true }))).reason).toBe("exists");
  });
});

describe("a server that is out of order", () => {
  const operations = (store: S3Store): Record<string, () => Promise<unknown>> => ({
    open: () => store.open("numbers"),
    read: () => collect(store),
    write: () => store.write("numbers", [former]),
    delete: () => store.delete("numbers"),
    list: async () => {
      for await (const _ of store.list(""));
    },
  });
  const names = ["open", "read", "write", "delete", "list"];

  test.for(names)("for two requests of %s is waited for", async (name) => {
    const { double, store } = await make();
    let count = 0;
    double.fault = () => (count++ < 2 ? { status: 503, code: "ServiceUnavailable" } : undefined);
    await operations(store)[name]?.();
    expect(double.requests.length).toBeGreaterThanOrEqual(3);
  });

  test.for(names)("for longer is told, after three requests of each kind: %s", async (name) => {
    const { double, store } = await make();
    for (const status of [500, 502, 503]) {
      double.requests.length = 0;
      double.fault = () => ({ status, code: "ServiceUnavailable" });
      const refused = await refusal(operations(store)[name]?.() as Promise<unknown>);
      expect(refused).toEqual({
        reason: "unreachable",
        why: `the server is out of order (status ${status})`,
      });
      const counts = double.requests.map((each) => double.requests.filter((other) => other === each).length);
      expect(Math.max(...counts)).toBe(3);
      // A write asks at the end whether it was done after all.
      expect(double.requests.length).toBe(name === "write" ? 6 : 3);
    }
  });

  test("may ask to slow down", async () => {
    const { double, store } = await make();
    double.fault = () => ({ status: 503, code: "SlowDown" });
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

describe("an object that is read", () => {
  test("goes on where the connection broke, in the same version", async () => {
    const { double, store } = await make();
    await store.write("numbers", chunksOf(large));
    double.requests.length = 0;
    failing(double, "GetObject", { truncatedTo: 9 * mebibyte + 5 }, 0);
    expect((await collect(store)).equals(large)).toBe(true);
    expect(double.requests).toEqual(["HeadObject", "GetObject", "GetObject"]);
  });

  test("is told to have changed where it was replaced while the connection was broken", async () => {
    const { double, store } = await make();
    await store.write("numbers", chunksOf(large));
    const { etag, ...rest } = double.objects.get("data/numbers") ?? expect.fail("it is not there");
    double.fault = (operation) => {
      if (operation !== "GetObject") return undefined;
      double.objects.set("data/numbers", { etag: '"another"', ...rest });
      return { truncatedTo: mebibyte };
    };
    const source = await store.open("numbers");
    const reading = source.read(0, source.sizeBytes);
    // The first request finds the other one already.
    expect((await refusal(reading)).reason).toBe("changed");
  });

  test.for([0, 1, 100_000, 8 * mebibyte, 20 * mebibyte - 1])(
    "is not taken for the whole where every answer ends after %i bytes",
    async (length) => {
      const { double, store } = await make();
      await store.write("numbers", chunksOf(large));
      double.requests.length = 0;
      // Of what is left, which is less each time.
      double.fault = (operation, { headers }) => {
        if (operation !== "GetObject") return undefined;
        const start = Number(/^bytes=(\d+)/.exec(headers.range ?? "")?.[1] ?? 0);
        return { truncatedTo: Math.max(0, length - start) };
      };
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
    failing(double, "GetObject", { damaged: "answer" });
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
    failing(double, "GetObject", { pausedAt: 9 * mebibyte, until });
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
    failing(double, "GetObject", { pausedAt: mebibyte, until });
    double.requests.length = 0;
    expect((await refusal(collect(store))).reason).toBe("unreachable");
    // At most three for what comes before the pause, which a slow machine may be late with, and for what comes after it.
    const requests = double.requests.filter((each) => each === "GetObject").length;
    expect(requests).toBeGreaterThanOrEqual(3);
    expect(requests).toBeLessThanOrEqual(6);
  });
});

test("bytes that were damaged on the way to the server replace nothing", async () => {
  for (const [operation, bytes] of [
    ["PutObject", former],
    ["UploadPart", large],
  ] as const) {
    const { double, store, content } = await make();
    failing(double, operation, { damaged: "request" });
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

  test("has no bucket for", async () => {
    const { double } = await make();
    const store = storeOf(double.port, "none");
    expect((await refusal(store.open("numbers"))).reason).toBe("not-found");
    expect(await refusal(store.write("numbers", [former]))).toEqual({
      reason: "not-found",
      why: "there is no such bucket",
    });
  });
});
