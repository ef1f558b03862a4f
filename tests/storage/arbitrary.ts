/** Random payload schemas, as the analyzer writes them, each with random values of it. */
import type { Json, JsonObject } from "@glacier-ts/core";
import fc from "fast-check";

export interface Typed {
  readonly schema: JsonObject;
  readonly values: fc.Arbitrary<unknown>;
}

const typed = (schema: JsonObject, values: fc.Arbitrary<unknown>): Typed => ({ schema, values });

/** Names that are traps for CSV, JSON pointers and plain objects. */
export const names = fc.constantFrom(
  "id",
  "name",
  "a b",
  "a,b",
  'a"b',
  "a/b",
  "0",
  "__proto__",
  "constructor",
  "é\n",
);

const texts = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.constantFrom(
    "",
    " ",
    "null",
    "true",
    "12",
    "1e3",
    "2020-01-01",
    "a,b",
    'say "hi"',
    "line\r\nbreak",
    "\t",
    "\uFEFF",
    "=1+1",
  ),
);

export const dateSchema: JsonObject = { type: "string", format: "date-time", "x-glacier-type": "Date" };
export const bigintSchema: JsonObject = { type: "integer", format: "int64", "x-glacier-type": "bigint" };
export const bytesSchema: JsonObject = {
  type: "string",
  contentEncoding: "base64",
  "x-glacier-type": "Uint8Array",
};

export const kinds = {
  string: typed({ type: "string" }, texts),
  boolean: typed({ type: "boolean" }, fc.boolean()),
  /** Finite, and without -0, which JSON does not have. */
  number: typed(
    { type: "number" },
    fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0),
  ),
  anyNumber: typed({ type: "number" }, fc.double()),
  integer: typed({ type: "integer" }, fc.maxSafeInteger()),
  date: typed(dateSchema, fc.date({ noInvalidDate: true })),
  bigint: typed(
    bigintSchema,
    fc.oneof(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), fc.constant(2n ** 53n + 1n)),
  ),
  bytes: typed(bytesSchema, fc.uint8Array({ maxLength: 20 })),
  literal: typed({ enum: ["US", "EU", ""] }, fc.constantFrom("US", "EU", "")),
  constant: typed({ const: "a" }, fc.constant("a")),
  described: typed(
    {
      anyOf: [
        { const: "on", description: "It runs." },
        { const: "off", description: "It does not." },
      ],
    },
    fc.constantFrom("on", "off"),
  ),
  template: typed(
    { type: "string", pattern: "^user-", allOf: [{ pattern: "\\d$" }] },
    fc.nat().map((id) => `user-${id}`),
  ),
  /** The one value of a bigint literal. */
  five: typed({ ...bigintSchema, const: 5 }, fc.constant(5n)),
};

export function nullable(inner: fc.Arbitrary<Typed>): fc.Arbitrary<Typed> {
  return inner.map(({ schema, values }) =>
    typed({ anyOf: [schema, { type: "null" }] }, fc.option(values, { nil: null, freq: 3 })),
  );
}

export function union(...branches: readonly Typed[]): Typed {
  return typed(
    { anyOf: branches.map(({ schema }) => schema) },
    fc.oneof(...branches.map(({ values }) => values)),
  );
}

export function arrayOf({ schema, values }: Typed, maxLength = 5): Typed {
  return typed({ type: "array", items: schema }, fc.array(values, { maxLength }));
}

export function setOf({ schema, values }: Typed): Typed {
  return typed(
    { type: "array", uniqueItems: true, items: schema, "x-glacier-type": "Set" },
    fc.array(values, { maxLength: 4 }).map((items) => new Set(items)),
  );
}

export function mapOf(key: Typed, value: Typed): Typed {
  const entry: Json = { type: "array", prefixItems: [key.schema, value.schema], items: false, minItems: 2 };
  return typed(
    { type: "array", items: entry, "x-glacier-type": "Map" },
    fc.array(fc.tuple(key.values, value.values), { maxLength: 4 }).map((entries) => new Map(entries)),
  );
}

export function recordOf({ schema, values }: Typed): Typed {
  return typed(
    { type: "object", additionalProperties: schema },
    fc.array(fc.tuple(names, values), { maxLength: 4 }).map((entries) => Object.fromEntries(entries)),
  );
}

/** A record with two kinds of keys, as `{ [day: `at-${string}`]: A; [count: `n-${string}`]: B }` has them. */
export function templateRecordOf(left: Typed, right: Typed): Typed {
  const entries = (prefix: string, { values }: Typed) =>
    fc.array(
      fc.tuple(
        names.map((name) => `${prefix}${name}`),
        values,
      ),
      { maxLength: 3 },
    );
  return typed(
    { type: "object", patternProperties: { "^at-": left.schema, "^n-": right.schema } },
    fc
      .tuple(entries("at-", left), entries("n-", right))
      .map(([first, second]) => Object.fromEntries([...first, ...second])),
  );
}

/** Objects told apart by a property. */
export function discriminated(left: Typed, right: Typed): Typed {
  const branch = (kind: string, { schema, values }: Typed): Typed =>
    typed(
      { type: "object", properties: { kind: { const: kind }, value: schema }, required: ["kind", "value"] },
      fc.record({ kind: fc.constant(kind), value: values }, { noNullPrototype: true }),
    );
  const branches = [branch("left", left), branch("right", right)];
  return typed(
    {
      type: "object",
      discriminator: { propertyName: "kind" },
      oneOf: branches.map(({ schema }) => schema),
    },
    fc.oneof(...branches.map(({ values }) => values)),
  );
}

export function tupleOf(...items: readonly Typed[]): Typed {
  return typed(
    { type: "array", prefixItems: items.map(({ schema }) => schema), items: false },
    fc.tuple(...items.map(({ values }) => values)),
  );
}

/** Objects of one to five properties, some of which may be missing. */
export function objectOf(property: fc.Arbitrary<Typed>, name = names): fc.Arbitrary<Typed> {
  const properties = fc.uniqueArray(fc.record({ name, type: property, isRequired: fc.boolean() }), {
    minLength: 1,
    maxLength: 5,
    selector: ({ name }) => name,
  });
  return properties.map((all) =>
    typed(
      {
        type: "object",
        properties: Object.fromEntries(all.map(({ name, type }) => [name, type.schema])),
        required: all.filter(({ isRequired }) => isRequired).map(({ name }) => name),
        additionalProperties: false,
      },
      fc
        .tuple(
          ...all.map(({ name, type, isRequired }) => {
            const entry = type.values.map((value): [string, unknown][] => [[name, value]]);
            // Only JSON tells "not there" from null, so what may be null is always there.
            return isRequired || "anyOf" in type.schema ? entry : fc.oneof(entry, fc.constant([]));
          }),
        )
        .map((entries) => Object.fromEntries(entries.flat())),
    ),
  );
}

/** Any nesting of the given kinds. */
export function nested(leaves: readonly Typed[], wrap: (inner: fc.Arbitrary<Typed>) => fc.Arbitrary<Typed>) {
  const { node } = fc.letrec<{ leaf: Typed; node: Typed }>((tie) => ({
    leaf: fc.constantFrom(...leaves),
    node: fc.oneof({ maxDepth: 3, withCrossShrink: true }, tie("leaf"), wrap(tie("node"))),
  }));
  return node;
}

/** A type together with one of its values. */
export function cases(types: fc.Arbitrary<Typed>): fc.Arbitrary<{ schema: JsonObject; value: unknown }> {
  return types.chain(({ schema, values }) => values.map((value) => ({ schema, value })));
}
