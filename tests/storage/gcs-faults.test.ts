/** What goes wrong on the way to Google Cloud Storage. The server is a double, behind a proxy that fails where it is told to. */
import type { JsonObject, ManifestDataset } from "@glacier-ts/core";
import { DatasetStore } from "@glacier-ts/storage";
import { expect, test } from "vitest";
import { testFaults } from "../contracts/faults.js";
import { faultyProxy } from "../rig/faulty-proxy.js";
import { former } from "../rig/request-faults.js";
import { startGcsDouble } from "./gcs-double.js";
import { storeOf } from "./gcs-rig.js";
import { failureFrom, valueFrom } from "./project.js";

async function make() {
  const double = await startGcsDouble();
  const proxy = await faultyProxy(double.port);
  double.put("data/numbers", former);
  return {
    ...proxy,
    double,
    store: storeOf(proxy.port),
    nowhere: storeOf(double.port, { bucket: "none" }),
    put: (key: string, bytes: Buffer) => void double.put(`data/${key}`, bytes),
    content: (key = "numbers") => double.objects.get(`data/${key}`)?.bytes,
  };
}

testFaults(make, {
  begin: /^POST .*uploadType=resumable/,
  part: /^PUT .*upload_id=/,
  put: /^POST .*uploadType=multipart/,
  get: /alt=media/,
  mostRequests: 10,
  retried: [500, 502, 503],
  noBucket: "there is no such bucket",
  exists: "there is an object already",
});

test("a dataset comes back as it went, and is called so that no secret is told", async () => {
  const { decide, port, double } = await make();
  // An emulator asks for no credentials; the double does.
  decide(({ headers }) => {
    headers.authorization = "Bearer known";
    return undefined;
  });
  const json: JsonObject = {};
  const store = new DatasetStore({ projectRoot: "/nowhere", env: { WHERE: "secret-folder/" } });
  const dataset = (options: JsonObject): ManifestDataset => {
    const place = { bucket: "bucket", endpoint: `http://127.0.0.1:${port}` };
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
