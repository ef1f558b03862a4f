/** Edits of JSON as people write it: whatever the layout, the value is set, and every other character stays. */
import fc from "fast-check";
import ts from "typescript";
import { describe, expect, it } from "vitest";
import { JsonText } from "../../packages/cli/src/init/json-text.js";

const blank = fc.constantFrom("", " ", "\n", "\n  ", "\r\n\t");
const comment = fc.constantFrom("", "", "// not , this }\n", "/* nor\n { this */", '/* "key": 1 */');
const filler = fc.tuple(blank, comment, blank).map((parts) => parts.join(""));

/** The text of a value, with anything that may stand between its parts. */
const { value } = fc.letrec<{ value: string; object: string; array: string; atom: string }>((tie) => ({
  atom: fc.oneof(
    fc.constantFrom("true", "null", "12", '"a // b"', '"{"'),
    fc.string().map((text) => JSON.stringify(text)),
  ),
  object: members(
    "{",
    "}",
    fc.tuple(filler, tie("value")).map(([space, text]) => `:${space}${text}`),
    true,
  ),
  array: members("[", "]", tie("value"), false),
  value: fc.oneof({ depthSize: "small" }, tie("atom"), tie("object"), tie("array")),
}));

function members(
  open: string,
  close: string,
  member: fc.Arbitrary<string>,
  isKeyed: boolean,
): fc.Arbitrary<string> {
  const item = fc.tuple(filler, member, filler);
  return fc
    .tuple(fc.array(item, { maxLength: 4 }), filler, fc.boolean(), filler)
    .map(([items, inner, hasComma, end]) => {
      const texts = items.map(
        ([before, text, after], index) => `${before}${isKeyed ? `"k${index}"` : ""}${text}${after}`,
      );
      const comma = hasComma && items.length > 0 ? "," : "";
      return `${open}${inner}${texts.join(",")}${comma}${end}${close}`;
    });
}

const document = fc
  .tuple(
    fc.constantFrom("", "\ufeff"),
    filler,
    members(
      "{",
      "}",
      fc.tuple(filler, value).map(([space, text]) => `:${space}${text}`),
      true,
    ),
    filler,
  )
  .map((parts) => parts.join(""));

function read(text: string): JsonText {
  const json = JsonText.read("x.json", text, false, []);
  if (!json.ok) throw new Error(json.failure.message);
  return json.value;
}

function parsed(text: string): Record<string, unknown> {
  const { config, error } = ts.parseConfigFileTextToJson("x.json", text.replace("\ufeff", ""));
  expect(error).toBeUndefined();
  return config;
}

/** Whether one text is left when characters are taken out of the other. */
function isPartOf(before: string, after: string): boolean {
  let at = 0;
  for (const character of after) if (character === before[at]) at++;
  return at === before.length;
}

describe("JSON with comments", () => {
  it("takes a new property anywhere, and keeps the rest", () => {
    fc.assert(
      fc.property(document, (text) => {
        const json = read(text);
        const before = parsed(text);
        json.set(["added", "deeply"], { name: "x", list: [1, { a: "b" }] });
        expect(parsed(json.text)).toEqual({
          ...before,
          added: { deeply: { name: "x", list: [1, { a: "b" }] } },
        });
        expect(isPartOf(text, json.text)).toBe(true);
        const once = json.text;
        json.set(["added", "more"], true);
        expect(parsed(json.text)).toEqual({
          ...parsed(once),
          added: { ...(parsed(once).added as object), more: true },
        });
        expect(isPartOf(once, json.text)).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  it("takes a new element at the end of an array", () => {
    fc.assert(
      fc.property(members("[", "]", value, false), filler, (array, space) => {
        const text = `{${space}"list":${array}}`;
        const json = read(text);
        json.append(["list"], { a: 1 });
        expect(parsed(json.text)).toEqual({ list: [...(parsed(text).list as unknown[]), { a: 1 }] });
        expect(isPartOf(text, json.text)).toBe(true);
      }),
      { numRuns: 500 },
    );
  });
});
