import { StorageError } from "@glacier-ts/core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { testStorage } from "../contracts/storage.js";
import { noRadosgw, type Radosgw, startRadosgw } from "../rig/radosgw.js";
import { startS3Double } from "./s3-double.js";
import { denied, known, makeS3Rig } from "./s3-rig.js";

if (noRadosgw !== undefined) console.warn(noRadosgw);

describe.skipIf(noRadosgw)("S3Store keeps the contract of object stores with radosgw:", () => {
  let server: Radosgw;
  let buckets = 0;
  beforeAll(async () => {
    server = await startRadosgw([known, denied]);
  });
  afterAll(() => server?.stop());

  const make = () => makeS3Rig(server.port, `bucket${buckets++}`, true);
  testStorage(make);

  test("a server that is killed while it gets an object has the former one when it is back", async () => {
    const { store, put } = await make();
    await put("numbers", new TextEncoder().encode("former"));
    const part = new Uint8Array(16 * 2 ** 20);
    async function* chunks() {
      yield part;
      await server.kill();
      yield part;
    }
    const refused = await store.write("numbers", chunks()).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(StorageError);
    expect(refused).toMatchObject({ reason: "unreachable" });
    await server.start();
    expect((await store.stat("numbers")).sizeBytes).toBe(6);
    const { sizeBytes } = await store.write("numbers", [part, part]);
    expect((await store.stat("numbers")).sizeBytes).toBe(sizeBytes);
  });
});

describe("S3Store keeps the contract of object stores with the double:", () => {
  // The double is in this process, and holds its objects in memory.
  testStorage(async () => makeS3Rig((await startS3Double()).port, "bucket", false), { largeMebibytes: 9 });
});
