import type { Json } from "@glacier-ts/core";

/** The JSON types that a constraint can be put on. */
export type ConstrainedType = "number" | "string" | "array" | "object";

/** A tag that becomes a keyword of JSON Schema which says what values there are. */
export interface ConstraintTag {
  readonly type: ConstrainedType;
  /** What its text has to be, for a message. */
  readonly expected: string;
  /** Undefined where the text is not what is expected. */
  readonly read: (text: string) => Json | undefined;
  /** For an end of a range: which one it is, and the keyword for the other one. */
  readonly bound?: { readonly end: "least" | "most"; readonly opposite: string };
}

function bound(
  type: ConstrainedType,
  end: "least" | "most",
  read: ConstraintTag["read"],
  opposite: string,
): ConstraintTag {
  const expected = read === readNumber ? "a number" : "a whole number that is not negative";
  return { type, expected, read, bound: { end, opposite } };
}

/** The tags that constrain a type, by name: the common ones of typia and the generators of JSON Schema. */
export const constraintTags: ReadonlyMap<string, ConstraintTag> = new Map(
  Object.entries<ConstraintTag>({
    minimum: bound("number", "least", readNumber, "maximum"),
    maximum: bound("number", "most", readNumber, "minimum"),
    exclusiveMinimum: bound("number", "least", readNumber, "exclusiveMaximum"),
    exclusiveMaximum: bound("number", "most", readNumber, "exclusiveMinimum"),
    multipleOf: { type: "number", expected: "a number above 0", read: readFactor },
    minLength: bound("string", "least", readCount, "maxLength"),
    maxLength: bound("string", "most", readCount, "minLength"),
    pattern: {
      type: "string",
      expected: "a regular expression that is valid with the flag `u`",
      read: readPattern,
    },
    format: { type: "string", expected: "one word", read: readWord },
    minItems: bound("array", "least", readCount, "maxItems"),
    maxItems: bound("array", "most", readCount, "minItems"),
    uniqueItems: { type: "array", expected: "`true`, `false` or nothing", read: readFlag },
    minProperties: bound("object", "least", readCount, "maxProperties"),
    maxProperties: bound("object", "most", readCount, "minProperties"),
  }),
);

/** Whole numbers by what `@type` calls them, and the range of each. Other words after `@type` are ordinary JSDoc. */
export const integerTypes: ReadonlyMap<string, { readonly minimum?: number; readonly maximum?: number }> =
  new Map([
    ["integer", {}],
    ["int", {}],
    ["int64", {}],
    ["uint", { minimum: 0 }],
    ["uint64", { minimum: 0 }],
    ["int32", { minimum: -(2 ** 31), maximum: 2 ** 31 - 1 }],
    ["uint32", { minimum: 0, maximum: 2 ** 32 - 1 }],
  ]);

function readNumber(text: string): number | undefined {
  const number = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/.test(text) ? Number(text) : Number.NaN;
  return Number.isFinite(number) ? number : undefined;
}

function readFactor(text: string): number | undefined {
  const number = readNumber(text);
  return number !== undefined && number > 0 ? number : undefined;
}

function readCount(text: string): number | undefined {
  const number = readNumber(text);
  return number !== undefined && Number.isSafeInteger(number) && number >= 0 ? number : undefined;
}

/** JSON Schema asks for expressions that are valid with the flag `u`. */
function readPattern(text: string): string | undefined {
  try {
    return text === "" ? undefined : new RegExp(text, "u").source;
  } catch {
    return undefined;
  }
}

function readWord(text: string): string | undefined {
  return /^\S+$/.test(text) ? text : undefined;
}

export function readFlag(text: string): boolean | undefined {
  return text === "" || text === "true" ? true : text === "false" ? false : undefined;
}
