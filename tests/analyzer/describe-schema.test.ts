/** Payload schemas as hovering shows them. */
import { describeSchema } from "@glacier-ts/analyzer";
import type { JsonObject } from "@glacier-ts/core";
import { describe, expect, it } from "vitest";
import { analyzeFiles } from "./support/analyze-folder.js";

/** How the payload of a dataset is described, whose type is written in TypeScript. */
function described(type: string, declarations = ""): string {
  const source = `import type { Dataset } from "@glacier-ts/core";\n${declarations}\nexport type Rows = Dataset<"rows", ${type}>;\n`;
  const { manifest, diagnostics } = analyzeFiles({ "src/rows.ts": source });
  expect(diagnostics).toEqual([]);
  const reference = manifest.datasets.rows?.schema.replace("#/schemas/", "") ?? "";
  return describeSchema(manifest.schemas[reference] as JsonObject);
}

describe("a payload", () => {
  it.for([
    ["number", "number"],
    ["bigint", "bigint"],
    ["string[]", "string[]"],
    ["(string | number)[]", "(number | string)[]"],
    ["[id: number, name?: string]", "[number, string]"],
    ["[number, ...boolean[]]", "[number, ...boolean[]]"],
    ["Record<string, Date>", "Record<string, Date>"],
    ["Map<string, Set<Uint8Array>>", "Map<string, Set<Uint8Array>>"],
    ['"a" | "b\\n`"', '"a" | "b\\n`"'],
    ["AsyncIterable<number>", "AsyncIterable<number>"],
    ["AsyncIterable<{ id: number }>", "AsyncIterable<{\n  id: number;\n}>"],
    ["{ id: number; at?: Date }", "{\n  at?: Date;\n  id: number;\n}"],
    ['{ "two words": { x: 1 }[] }[]', '{\n  "two words": { x: 1 }[];\n}[]'],
    ["{ a: { b: { c: { d: { e: 1 } } } } }", "{\n  a: { b: { c: { … } } };\n}"],
    ["Map<string, { id: number }>", "Map<string, { id: number }>"],
    ["{ [key: string]: number; id: number }", "{\n  id: number;\n  [key: string]: number;\n}"],
  ] as const)("%s", ([type, text]) => {
    expect(described(type)).toBe(text);
  });

  it("that is recursive goes by the name of its type", () => {
    const tree = "interface Tree { readonly value: number; readonly children: readonly Tree[] }";
    expect(described("Tree", tree)).toBe("{\n  children: Tree[];\n  value: number;\n}");
  });

  it("that is large is cut off", () => {
    const properties = (count: number) => Array.from({ length: count }, (_, at) => `p${at}: 1`).join("; ");
    const lines = described(`{ ${properties(40)} }[]`).split("\n");
    expect(lines).toHaveLength(14);
    expect(lines.slice(-3)).toEqual(["  p18: 1;", "  … and 29 more", "}[]"]);
    expect(described(`{ inner: { ${properties(9)} } }`)).toBe(
      "{\n  inner: { p0: 1; p1: 1; p2: 1; … and 6 more };\n}",
    );
    const union = Array.from({ length: 200 }, (_, at) => `"member ${at}"`).join(" | ");
    expect(described(union)).toBe(
      '"member 0" | "member 1" | "member 10" | "member 100" | "member 101" | … and 195 more',
    );
  });
});
