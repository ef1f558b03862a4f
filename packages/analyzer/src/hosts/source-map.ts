import type { WiredText } from "./wired-text.js";

/** JavaScript or a source map of a wired text, as if it were of the original. */
export function restoreSources(text: string, _wired: WiredText): string {
  return text;
}
