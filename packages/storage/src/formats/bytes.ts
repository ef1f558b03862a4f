import { readChunks } from "../bytes.js";
import { describeValue, Malformed, NotEncodable } from "../problems.js";
import { isStream, type Rows, rowsOf } from "../rows.js";
import { describeShape } from "../shape/describe.js";
import { resolve, type Shape } from "../shape/shape.js";
import type { Format } from "./format.js";

/** A Uint8Array as it is, or a stream of them one after the other. */
export const bytes: Format = {
  name: "bytes",

  async decode(source, payload) {
    const problem = mismatch(payload);
    if (problem) throw new Malformed(problem);
    return source.read(0, source.sizeBytes);
  },

  async *decodeRows(source, payload) {
    const problem = mismatch(payload);
    if (problem) throw new Malformed(problem);
    yield* readChunks(source);
  },

  encode(value, payload) {
    const problem = mismatch(payload);
    if (problem) throw new NotEncodable("", problem);
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

function mismatch(payload: Shape): string | undefined {
  const shape = resolve(payload);
  const { kind } = shape.kind === "stream" ? resolve(shape.items) : shape;
  return kind === "bytes" || kind === "any"
    ? undefined
    : `the dataset is ${describeShape(payload)}, and bytes holds a Uint8Array`;
}
