import { readText } from "../bytes.js";
import { describeValue, NotEncodable } from "../problems.js";
import { assertHolds, assertReadable } from "./assert-holds.js";
import type { Format } from "./format.js";

/** A string, exactly: line ends and a byte order mark are part of it. */
export const text: Format = {
  name: "text",

  async decode(source, payload) {
    assertReadable("text", payload);
    return readText(source, { keepMark: true });
  },

  encode(value, payload) {
    assertHolds("text", payload);
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
