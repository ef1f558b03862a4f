/** Reading what a command printed. */

/** Puts `<time>` for each duration, such as `12 ms`, and two spaces for those that align one. */
export function withoutTimes(text: string): string {
  return text.replace(/\b\d+(\.\d+)? (ms|s|min)\b/g, "<time>").replace(/ {2,}<time>/g, "  <time>");
}

/** Every line as JSON. @throws when one is not */
export function jsonLines(text: string): readonly Record<string, unknown>[] {
  return text
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
}

/** The text without what moves a cursor or sets a colour. */
export function withoutEscapes(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: it is about them
  return text.replace(/\u001b\[[?\d;]*[A-Za-z]/g, "");
}
