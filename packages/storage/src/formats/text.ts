import { readText } from "../bytes.js";
import { describeValue, Malformed, NotEncodable } from "../problems.js";
import { describeShape } from "../shape/describe.js";
import { type Shape, splitNull } from "../shape/shape.js";
import type { Format } from "./format.js";

/** A string, exactly: line ends and a byte order mark are part of it. */
export const text: Format = {
  name: "text",

  async decode(source, payload) {
    const problem = mismatch(payload);
    if (problem) throw new Malformed(problem);
    return readText(source, { keepMark: true });
  },

  encode(value, payload) {
    const problem = mismatch(payload);
    if (problem) throw new NotEncodable("", problem);
    if (typeof value !== "string")
      throw new NotEncodable("", `found ${describeValue(value)}, expected a string`);
    if (!value.isWellFormed())
      throw new NotEncodable("", "it has half of a surrogate pair, which UTF-8 cannot hold");
    async function* chunks(): AsyncGenerator<Uint8Array> {
      yield new TextEncoder().encode(value as string);
    }
    return { chunks: chunks(), rows: () => undefined };
  },
};

function mismatch(payload: Shape): string | undefined {
  const isText = splitNull(payload).branches.every(
    ({ kind }) => kind === "string" || kind === "literal" || kind === "any",
  );
  return isText ? undefined : `the dataset is ${describeShape(payload)}, and text holds a string`;
}
