import type { HomeRequest } from "../home.js";
import { loadSdk } from "../load-sdk.js";
import { type ObjectPlace, splitPath } from "../object-home.js";
import { describer } from "./describer.js";
import { endpointOf } from "./endpoint.js";

const packages = ["@aws-sdk/client-s3", "@aws-sdk/lib-storage"];

/**
 * Finds the object of `s3({ bucket, prefix })`. Credentials, and the region where it is not given, are those that the SDK
 * finds by itself.
 */
export async function findS3({ options }: HomeRequest): Promise<ObjectPlace> {
  const bucket = options.required("bucket").value;
  const { folder, name } = splitPath(options.text("prefix")?.value ?? "");
  const region = options.text("region")?.value;
  const endpoint = endpointOf(options);
  const [{ S3Store }, { s3Client }] = await loadSdk(options, packages, () =>
    Promise.all([import("./s3.js"), import("./s3-client.js")]),
  );
  const client = s3Client({
    ...(region !== undefined && { region }),
    ...(endpoint !== undefined && { endpoint }),
    forcePathStyle: options.flag("forcePathStyle"),
  });
  const describe = describer(options, "s3", ["bucket"]);
  return { store: new S3Store({ client, bucket, folder, describe }), key: name };
}
