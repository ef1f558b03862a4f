/** What goes wrong on the way to Azure Blob Storage. The server is azurite, behind a proxy that fails where it is told to. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { testFaults } from "../contracts/faults.js";
import { type Azurite, startAzurite } from "../rig/azurite.js";
import { faultyProxy } from "../rig/faulty-proxy.js";
import { chunksOf, collect, former, large, refusal } from "../rig/request-faults.js";
import { serviceOf, storeOf, tokenFor } from "./azure-blob-rig.js";

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
  const other = storeOf(serviceOf(server.port), container);
  await other.write("numbers", [former]);
  return {
    ...proxy,
    store: storeOf(serviceOf(proxy.port), container),
    nowhere: storeOf(serviceOf(server.port), "none"),
    put: async (key: string, bytes: Buffer) => void (await other.write(key, chunksOf(bytes))),
    content: async (key = "numbers") => direct.getBlockBlobClient(`data/${key}`).downloadToBuffer(),
    container,
  };
}

testFaults(make, {
  part: /^PUT .*comp=block&/,
  commit: /^PUT .*comp=blocklist/,
  put: /^PUT /,
  get: /^GET /,
  mostRequests: 20,
  retried: [500, 503],
  noBucket: "there is no such container",
  exists: "there is a blob already",
});

test("an upload of several blocks loses them to a write that ends first, and says so", async () => {
  const { decide, store, put, content } = await make();
  const theirs = Buffer.from(large).fill("theirs");
  decide(async (_, name) => {
    if (name.includes("comp=blocklist")) await put("numbers", theirs);
    return undefined;
  });
  expect(await refusal(store.write("numbers", chunksOf(large)))).toEqual({
    reason: "failed",
    why: "somebody else has written the blob at the same time",
  });
  expect((await content()).equals(theirs)).toBe(true);
});

test("somebody with a token to read reads and lists, and may do nothing else", async () => {
  const { container } = await make();
  const store = storeOf(serviceOf(server.port, undefined, `?${tokenFor("rl")}`), container);
  expect((await collect(store)).toString()).toBe("former");
  expect((await store.list("").next()).value?.key).toBe("numbers");
  const asked = [store.write("numbers", [former]), store.write("new", [former]), store.delete("numbers")];
  expect(await Promise.all(asked.map(refusal))).toEqual(
    asked.map(() => ({ reason: "denied", why: "access denied" })),
  );
});
