import { StorageError } from "@glacier-ts/core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { testStorage } from "../contracts/storage.js";
import { type Azurite, startAzurite } from "../rig/azurite.js";
import { makeAzureRig } from "./azure-blob-rig.js";

describe("AzureBlobStore keeps the contract of object stores with azurite:", () => {
  let server: Azurite;
  let containers = 0;
  beforeAll(async () => {
    server = await startAzurite();
  });
  afterAll(() => server?.stop());

  testStorage(() => makeAzureRig(server.port, `container-${containers++}`), { noNames: ["back\\slash"] });

  test("a server that is killed while it gets a blob has the former one when it is back", async () => {
    const { store } = await makeAzureRig(server.port, `container-${containers++}`);
    await store.write("numbers", [new TextEncoder().encode("former")]);
    const block = new Uint8Array(16 * 2 ** 20);
    async function* chunks() {
      yield block;
      await server.kill();
      yield block;
    }
    const refused = await store.write("numbers", chunks()).catch((error: unknown) => error);
    await server.start();
    expect(refused).toBeInstanceOf(StorageError);
    expect(refused).toMatchObject({ reason: "unreachable" });
    expect((await store.stat("numbers")).sizeBytes).toBe(6);
    const { sizeBytes } = await store.write("numbers", [block, block]);
    expect((await store.stat("numbers")).sizeBytes).toBe(sizeBytes);
  });
});
