import type { HomeRequest } from "../home.js";
import { loadSdk } from "../load-sdk.js";
import { type ObjectPlace, splitPath } from "../object-home.js";
import { describer } from "./describer.js";
import { endpointOf } from "./endpoint.js";

const packages = ["@google-cloud/storage"];

/** Finds the object of `gcs({ bucket, prefix })`. Credentials are those that the SDK finds by itself. */
export async function findGcs({ options }: HomeRequest): Promise<ObjectPlace> {
  const name = options.required("bucket").value;
  const { folder, name: key } = splitPath(options.text("prefix")?.value ?? "");
  const endpoint = endpointOf(options);
  const [{ GcsStore }, { gcsClient }] = await loadSdk(options, packages, () =>
    Promise.all([import("./gcs.js"), import("./gcs-client.js")]),
  );
  const bucket = gcsClient(endpoint).bucket(name);
  return { store: new GcsStore({ bucket, folder, describe: describer(options, "gs", ["bucket"]) }), key };
}
