import { describe } from "vitest";
import { testStorage } from "../contracts/storage.js";
import { makeGcsRig } from "./gcs-rig.js";

describe("GcsStore keeps the contract of object stores with a double:", () => {
  // The double is in this process, and holds its objects in memory.
  testStorage(makeGcsRig, { largeMebibytes: 9 });
});
