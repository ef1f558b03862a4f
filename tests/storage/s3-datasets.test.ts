/** Datasets that live in S3, as their declarations say. The server is the double. */
import type { JsonObject, ManifestDataset } from "@glacier-ts/core";
import { DatasetStore } from "@glacier-ts/storage";
import { beforeEach, describe, expect, onTestFinished, test, vi } from "vitest";
import { closedPort } from "../rig/breaking-proxy.js";
import { collect, failureFrom, rowsSchema, valueFrom } from "./project.js";
import { type S3Double, startS3Double } from "./s3-double.js";

const rows = rowsSchema({
  id: { type: "number" },
  name: { type: "string" },
  at: { type: "string", format: "date-time", "x-glacier-type": "Date" },
});
const values = Array.from({ length: 1000 }, (_, id) => ({
  id,
  name: `name ${id} 🧊`,
  at: new Date(id * 1e9),
}));
const json: JsonObject = {};

beforeEach(() => {
  // As on a machine where nobody has configured anything but these.
  for (const name of ["AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"]) vi.stubEnv(name, "/nothing");
  for (const name of ["AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_REGION"]) vi.stubEnv(name, undefined);
  vi.stubEnv("AWS_EC2_METADATA_DISABLED", "true");
  vi.stubEnv("AWS_ACCESS_KEY_ID", "known");
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", "secret");
  onTestFinished(() => {
    vi.unstubAllEnvs();
  });
});

const store = new DatasetStore({
  projectRoot: "/nowhere",
  env: { WHERE: "secret-folder/", BUCKET: "bucket" },
});

function dataset(
  port: number,
  options: JsonObject = {},
  rest: Partial<ManifestDataset> = {},
): ManifestDataset {
  const endpoint = `http://127.0.0.1:${port}`;
  const place = { bucket: "bucket", region: "us-east-1", endpoint, forcePathStyle: true };
  const storage = { kind: "s3", ...place, ...options } as ManifestDataset["storage"] & {};
  return { schema: "#/schemas/0", declared: "src/datasets.ts:1", storage, ...rest };
}

const keysOf = (double: S3Double) => [...double.objects.keys()];

describe("a dataset in S3", () => {
  test("comes back as it went, as Parquet", async () => {
    const { port } = await startS3Double();
    const users = dataset(port, { prefix: "clean/users.parquet" });
    const saved = valueFrom(await store.save("users", users, rows, values));
    expect(saved).toMatchObject({ rows: 1000, place: "s3://bucket/clean/users.parquet" });
    const loaded = valueFrom(await store.load("users", users, rows));
    expect(loaded).toMatchObject({ value: values, rows: 1000, place: "s3://bucket/clean/users.parquet" });
  });

  test("comes back as it went, as a stream of more than one part", async () => {
    const double = await startS3Double();
    const stream: JsonObject = { ...rows, "x-glacier-type": "AsyncIterable" };
    const users = dataset(double.port, { prefix: "clean/users.ndjson" });
    const name = "n".repeat(10_000);
    async function* make() {
      for (const value of values) yield { ...value, name };
    }
    const saved = valueFrom(await store.save("users", users, stream, make()));
    expect(saved.rows).toBe(1000);
    expect(double.requests).toContain("CompleteMultipartUpload");
    const { value } = valueFrom(await store.load("users", users, stream));
    expect(await collect(value)).toEqual(values.map((each) => ({ ...each, name })));
  });

  test("has the same version until it is another", async () => {
    const { port } = await startS3Double();
    const numbers = dataset(port, { prefix: "numbers.json" });
    const version = async (known = new Map<string, string>()) =>
      valueFrom(await store.version("numbers", numbers, json, (_, mark) => known.get(mark)));
    valueFrom(await store.save("numbers", numbers, json, 1));
    const first = await version();
    expect(await version(new Map([[first.mark ?? "", "known"]]))).toEqual({ ...first, version: "known" });
    valueFrom(await store.save("numbers", numbers, json, 2));
    const second = await version();
    expect(second.version).not.toBe(first.version);
    expect(second.mark).not.toBe(first.mark);
  });

  test.for([
    [undefined, "numbers.json"],
    ["", "numbers.json"],
    ["clean/", "clean/numbers.json"],
    ["a/b/data.json", "a/b/data.json"],
    ["with space/größe.json", "with space/größe.json"],
  ])("with the prefix %j is the object %s", async ([prefix, key]) => {
    const double = await startS3Double();
    const numbers = dataset(double.port, prefix === undefined ? {} : { prefix });
    const { place } = valueFrom(await store.save("numbers", numbers, json, 1));
    expect(place).toBe(`s3://bucket/${key}`);
    expect(keysOf(double)).toEqual([key]);
  });

  test.for([
    [{ bucket: { $env: "BUCKET" } }, "s3://bucket/clean/numbers.json"],
    [{ bucket: { $secret: "BUCKET" } }, "clean/numbers.json of the bucket in secret 'BUCKET'"],
    [{ prefix: { $secret: "WHERE" } }, "the prefix in secret 'WHERE' of s3://bucket"],
    [
      { bucket: { $secret: "BUCKET" }, prefix: { $secret: "WHERE" } },
      "the prefix in secret 'WHERE' of the bucket in secret 'BUCKET'",
    ],
  ] as const)("is called so that no secret is told: %j", async ([options, place]) => {
    const { port } = await startS3Double();
    const numbers = dataset(port, { prefix: "clean/", ...options });
    expect(failureFrom(await store.load("numbers", numbers, json)).message).toBe(
      `Dataset 'numbers' was not found at ${place}.`,
    );
    expect(valueFrom(await store.save("numbers", numbers, json, 1)).place).toBe(place);
  });
});

describe("a problem with S3 is told whole:", () => {
  const problem = async (numbers: ManifestDataset) => [
    failureFrom(await store.load("numbers", numbers, json)),
    failureFrom(await store.save("numbers", numbers, json, 1)),
  ];

  test("nothing there", async () => {
    const { port } = await startS3Double();
    const numbers = dataset(port, { prefix: "clean/" });
    expect(failureFrom(await store.load("numbers", numbers, json))).toMatchObject({
      code: "GLA5004",
      severity: "error",
      message: "Dataset 'numbers' was not found at s3://bucket/clean/numbers.json.",
      related: [],
    });
  });

  const why = async (numbers: ManifestDataset, expected: string) => {
    const place = "s3://bucket/numbers.json";
    expect(await problem(numbers)).toMatchObject([
      {
        code: "GLA5005",
        severity: "error",
        message: `Dataset 'numbers' cannot be read from ${place}: ${expected}.`,
        related: [],
      },
      {
        code: "GLA5007",
        severity: "error",
        message: `Dataset 'numbers' cannot be written to ${place}: ${expected}.`,
        related: [],
      },
    ]);
  };

  test("access denied", async () => {
    vi.stubEnv("AWS_ACCESS_KEY_ID", "denied");
    await why(dataset((await startS3Double()).port), "access denied");
  });

  test("wrong credentials", async () => {
    vi.stubEnv("AWS_SECRET_ACCESS_KEY", "wrong");
    await why(dataset((await startS3Double()).port), "the secret key is wrong");
  });

  test("no credentials", async () => {
    vi.stubEnv("AWS_ACCESS_KEY_ID", undefined);
    await why(dataset((await startS3Double()).port), "no credentials were found");
  });

  test("no region", async () => {
    const { region: _, ...storage } = dataset((await startS3Double()).port).storage as JsonObject;
    await why(
      { ...dataset(0), storage: storage as ManifestDataset["storage"] & {} },
      "no region is given: neither as the storage's option, nor as AWS_REGION, nor in a profile",
    );
  });

  test("nobody there", async () => {
    await why(dataset(await closedPort()), "nobody listens there");
  });

  test.for([
    [{ endpoint: "somewhere" }, "'somewhere'"],
    [{ endpoint: "ftp://somewhere" }, "'ftp://somewhere'"],
    [{ endpoint: { $secret: "WHERE" } }, "the endpoint in secret 'WHERE'"],
  ] as const)("an endpoint that is none: %j", async ([options, found]) => {
    const message = `Option 'endpoint' of dataset 'numbers' must be a URL that begins with https: or http:, but is ${found}.`;
    for (const { code, message: said } of await problem(dataset(0, options))) {
      expect([code, said]).toEqual(["GLA1010", message]);
    }
  });
});
