/** Datasets that live in Azure Blob Storage, as their declarations say. The server is azurite. */
import type { JsonObject, ManifestDataset } from "@glacier-ts/core";
import { DatasetStore } from "@glacier-ts/storage";
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test, vi } from "vitest";
import { type Azurite, emulatorAccount, emulatorKey, startAzurite } from "../rig/azurite.js";
import { closedPort } from "../rig/breaking-proxy.js";
import { addressOf, serviceOf, tokenFor } from "./azure-blob-rig.js";
import { collect, failureFrom, rowsSchema, valueFrom } from "./project.js";

let server: Azurite;
beforeAll(async () => {
  server = await startAzurite();
  await serviceOf(server.port).createContainer("container");
});
afterAll(() => server?.stop());

const variables = ["ACCOUNT", "CONNECTION_STRING", "KEY", "SAS_TOKEN"];
beforeEach(() => {
  for (const name of variables) vi.stubEnv(`AZURE_STORAGE_${name}`, undefined);
  vi.stubEnv("AZURE_STORAGE_KEY", emulatorKey);
  onTestFinished(() => {
    vi.unstubAllEnvs();
  });
});

const json: JsonObject = {};
const store = new DatasetStore({
  projectRoot: "/nowhere",
  env: { WHERE: "secret-folder/", BOX: "container" },
});

function dataset(options: JsonObject = {}, rest: Partial<ManifestDataset> = {}): ManifestDataset {
  const place = { account: emulatorAccount, container: "container", endpoint: addressOf(server.port) };
  const storage = { kind: "azure-blob", ...place, ...options } as ManifestDataset["storage"] & {};
  return { schema: "#/schemas/0", declared: "src/datasets.ts:1", storage, ...rest };
}

describe("a dataset in Azure Blob Storage", () => {
  const values = Array.from({ length: 1000 }, (_, id) => ({ id, name: `name ${id} 🧊` }));
  const rows = rowsSchema({ id: { type: "number" }, name: { type: "string" } });

  test("comes back as it went, as Parquet", async () => {
    const users = dataset({ prefix: "clean/users.parquet" });
    const place = `azure-blob://${emulatorAccount}/container/clean/users.parquet`;
    expect(valueFrom(await store.save("users", users, rows, values))).toMatchObject({ rows: 1000, place });
    expect(valueFrom(await store.load("users", users, rows))).toMatchObject({
      value: values,
      rows: 1000,
      place,
    });
  });

  test("comes back as it went, as a stream of more than one block", async () => {
    const stream: JsonObject = { ...rows, "x-glacier-type": "AsyncIterable" };
    const users = dataset({ prefix: "clean/users.ndjson" });
    const name = "n".repeat(10_000);
    async function* make() {
      for (const value of values) yield { ...value, name };
    }
    expect(valueFrom(await store.save("users", users, stream, make())).rows).toBe(1000);
    const { value } = valueFrom(await store.load("users", users, stream));
    expect(await collect(value)).toEqual(values.map((each) => ({ ...each, name })));
  });

  const place = `azure-blob://${emulatorAccount}`;
  test.for([
    [{}, `${place}/container/clean/absent.json`],
    [{ container: { $env: "BOX" } }, `${place}/container/clean/absent.json`],
    [
      { container: { $secret: "BOX" } },
      `clean/absent.json of the container in secret 'BOX' of '${emulatorAccount}'`,
    ],
    [{ prefix: { $secret: "WHERE" } }, `the prefix in secret 'WHERE' of ${place}/container`],
  ] as const)("is called so that no secret is told: %j", async ([options, name]) => {
    const absent = dataset({ prefix: "clean/", ...options });
    expect(failureFrom(await store.load("absent", absent, json)).message).toBe(
      `Dataset 'absent' was not found at ${name}.`,
    );
  });
});

describe("credentials are taken from", () => {
  const roundTrip = async (numbers: ManifestDataset) => {
    valueFrom(await store.save("numbers", numbers, json, 1));
    expect(valueFrom(await store.load("numbers", numbers, json)).value).toBe(1);
  };
  const connection = (port = server.port) =>
    `DefaultEndpointsProtocol=http;AccountName=${emulatorAccount};AccountKey=${emulatorKey};BlobEndpoint=${addressOf(port)}`;

  test("a connection string, and the server too", async () => {
    vi.stubEnv("AZURE_STORAGE_KEY", undefined);
    vi.stubEnv("AZURE_STORAGE_CONNECTION_STRING", connection());
    const { endpoint: _, ...storage } = dataset().storage as JsonObject;
    await roundTrip({ ...dataset(), storage: storage as ManifestDataset["storage"] & {} });
  });

  test("a connection string, and the server from the declaration", async () => {
    vi.stubEnv("AZURE_STORAGE_KEY", undefined);
    vi.stubEnv("AZURE_STORAGE_CONNECTION_STRING", connection(await closedPort()));
    await roundTrip(dataset());
  });

  test("a key", () => roundTrip(dataset()));

  test("a token", async () => {
    vi.stubEnv("AZURE_STORAGE_KEY", undefined);
    vi.stubEnv("AZURE_STORAGE_SAS_TOKEN", `?${tokenFor("rwl")}`);
    await roundTrip(dataset());
  });
});

describe("a problem with Azure Blob Storage is told whole:", () => {
  const why = async (numbers: ManifestDataset) =>
    (await Promise.all([store.load("numbers", numbers, json), store.save("numbers", numbers, json, 1)])).map(
      (outcome) => failureFrom(outcome).message,
    );
  const place = `azure-blob://${emulatorAccount}/container/numbers.json`;
  const messages = (expected: string) => [
    `Dataset 'numbers' cannot be read from ${place}: ${expected}.`,
    `Dataset 'numbers' cannot be written to ${place}: ${expected}.`,
  ];

  test("a wrong key", async () => {
    vi.stubEnv("AZURE_STORAGE_KEY", Buffer.alloc(64).toString("base64"));
    expect(await why(dataset())).toEqual(messages("the key or token is wrong or has expired"));
  });

  test("a connection string that is none", async () => {
    vi.stubEnv("AZURE_STORAGE_CONNECTION_STRING", "nonsense with a secret");
    const message =
      "Option 'AZURE_STORAGE_CONNECTION_STRING' of the environment must be a connection string, but is something else.";
    expect(await why(dataset())).toEqual([message, message]);
  });

  test("nobody there", async () => {
    expect(await why(dataset({ endpoint: addressOf(await closedPort()) }))).toEqual(
      messages("nobody listens there"),
    );
  });

  test("an endpoint that is none", async () => {
    const message =
      "Option 'endpoint' of dataset 'numbers' must be a URL that begins with https: or http:, but is 'somewhere'.";
    expect(await why(dataset({ endpoint: "somewhere" }))).toEqual([message, message]);
  });
});
