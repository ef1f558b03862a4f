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
  return (text, line) => parseJson(text, revive, isExact, line);
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

/** The lines of a source, some at a time. Cutting the bytes at line ends keeps characters whole. */
async function* readLines(source: ByteSource): AsyncGenerator<Lines> {
  /** A line that goes on in the next chunk: joined once, however many chunks it spans. */
  let open: Uint8Array[] = [];
  let line = 0;
  for await (const chunk of readChunks(source)) {
    const firstEnd = chunk.indexOf(10);
    if (firstEnd < 0) {
      open.push(chunk);
      continue;
    }
    yield { first: ++line, lines: [decode(Buffer.concat([...open, chunk.subarray(0, firstEnd)]), line)] };
    const lastEnd = chunk.lastIndexOf(10);
    open = [chunk.subarray(lastEnd + 1)];
    if (lastEnd === firstEnd) continue;
    const lines = decode(chunk.subarray(firstEnd + 1, lastEnd), line + 1).split("\n");
    yield { first: line + 1, lines };
    line += lines.length;
  }
  const rest = Buffer.concat(open);
  if (rest.length > 0) yield { first: line + 1, lines: [decode(rest, line + 1)] };
}

/** @param line of the file, in which the bytes begin */
function decode(bytes: Uint8Array, line: number): string {
  try {
    assertUtf8(bytes);
  } catch (error) {
    if (!(error instanceof Malformed) || !error.place) throw error;
    const place = { ...error.place, line: error.place.line + line - 1 };
    throw new Malformed(error.why.replace(/^line \d+/, `line ${place.line}`), place);
  }
  // Only the file may begin with a byte order mark, wherever it was cut.
  return new TextDecoder("utf-8", { ignoreBOM: line > 1 }).decode(bytes);
}
