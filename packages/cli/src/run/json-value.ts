/**
 * Values of datasets as JSON text. What JSON has no form for is written as: Date and bigint text, bytes base64, a Set an
 * array, a Map an array of pairs, NaN and the infinities null.
 */

/** The JSON text of a value that fits into one string. */
export function jsonText(value: unknown): string {
  return JSON.stringify(value, replaceUnusual) ?? "null";
}

/** The JSON text of a value in pieces, so that millions of rows, or a stream, need not fit into one string. */
export async function* jsonPieces(value: unknown): AsyncGenerator<string> {
  if (!Array.isArray(value) && !isAsyncIterable(value)) {
    yield jsonText(value);
    return;
  }
  let piece = "[";
  let separator = "";
  const add = (row: unknown) => {
    piece += separator + jsonText(row);
    separator = ",";
    return piece.length >= pieceLength;
  };
  const take = () => {
    const taken = piece;
    piece = "";
    return taken;
  };
  // Not `for await` for arrays: waiting for each of millions of rows takes seconds.
  if (Array.isArray(value)) {
    for (const row of value) if (add(row)) yield take();
  } else {
    for await (const row of value) if (add(row)) yield take();
  }
  yield `${piece}]`;
}

export function isAsyncIterable(value: unknown): value is AsyncIterable<unknown> {
  return typeof value === "object" && value !== null && Symbol.asyncIterator in value;
}

const pieceLength = 65_536;

function replaceUnusual(_key: string, value: unknown): unknown {
  if (typeof value === "bigint") return String(value);
  if (value instanceof Uint8Array) return Buffer.from(value).toString("base64");
  if (value instanceof Set || value instanceof Map) return [...value];
  return value;
}
