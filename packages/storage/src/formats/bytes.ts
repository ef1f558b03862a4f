import { readChunks } from "../bytes.js";
import { describeValue, NotEncodable } from "../problems.js";
import { isStream, type Rows, rowsOf } from "../rows.js";
import { resolve } from "../shape/shape.js";
import { assertHolds, assertReadable } from "./assert-holds.js";
import type { Format } from "./format.js";

/** A Uint8Array as it is, or a stream of them one after the other. */
export const bytes: Format = {
  name: "bytes",
  readsInOrder: true,

  async decode(source, payload) {
    assertReadable("bytes", payload);
    return source.read(0, source.sizeBytes);
  },

  async *decodeRows(source, payload) {
    assertReadable("bytes", payload);
    yield* readChunks(source);
  },

  encode(value, payload) {
    assertHolds("bytes", payload);
    const isStreamed = resolve(payload).kind === "stream";
    return { chunks: pieces(isStreamed ? rowsOf(value) : [value], isStreamed), rows: () => undefined };
  },
};

async function* pieces(values: Rows, isStreamed: boolean): AsyncGenerator<Uint8Array> {
  let index = 0;
  for await (const value of isStream(values) ? values : [...values]) {
    if (!(value instanceof Uint8Array)) {
      throw new NotEncodable(
        isStreamed ? `/${index}` : "",
        `found ${describeValue(value)}, expected a Uint8Array`,
      );
    }
    yield value;
    index++;
  }
}
