import type { CompilerHost, Type } from "../compiler-host.js";

const streamTypes = new Set([
  "AsyncIterable",
  "AsyncIterableIterator",
  "AsyncGenerator",
  "AsyncIteratorObject",
]);

/** What a stream is of; undefined for other types. */
export function streamElement(host: CompilerHost, type: Type): Type | undefined {
  const name = host.kind(type) === "object" ? host.nameOf(type) : undefined;
  return name?.origin === "lib" && streamTypes.has(name.name) ? host.typeArguments(type)[0] : undefined;
}
