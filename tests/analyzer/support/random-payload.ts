/** Random payload types, and their schemas derived from the grammar, not from the compiler. */
import fc from "fast-check";

/** A schema for comparing: unions are sets of their members, a boolean is its two values. */
export type Shape = readonly string[];

/** A type as text, and its shape. */
export interface RandomType {
  readonly text: string;
  readonly shape: Shape;
}

const one = (schema: object): Shape => [JSON.stringify(schema)];
const unite = (shapes: readonly Shape[]): Shape => [...new Set(shapes.flat())].sort();
const primitive = (text: string, schema: object): RandomType => ({ text, shape: one(schema) });

const leaf: fc.Arbitrary<RandomType> = fc.oneof(
  fc.constantFrom(
    primitive("string", { type: "string" }),
    primitive("number", { type: "number" }),
    primitive("null", { type: "null" }),
    primitive("bigint", { glacier: "bigint" }),
    primitive("Date", { glacier: "Date" }),
    primitive("Uint8Array", { glacier: "Uint8Array" }),
    { text: "boolean", shape: unite([one({ const: false }), one({ const: true })]) },
  ),
  fc
    .constantFrom("a", "b", 0, 7, true, false)
    .map((value) => primitive(JSON.stringify(value), { const: value })),
);

const key = fc.constantFrom("id", "name", "kebab-case", "constructor", "0");

interface Property {
  readonly type: RandomType;
  readonly isOptional: boolean;
  /** It is optional by its type: `| undefined`. */
  readonly isUndefined: boolean;
  readonly isReadonly: boolean;
}

const { type: anyType } = fc.letrec<{ type: RandomType }>((tie) => {
  const type = tie("type");
  const property: fc.Arbitrary<Property> = fc.record({
    type,
    isOptional: fc.boolean(),
    isUndefined: fc.boolean(),
    isReadonly: fc.boolean(),
  });
  return {
    type: fc.oneof(
      { depthSize: "small", withCrossShrink: true },
      leaf,
      fc
        .tuple(type, fc.constantFrom("array", "readonly", "generic"))
        .map(([item, style]) => arrayOf(item, style)),
      fc.array(type, { minLength: 1, maxLength: 3 }).map(tupleOf),
      fc.dictionary(key, property, { minKeys: 1, maxKeys: 3 }).map(objectOf),
      type.map((value) => ({
        text: `Record<string, ${value.text}>`,
        shape: one({ values: value.shape }),
      })),
      fc.tuple(leaf, type).map(([from, to]) => ({
        text: `Map<${from.text}, ${to.text}>`,
        shape: one({ glacier: "Map", items: [from.shape, to.shape] }),
      })),
      leaf.map((item) => ({
        text: `ReadonlySet<${item.text}>`,
        shape: one({ glacier: "Set", items: item.shape }),
      })),
      fc.array(type, { minLength: 2, maxLength: 3 }).map(unionOf),
    ),
  };
});

/** A payload: an object, as a payload itself is never null. */
export const randomPayloads: fc.Arbitrary<RandomType> = anyType.map((type) =>
  objectOf({ payload: { type, isOptional: false, isUndefined: false, isReadonly: false } }),
);

function arrayOf({ text, shape }: RandomType, style: string): RandomType {
  const texts = { array: `(${text})[]`, readonly: `readonly (${text})[]`, generic: `Array<${text}>` };
  return { text: texts[style as keyof typeof texts], shape: one({ array: shape }) };
}

function tupleOf(items: readonly RandomType[]): RandomType {
  return {
    text: `[${items.map(({ text }) => text).join(", ")}]`,
    shape: one({ tuple: items.map(({ shape }) => shape) }),
  };
}

function objectOf(properties: Readonly<Record<string, Property>>): RandomType {
  const entries = Object.entries(properties);
  const members = entries.map(([name, { type, isOptional, isUndefined, isReadonly }]) => {
    const text = isUndefined ? `${type.text} | undefined` : type.text;
    return `${isReadonly ? "readonly " : ""}${JSON.stringify(name)}${isOptional ? "?" : ""}: ${text};`;
  });
  const shape = Object.fromEntries(
    entries
      .map(([name, { type, isOptional, isUndefined }]): [string, object] => [
        name,
        { shape: type.shape, isRequired: !isOptional && !isUndefined },
      ])
      .sort(([left], [right]) => (left < right ? -1 : 1)),
  );
  return { text: `{ ${members.join(" ")} }`, shape: one({ object: Object.entries(shape) }) };
}

/** A literal beside its whole type is part of it. */
function unionOf(members: readonly RandomType[]): RandomType {
  const shape = unite(members.map((member) => member.shape));
  const whole = new Set(shape);
  const isCovered = (member: string) => {
    const { const: value } = JSON.parse(member) as { const?: unknown };
    return value !== undefined && whole.has(JSON.stringify({ type: typeof value }));
  };
  return {
    text: members.map(({ text }) => `(${text})`).join(" | "),
    shape: shape.filter((member) => !isCovered(member)),
  };
}
