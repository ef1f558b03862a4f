/** Types without parts: primitives, literals, templates, enums, and what the library has. */
import type { Json } from "@glacier-ts/core";
import fc from "fast-check";
import { declared, inline, type PayloadType } from "./payload-type.js";

const isText = (json: Json): json is string => typeof json === "string";
const isNumber = (json: Json) => typeof json === "number";

/** How a Date is stored. */
export const isoDate = /^(?:\d{4}|[+-]\d{6})-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

/** Texts that are traps for templates, dates and base64. */
const words = fc.oneof(
  fc.string({ maxLength: 6 }),
  fc.constantFrom("", "a", "A", "é", "É", "ab12", "12", "line\nbreak", "2026-01-31T12:00:00.000Z"),
);
/** Without -0, which JSON does not have. */
export const numbers = fc.oneof(
  fc.integer({ min: -1000, max: 1000 }),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0),
);

export const text = inline("string", words, isText);
export const number = inline("number", numbers, isNumber);
const boolean = inline("boolean", fc.boolean(), (json) => typeof json === "boolean");
const nothing = inline("null", fc.constant(null), (json) => json === null);

const literal = fc
  .constantFrom<string | number | boolean>("a", "b", "abcd", "", 0, 7, -1.5, true, false)
  .map((value) => inline(JSON.stringify(value), fc.constant(value), (json) => json === value));

const bigint = inline("bigint", fc.bigInt({ min: -(2n ** 52n), max: 2n ** 52n }), Number.isInteger);
const bigints = fc
  .bigInt({ min: -9n, max: 9n })
  .map((value) => inline(`${value}n`, fc.constant(value), (json) => json === Number(value)));
const date = inline("Date", fc.date({ noInvalidDate: true }), (json) => isText(json) && isoDate.test(json));
const bytes = inline("Uint8Array", fc.uint8Array({ maxLength: 6 }), isText);

/** What is in a hole of a template: its type, texts for it, and whether a text is one. */
interface Hole {
  readonly text: string;
  readonly values: fc.Arbitrary<string>;
  readonly accepts: (text: string) => boolean;
}

const isSame = (map: (text: string) => string) => (text: string) => map(text) === text;
const capitalise = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);

const holes: readonly Hole[] = [
  { text: "string", values: words, accepts: () => true },
  {
    text: "number",
    values: numbers.map(String),
    accepts: (part) => /^\S+$/.test(part) && Number.isFinite(Number(part)),
  },
  {
    text: "bigint",
    values: fc.bigInt({ min: -99n, max: 99n }).map(String),
    accepts: (part) => /^-?(?:0|[1-9]\d*)$/.test(part),
  },
  {
    text: "boolean",
    values: fc.constantFrom("true", "false"),
    accepts: (part) => part === "true" || part === "false",
  },
  {
    text: '"a" | "b.c"',
    values: fc.constantFrom("a", "b.c"),
    accepts: (part) => part === "a" || part === "b.c",
  },
];

const template = fc
  .record({
    before: fc.constantFrom("", "user-", "a.b(", "$^[x]|"),
    hole: fc.constantFrom(...holes),
    after: fc.constantFrom("", "-z", "}/*"),
  })
  .map(({ before, hole, after }) =>
    inline(
      `\`${before.replaceAll("$", "\\$")}\${${hole.text}}${after}\``,
      hole.values.map((value) => `${before}${value}${after}`),
      (json) =>
        isText(json) &&
        json.length >= before.length + after.length &&
        json.startsWith(before) &&
        json.endsWith(after) &&
        hole.accepts(json.slice(before.length, json.length - after.length)),
    ),
  );

const mappings = {
  Uppercase: (text: string) => text.toUpperCase(),
  Lowercase: (text: string) => text.toLowerCase(),
  Capitalize: capitalise,
  Uncapitalize: (text: string) => text.charAt(0).toLowerCase() + text.slice(1),
};
const mapped = fc
  .constantFrom(...(Object.keys(mappings) as (keyof typeof mappings)[]))
  .map((name) =>
    inline(
      `${name}<string>`,
      words.map(mappings[name]),
      (json) => isText(json) && isSame(mappings[name])(json),
    ),
  );

const enums = fc
  .record({
    members: fc.constantFrom<(string | number)[]>([0, 1], [1, 7], ["a", "b"], ["a", 3]),
    isConst: fc.boolean(),
  })
  .map(({ members, isConst }) => {
    const type = inline("", fc.constantFrom(...members), (json) => members.some((member) => member === json));
    const body = members.map((value, index) => `M${index} = ${JSON.stringify(value)}`).join(", ");
    return declared(type, (name) => `export ${isConst ? "const " : ""}enum ${name} { ${body} }`);
  });

const branded = fc.constantFrom(text, number).map((type) => ({
  ...type,
  text: `(${type.text} & { readonly __brand: "id" })`,
}));

const open = [
  {
    ...inline("unknown", fc.jsonValue({ maxDepth: 1 }).map(withoutMinusZero), () => true),
    isUnknown: true,
  },
  inline("{}", fc.constantFrom<unknown>(1, "a", true, [], {}), (json) => json !== null),
  inline(
    "object",
    fc.constantFrom<unknown>({}, { a: 1 }),
    (json) => typeof json === "object" && json !== null && !Array.isArray(json),
  ),
];

function withoutMinusZero(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}

export const keys: fc.Arbitrary<PayloadType> = fc.oneof(fc.constant(text), template, literal);

export const leaves: fc.Arbitrary<PayloadType> = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(text, number, boolean, nothing, bigint, date, bytes) },
  { weight: 2, arbitrary: literal },
  { weight: 2, arbitrary: template },
  mapped,
  bigints,
  enums,
  branded,
  fc.constantFrom(...open),
);
