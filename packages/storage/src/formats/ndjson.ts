import type { ByteSource } from "@glacier-ts/core";
import { assertUtf8, readChunks } from "../bytes.js";
import { Malformed } from "../problems.js";
import { rowShape, rowsOf } from "../rows.js";
import { compileReplace } from "../shape/replace.js";
import { compileRevive, hasBigint } from "../shape/revive.js";
import type { Shape } from "../shape/shape.js";
import { assertHolds, assertReadable } from "./assert-holds.js";
import type { Format } from "./format.js";
import { parseJson, stringifyJson } from "./json-text.js";
import { encodeLines } from "./lines.js";

/** One JSON value a line. Streams are read and written as they flow. */
export const ndjson: Format = {
  name: "ndjson",
  readsInOrder: true,

  async decode(source, payload) {
    const rows: unknown[] = [];
    const parse = compileParse(payload);
    for await (const { first, lines } of readLines(source)) {
      for (let index = 0; index < lines.length; index++) {
        const text = lines[index] as string;
        if (!isBlank(text)) rows.push(parse(text, first + index));
      }
    }
    return rows;
  },

  async *decodeRows(source, payload) {
    const parse = compileParse(payload);
    for await (const { first, lines } of readLines(source)) {
      for (const [index, text] of lines.entries()) if (!isBlank(text)) yield parse(text, first + index);
    }
  },

  encode(value, payload) {
    assertHolds("ndjson", payload);
    const replace = compileReplace(rowShape(payload) as Shape);
    return encodeLines(rowsOf(value), {
      line: (item, index) => `${stringifyJson(item, replace, [index])}\n`,
    });
  },
};

/** @throws Malformed */
function compileParse(payload: Shape): (text: string, line: number) => unknown {
  assertReadable("ndjson", payload);
  const row = rowShape(payload) as Shape;
  const revive = compileRevive(row);
  const isExact = hasBigint(row);
  return (text, line) => parseJson(text, revive, isExact, { line });
}

function isBlank(text: string): boolean {
  // Nearly all lines begin with a brace.
  return text === "" || (text.charCodeAt(0) <= 32 && text.trim() === "");
}

interface Lines {
  /** The number of the first one. */
  readonly first: number;
  readonly lines: readonly string[];
}

/** The lines of each chunk; a line that goes on in the next chunk waits for its end. */
async function* readLines(source: ByteSource): AsyncGenerator<Lines> {
  // Cutting at line ends keeps characters whole; a line's bytes are joined once, however many chunks it spans.
  let pending: Uint8Array[] = [];
  let line = 0;
  for await (const chunk of readChunks(source)) {
    const end = chunk.lastIndexOf(10) + 1;
    if (end === 0) {
      pending.push(chunk);
      continue;
    }
    const whole = Buffer.concat([...pending, chunk.subarray(0, end)]);
    pending = [chunk.subarray(end)];
    const lines = decode(whole, line).split("\n");
    lines.pop();
    yield { first: line + 1, lines };
    line += lines.length;
  }
  const rest = Buffer.concat(pending);
  if (rest.length > 0) yield { first: line + 1, lines: [decode(rest, line)] };
}

function decode(bytes: Uint8Array, lines: number): string {
  try {
    assertUtf8(bytes);
  } catch (error) {
    if (!(error instanceof Malformed) || !error.place) throw error;
    const place = { ...error.place, line: error.place.line + lines };
    throw new Malformed(error.why.replace(/^line \d+/, `line ${place.line}`), place);
  }
  return new TextDecoder().decode(bytes);
}
