/**
 * Data and names may hold characters that move a terminal's cursor, change its title or reorder its text. None of them
 * may reach a terminal as they are.
 */

/** Control characters, line separators, and the marks that change the direction of text. */
const unsafe = /[\p{Cc}\p{Bidi_Control}\u2028\u2029]/gu;

const names: Readonly<Record<string, string>> = { "\n": "\\n", "\r": "\\r", "\t": "\\t" };

/** Writes unsafe characters as escapes, `\n` or `\u001b`: the text then takes one line. */
export function escapeText(text: string): string {
  return text.replace(unsafe, (character) => names[character] ?? codeUnitEscape(character));
}

/** As `escapeText`, but lines stay lines. */
export function escapeLines(text: string): string {
  return text.split(/\r?\n/).map(escapeText).join("\n");
}

/**
 * Puts a picture of one column for each unsafe character, so that offsets and underlines still fit. Tabs and line ends
 * stay.
 */
export function pictureText(text: string): string {
  return text.replace(unsafe, (character) => {
    if ("\n\r\t".includes(character)) return character;
    const code = character.charCodeAt(0);
    if (code < 0x20) return String.fromCharCode(0x2400 + code);
    return code === 0x7f ? "\u2421" : "\ufffd";
  });
}

function codeUnitEscape(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}
