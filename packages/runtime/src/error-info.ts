import { sep } from "node:path";
import { fileURLToPath } from "node:url";
import { inspect } from "node:util";
import type { ErrorInfo } from "@glacier-ts/core";
// Of the package, threads need no more than this: it would take longer to load than everything else of theirs.
import { isNonRetryable } from "@glacier-ts/core/non-retryable-error";
import { RemoteError } from "./runners/remote-error.js";

const maxCauses = 10;

/** The folder of Glacier's packages, where they are linked from a workspace; undefined in a bundle. */
const packagesFolder = /\/runtime\/(dist|src)\/error-info\.[jt]s$/.test(new URL(import.meta.url).pathname)
  ? forwardSlashes(fileURLToPath(new URL("../../", import.meta.url)))
  : undefined;

/**
 * Describes a thrown value. Never throws, whatever the value is: a getter, a proxy or `toString` of it may throw.
 * An `AggregateError` without a cause names its first error as the cause.
 */
export function errorInfo(thrown: unknown): ErrorInfo {
  const seen: unknown[] = [];
  const chain: Omit<ErrorInfo, "cause">[] = [];
  for (let at = thrown; chain.length < maxCauses && !seen.includes(at); at = causeOf(at)) {
    if (at === undefined && chain.length > 0) break;
    seen.push(at);
    chain.push(describe(at));
  }
  const info = chain.reduceRight<ErrorInfo | undefined>(
    (cause, error) => (cause ? { ...error, cause } : error),
    undefined,
  ) as ErrorInfo;
  return seen.some(isFinal) ? { ...info, isFinal: true } : info;
}

const isFinal = (thrown: unknown) =>
  attempt(() => isNonRetryable(thrown) || (thrown instanceof RemoteError && thrown.info.isFinal)) === true;

function describe(thrown: unknown): Omit<ErrorInfo, "cause"> {
  if (!isErrorLike(thrown)) return { name: "NonError", message: textOf(thrown) };
  const message = stringAt(thrown, "message") ?? "";
  const stack = userFrames(stringAt(thrown, "stack") ?? "", message);
  return { name: stringAt(thrown, "name") || "Error", message, ...(stack !== "" && { stack }) };
}

/** Errors, also those of other realms and those that only look like one. */
function isErrorLike(value: unknown): value is object {
  return (
    typeof value === "object" &&
    value !== null &&
    attempt(() => value instanceof Error || Object.prototype.toString.call(value) === "[object Error]") ===
      true
  );
}

function causeOf(thrown: unknown): unknown {
  if (!isErrorLike(thrown)) return undefined;
  const { cause, errors } = {
    cause: attempt(() => (thrown as Error).cause),
    errors: attempt(() => (thrown as AggregateError).errors),
  };
  return cause ?? attempt(() => (Array.isArray(errors) ? errors[0] : undefined));
}

function textOf(value: unknown): string {
  if (typeof value === "string") return value;
  return attempt(() => inspect(value, { depth: 2, breakLength: Infinity })) ?? `unprintable ${typeof value}`;
}

function stringAt(object: object, key: "name" | "message" | "stack"): string | undefined {
  const value = attempt(() => (object as Error)[key] as unknown);
  return value === undefined ? undefined : textOf(value);
}

function attempt<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}

/** The frames of a stack that are not of Node, Glacier or its thread pool, a line each. The message may itself look like frames. */
function userFrames(stack: string, message: string): string {
  const start = stack.indexOf(message);
  const lines = stack.slice(start < 0 ? 0 : start + message.length).split("\n");
  return lines.filter((line) => /^\s+at /.test(line) && !isOwnFrame(line)).join("\n");
}

function isOwnFrame(line: string): boolean {
  const place = /\((.*)\)$/.exec(line)?.[1] ?? line.replace(/^\s+at (async )?/, "");
  if (place.startsWith("node:")) return true;
  const file = forwardSlashes(
    place.startsWith("file:") ? (attempt(() => fileURLToPath(place)) ?? place) : place,
  );
  if (/\/node_modules\/(@glacier-ts|piscina)\//.test(file)) return true;
  if (packagesFolder === undefined || !file.startsWith(packagesFolder)) return false;
  // With source maps, frames are in src.
  return /^[^/]+\/(dist|src)\//.test(file.slice(packagesFolder.length));
}

function forwardSlashes(path: string): string {
  return sep === "\\" ? path.replaceAll("\\", "/") : path;
}
