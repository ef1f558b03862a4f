import type { CompilerHost, StringMapping, Type } from "../compiler-host.js";

type Questions = Pick<CompilerHost, "kind" | "literal" | "members" | "templateParts">;

const anyText = "[\\s\\S]*";

/**
 * What TypeScript takes for `${number}`: a finite number as JavaScript reads it from text, so also `1e3`, `.5`, `+1` and
 * `0xff`. Two things are left out: blanks around it, and digits that are too many for a finite number.
 */
export const numberPattern =
  "(?:[+-]?(?:\\d+\\.?\\d*|\\.\\d+)(?:[eE][+-]?\\d+)?|0[xX][\\dA-Fa-f]+|0[oO][0-7]+|0[bB][01]+)";

/** What TypeScript takes for `${bigint}`. */
export const bigintPattern = "-?(?:0|[1-9]\\d*|0[xX][\\dA-Fa-f]+|0[oO][0-7]+|0[bB][01]+)";

/** The names of properties that an index signature for numbers is about. */
export const propertyNumberPattern = "^-?(?:0|[1-9]\\d*)(?:\\.\\d+)?(?:e[+-]\\d+)?$";

/** The texts that a mapping leaves as they are. `CWU` are the characters that change when they are put in upper case. */
const mappingPatterns: Readonly<Record<StringMapping, string>> = {
  Uppercase: "\\P{CWU}*",
  Lowercase: "\\P{CWL}*",
  Capitalize: `(?:\\P{CWU}${anyText})?`,
  Uncapitalize: `(?:\\P{CWL}${anyText})?`,
};

/**
 * The regular expression for a template literal type: the texts that the template can produce.
 *
 * @returns an ECMA-262 expression for the flag `u`, which is what JSON Schema asks for; undefined where any text will do
 */
export function templatePattern(host: Questions, type: Type): string | undefined {
  const pattern = `^${partsPattern(host, type)}$`;
  const trimmed = trimStart(trimEnd(pattern));
  return trimmed === "" || trimmed === "^" ? undefined : trimmed;
}

function partsPattern(host: Questions, type: Type): string {
  return host
    .templateParts(type)
    .map((part) => {
      switch (part.kind) {
        case "text":
          return escapeText(part.text);
        case "type":
          return placeholderPattern(host, part.type);
        case "mapping":
          return host.kind(part.type) === "string"
            ? mappingPatterns[part.mapping]
            : placeholderPattern(host, part.type);
        default:
          return part satisfies never;
      }
    })
    .join("");
}

function placeholderPattern(host: Questions, type: Type): string {
  switch (host.kind(type)) {
    case "number":
      return numberPattern;
    case "bigint":
      return bigintPattern;
    case "literal":
      return escapeText(String(host.literal(type)));
    case "template":
      return partsPattern(host, type);
    case "union":
      return `(?:${host
        .members(type)
        .map((member) => placeholderPattern(host, member))
        .sort()
        .join("|")})`;
    case "intersection": {
      // A branded primitive.
      const core = host.members(type).find((member) => host.kind(member) !== "object");
      return core ? placeholderPattern(host, core) : anyText;
    }
    default:
      return anyText;
  }
}

/** Text as a regular expression; with the flag `u` nothing but these characters may be escaped. */
function escapeText(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");
}

// An expression that may begin or end anywhere says the same without `[\s\S]*` there, and is quicker.
function trimStart(pattern: string): string {
  return pattern.startsWith(`^${anyText}`) ? pattern.slice(1 + anyText.length) : pattern;
}

function trimEnd(pattern: string): string {
  return pattern.endsWith(`${anyText}$`) ? pattern.slice(0, -1 - anyText.length) : pattern;
}
