import { isStream, type Rows } from "../rows.js";
import type { Encoded } from "./format.js";

const flushLength = 64 * 1024;

/** What a text format writes around and between rows. */
export interface LineFormat {
  readonly start?: string;
  readonly line: (row: unknown, index: number) => string;
  /** @param rows how many lines there were */
  readonly end?: (rows: number) => string;
}

/** Encodes rows as text. A stream is pulled only as fast as its chunks are consumed. */
export function encodeLines(rows: Rows, { start = "", line, end }: LineFormat): Encoded {
  let count = 0;
  const encoder = new TextEncoder();

  async function* chunks(): AsyncGenerator<Uint8Array> {
    let text = start;
    // Two loops: awaiting each row of an array would take longer than to encode it.
    if (isStream(rows)) {
      for await (const row of rows) {
        text += line(row, count++);
        if (text.length < flushLength) continue;
        yield encoder.encode(text);
        text = "";
      }
    } else {
      for (const row of rows) {
        text += line(row, count++);
        if (text.length < flushLength) continue;
        yield encoder.encode(text);
        text = "";
      }
    }
    text += end?.(count) ?? "";
    if (text !== "") yield encoder.encode(text);
  }

  return { chunks: chunks(), rows: () => count };
}
