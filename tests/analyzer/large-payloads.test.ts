/** Types of a size that no hand writes, but a generator does. */
import type { JsonObject } from "@glacier-ts/core";
import { expect, it } from "vitest";
import { analyzeFiles } from "./support/analyze-folder.js";

function schemaOf(type: string, declarations: readonly string[] = []): JsonObject {
  const source = [
    'import type { Dataset } from "@glacier-ts/core";',
    ...declarations,
    `export type Large = Dataset<"large", ${type}>;`,
  ].join("\n");
  const { manifest, text } = analyzeFiles({ "src/datasets.ts": source });
  expect(text).toBe("");
  return Object.values(manifest.schemas)[0] ?? {};
}

const numbers = Array.from({ length: 200 }, (_, index) => index);

it("tells apart two hundred objects, with dates in them", () => {
  const members = numbers.map((n) => `{ kind: "k${n}"; at: ${n % 2 === 0 ? "Date" : "string"} }`);
  const { items } = schemaOf(`(${members.join(" | ")})[]`) as { items: JsonObject };
  expect(items.discriminator).toEqual({ propertyName: "kind" });
  expect(items.oneOf).toHaveLength(200);
});

it("takes two hundred objects that nothing tells apart", () => {
  const { items } = schemaOf(`(${numbers.map((n) => `{ p${n}: Date }`).join(" | ")})[]`) as {
    items: JsonObject;
  };
  expect(items.anyOf).toHaveLength(200);
});

it("takes two hundred literals and two hundred templates", () => {
  expect(schemaOf(numbers.map((n) => `"code-${n}"`).join(" | ")).enum).toHaveLength(200);
  expect(schemaOf(numbers.map((n) => `\`code-${n}-\${string}\``).join(" | ")).anyOf).toHaveLength(200);
});

it("defines a type that is called as no key can be", () => {
  const schema = schemaOf("__proto__", ["interface __proto__ { next: __proto__ | null }"]);
  expect(schema).toMatchObject({
    $ref: "#/$defs/Recursive",
    $defs: {
      Recursive: { properties: { next: { anyOf: [{ $ref: "#/$defs/Recursive" }, { type: "null" }] } } },
    },
  });
});

it("follows a hundred levels of objects", () => {
  const levels = numbers.slice(0, 100).map((n) => `interface L${n} { next: L${n + 1} }`);
  let schema: JsonObject | undefined = schemaOf("L0", [...levels, "interface L100 { end: true }"]);
  let depth = 0;
  for (; schema && !("end" in properties(schema)); depth++) schema = properties(schema).next as JsonObject;
  expect(depth).toBe(100);
});

it("follows two hundred types that refer to one another", () => {
  const types = numbers.map(
    (n) => `interface R${n} { next?: R${(n + 1) % 200}; other?: R${(n + 77) % 200} }`,
  );
  const { $defs = {} } = schemaOf("R0", types) as { $defs?: JsonObject };
  expect(Object.keys($defs).length).toBeGreaterThan(100);
});

it("writes types once that lead to one another in more ways than there is memory for", () => {
  const layer = (n: number, left: string, right: string) =>
    `interface A${n} { a: ${left}; b: ${right} }\ninterface B${n} { a: ${left}; b: ${right}; more: string }`;
  const layers = numbers.slice(0, 60).map((n) => layer(n, `A${n + 1}`, `B${n + 1}`));
  const closed = schemaOf("A0", [...layers, layer(60, "string", "number")]);
  expect(JSON.stringify(closed).length).toBeLessThan(100_000);
  const recursive = schemaOf("A0", [...layers, layer(60, "A0 | null", "B0[]")]);
  expect(JSON.stringify(recursive).length).toBeLessThan(100_000);
});

function properties(schema: JsonObject): JsonObject {
  return schema.properties as JsonObject;
}
