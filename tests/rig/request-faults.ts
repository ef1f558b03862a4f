/** What goes wrong with single requests to a server of an object store, and what its tests write and read. */
import type { IncomingMessage } from "node:http";
import { type ObjectStore, StorageError } from "@glacier-ts/core";

/** What can go wrong with a request to any of the servers. */
export type RequestFault =
  /** The connection breaks: before the server hears of it, or before its answer comes. */
  | { readonly cut: "before" | "after" }
  /** It is refused, and nothing is done. */
  | { readonly status: number }
  /** So many bytes of the answer's body come, then the connection breaks. */
  | { readonly truncatedTo: number };

/** Says what goes wrong with a request; its name is the one among the server's `requests`. */
export type Decide<Fault> = (
  request: IncomingMessage,
  name: string,
) => Fault | undefined | Promise<Fault | undefined>;

export interface FaultyServer<Fault = RequestFault> {
  /** Names of what was asked for, also where it was refused. */
  readonly requests: string[];
  /** Asked for every request from now on. */
  decide(fault: Decide<Fault>): void;
}

/** Has the requests of a kind fail: the n-th of them, from 0, or all. */
export function failing<Fault>(
  server: FaultyServer<Fault>,
  kind: RegExp,
  fault: Fault,
  which: "all" | number = "all",
): void {
  let count = 0;
  server.decide((_, name) => {
    if (!kind.test(name)) return undefined;
    return which === "all" || count++ === which ? fault : undefined;
  });
}

export const countOf = ({ requests }: Pick<FaultyServer, "requests">, kind: RegExp) =>
  requests.filter((name) => kind.test(name)).length;

export const mebibyte = 2 ** 20;
export const former = Buffer.from("former");
/** What every store sends in three parts of at most 8 MiB. */
export const large = Buffer.alloc(20 * mebibyte, "what is large goes in parts, ");
export const partCount = 3;

export function* chunksOf(bytes: Uint8Array) {
  for (let start = 0; start < bytes.length; start += mebibyte) yield bytes.subarray(start, start + mebibyte);
}

/** What a storage refuses; nothing else is expected of it. */
export async function refusal(operation: Promise<unknown>): Promise<Pick<StorageError, "reason" | "why">> {
  const error = await operation.then(
    () => new Error("expected a StorageError"),
    (reason: unknown) => reason,
  );
  if (!(error instanceof StorageError)) throw error;
  return { reason: error.reason, why: error.why };
}

export async function collect(store: ObjectStore, key = "numbers"): Promise<Buffer> {
  const source = await store.open(key);
  const chunks: Uint8Array[] = [];
  for await (const chunk of source.stream?.() ?? []) chunks.push(chunk);
  return Buffer.concat(chunks);
}
