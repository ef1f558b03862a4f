/** Texts in terminal columns. */

/** East Asian wide and fullwidth characters and emoji; enough for identifiers. */
const wide =
  /[\u1100-\u115F\u2E80-\u303E\u3041-\uA4CF\uA960-\uA97F\uAC00-\uD7A3\uF900-\uFAFF\uFE30-\uFE6F\uFF00-\uFF60\uFFE0-\uFFE6\u{1F300}-\u{1FAFF}\u{20000}-\u{3FFFD}]/u;
const combining = /[\p{Mn}\p{Me}\u200C\u200D]/u;

/** Replaces what would move a terminal's cursor or hide in it. */
export function printable(text: string): string {
  return text
    .replaceAll(/\p{Cc}/gu, "�")
    .replaceAll(/[\p{Zl}\p{Zp}\u061C\u200B\u200E\u200F\u202A-\u202E\u2060-\u206F\uFEFF]/gu, "");
}

/** Columns that a character takes: 0, 1 or 2. */
export function characterColumns(character: string): number {
  if (character <= "~") return 1;
  return combining.test(character) ? 0 : wide.test(character) ? 2 : 1;
}

/** Columns that a printable text takes. */
export function textColumns(text: string): number {
  let columns = 0;
  for (const character of text) columns += characterColumns(character);
  return columns;
}

/** Leaves out the middle of a text that takes more columns: what names differ in is often at their ends. */
export function shortenMiddle(text: string, columns: number): string {
  if (textColumns(text) <= columns) return text;
  const characters = [...text];
  const tail = takeColumns(characters.toReversed(), Math.floor((columns - 1) / 3)).reverse();
  const head = takeColumns(characters, columns - 1 - textColumns(tail.join("")));
  return `${head.join("")}…${tail.join("")}`;
}

/** Leaves out the end of a text that takes more columns. */
export function shortenEnd(text: string, columns: number): string {
  if (textColumns(text) <= columns) return text;
  return `${takeColumns([...text], columns - 1).join("")}…`;
}

function takeColumns(characters: readonly string[], columns: number): string[] {
  let left = columns;
  const end = characters.findIndex((character) => {
    left -= characterColumns(character);
    return left < 0;
  });
  return characters.slice(0, end < 0 ? undefined : end);
}
