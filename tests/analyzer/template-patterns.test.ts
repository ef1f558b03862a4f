/** The pattern of a template type accepts the texts that TypeScript accepts for it. */
import type { JsonObject } from "@glacier-ts/core";
import { describe, expect, it } from "vitest";
import { analyzeFiles } from "./support/analyze-folder.js";

/** With `#` for the dollar sign of a hole. */
const templates = [
  "`#{number}`",
  "`#{bigint}`",
  "`#{boolean}`",
  "`id-#{number}`",
  "`#{number}px`",
  "`#{string}.csv`",
  '`#{"a" | "b"}-#{string}`',
  "`#{number}x#{number}`",
  "`#{string}@#{string}.#{string}`",
  "Uppercase<string>",
  "Lowercase<string>",
  "Capitalize<string>",
  "Uncapitalize<string>",
  "`v#{Uppercase<string>}!`",
  "`$^.*+?()[]{}|/\\\\#{number}`",
].map((text) => text.replaceAll("#{", "${"));

const texts = [
  ...[
    "",
    "0",
    "-0",
    "1",
    "+1",
    "-1.5",
    ".5",
    "5.",
    ".",
    "-",
    "1e3",
    "1E+3",
    "1e",
    "0x1F",
    "0o17",
    "0b101",
    "0x",
    "08",
  ],
  ...[
    "1_000",
    "12n",
    "Infinity",
    "NaN",
    "true",
    "false",
    "True",
    "null",
    "1-1",
    "1px",
    "1.5px",
    "px",
    "id-",
    "id-1",
  ],
  ...[
    "id-id-1",
    "a-",
    "b-x\ny",
    "c-",
    ".csv",
    "x.csv",
    "x_csv",
    "x.csv\n",
    "1x2",
    "1x",
    "a@b.c",
    "a@b",
    "@.",
  ],
  ...[
    "A",
    "a",
    "É",
    "é",
    "ß",
    "ǅ",
    "Ab",
    "aB",
    "AB 1",
    "v!",
    "vA!",
    "va!",
    "$^.*+?()[]{}|/\\1",
    "$^.*+?()[]{}|/1",
  ],
];

/** One call of the compiler: which of the texts are assignable to which of the templates. */
function accepted(): readonly (readonly boolean[])[] {
  const lines = templates.flatMap((template, index) => [
    `export type D${index} = Dataset<"d${index}", { text: ${template} }>;`,
    ...texts.map(
      (text, number) => `export const t${index}_${number}: ${template} = ${JSON.stringify(text)};`,
    ),
  ]);
  const source = ['import type { Dataset } from "@glacier-ts/core";', ...lines].join("\n");
  const { diagnostics, manifest } = analyzeFiles({ "src/datasets.ts": source });
  const errors = new Set(diagnostics.map(({ location }) => source.split("\n")[(location?.line ?? 0) - 1]));
  return templates.map((template, index) => {
    const reference = manifest.datasets[`d${index}`]?.schema.replace("#/schemas/", "") ?? "";
    const { text } = (manifest.schemas[reference]?.properties ?? {}) as { text?: JsonObject };
    patterns.set(template, text ?? {});
    return texts.map((_, number) => {
      const line = lines.find((each) => each.startsWith(`export const t${index}_${number}:`));
      return !errors.has(line);
    });
  });
}

const patterns = new Map<string, JsonObject>();
const answers = accepted();

describe.each(templates.map((template, index) => ({ template, index })))(
  "$template",
  ({ template, index }) => {
    it("has a pattern that accepts what TypeScript accepts", () => {
      const schema = patterns.get(template) ?? {};
      const found = texts.filter((text) => accepts(schema, text));
      expect(found).toEqual(texts.filter((_, number) => answers[index]?.[number]));
      expect(found.length).toBeGreaterThan(0);
    });
  },
);

function accepts(schema: JsonObject, text: string): boolean {
  if (Array.isArray(schema.anyOf)) return schema.anyOf.some((member) => accepts(member as JsonObject, text));
  if (Array.isArray(schema.enum)) return schema.enum.includes(text);
  return new RegExp(String(schema.pattern), "u").test(text);
}
