/** Where a text may mention names: a tree between two of these places need not be looked at. */
export class Mentions {
  /** Undefined for a text that may hide a name. */
  readonly #positions: readonly number[] | undefined;

  constructor(text: string, names: ReadonlySet<string>) {
    // An identifier may be written with escapes.
    if (text.includes("\\u")) return;
    const positions: number[] = [];
    for (let position = 0; position < text.length; position++) {
      if (!isPartOfWord(text.charCodeAt(position))) continue;
      const start = position;
      while (isPartOfWord(text.charCodeAt(position))) position++;
      if (names.has(text.slice(start, position))) positions.push(start);
    }
    this.#positions = positions;
  }

  /** Whether there is one from `pos` up to `end`. */
  isIn({ pos, end }: { readonly pos: number; readonly end: number }): boolean {
    const positions = this.#positions;
    if (!positions) return true;
    let low = 0;
    let high = positions.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((positions[middle] ?? 0) < pos) low = middle + 1;
      else high = middle;
    }
    return (positions[low] ?? end) < end;
  }
}

/** Letters, digits, `_`, `$`, and everything that is not ASCII. Not so the end of the text, which is NaN. */
function isPartOfWord(code: number): boolean {
  return (
    (code >= 97 && code <= 122) ||
    (code >= 65 && code <= 90) ||
    (code >= 48 && code <= 57) ||
    code === 95 ||
    code === 36 ||
    code > 127
  );
}
