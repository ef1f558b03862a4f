import { isMarkedAsUntransferable } from "node:worker_threads";

/** Parts of a value that are looked at. Large buffers are near its top; rows are not searched to the end. */
const maxParts = 10_000;
/** Smaller buffers are copied as fast as they are moved. */
const minBytes = 4096;

/**
 * Buffers that a value holds wholly, so that they can be moved to another thread instead of being copied: those of an
 * Arrow table, a `Float64Array`, an `ArrayBuffer`. Shared memory, pooled buffers and buffers of which the value has a
 * part only stay out, and so do those that are marked by `markAsUntransferable`. What is nearest to the top comes first.
 */
export function ownedBuffers(value: unknown): ArrayBuffer[] {
  const buffers = new Set<ArrayBuffer>();
  const objects = new Set<object>();
  let parts = 0;
  const lookAt = (part: unknown): void => {
    parts++;
    if (typeof part !== "object" || part === null) return;
    if (!isBinary(part)) objects.add(part);
    else if (isWhole(part)) buffers.add(bufferOf(part));
  };
  lookAt(value);
  // The set grows as it is read.
  for (const object of objects) {
    const keys = Array.isArray(object) ? object.keys() : Object.keys(object);
    for (const key of keys) {
      if (parts >= maxParts) return [...buffers];
      lookAt((object as Record<string | number, unknown>)[key]);
    }
  }
  return [...buffers];
}

type Binary = ArrayBuffer | ArrayBufferView<ArrayBuffer>;

function isBinary(object: object): object is Binary {
  return (
    object instanceof ArrayBuffer || (ArrayBuffer.isView(object) && object.buffer instanceof ArrayBuffer)
  );
}

function isWhole(binary: Binary): boolean {
  const buffer = bufferOf(binary);
  return (
    buffer.byteLength >= minBytes &&
    binary.byteLength === buffer.byteLength &&
    !isMarkedAsUntransferable(buffer)
  );
}

function bufferOf(binary: Binary): ArrayBuffer {
  return ArrayBuffer.isView(binary) ? binary.buffer : binary;
}
