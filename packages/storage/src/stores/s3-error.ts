/** What S3 refuses, in plain words; the SDK's own messages hold addresses and headers. */
import { StorageError, type StorageErrorReason } from "@glacier-ts/core";
import { networkRefusal } from "./network-error.js";

/** @returns a StorageError for whatever the SDK has thrown */
export function s3Refusal(error: unknown): StorageError {
  if (error instanceof StorageError) return error;
  const name = error instanceof Error ? error.name : "";
  if (Object.hasOwn(refusals, name)) return new StorageError(...(refusals[name] as Refusal));
  const network = networkRefusal(error);
  if (network) return network;
  if (isChecksumMismatch(error)) return damaged();
  if (error instanceof Error && error.message === "Region is missing") {
    const why = "no region is given: neither as the storage's option, nor as AWS_REGION, nor in a profile";
    return new StorageError("failed", why);
  }
  return byStatus(s3Status(error), /^\w+$/.test(name) ? name : "an error");
}

/** The status of the answer; undefined where there was none. */
export function s3Status(error: unknown): number | undefined {
  if (typeof error !== "object" || error === null || !("$metadata" in error)) return undefined;
  return (error.$metadata as { readonly httpStatusCode?: number } | undefined)?.httpStatusCode;
}

/** The bytes of an answer are not those that its checksum says. The SDK throws an error of no class of its own. */
export function isChecksumMismatch(error: unknown): boolean {
  return error instanceof Error && error.message.startsWith("Checksum mismatch");
}

export function damaged(): StorageError {
  return new StorageError(...wrongChecksum);
}

function byStatus(status: number | undefined, name: string): StorageError {
  if (status === undefined) return new StorageError("failed", `the SDK gave up (${name})`);
  if (status >= 500 || status === 429) {
    return new StorageError("unreachable", `the server is out of order (status ${status})`);
  }
  switch (status) {
    case 301:
    case 307:
      return new StorageError(...elsewhere);
    case 401:
      return new StorageError("unauthenticated", "the credentials are not accepted");
    case 403:
      return new StorageError("denied", "access denied");
    case 404:
      return new StorageError("not-found", "there is no such object or bucket");
    default:
      return new StorageError("failed", `the server refuses it (${name}, status ${status})`);
  }
}

type Refusal = readonly [reason: StorageErrorReason, why: string];

const elsewhere: Refusal = ["failed", "the bucket is in another region"];
const skewed: Refusal = ["failed", "the clock of this machine is wrong"];
const busy: Refusal = ["unreachable", "the server asks to slow down, again and again"];
const silent: Refusal = ["unreachable", "nobody answers in time"];
const expired: Refusal = ["unauthenticated", "the credentials have expired"];
const noCredentials: Refusal = ["unauthenticated", "no credentials were found"];
const wrongChecksum: Refusal = ["failed", "the bytes were damaged on the way: their checksum is another one"];

/** By the name of the SDK's error, which is the code of the server's answer. */
const refusals: { readonly [name: string]: Refusal } = {
  NoSuchKey: ["not-found", "there is no such object"],
  NoSuchBucket: ["not-found", "there is no such bucket"],
  AccessDenied: ["denied", "access denied"],
  AllAccessDisabled: ["denied", "access denied"],
  InvalidAccessKeyId: ["unauthenticated", "the access key is not known"],
  SignatureDoesNotMatch: ["unauthenticated", "the secret key is wrong"],
  InvalidToken: ["unauthenticated", "the session token is not valid"],
  ExpiredToken: expired,
  ExpiredTokenException: expired,
  TokenRefreshRequired: expired,
  CredentialsProviderError: noCredentials,
  TokenProviderError: noCredentials,
  PermanentRedirect: elsewhere,
  TemporaryRedirect: elsewhere,
  AuthorizationHeaderMalformed: elsewhere,
  IllegalLocationConstraintException: elsewhere,
  RequestTimeTooSkewed: skewed,
  RequestExpired: skewed,
  BadDigest: wrongChecksum,
  XAmzContentSHA256Mismatch: wrongChecksum,
  XAmzContentChecksumMismatch: wrongChecksum,
  InvalidBucketName: ["failed", "no bucket can have this name"],
  KeyTooLongError: ["failed", "the name is too long"],
  NoSuchUpload: ["failed", "somebody else has ended the upload"],
  SlowDown: busy,
  Throttling: busy,
  RequestTimeout: silent,
  TimeoutError: silent,
};
