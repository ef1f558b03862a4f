/** What is on the web. The server is one of Node's own, on this machine. */
import { mkdtempSync, rmSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { gzipSync } from "node:zlib";
import { type JsonObject, type ManifestDataset, StorageError } from "@glacier-ts/core";
import { DatasetStore } from "@glacier-ts/storage";
import { HttpStore } from "@glacier-ts/storage/http";
import { afterAll, describe, expect, onTestFinished, test, vi } from "vitest";
import { testReading } from "../contracts/storage.js";
import { breakingProxy, closedPort } from "../rig/breaking-proxy.js";
import { type HttpServer, type HttpServerOptions, startHttpServer } from "./http-server.js";
import { failureFrom, rowsSchema, valueFrom } from "./project.js";

const mebibyte = 2 ** 20;
const large = Buffer.alloc(3 * mebibyte, "what is on the web is read, ");

/** Pauses are none here. */
const limits = { pauseMs: 1, idleMs: 30_000 };
/** For servers that are silent for ever. */
const impatient = { pauseMs: 1, idleMs: 1000 };

function storeOf(origin: string): HttpStore {
  const urlOf = (key: string) => `${origin}/data/${encodeURIComponent(key)}`;
  return new HttpStore({ urlOf, describe: urlOf, limits });
}

async function make(options: HttpServerOptions = {}, limitsOfStore = limits) {
  const server = await startHttpServer(options);
  const urlOf = (key: string) => `${server.origin}/data/${key}`;
  const store = new HttpStore({ urlOf, describe: urlOf, limits: limitsOfStore });
  server.files.set("/data/numbers", large);
  return { server, store };
}

async function refusal(operation: Promise<unknown>): Promise<Pick<StorageError, "reason" | "why">> {
  const error = await operation.then(
    () => new Error("expected a StorageError"),
    (reason: unknown) => reason,
  );
  if (!(error instanceof StorageError)) throw error;
  return { reason: error.reason, why: error.why };
}

async function collect(store: HttpStore, key = "numbers"): Promise<Buffer> {
  const source = await store.open(key);
  try {
    if (!source.stream) return Buffer.from(await source.read(0, source.sizeBytes));
    const chunks: Uint8Array[] = [];
    for await (const chunk of source.stream()) chunks.push(chunk);
    return Buffer.concat(chunks);
  } finally {
    await source.close();
  }
}

/** A folder of our own for temporary files: other tests use that of the system. */
const temporary = mkdtempSync(join(tmpdir(), "glacier-http-test-"));
process.env.TMPDIR = temporary;
afterAll(() => rmSync(temporary, { recursive: true, force: true }));
const temporaryFiles = () => readdir(temporary);

const servers: readonly (readonly [name: string, options: HttpServerOptions])[] = [
  ["ranges and an ETag", {}],
  ["ranges and a weak ETag", { validator: "weak etag" }],
  ["ranges and Last-Modified", { validator: "last-modified" }],
  ["no ranges", { hasRanges: false }],
  ["no ranges and no length", { hasRanges: false, hasLength: false, validator: "last-modified" }],
];

describe.each(servers)("HttpStore keeps the reading half of the contract with %s:", (_, options) => {
  testReading(async () => {
    const server = await startHttpServer(options);
    const put = async (key: string, bytes: Uint8Array) => {
      server.files.set(`/data/${key}`, Buffer.from(bytes));
    };
    return { store: storeOf(server.origin), other: () => storeOf(server.origin), put };
  });
});

describe("a file on the web", () => {
  test("of a server with ranges is read where it is asked for, and nothing else", async () => {
    const { server, store } = await make();
    const source = await store.open("numbers");
    expect(await source.read(1000, 1010)).toEqual(new Uint8Array(large.subarray(1000, 1010)));
    expect(server.requests).toEqual(["/data/numbers bytes=0-0", "/data/numbers bytes=1000-1009"]);
  });

  test("of a server without ranges is downloaded once, and only when it is read", async () => {
    const { server, store } = await make({ hasRanges: false });
    const before = await temporaryFiles();
    const source = await store.open("numbers");
    expect([source.sizeBytes, server.requests.length]).toEqual([large.length, 1]);
    expect(await temporaryFiles()).toEqual(before);
    const ranges = await Promise.all([source.read(5, 9), source.read(2_000_000, 2_000_009)]);
    expect(ranges.map((range) => Buffer.from(range))).toEqual([
      large.subarray(5, 9),
      large.subarray(2_000_000, 2_000_009),
    ]);
    expect(server.requests).toEqual(["/data/numbers bytes=0-0", "/data/numbers"]);
    await source.close();
    expect(await temporaryFiles()).toEqual(before);
  });

  test.for(servers)(
    "with %s that is replaced while it is read is told to have changed",
    async ([, options]) => {
      const { server, store } = await make(options);
      const source = await store.open("numbers");
      server.files.set("/data/numbers", Buffer.from(large).fill("another, "));
      const reading = source.read(0, 100);
      if (options.hasLength === false) {
        // It was downloaded when it was opened.
        expect(Buffer.from(await reading)).toEqual(large.subarray(0, 100));
      } else expect((await refusal(reading)).reason).toBe("changed");
      await source.close();
    },
  );

  test("that becomes shorter while it is read is told to have changed, also where nothing else tells it", async () => {
    const { server, store } = await make({ validator: "none" });
    const source = await store.open("numbers");
    expect(source.mark).toBeUndefined();
    server.files.set("/data/numbers", large.subarray(0, 500));
    expect((await refusal(source.read(0, 100))).reason).toBe("changed");
    expect((await refusal(source.read(1000, 1100))).reason).toBe("changed");
  });

  test("is cut out of the whole where the server gives a range only now and then", async () => {
    const { server, store } = await make();
    const source = await store.open("numbers");
    server.handle = ({ headers }) => {
      delete headers.range;
      return false;
    };
    expect(Buffer.from(await source.read(70_000, 140_000))).toEqual(large.subarray(70_000, 140_000));
  });

  test("that comes compressed all the same is what is in it", async () => {
    const { server, store } = await make();
    const packed = gzipSync(large);
    let asked: unknown;
    server.handle = ({ headers, url }, response) => {
      asked = headers["accept-encoding"];
      const isWhole = url === "/data/numbers";
      response.writeHead(200, { "content-encoding": "gzip", "content-length": packed.length, etag: '"1"' });
      response.end(packed);
      return isWhole;
    };
    expect((await collect(store)).equals(large)).toBe(true);
    expect((await store.stat("numbers")).sizeBytes).toBe(large.length);
    expect(asked).toBe("identity");
  });

  test("cannot be written, deleted or listed", async () => {
    const { store } = await make();
    expect(store.capabilities).toEqual({ write: false, conditionalCreate: false, list: false });
    const refused = await Promise.all(
      [
        store.write("numbers", []),
        store.delete("numbers"),
        store.list("")[Symbol.asyncIterator]().next(),
      ].map(refusal),
    );
    const why = "what is on the web is only read";
    expect(refused).toEqual([
      { reason: "failed", why },
      { reason: "failed", why },
      { reason: "failed", why: "servers on the web do not list what they have" },
    ]);
  });
});

describe("a server that refuses is asked once:", () => {
  test.for([
    [401, "unauthenticated", "the server wants other credentials, or some"],
    [403, "denied", "access denied"],
    [404, "not-found", "there is nothing at this address"],
    [410, "not-found", "there is nothing at this address"],
    [400, "failed", "the server refuses it (status 400)"],
  ] as const)("%i is %s", async ([status, reason, why]) => {
    const { server, store } = await make();
    server.handle = (_, response) => Boolean(response.writeHead(status).end("a page that says so"));
    expect(await refusal(store.open("numbers"))).toEqual({ reason, why });
    expect(server.requests).toHaveLength(1);
  });
});

describe("a server that fails", () => {
  const failing = (server: HttpServer, status: number, times: number, headers = {}) => {
    server.handle = (_, response) => {
      if (times-- <= 0) return false;
      response.writeHead(status, headers).end();
      return true;
    };
  };

  test.for([500, 502, 503, 429])("with %i twice is waited for", async (status) => {
    const { server, store } = await make();
    failing(server, status, 2, { "retry-after": "0" });
    expect((await store.stat("numbers")).sizeBytes).toBe(large.length);
    expect(server.requests).toHaveLength(3);
  });

  test.for([
    [500, "the server is out of order (status 500)"],
    [503, "the server is out of order (status 503)"],
    [429, "the server asks to slow down, again and again"],
  ] as const)("with %i again and again is told after three requests", async ([status, why]) => {
    const { server, store } = await make();
    failing(server, status, Number.POSITIVE_INFINITY);
    expect(await refusal(store.open("numbers"))).toEqual({ reason: "unreachable", why });
    expect(server.requests).toHaveLength(3);
  });

  test("to answer is told", async () => {
    const { server, store } = await make({}, impatient);
    server.handle = () => true;
    const why = "nobody answers in time";
    expect(await refusal(store.open("numbers"))).toEqual({ reason: "unreachable", why });
    expect(server.requests).toHaveLength(3);
  });

  test("to send more is told, and no half is taken for the whole", async () => {
    for (const hasRanges of [true, false]) {
      const { server, store } = await make({ hasRanges }, impatient);
      const source = await store.open("numbers");
      server.handle = ({ headers }, response) => {
        const start = Number(/\d+/.exec(headers.range ?? "")?.[0] ?? 0);
        response.writeHead(hasRanges ? 206 : 200, {
          "content-length": large.length - start,
          ...(hasRanges && { "content-range": `bytes ${start}-${large.length - 1}/${large.length}` }),
          etag: source.mark as string,
        });
        return response.write(large.subarray(start, start + 1000));
      };
      server.requests.length = 0;
      const why = "the connection broke again and again";
      expect(await refusal(source.read(0, large.length))).toEqual({ reason: "unreachable", why });
      expect(server.requests).toHaveLength(3);
      await source.close();
    }
  });

  test("is none where nobody listens, or the name is of no host", async () => {
    const why = "nobody listens there";
    const nobody = storeOf(`http://127.0.0.1:${await closedPort()}`);
    expect(await refusal(nobody.open("numbers"))).toEqual({ reason: "unreachable", why });
    const nowhere = await refusal(storeOf("http://nowhere.invalid").open("numbers"));
    expect(nowhere.reason).toBe("unreachable");
  });

  test.for(["reading with ranges", "reading without ranges"])("on %s breaks again and again", async (how) => {
    const { server } = await make({ hasRanges: how === "reading with ranges" });
    for (const afterBytes of [100, mebibyte]) {
      const port = await breakingProxy({ port: server.port, direction: "reading", afterBytes });
      expect((await refusal(collect(storeOf(`http://127.0.0.1:${port}`)))).reason).toBe("unreachable");
    }
  });

  test.for(["reading with ranges", "reading without ranges"])(
    "on %s breaks once, and goes on",
    async (how) => {
      const { server, store } = await make({ hasRanges: how === "reading with ranges" });
      const source = await store.open("numbers");
      let isBroken = false;
      server.handle = ({ headers }, response) => {
        if (isBroken) return false;
        isBroken = true;
        const range = `bytes 0-${large.length - 1}/${large.length}`;
        response.writeHead(headers.range ? 206 : 200, {
          ...(headers.range && { "content-range": range }),
          "content-length": large.length,
          etag: source.mark as string,
        });
        response.write(large.subarray(0, mebibyte), () => response.destroy());
        return true;
      };
      expect(Buffer.from(await source.read(0, large.length)).equals(large)).toBe(true);
      expect(isBroken).toBe(true);
      await source.close();
    },
  );
});

describe("a server that leads elsewhere", () => {
  const leading = (server: HttpServer, steps: (url: string) => string | undefined) => {
    server.handle = ({ url = "" }, response) => {
      const location = steps(url);
      if (location === undefined) return false;
      response.writeHead(302, { location }).end();
      return true;
    };
  };

  test("is followed, here and to other hosts", async () => {
    const { server, store } = await make();
    const other = await startHttpServer();
    other.files.set("/there", Buffer.from("there"));
    leading(server, (url) => (url === "/data/numbers" ? "../elsewhere" : `${other.origin}/there`));
    expect((await collect(store)).toString()).toBe("there");
  });

  test("is followed five times, and no further", async () => {
    const { server, store } = await make();
    const step = (url: string) => Number(/\d+$/.exec(url)?.[0] ?? 0) + 1;
    leading(server, (url) => (step(url) > 5 ? undefined : `/data/step${step(url)}`));
    server.files.set("/data/step5", Buffer.from("the end"));
    expect((await collect(store)).toString()).toBe("the end");
    leading(server, (url) => `/data/step${step(url)}`);
    expect(await refusal(store.open("numbers"))).toEqual({
      reason: "failed",
      why: "the server leads on and on, more than 5 times",
    });
  });

  test("to what is not on the web is not followed", async () => {
    const { server, store } = await make();
    leading(server, () => "file:///etc/passwd");
    const why = "the server leads to what is no address on the web";
    expect(await refusal(store.open("numbers"))).toEqual({ reason: "failed", why });
  });

  test("from https to http is not followed", async () => {
    const server = await startHttpServer({ isSecure: true });
    const { server: other } = await make();
    leading(server, () => `${other.origin}/data/numbers`);
    const store = storeOf(server.origin);
    const untrusted = await refusal(store.open("numbers"));
    expect(untrusted).toEqual({
      reason: "failed",
      why: "the server's certificate is not trusted (DEPTH_ZERO_SELF_SIGNED_CERT)",
    });
    vi.stubEnv("NODE_TLS_REJECT_UNAUTHORIZED", "0");
    onTestFinished(() => {
      vi.unstubAllEnvs();
    });
    expect(await refusal(store.open("numbers"))).toEqual({
      reason: "failed",
      why: "the server leads away from https, to where everybody can listen",
    });
    expect(other.requests).toEqual([]);
  });

  test("tells nobody else a name and password", async () => {
    const server = await startHttpServer();
    const other = await startHttpServer();
    other.files.set("/there", Buffer.from("there"));
    const told: unknown[] = [];
    server.handle = ({ url, headers }, response) => {
      told.push(headers.authorization);
      response.writeHead(307, { location: url === "/start" ? "/next" : `${other.origin}/there` }).end();
      return true;
    };
    other.handle = ({ headers }) => {
      told.push(headers.authorization);
      return false;
    };
    const url = `http://us%40er:p%3Aw@127.0.0.1:${server.port}/start`;
    const store = new HttpStore({ urlOf: () => url, describe: () => "", limits });
    expect((await store.stat("")).sizeBytes).toBe(5);
    const basic = `Basic ${Buffer.from("us@er:p:w").toString("base64")}`;
    expect(told).toEqual([basic, basic, undefined]);
  });
});

describe("a dataset on the web", () => {
  const json: JsonObject = {};
  const store = (env: Record<string, string> = {}) => new DatasetStore({ projectRoot: "/nowhere", env });
  const dataset = (url: string | JsonObject): ManifestDataset => ({
    schema: "#/schemas/0",
    declared: "src/datasets.ts:1",
    storage: { kind: "http", url } as ManifestDataset["storage"] & {},
  });

  test("is read in the format that its name says", async () => {
    const server = await startHttpServer();
    server.files.set("/users with space.csv", Buffer.from("id,name\n1,one\n2,two\n"));
    const rows = rowsSchema({ id: { type: "number" }, name: { type: "string" } });
    const users = dataset(`${server.origin}/users%20with%20space.csv?signature=secret`);
    expect(valueFrom(await store().load("users", users, rows))).toEqual({
      value: [
        { id: 1, name: "one" },
        { id: 2, name: "two" },
      ],
      rows: 2,
      place: `${server.origin}/users%20with%20space.csv`,
      isTyped: true,
    });
  });

  test("has the same version until it is another", async () => {
    const { server } = await make();
    const numbers = dataset(`${server.origin}/data/numbers`);
    const version = async () => valueFrom(await store().version("numbers", numbers, json, () => undefined));
    const first = await version();
    expect(await version()).toEqual(first);
    server.files.set("/data/numbers", Buffer.from("2"));
    expect((await version()).version).not.toBe(first.version);
  });

  test("is called so that no name, password, signature or secret is told", async () => {
    const server = await startHttpServer();
    const signed = `http://user:password@127.0.0.1:${server.port}/a.json?signature=secret#part`;
    const env = { SIGNED: signed };
    const from = async (url: string | JsonObject) =>
      failureFrom(await store(env).load("numbers", dataset(url), json)).message;
    expect(await from(signed)).toBe(`Dataset 'numbers' was not found at ${server.origin}/a.json.`);
    expect(await from({ $env: "SIGNED" })).toBe(
      `Dataset 'numbers' was not found at ${server.origin}/a.json.`,
    );
    expect(await from({ $secret: "SIGNED" })).toBe(
      "Dataset 'numbers' was not found at the url in secret 'SIGNED'.",
    );
  });

  test("cannot be written", async () => {
    const numbers = dataset("http://127.0.0.1:1/numbers.json");
    expect(failureFrom(await store().save("numbers", numbers, json, 1)).message).toBe(
      "Dataset 'numbers' cannot be written to http://127.0.0.1:1/numbers.json: what is on the web is only read.",
    );
  });

  test.for([
    ["somewhere", "'somewhere'"],
    ["file:///etc/passwd", "'file:///etc/passwd'"],
    [{ $secret: "WHERE" }, "the url in secret 'WHERE'"],
  ] as const)("is at an address that is one: not %j", async ([url, found]) => {
    const loaded = await store({ WHERE: "somewhere else" }).load("numbers", dataset(url), json);
    expect(failureFrom(loaded)).toMatchObject({
      code: "GLA1010",
      message: `Option 'url' of dataset 'numbers' must be a URL that begins with https: or http:, but is ${found}.`,
    });
  });
});
