/** Asks web servers for bytes, as Node's own `fetch` does, with the limits that it does not have. */
import { setTimeout as wait } from "node:timers/promises";
import { StorageError } from "@glacier-ts/core";
import { networkRefusal } from "./network-error.js";

export interface HttpLimits {
  /** How long the first of two pauses between three attempts is. */
  readonly pauseMs: number;
  /** How long a server may take to begin with its answer, and between two pieces of it. */
  readonly idleMs: number;
}

const attempts = 3;
const redirects = 5;
const longestPauseMs = 10_000;

/**
 * @param url may hold a name and password
 * @returns the answer of the last server that was led to: any status but 3xx, 429 and 5xx
 * @throws StorageError where there is none
 */
export async function ask(
  url: string,
  headers: Readonly<Record<string, string>>,
  limits: HttpLimits,
): Promise<Response> {
  for (let attempt = 1; ; attempt++) {
    let pauseMs = limits.pauseMs * 2 ** (attempt - 1);
    try {
      const response = await follow(url, headers, limits);
      if (response.status < 500 && response.status !== 429) return response;
      await response.body?.cancel();
      if (attempt === attempts) throw outOfOrder(response.status);
      pauseMs = retryAfterMs(response.headers.get("retry-after")) ?? pauseMs;
    } catch (error) {
      const refused = refusalOf(error);
      if (attempt === attempts || refused.reason !== "unreachable") throw refused;
    }
    await wait(Math.min(pauseMs, longestPauseMs));
  }
}

async function follow(
  start: string,
  headers: Readonly<Record<string, string>>,
  { idleMs }: HttpLimits,
): Promise<Response> {
  let url = new URL(start);
  const origin = url.origin;
  const authorization = authorizationOf(url);
  for (let count = 0; count <= redirects; count++) {
    url.username = "";
    url.password = "";
    const response = await answerTo(url, idleMs, {
      // What is compressed on the way has other lengths and ranges.
      "accept-encoding": "identity",
      ...headers,
      ...(url.origin === origin && authorization),
    });
    const location = response.headers.get("location");
    if (!redirectStatuses.has(response.status) || location === null) return response;
    await response.body?.cancel();
    url = redirected(url, location);
  }
  throw new StorageError("failed", `the server leads on and on, more than ${redirects} times`);
}

const redirectStatuses: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

function redirected(from: URL, location: string): URL {
  const to = URL.parse(location, from.href);
  if (!to || !/^https?:$/.test(to.protocol)) {
    throw new StorageError("failed", "the server leads to what is no address on the web");
  }
  if (from.protocol === "https:" && to.protocol === "http:") {
    throw new StorageError("failed", "the server leads away from https, to where everybody can listen");
  }
  return to;
}

function authorizationOf({ username, password }: URL): { readonly authorization?: string } {
  if (username === "" && password === "") return {};
  const user = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return { authorization: `Basic ${Buffer.from(user).toString("base64")}` };
}

async function answerTo(url: URL, idleMs: number, headers: Record<string, string>): Promise<Response> {
  const giveUp = new AbortController();
  const timer = setTimeout(() => giveUp.abort(silent()), idleMs);
  try {
    return await fetch(url.href, { headers, redirect: "manual", signal: giveUp.signal });
  } finally {
    clearTimeout(timer);
  }
}

const silent = () => new StorageError("unreachable", "nobody answers in time");

function outOfOrder(status: number): StorageError {
  const why =
    status === 429
      ? "the server asks to slow down, again and again"
      : `the server is out of order (status ${status})`;
  return new StorageError("unreachable", why);
}

/** Errors of `fetch` hold addresses, and say in their cause what has happened. */
function refusalOf(error: unknown): StorageError {
  if (error instanceof StorageError) return error;
  const cause = error instanceof Error ? error.cause : undefined;
  const network = networkRefusal(cause);
  if (network) return network;
  const code = cause instanceof Error && "code" in cause ? String(cause.code) : "";
  if (code === "UND_ERR_CONNECT_TIMEOUT") return silent();
  if (code.startsWith("UND_ERR")) return new StorageError("unreachable", "the connection broke");
  return new StorageError("failed", "the server's answer is no HTTP, or cannot be asked for");
}

/** @param value seconds, or a date */
function retryAfterMs(value: string | null): number | undefined {
  if (value === null) return undefined;
  const ms = /^\d+$/.test(value) ? Number(value) * 1000 : Date.parse(value) - Date.now();
  return Number.isNaN(ms) ? undefined : Math.max(ms, 0);
}
