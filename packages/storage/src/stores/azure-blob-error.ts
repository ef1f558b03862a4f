/** What Azure refuses, in plain words; the SDK's own messages hold addresses and signatures. */
import { StorageError, type StorageErrorReason } from "@glacier-ts/core";
import { networkRefusal } from "./network-error.js";

/** @returns a StorageError for whatever the SDK has thrown */
export function azureRefusal(error: unknown): StorageError {
  if (error instanceof StorageError) return error;
  const code = azureCode(error);
  if (code !== undefined && Object.hasOwn(refusals, code)) {
    return new StorageError(...(refusals[code] as Refusal));
  }
  // Azure itself has a code for this; emulators have it in words.
  if (error instanceof Error && error.message.startsWith("Server failed to authenticate the request")) {
    return new StorageError(...wrongKey);
  }
  const network = networkRefusal(error);
  if (network) return network;
  const name = error instanceof Error ? error.name : "";
  if (Object.hasOwn(errorsOfSdk, name)) return new StorageError(...(errorsOfSdk[name] as Refusal));
  return byStatus(azureStatus(error), code ?? name);
}

/** The status of the answer; undefined where there was none. */
export function azureStatus(error: unknown): number | undefined {
  return error instanceof Error && "statusCode" in error && typeof error.statusCode === "number"
    ? error.statusCode
    : undefined;
}

/** What the server calls its refusal, which is in a header where the answer has no body. */
export function azureCode(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const { details, code } = error as { readonly details?: { readonly errorCode?: string }; code?: string };
  return details?.errorCode ?? code;
}

function byStatus(status: number | undefined, name: string): StorageError {
  const shown = /^\w+$/.test(name) ? name : "an error";
  if (status === undefined) return new StorageError("failed", `the SDK gave up (${shown})`);
  if (status >= 500 || status === 429) {
    return new StorageError("unreachable", `the server is out of order (status ${status})`);
  }
  switch (status) {
    case 401:
      return new StorageError("unauthenticated", "the credentials are not accepted");
    case 403:
      return new StorageError("denied", "access denied");
    case 404:
      return new StorageError("not-found", "there is no such blob or container");
    default:
      return new StorageError("failed", `the server refuses it (${shown}, status ${status})`);
  }
}

type Refusal = readonly [reason: StorageErrorReason, why: string];

const wrongKey: Refusal = ["unauthenticated", "the key or token is wrong or has expired"];
const noCredentials: Refusal = ["unauthenticated", "no credentials were found"];

/** By the code of the server's answer. */
const refusals: { readonly [code: string]: Refusal } = {
  BlobNotFound: ["not-found", "there is no such blob"],
  ContainerNotFound: ["not-found", "there is no such container"],
  ContainerBeingDeleted: ["not-found", "the container is being deleted"],
  ResourceNotFound: ["not-found", "there is no such blob or container"],
  AuthenticationFailed: wrongKey,
  InvalidAuthenticationInfo: wrongKey,
  NoAuthenticationInformation: noCredentials,
  InvalidBlockList: ["failed", "somebody else has written the blob at the same time"],
  InvalidResourceName: ["failed", "no blob or container can have this name"],
  LeaseIdMissing: ["failed", "somebody holds a lease on the blob"],
  SnapshotsPresent: ["failed", "the blob has snapshots, which would be deleted with it"],
  BlobArchived: ["failed", "the blob is archived, and has to be brought back first"],
  BlobImmutableDueToPolicy: ["denied", "a policy keeps the blob from being changed"],
  AccountIsDisabled: ["denied", "the account is disabled"],
  ServerBusy: ["unreachable", "the server asks to slow down, again and again"],
};

/** By the name of an error that the SDK has made itself. */
const errorsOfSdk: { readonly [name: string]: Refusal } = {
  AbortError: ["unreachable", "nobody answers in time"],
  CredentialUnavailableError: noCredentials,
  AggregateAuthenticationError: noCredentials,
  AuthenticationError: ["unauthenticated", "the credentials are not accepted"],
  AuthenticationRequiredError: noCredentials,
};
