/** Source maps of a text that was edited before it was compiled, as if the original had been compiled. */
import { lineAndColumn, lineStartsOf } from "./source-text.js";
import type { TextEdit } from "./wire-text.js";

/** A text with edits, which are in no order and do not overlap. */
export interface EditedText {
  readonly original: string;
  readonly text: string;
  readonly edits: readonly TextEdit[];
}

/**
 * Lets a source map lead to the original text.
 *
 * @param output JavaScript that may have a source map in its last line, or a source map
 */
export function restoreSource(output: string, edited: EditedText): string {
  if (output.startsWith("{")) return restoreMap(output, edited);
  return output.replace(/(?<=\n\/\/# sourceMappingURL=data:application\/json;base64,)[\w+/=]+/, (map) =>
    Buffer.from(restoreMap(Buffer.from(map, "base64").toString(), edited)).toString("base64"),
  );
}

/** @param text a source map with one source */
function restoreMap(text: string, edited: EditedText): string {
  const map = JSON.parse(text) as { mappings: string; sourcesContent?: readonly string[] };
  const originalOf = originalPositions(edited);
  // Positions in the source are relative to those of the segment before, over the whole map.
  let before = { line: 0, column: 0 };
  let restoredBefore = before;
  const restoreSegment = (segment: string): string => {
    const [generated, source, line, column, ...name] = decode(segment);
    if (generated === undefined || source === undefined || line === undefined || column === undefined)
      return segment;
    const position = { line: before.line + line, column: before.column + column };
    const restored = originalOf(position);
    const fields = [restored.line - restoredBefore.line, restored.column - restoredBefore.column];
    before = position;
    restoredBefore = restored;
    return encode([generated, source, ...fields, ...name]);
  };
  const lines = map.mappings
    .split(";")
    .map((line) => (line === "" ? "" : line.split(",").map(restoreSegment).join(",")));
  const content = map.sourcesContent && { sourcesContent: [edited.original] };
  return JSON.stringify({ ...map, mappings: lines.join(";"), ...content });
}

interface Position {
  /** From 0. */
  readonly line: number;
  /** From 0. */
  readonly column: number;
}

/** Finds what a position in the edited text was before; what an edit wrote was where the edit begins. */
function originalPositions(edited: EditedText): (position: Position) => Position {
  const starts = lineStartsOf(edited);
  const original = { text: edited.original };
  const edits = edited.edits.toSorted((a, b) => a.start - b.start);
  return ({ line, column }) => {
    const offset = (starts[line] ?? 0) + column;
    let shift = 0;
    for (const { start, end, text } of edits) {
      if (start + shift >= offset) break;
      const longer = text.length - (end - start);
      // Inside of what was written, or after it.
      shift = start + shift + text.length > offset ? offset - start : shift + longer;
    }
    const found = lineAndColumn(original, offset - shift);
    return { line: found.line - 1, column: found.column - 1 };
  };
}

const digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/** Base 64 variable-length quantities, the sign in the lowest bit. */
function decode(segment: string): readonly number[] {
  const numbers: number[] = [];
  let value = 0;
  let shift = 0;
  for (const character of segment) {
    const digit = digits.indexOf(character);
    value += (digit & 31) << shift;
    if (digit & 32) shift += 5;
    else {
      numbers.push(value & 1 ? -(value >> 1) : value >> 1);
      value = 0;
      shift = 0;
    }
  }
  return numbers;
}

function encode(numbers: readonly number[]): string {
  return numbers
    .map((number) => {
      let rest = number < 0 ? (-number << 1) | 1 : number << 1;
      let text = "";
      do {
        const digit = rest & 31;
        rest >>= 5;
        text += digits[rest > 0 ? digit | 32 : digit];
      } while (rest > 0);
      return text;
    })
    .join("");
}
