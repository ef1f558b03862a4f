import { GlacierError, report } from "@glacier-ts/core";
import type { HomeRequest } from "../home.js";
import { loadSdk } from "../load-sdk.js";
import { type ObjectPlace, splitPath } from "../object-home.js";
import type { StorageOptions } from "../storage-options.js";

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
  return { store: new S3Store({ client, bucket, folder, describe: describer(options) }), key: name };
}

/** @throws GlacierError with GLA1010 where it is no URL */
function endpointOf(options: StorageOptions): string | undefined {
  const endpoint = options.text("endpoint");
  if (!endpoint || /^https?:$/.test(URL.parse(endpoint.value)?.protocol ?? "")) return endpoint?.value;
  const found = endpoint.isSecret ? endpoint.shown : `'${endpoint.shown}'`;
  const owner = `dataset '${options.dataset}'`;
  const expected = "a URL that begins with https: or http:";
  throw new GlacierError([report("invalidOption", { owner, option: "endpoint", found, expected })]);
}

/** `s3://bucket/folder/key`, with the names of secrets in the place of their values. */
function describer(options: StorageOptions): (key: string) => string {
  const bucket = options.required("bucket");
  const prefix = options.text("prefix");
  const { folder } = splitPath(prefix?.value ?? "");
  const place = bucket.isSecret ? bucket.shown : `s3://${bucket.value}`;
  return (key) => {
    if (prefix?.isSecret) return `${prefix.shown} of ${place}`;
    return bucket.isSecret ? `${folder}${key} of ${place}` : `${place}/${folder}${key}`;
  };
}
