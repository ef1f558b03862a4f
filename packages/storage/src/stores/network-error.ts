import { StorageError } from "@glacier-ts/core";
import { systemErrorCode } from "./system-error.js";

/** @returns undefined where nothing says that it is the network's error */
export function networkRefusal(error: unknown): StorageError | undefined {
  const code = systemErrorCode(error);
  if (code === undefined) return undefined;
  if (Object.hasOwn(words, code)) return new StorageError("unreachable", words[code] as string);
  if (!/CERT|SIGNATURE|TLS/.test(code)) return undefined;
  return new StorageError("failed", `the server's certificate is not trusted (${code})`);
}

const words: { readonly [code: string]: string } = {
  ECONNREFUSED: "nobody listens there",
  ECONNRESET: "the connection broke",
  EPIPE: "the connection broke",
  ENOTFOUND: "there is no such host",
  EAI_AGAIN: "the host's name cannot be looked up",
  EHOSTUNREACH: "there is no way to the host",
  ENETUNREACH: "there is no way to the host",
  ETIMEDOUT: "nobody answers in time",
};
