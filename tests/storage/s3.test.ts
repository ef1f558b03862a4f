import { afterAll, beforeAll, describe } from "vitest";
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

  testStorage(() => makeS3Rig(server.port, `bucket${buckets++}`, true));
});

describe("S3Store keeps the contract of object stores with the double:", () => {
  // The double is in this process, and holds its objects in memory.
  testStorage(async () => makeS3Rig((await startS3Double()).port, "bucket", false), { largeMebibytes: 16 });
});
