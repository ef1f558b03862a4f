import { StorageError } from "@glacier-ts/core";

/** What PostgreSQL, or the way to it, refuses; every other error as it is. */
export function refusal(error: unknown): unknown {
  if (error instanceof StorageError || !(error instanceof Error)) return error;
  const { code } = error as { readonly code?: unknown };
  if (typeof code === "string" && /^[0-9A-Z]{5}$/.test(code) && "severity" in error) {
    return serverRefusal(code, error);
  }
  if (typeof code === "string" && Object.hasOwn(ways, code))
    return new StorageError("unreachable", ways[code] as string);
  if (error.message.startsWith("SASL:")) {
    return new StorageError(
      "unauthenticated",
      "it asks for a password, and there is none, or it is of no use",
    );
  }
  const way = Object.entries(wayMessages).find(([start]) => error.message.startsWith(start))?.[1];
  if (way) return new StorageError("unreachable", way);
  if (typeof code === "string" && /^(E[A-Z]+|[A-Z_]*(CERT|SSL|TLS)[A-Z_]*)$/.test(code)) {
    return new StorageError("unreachable", `the connection cannot be made (${code})`);
  }
  return error;
}

/** Errors of the system. */
const ways: { readonly [code: string]: string } = {
  ECONNREFUSED: "nobody listens there",
  ECONNRESET: "the connection broke",
  EPIPE: "the connection broke",
  ENOTFOUND: "its host is not known",
  EAI_AGAIN: "its host is not known",
  ETIMEDOUT: "nobody answers",
  EHOSTUNREACH: "nobody answers",
  ENETUNREACH: "nobody answers",
  ENOENT: "nobody listens there",
};

/** Errors of `pg` without a code, by how they begin. */
const wayMessages: { readonly [start: string]: string } = {
  "timeout expired": "nobody answers",
  "Connection terminated": "the connection broke",
  "Client was closed": "the connection broke",
  "Client has encountered a connection error": "the connection broke",
  "This socket has been ended": "the connection broke",
  "The server does not support SSL": "the server does not speak TLS",
  "There was an error establishing an SSL connection": "the server does not speak TLS",
};

/** @see https://www.postgresql.org/docs/current/errcodes-appendix.html */
function serverRefusal(code: string, error: Error): StorageError {
  switch (code) {
    case "42P01":
      return new StorageError("not-found", "there is no such table");
    case "3F000":
      return new StorageError("not-found", "there is no such schema");
    case "3D000":
      return new StorageError("not-found", "there is no such database");
    case "42501":
      return new StorageError("denied", `permission denied (${error.message})`);
    case "57P01":
    case "57P02":
    case "57P03":
      return new StorageError("unreachable", "the server is shutting down or starting up");
    case "2BP01":
      return new StorageError("failed", dependents(error));
  }
  if (code.startsWith("28")) {
    return new StorageError("unauthenticated", "the user name or the password is wrong, or may not connect");
  }
  if (code.startsWith("08")) return new StorageError("unreachable", "the connection broke");
  return new StorageError("failed", `PostgreSQL says "${error.message}" (${code})`);
}

function dependents(error: Error): string {
  const { detail } = error as { readonly detail?: string };
  return `its columns change, and others depend on them: ${detail?.split("\n").join("; ") ?? error.message}`;
}
