/** What is read from a file's text alone, so that every compiler gives the same answer. */

const lineStarts = new WeakMap<object, readonly number[]>();

/** Line and column, both 1-based, of an offset; lines end as they do for the TypeScript compiler. */
export function lineAndColumn(
  file: { readonly text: string },
  offset: number,
): { line: number; column: number } {
  const starts = lineStartsOf(file);
  let low = 0;
  let high = starts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((starts[middle] ?? 0) <= offset) low = middle;
    else high = middle - 1;
  }
  return { line: low + 1, column: offset - (starts[low] ?? 0) + 1 };
}

/** The offsets at which lines begin. */
export function lineStartsOf(file: { readonly text: string }): readonly number[] {
  const known = lineStarts.get(file);
  if (known) return known;
  const ends = file.text.matchAll(/\r\n|[\r\n\u2028\u2029]/g);
  const starts = [0, ...Array.from(ends, (end) => end.index + end[0].length)];
  lineStarts.set(file, starts);
  return starts;
}

/** The last doc comment in the text before a declaration, without its stars; undefined when there is none. */
export function docComment(leadingText: string): string | undefined {
  const comment = Array.from(leadingText.matchAll(/\/\*\*(?!\/)([\s\S]*?)\*\//g)).at(-1)?.[1];
  const text = comment
    ?.replace(/\r\n?/g, "\n")
    .replace(/^[ \t]*\*[ \t]?/gm, "")
    .trim();
  return text === "" ? undefined : text;
}
