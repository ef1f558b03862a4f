export interface CellPlace {
  /** 0 for the header. */
  readonly record: number;
  readonly cell: number;
}

const newline = 10;
const carriageReturn = 13;
const quote = 34;

/**
 * Finds the line and column of a cell. Only mistakes need places, so records are parsed without them and this counts
 * records again, in text that is known to be well-formed.
 */
export function findCell(
  bytes: Uint8Array,
  delimiter: "," | "\t",
  place: CellPlace,
): { readonly line: number; readonly column: number } {
  const separator = delimiter.charCodeAt(0);
  const lineEnd = bytes.includes(newline) ? newline : carriageReturn;
  const mark = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
  let line = 1;
  let lineStart = mark;
  let record = 0;
  let cell = 0;
  let isQuoted = false;
  let isCellStart = true;
  let index = mark;
  for (; index < bytes.length && !(record === place.record && cell === place.cell && isCellStart); index++) {
    const byte = bytes[index];
    if (byte === lineEnd) {
      line++;
      lineStart = index + 1;
    }
    if (isQuoted) {
      if (byte !== quote) continue;
      if (bytes[index + 1] === quote) index++;
      else isQuoted = false;
    } else if (byte === quote && isCellStart) {
      isQuoted = true;
      isCellStart = false;
    } else if (byte === separator || byte === lineEnd) {
      if (byte === lineEnd) record++;
      cell = byte === lineEnd ? 0 : cell + 1;
      isCellStart = true;
    } else {
      isCellStart = false;
    }
  }
  return { line, column: new TextDecoder().decode(bytes.subarray(lineStart, index)).length + 1 };
}
