/** Text for an editor: Markdown, and names that lead to places in the source. */
import type { Location } from "@glacier-ts/core";

/** A name, shown as code, that leads to a place. */
interface DocumentationLink {
  readonly name: string;
  readonly location: Location;
}

export type Documentation = readonly (string | DocumentationLink)[];

/** Items that a list has at most. */
const maxItems = 8;

/** Text as code in Markdown, whatever is in it. */
export function code(text: string): string {
  const line = text.replace(/\s+/g, " ");
  const longest = Math.max(0, ...Array.from(line.matchAll(/`+/g), ([run]) => run.length));
  const fence = "`".repeat(longest + 1);
  return longest > 0 ? `${fence} ${line} ${fence}` : `${fence}${line}${fence}`;
}

/** Items one after another; a long list says how many more there are. */
export function list(items: readonly Documentation[], separator = ", ", most = maxItems): Documentation {
  const shown = items.length > most ? items.slice(0, most - 1) : items;
  const more = items.length - shown.length;
  const parts = shown.flatMap((item, index) => (index === 0 ? item : [separator, ...item]));
  return more > 0 ? [...parts, `${separator}… and ${more} more`] : parts;
}

/** A title, and below it a line for each item. */
export function section(title: string, lines: readonly Documentation[]): Documentation {
  return [title, "\n", ...lines.flatMap((line) => ["\n- ", ...line])];
}

/** Several lines of code. */
export function codeBlock(language: string, text: string): string {
  return `\`\`\`${language}\n${text}\n\`\`\``;
}

/** A declaration by its name and its place. */
export function reference(name: string, location: Location): Documentation {
  const place = placeText(location);
  // `__tests__` would be bold.
  const isPlain = !/[^\w./:@ +-]|(^|\W)_|_(\W|$)/.test(place);
  return [{ name, location }, ` (${isPlain ? place : code(place)})`];
}

/** `src/tasks.ts:4` */
export function placeText({ file, line }: Location): string {
  return `${file}:${line}`;
}
