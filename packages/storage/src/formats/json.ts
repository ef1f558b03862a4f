import { readText } from "../bytes.js";
import { rowShape, rowsOf } from "../rows.js";
import { compileReplace } from "../shape/replace.js";
import { compileRevive, hasBigint } from "../shape/revive.js";
import { resolve, type Shape } from "../shape/shape.js";
import type { Encoded, Format } from "./format.js";
import { parseJson, stringifyJson } from "./json-text.js";
import { encodeLines } from "./lines.js";

/** One JSON value. Rows are written one a line, so that a difference between two versions can be read. */
export const json: Format = {
  name: "json",

  async decode(source, payload) {
    return parseJson(await readText(source), compileRevive(payload), hasBigint(payload));
  },

  encode(value, payload) {
    const isRows = resolve(payload).kind === "stream" || Array.isArray(value);
    const row = rowShape(payload);
    return isRows && row ? encodeArray(value, row) : encodeValue(value, payload);
  },
};

/** Row by row: the text of a large array would be longer than a string can be. */
function encodeArray(value: unknown, row: Shape): Encoded {
  const replace = compileReplace(row);
  return encodeLines(rowsOf(value), {
    start: "[",
    line: (item, index) => `${index === 0 ? "\n" : ",\n"}${stringifyJson(item, replace, [index])}`,
    end: (rows) => (rows === 0 ? "]\n" : "\n]\n"),
  });
}

function encodeValue(value: unknown, payload: Shape): Encoded {
  async function* chunks(): AsyncGenerator<Uint8Array> {
    yield new TextEncoder().encode(`${stringifyJson(value, compileReplace(payload), [])}\n`);
  }
  return { chunks: chunks(), rows: () => undefined };
}
