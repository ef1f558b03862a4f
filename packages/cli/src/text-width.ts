/** How wide texts are on a terminal. Measured without `Intl.Segmenter`, which takes 20 ms to load. */
import getStringTruncatedWidth from "fast-string-truncated-width";

const ellipsis = "…";
const reset = "\u001b[0m";

/** In columns; escape sequences take none. */
export function textWidth(text: string): number {
  return getStringTruncatedWidth(text).width;
}

/** Cuts a text that is wider than so many columns, and says so by an ellipsis. */
export function truncateText(text: string, columns: number): string {
  const { truncated, index } = getStringTruncatedWidth(text, { limit: columns, ellipsis });
  if (!truncated) return text;
  // What was painted is painted no longer.
  return `${text.slice(0, index)}${ellipsis}${text.includes("\u001b") ? reset : ""}`;
}
