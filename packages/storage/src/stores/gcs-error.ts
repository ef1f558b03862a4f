/** What Google Cloud Storage refuses, in plain words; the SDK's own messages hold addresses and whole answers. */
import { StorageError, type StorageErrorReason } from "@glacier-ts/core";
import { networkRefusal } from "./network-error.js";

/** @returns a StorageError for whatever the SDK has thrown */
export function gcsRefusal(error: unknown): StorageError {
  if (error instanceof StorageError) return error;
  const status = gcsStatus(error);
  if (status !== undefined) return byStatus(status, messageOf(error));
  const network = networkRefusal(error);
  if (network) return network;
  const message = messageOf(error);
  if (message.includes("Could not load the default credentials")) {
    return new StorageError("unauthenticated", "no credentials were found");
  }
  const known = byMessage.find(([pattern]) => pattern.test(message));
  return known ? new StorageError(known[1], known[2]) : new StorageError("failed", "the SDK gave up");
}

/** The status of the answer; undefined where there was none. The SDK may throw a part of the answer, which is no Error. */
export function gcsStatus(error: unknown): number | undefined {
  if (typeof error !== "object" || error === null) return undefined;
  const { code, response } = error as { code?: unknown; response?: { status?: unknown } };
  const status = [code, response?.status].find((each) => /^[1-5]\d\d$/.test(String(each)));
  return status === undefined ? undefined : Number(status);
}

const byMessage: readonly (readonly [RegExp, StorageErrorReason, string])[] = [
  // What the SDK says where an upload was given up in the middle.
  [/offset is lower/, "unreachable", "the connection broke again and again"],
  [/socket hang up|ECONNRESET|EPIPE|premature close|network socket/i, "unreachable", "the connection broke"],
  [/ECONNREFUSED/, "unreachable", "nobody listens there"],
  [/ENOTFOUND|EAI_AGAIN/, "unreachable", "the host's name cannot be looked up"],
  [/ETIMEDOUT|timeout|aborted|retry (total time )?limit/i, "unreachable", "nobody answers in time"],
  [/does not match|did not match|MD5|CRC32C/i, "failed", "the bytes were damaged on the way"],
  [/invalid_grant|invalid_client/, "unauthenticated", "the credentials are not accepted"],
];

function messageOf(error: unknown): string {
  const { message } = (error ?? {}) as { readonly message?: unknown };
  return typeof message === "string" ? message : "";
}

function byStatus(status: number, message: string): StorageError {
  if (status >= 500 || status === 408) {
    return new StorageError("unreachable", `the server is out of order (status ${status})`);
  }
  switch (status) {
    case 401:
      return new StorageError("unauthenticated", "the credentials are not accepted");
    case 403:
      return new StorageError("denied", "access denied");
    case 404:
      return /bucket does not exist/.test(message)
        ? new StorageError("not-found", "there is no such bucket")
        : new StorageError("not-found", "there is no such object");
    case 429:
      return new StorageError("unreachable", "the server asks to slow down, again and again");
    default:
      return new StorageError("failed", `the server refuses it (status ${status})`);
  }
}
