/** Types whose doc comments constrain them, by an alias or at a property. */
import type { Json } from "@glacier-ts/core";
import fc from "fast-check";
import { number, numbers, text } from "./leaves.js";
import { declared, inline, type PayloadType } from "./payload-type.js";

/** A type with the tags that are true of it. */
export interface Tagged {
  readonly type: PayloadType;
  readonly tags: readonly string[];
}

/** Ordinary JSDoc, and annotations that say nothing of values. */
const noise = fc.subarray([
  "@see somewhere",
  "@deprecated",
  "@title A title",
  "@remarks `@minimum 99` is text",
]);

function constrained(
  base: PayloadType,
  tags: readonly string[],
  values: fc.Arbitrary<unknown>,
  accepts: (json: Json) => boolean,
): fc.Arbitrary<Tagged> {
  const type = inline(base.text, values, (json) => base.accepts(json) && accepts(json));
  return noise.map((others) => ({ type, tags: [...tags, ...others] }));
}

const is = (test: (value: number) => boolean) => (json: Json) => test(json as number);
const hasLength = (test: (length: number) => boolean) => (json: Json) => test([...(json as string)].length);
const list = inline(
  "number[]",
  fc.array(fc.nat(9)),
  (json) => Array.isArray(json) && json.every(number.accepts),
);
const hasCount = (test: (count: number) => boolean) => (json: Json) => test((json as Json[]).length);

export const tagged: fc.Arbitrary<Tagged> = fc.oneof(
  fc.integer({ min: -20, max: 20 }).chain((limit) =>
    fc.oneof(
      constrained(
        number,
        [`@minimum ${limit}`],
        fc.integer({ min: limit, max: 99 }),
        is((n) => n >= limit),
      ),
      constrained(
        number,
        [`@maximum ${limit}`],
        fc.integer({ min: -99, max: limit }),
        is((n) => n <= limit),
      ),
      constrained(
        number,
        [`@exclusiveMinimum ${limit}`, `@exclusiveMaximum ${limit + 5}`],
        fc.integer({ min: limit + 1, max: limit + 4 }),
        is((n) => n > limit && n < limit + 5),
      ),
    ),
  ),
  fc
    .constantFrom("@integer", "@type integer", "@type {int}")
    .chain((tag) => constrained(number, [tag], fc.integer(), is(Number.isInteger))),
  constrained(
    number,
    ["@type uint32", "@maximum 10"],
    fc.nat(10),
    is((n) => Number.isInteger(n) && n >= 0 && n <= 10),
  ),
  constrained(
    number,
    ["@multipleOf 3"],
    fc.integer({ min: -9, max: 9 }).map((n) => n * 3),
    is((n) => n % 3 === 0),
  ),
  fc.nat(3).chain((limit) =>
    fc.oneof(
      constrained(
        text,
        [`@minLength ${limit}`, `@maxLength ${limit + 2}`],
        fc.string({ unit: "grapheme-ascii", minLength: limit, maxLength: limit + 2 }),
        hasLength((length) => length >= limit && length <= limit + 2),
      ),
      constrained(
        list,
        [`@minItems ${limit}`, `@maxItems ${limit + 2}`],
        fc.array(numbers, { minLength: limit, maxLength: limit + 2 }),
        hasCount((count) => count >= limit && count <= limit + 2),
      ),
    ),
  ),
  constrained(
    list,
    ["@uniqueItems"],
    fc.uniqueArray(fc.nat(9)),
    (json) => new Set(json as number[]).size === (json as number[]).length,
  ),
  constrained(list, ["@items.minimum 3"], fc.array(fc.integer({ min: 3, max: 9 })), (json) =>
    (json as number[]).every((n) => n >= 3),
  ),
  constrained(text, ["@pattern ^[a-z]+\\d?$"], fc.stringMatching(/^[a-z]+\d?$/), (json) =>
    /^[a-z]+\d?$/u.test(json as string),
  ),
  constrained(
    inline(
      ["`x$", "{string}`"].join(""),
      text.values,
      (json) => typeof json === "string" && json.startsWith("x"),
    ),
    ["@pattern \\d$"],
    fc.nat().map((n) => `x${n}`),
    (json) => /\d$/u.test(json as string),
  ),
  constrained(text, ["@format email"], fc.constantFrom("a@b.c", "ada@example.com"), (json) =>
    (json as string).includes("@"),
  ),
);

/** A doc comment with tags. */
export function docComment(tags: readonly string[]): string {
  return `/**\n * What it is.\n *\n${tags.map((tag) => ` * ${tag}\n`).join("")} */`;
}

/** Types as properties have them: an alias with tags, by itself or where the compiler has forgotten its name. */
export const aliased: fc.Arbitrary<PayloadType> = fc
  .tuple(tagged, fc.constantFrom("alone", "nullable", "array", "tuple", "record", "map"))
  .map(([{ type, tags }, place]) => {
    const alias = declared(type, (name) => `${docComment(tags)}\ntype ${name} = ${type.text};`);
    const all = (items: readonly Json[]) => items.every(alias.accepts);
    switch (place) {
      case "nullable":
        return {
          ...alias,
          text: `${alias.text} | null`,
          values: fc.option(alias.values),
          accepts: (json: Json) => json === null || alias.accepts(json),
        };
      case "array":
        return {
          ...alias,
          text: `readonly ${alias.text}[]`,
          values: fc.array(alias.values, { maxLength: 3 }),
          accepts: (json: Json) => Array.isArray(json) && all(json),
        };
      case "tuple":
        return {
          ...alias,
          text: `[string, at: ${alias.text}]`,
          values: fc.tuple(text.values, alias.values),
          accepts: (json: Json) =>
            Array.isArray(json) && json.length === 2 && text.accepts(json[0] as Json) && all(json.slice(1)),
        };
      case "record":
        return {
          ...alias,
          text: `Record<string, ${alias.text}>`,
          values: fc.dictionary(fc.constantFrom("a", "b"), alias.values, { noNullPrototype: true }),
          accepts: (json: Json) =>
            typeof json === "object" && json !== null && !Array.isArray(json) && all(Object.values(json)),
        };
      case "map":
        return {
          ...alias,
          text: `Map<${alias.text}, number>`,
          values: fc
            .array(fc.tuple(alias.values, numbers), { maxLength: 2 })
            .map((entries) => new Map(entries as [unknown, number][])),
          accepts: (json: Json) =>
            Array.isArray(json) &&
            json.every(
              (entry) =>
                Array.isArray(entry) &&
                entry.length === 2 &&
                all(entry.slice(0, 1)) &&
                number.accepts(entry[1] as Json),
            ),
        };
      default:
        return alias;
    }
  });
