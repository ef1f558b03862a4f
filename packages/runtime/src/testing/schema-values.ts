import type { Json, JsonObject } from "@glacier-ts/core";
import fc from "fast-check";

/** Longest text, array and number of properties where the schema says nothing. */
const someLength = 5;

/** The values that a payload's schema describes, as they are in memory: a Date, not its text. */
export function schemaValues(schema: JsonObject): fc.Arbitrary<unknown> {
  return new SchemaReader(schema).all();
}

class SchemaReader {
  readonly #root: JsonObject;
  readonly #definitions = new Map<string, fc.Arbitrary<unknown>>();

  constructor(root: JsonObject) {
    this.#root = root;
  }

  all(): fc.Arbitrary<unknown> {
    return this.#values(this.#root);
  }

  #values(schema: Json | undefined): fc.Arbitrary<unknown> {
    if (!isObject(schema)) return fc.constantFrom<unknown>(0, "a", true);
    if (typeof schema.$ref === "string") return this.#definition(schema.$ref);
    const branches = schema.anyOf ?? schema.oneOf;
    // The last branch of a recursive type is most often the one that ends.
    if (Array.isArray(branches)) {
      return fc.oneof(
        { maxDepth: 3, depthSize: "small" },
        ...sortByDepth(branches).map((b) => this.#values(b)),
      );
    }
    if (schema.const !== undefined) return fc.constant(schema.const);
    if (Array.isArray(schema.enum)) return fc.constantFrom(...schema.enum);
    return this.#marked(schema) ?? this.#ofType(schema);
  }

  #marked(schema: JsonObject): fc.Arbitrary<unknown> | undefined {
    switch (schema["x-glacier-type"]) {
      case "Date":
        return fc.date({ noInvalidDate: true, min: new Date("1970-01-01"), max: new Date("2099-12-31") });
      case "bigint":
        return fc.bigInt({ min: -(2n ** 53n), max: 2n ** 53n });
      case "Uint8Array":
        return fc.uint8Array({ maxLength: someLength });
      case "Set":
        return this.#items(schema).map((items) => new Set(items));
      case "Map":
        return this.#items(schema).map((entries) => new Map(entries as [unknown, unknown][]));
      case "AsyncIterable":
        return this.#items(schema).map(streamOf);
      default:
        return undefined;
    }
  }

  #ofType(schema: JsonObject): fc.Arbitrary<unknown> {
    switch (schema.type) {
      case "null":
        return fc.constant(null);
      case "boolean":
        return fc.boolean();
      case "integer":
      case "number":
        return numbers(schema);
      case "string":
        return texts(schema);
      case "array":
        return Array.isArray(schema.prefixItems) ? this.#tuple(schema) : this.#items(schema);
      case "object":
        return this.#object(schema);
      default:
        return fc.constantFrom<unknown>(0, "a", true);
    }
  }

  #items({ items, minItems, maxItems, uniqueItems }: JsonObject): fc.Arbitrary<unknown[]> {
    const minLength = numberOr(minItems, 0);
    const size = {
      minLength,
      maxLength: numberOr(maxItems, minLength + someLength),
      depthIdentifier: "items",
    };
    return uniqueItems === true
      ? fc.uniqueArray(this.#values(items), { ...size, selector: (item) => JSON.stringify(item) })
      : fc.array(this.#values(items), size);
  }

  #tuple({ prefixItems, items }: JsonObject): fc.Arbitrary<unknown[]> {
    const first = fc.tuple(...(prefixItems as Json[]).map((item) => this.#values(item)));
    if (items === undefined || items === false) return first;
    return fc
      .tuple(first, fc.array(this.#values(items), { maxLength: someLength }))
      .map(([start, rest]) => [...start, ...rest]);
  }

  #object(schema: JsonObject): fc.Arbitrary<object> {
    const properties = isObject(schema.properties) ? schema.properties : {};
    const required = Array.isArray(schema.required) ? schema.required.map(String) : [];
    const declared = fc.record(
      Object.fromEntries(
        Object.entries(properties).map(([name, property]) => [name, this.#values(property)]),
      ),
      { requiredKeys: required.filter((name) => Object.hasOwn(properties, name)) },
    );
    const dictionaries = Object.entries(
      isObject(schema.patternProperties) ? schema.patternProperties : {},
    ).map(([pattern, values]) => this.#dictionary(fc.stringMatching(new RegExp(pattern, "u")), values));
    const { additionalProperties: others } = schema;
    if (isObject(others)) dictionaries.push(this.#dictionary(fc.string({ maxLength: someLength }), others));
    if (dictionaries.length === 0) return declared;
    return fc
      .tuple(declared, ...dictionaries)
      .map(([own, ...more]) => Object.assign({}, ...more, own) as object);
  }

  #dictionary(keys: fc.Arbitrary<string>, values: Json): fc.Arbitrary<Record<string, unknown>> {
    return fc.dictionary(keys, this.#values(values), { maxKeys: someLength, noNullPrototype: true });
  }

  /** Made when it is first asked for values: a recursive schema refers to what is just being read. */
  #definition(reference: string): fc.Arbitrary<unknown> {
    const known = this.#definitions.get(reference);
    if (known) return known;
    let target: fc.Arbitrary<unknown> | undefined;
    const lazy = fc.constant(undefined).chain(() => {
      target ??= this.#values(resolveReference(this.#root, reference));
      return target;
    });
    this.#definitions.set(reference, lazy);
    return lazy;
  }
}

function numbers(schema: JsonObject): fc.Arbitrary<number> {
  const { exclusiveMinimum, exclusiveMaximum, multipleOf } = schema;
  const min = numberOr(exclusiveMinimum ?? schema.minimum, -1000);
  const max = numberOr(exclusiveMaximum ?? schema.maximum, Math.max(1000, min + 1000));
  const isBetween = (value: number) => value !== exclusiveMinimum && value !== exclusiveMaximum;
  if (schema.type === "integer" || typeof multipleOf === "number") {
    const step = numberOr(multipleOf, 1);
    const steps = fc.integer({ min: Math.ceil(min / step), max: Math.floor(max / step) });
    return steps.map((count) => count * step).filter(isBetween);
  }
  return fc
    .double({ min, max, noNaN: true, noDefaultInfinity: true })
    .map((value) => value + 0)
    .filter(isBetween);
}

function texts({ pattern, format, minLength, maxLength }: JsonObject): fc.Arbitrary<string> {
  if (typeof pattern === "string") return fc.stringMatching(new RegExp(pattern, "u"));
  const known = typeof format === "string" ? formats[format] : undefined;
  if (known) return known();
  const min = numberOr(minLength, 0);
  return fc.string({
    unit: "binary-ascii",
    minLength: min,
    maxLength: numberOr(maxLength, min + someLength),
  });
}

const dates = () =>
  fc.date({ noInvalidDate: true, min: new Date("1970-01-01"), max: new Date("2099-12-31") });
const formats: Readonly<Record<string, () => fc.Arbitrary<string>>> = {
  "date-time": () => dates().map((date) => date.toISOString()),
  date: () => dates().map((date) => date.toISOString().slice(0, 10)),
  email: () => fc.emailAddress(),
  uri: () => fc.webUrl(),
  uuid: () => fc.uuid(),
  ipv4: () => fc.ipV4(),
  ipv6: () => fc.ipV6(),
};

/** Those without a reference first: values of recursive types come to an end there. */
function sortByDepth(branches: readonly Json[]): readonly Json[] {
  const isDeep = (branch: Json) => Number(JSON.stringify(branch).includes('"$ref"'));
  return branches.toSorted((a, b) => isDeep(a) - isDeep(b));
}

function streamOf(items: readonly unknown[]): AsyncIterable<unknown> {
  return {
    async *[Symbol.asyncIterator]() {
      yield* items;
    },
  };
}

function resolveReference(root: JsonObject, reference: string): Json | undefined {
  let at: Json | undefined = root;
  for (const part of decodeURIComponent(reference).split("/").slice(1)) {
    const key = part.replaceAll("~1", "/").replaceAll("~0", "~");
    at = isObject(at) ? at[key] : undefined;
  }
  return at;
}

function numberOr(value: Json | undefined, otherwise: number): number {
  return typeof value === "number" ? value : otherwise;
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
