/** Random datasets of which the name and payload are known, and the many ways to write their types. */
import fc from "fast-check";

/** A payload type and a value of it. */
export interface Payload {
  readonly type: string;
  readonly value: string;
  readonly isObject: boolean;
  readonly isStream: boolean;
}

const payload = (type: string, value: string, traits: Partial<Payload> = {}): Payload => ({
  type,
  value,
  isObject: false,
  isStream: false,
  ...traits,
});

const payloads: readonly Payload[] = [
  payload("{ value: number }", "{ value: 1 }", { isObject: true }),
  payload("{ readonly value: number; tags?: string[] }", "{ value: 1, tags: [] }", { isObject: true }),
  payload("number[]", "[1]"),
  payload("readonly string[]", '["a"]'),
  payload("number", "1"),
  payload("string", '"a"'),
  payload("boolean", "true"),
  payload("string | number", "1"),
  payload("Map<string, number>", "new Map<string, number>()"),
  payload("[first: number, second: string]", '[1, "a"]'),
  payload("AsyncIterable<number>", "stream()", { isStream: true }),
];

/** How the dataset is declared. */
const forms = ["type", "value", "interface", "generic", "template", "enum", "constant", "lookup"] as const;

/** Another type for the same dataset, made of the one before. */
const steps = {
  alias: (type: string) => type,
  generic: (type: string) => `Same<${type}>`,
  property: (type: string) => `{ readonly of: ${type} }["of"]`,
  element: (type: string) => `[${type}][0]`,
  elements: (type: string) => `readonly ${type}[] extends readonly (infer T)[] ? T : never`,
  conditional: (type: string) => `If<true, ${type}>`,
  mapped: (type: string) => `{ [Key in "a" | "b"]: ${type} }["b"]`,
  record: (type: string) => `Record<string, ${type}>[string]`,
  awaited: (type: string) => `Awaited<Promise<${type}>>`,
  returned: (type: string) => `ReturnType<() => ${type}>`,
  parameter: (type: string) => `Parameters<(of: ${type}) => void>[0]`,
  present: (type: string) => `NonNullable<${type} | null>`,
  excluded: (type: string) => `Exclude<${type} | null | undefined, null | undefined>`,
  imported: (type: string) => `import("./datasets.js").${type}`,
} as const;
type Step = keyof typeof steps;

export interface RandomDataset {
  readonly payload: Payload;
  readonly form: (typeof forms)[number];
  readonly steps: readonly Step[];
}

export const randomDataset: fc.Arbitrary<RandomDataset> = fc.record({
  payload: fc.constantFrom(...payloads),
  form: fc.constantFrom(...forms),
  steps: fc.array(fc.constantFrom(...(Object.keys(steps) as Step[])), { maxLength: 3 }),
});

/**
 * Declares a dataset, and further types for it.
 *
 * @param name of the dataset
 * @param type the name of its type; those of the further ones are `<type>_1`, `<type>_2`…
 * @param storage options that say where it is stored; `""` for none
 */
export function declareDataset(
  { payload, form, steps: chain }: RandomDataset,
  name: string,
  type: string,
  storage: string,
): { readonly base: string; readonly aliases: string } {
  const text = payload.type;
  const aliases = chain.map((step, index) => {
    const before = index === 0 ? type : `${type}_${index}`;
    // A type is looked up where it is declared.
    const made = step === "imported" && index > 0 ? steps.alias(before) : steps[step](before);
    return `export type ${type}_${index + 1} = ${made};`;
  });
  return { base: baseOf(), aliases: aliases.join("\n") };

  function baseOf(): string {
    if (storage !== "" || form === "value") {
      return [
        `export const ${type} = dataset("${name}", { ${storage} }).of<${text}>();`,
        `export type ${type} = Dataset.Of<typeof ${type}>;`,
      ].join("\n");
    }
    switch (form) {
      case "interface":
        return payload.isObject
          ? `export interface ${type} extends Dataset<"${name}", ${text}> {}`
          : `export type ${type} = Dataset<"${name}", ${text}>;`;
      case "generic":
        return `export type ${type} = Named<"${name}", ${text}>;`;
      case "template":
        return `export type ${type} = Dataset<\`\${"${name.slice(0, 1)}"}${name.slice(1)}\`, ${text}>;`;
      case "enum":
        return `declare enum ${type}_name { is = "${name}" }\nexport type ${type} = Dataset<${type}_name.is, ${text}>;`;
      case "constant":
        return `declare const ${type}_name: "${name}";\nexport type ${type} = Dataset<typeof ${type}_name, ${text}>;`;
      case "lookup":
        return `interface ${type}_all { is: Dataset<"${name}", ${text}>; other: string }\nexport type ${type} = ${type}_all["is"];`;
      default:
        return `export type ${type} = Dataset<"${name}", ${text}>;`;
    }
  }
}

/** What the declarations of datasets need. */
export const datasetHead = `import { type Dataset, dataset } from "@glacier-ts/core";
import { file } from "@glacier-ts/core/storage";

type Named<Name extends string, T extends {}> = Dataset<Name, T>;
export const used = [dataset, file];
export type Used = Named<"used", string>;
`;

export const aliasHead = `import type {} from "./datasets.js";

export type Same<T> = T;
export type If<Condition, T> = Condition extends true ? T : never;
`;
