/** The flights example with its results on files, in Azure Blob Storage, in S3 and in PostgreSQL: only `--env` differs. */
import { createHash } from "node:crypto";
import { cpSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { CreateBucketCommand } from "@aws-sdk/client-s3";
import { BlobServiceClient, StorageSharedKeyCredential } from "@azure/storage-blob";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Azurite, emulatorAccount, emulatorKey, startAzurite } from "../rig/azurite.js";
import { glacier } from "../rig/glacier.js";
import { jsonLines } from "../rig/output.js";
import { type PostgresServer, startPostgres } from "../rig/postgres.js";
import { noRadosgw, type Radosgw, startRadosgw } from "../rig/radosgw.js";
import { makeSharedProject } from "../rig/temp-project.js";
import { clientOf, known } from "../storage/s3-rig.js";

const example = fileURLToPath(new URL("../../examples/flights", import.meta.url));
const project = makeSharedProject({});
for (const part of ["src", "tsconfig.json", "package.json", "glacier.config.ts"])
  cpSync(`${example}/${part}`, project.path(part), { recursive: true });

/** The datasets that have a storage; their contents must be the same wherever it is. */
const stored = ["delays_by_airport", "delays_by_hour", "rejected_flights", "report"];

/** @returns a hash of the content of each stored dataset, as it is read from where it lives */
async function contents(args: readonly string[], env: Record<string, string>) {
  const run = await glacier(project.folder, ["run", "delays", "--json", ...args], { env });
  expect(run).toMatchObject({ stderr: "", code: 0 });
  const places = jsonLines(run.stdout).flatMap((event) =>
    event.type === "dataset-stored" ? [[event.dataset as string, event.place as string] as const] : [],
  );
  const hashes = await Promise.all(
    stored.map(async (name) => {
      const head = ["datasets", "head", name, "--format", "json", "--rows", "100000", ...args];
      const { stdout, stderr, code } = await glacier(project.folder, head, { env });
      expect({ name, stderr, code }).toEqual({ name, stderr: "", code: 0 });
      return [name, createHash("sha256").update(stdout).digest("hex")] as const;
    }),
  );
  return { places: Object.fromEntries(places), hashes: Object.fromEntries(hashes) };
}

/** What the files have that the example writes by itself. */
let declared: Promise<Awaited<ReturnType<typeof contents>>> | undefined;
function asDeclared() {
  declared ??= contents([], {});
  return declared;
}

it("is stored as it is declared", async () => {
  const { places, hashes } = await asDeclared();
  expect(places).toEqual({
    delays_by_airport: "out/delays-by-airport.csv",
    delays_by_hour: "out/delays-by-hour.parquet",
    rejected_flights: "out/rejected-flights.csv",
    report: "out/report.json",
  });
  expect(new Set(Object.values(hashes)).size).toBe(stored.length);
});

it("is the same in a folder", async () => {
  const { places, hashes } = await contents(["--env", "local"], {});
  expect(places).toEqual({
    delays_by_airport: "out/local/delays_by_airport.parquet",
    delays_by_hour: "out/local/delays_by_hour.parquet",
    rejected_flights: "out/local/rejected_flights.parquet",
    report: "out/local/report.json",
  });
  expect(hashes).toEqual((await asDeclared()).hashes);
});

describe("in Azure Blob Storage (azurite)", () => {
  let server: Azurite;
  beforeAll(async () => {
    server = await startAzurite();
  });
  afterAll(() => server?.stop());

  it("is the same", async () => {
    const endpoint = `http://127.0.0.1:${server.port}/${emulatorAccount}`;
    const credential = new StorageSharedKeyCredential(emulatorAccount, emulatorKey);
    await new BlobServiceClient(endpoint, credential).createContainer("results");
    const { places, hashes } = await contents(["--env", "azure"], {
      FLIGHTS_CONTAINER: "results",
      FLIGHTS_AZURE_ENDPOINT: endpoint,
      AZURE_STORAGE_KEY: emulatorKey,
    });
    expect(Object.keys(places).sort()).toEqual(stored);
    expect(Object.values(places).every((place) => place.includes("results/flights/"))).toBe(true);
    expect(hashes).toEqual((await asDeclared()).hashes);
  });
});

if (noRadosgw !== undefined) console.warn(noRadosgw);
describe.skipIf(noRadosgw)("in S3 (radosgw)", () => {
  let server: Radosgw;
  beforeAll(async () => {
    server = await startRadosgw([known]);
  });
  afterAll(() => server?.stop());

  it("is the same", async () => {
    await clientOf(server.port).send(new CreateBucketCommand({ Bucket: "results" }));
    const { places, hashes } = await contents(["--env", "s3"], {
      FLIGHTS_BUCKET: "results",
      FLIGHTS_S3_ENDPOINT: `http://127.0.0.1:${server.port}`,
      AWS_ACCESS_KEY_ID: known.accessKeyId,
      AWS_SECRET_ACCESS_KEY: known.secretAccessKey,
    });
    expect(places).toEqual({
      delays_by_airport: "s3://results/flights/delays_by_airport.parquet",
      delays_by_hour: "s3://results/flights/delays_by_hour.parquet",
      rejected_flights: "s3://results/flights/rejected_flights.parquet",
      report: "s3://results/flights/report.json",
    });
    expect(hashes).toEqual((await asDeclared()).hashes);
  });
});

describe("in PostgreSQL", () => {
  let server: PostgresServer | undefined;
  beforeAll(async () => {
    server = await startPostgres();
  });
  afterAll(() => server?.stop());

  it("is the same", async (context) => {
    if (!server) return context.skip("there is no PostgreSQL here");
    const { places, hashes } = await contents(["--env", "postgres"], { FLIGHTS_DATABASE: server.url() });
    expect(Object.keys(places).sort()).toEqual(stored);
    expect(places.delays_by_airport).toContain("'public.delays_by_airport'");
    expect(hashes).toEqual((await asDeclared()).hashes);
  });
});
