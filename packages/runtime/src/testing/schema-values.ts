import { isJsonObject, type Json, type JsonObject } from "@glacier-ts/core";
import fc from "fast-check";

/** Longest text, array and number of properties where the schema says nothing. */
const someLength = 5;
/** How often a recursive type is entered before its values come to an end: no more items, nothing optional. */
const maxDepth = 3;

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
    return this.#values(this.#root, 0);
  }

  #values(schema: Json | undefined, depth: number): fc.Arbitrary<unknown> {
    if (!isJsonObject(schema)) return fc.constantFrom<unknown>(0, "a", true);
    if (typeof schema.$ref === "string") return this.#definition(schema.$ref, depth + 1);
    const branches = schema.anyOf ?? schema.oneOf;
    if (Array.isArray(branches)) {
      const sorted = sortByDepth(branches).map((branch) => this.#values(branch, depth));
      return depth < maxDepth ? fc.oneof(...sorted) : (sorted[0] ?? fc.constant(undefined));
    }
    if (schema.const !== undefined) return fc.constant(schema.const);
    if (Array.isArray(schema.enum)) return fc.constantFrom(...schema.enum);
    return this.#marked(schema, depth) ?? this.#ofType(schema, depth);
  }

  #marked(schema: JsonObject, depth: number): fc.Arbitrary<unknown> | undefined {
    switch (schema["x-glacier-type"]) {
      case "Date":
        return fc.date({ noInvalidDate: true, min: new Date("1970-01-01"), max: new Date("2099-12-31") });
      case "bigint":
        return fc.bigInt({ min: -(2n ** 53n), max: 2n ** 53n });
      case "Uint8Array":
        return fc.uint8Array({ maxLength: someLength });
      case "Set":
        return this.#items(schema, depth).map((items) => new Set(items));
      case "Map":
        return this.#items(schema, depth).map((entries) => new Map(entries as [unknown, unknown][]));
      case "AsyncIterable":
        return this.#items(schema, depth).map(streamOf);
      default:
        return undefined;
    }
  }

  #ofType(schema: JsonObject, depth: number): fc.Arbitrary<unknown> {
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
        return Array.isArray(schema.prefixItems) ? this.#tuple(schema, depth) : this.#items(schema, depth);
      case "object":
        return this.#object(schema, depth);
      default:
        return fc.constantFrom<unknown>(0, "a", true);
    }
  }

  #items({ items, minItems, maxItems, uniqueItems }: JsonObject, depth: number): fc.Arbitrary<unknown[]> {
    const minLength = numberOr(minItems, 0);
    const maxLength = depth < maxDepth ? numberOr(maxItems, minLength + someLength) : minLength;
    const size = { minLength, maxLength };
    return uniqueItems === true
      ? fc.uniqueArray(this.#values(items, depth), { ...size, selector: (item) => JSON.stringify(item) })
      : fc.array(this.#values(items, depth), size);
  }

  #tuple({ prefixItems, items }: JsonObject, depth: number): fc.Arbitrary<unknown[]> {
    const first = fc.tuple(...(prefixItems as Json[]).map((item) => this.#values(item, depth)));
    if (items === undefined || items === false) return first;
    return fc
      .tuple(first, fc.array(this.#values(items, depth), { maxLength: depth < maxDepth ? someLength : 0 }))
      .map(([start, rest]) => [...start, ...rest]);
  }

  #object(schema: JsonObject, depth: number): fc.Arbitrary<object> {
    const properties = isJsonObject(schema.properties) ? schema.properties : {};
    const required = Array.isArray(schema.required) ? schema.required.map(String) : [];
    const chosen = Object.entries(properties).filter(([name]) => depth < maxDepth || required.includes(name));
    const declared = fc.record(
      Object.fromEntries(chosen.map(([name, property]) => [name, this.#values(property, depth)])),
      { requiredKeys: required.filter((name) => Object.hasOwn(properties, name)) },
    );
    const dictionaries = Object.entries(
      isJsonObject(schema.patternProperties) ? schema.patternProperties : {},
    ).map(([pattern, values]) =>
      this.#dictionary(fc.stringMatching(new RegExp(pattern, "u")), values, depth),
    );
    const { additionalProperties: others } = schema;
    if (isJsonObject(others))
      dictionaries.push(this.#dictionary(fc.string({ maxLength: someLength }), others, depth));
    if (dictionaries.length === 0) return declared;
    return fc
      .tuple(declared, ...dictionaries)
      .map(([own, ...more]) => Object.assign({}, ...more, own) as object);
  }

  #dictionary(
    keys: fc.Arbitrary<string>,
    values: Json,
    depth: number,
  ): fc.Arbitrary<Record<string, unknown>> {
    return fc.dictionary(keys, this.#values(values, depth), {
      maxKeys: depth < maxDepth ? someLength : 0,
      noNullPrototype: true,
    });
  }

  /** Made when it is first asked for values: a recursive schema refers to what is just being read. */
  #definition(reference: string, depth: number): fc.Arbitrary<unknown> {
    const key = `${depth} ${reference}`;
    const known = this.#definitions.get(key);
    if (known) return known;
    let target: fc.Arbitrary<unknown> | undefined;
    const lazy = fc.constant(undefined).chain(() => {
      target ??= this.#values(resolveReference(this.#root, reference), depth);
      return target;
    });
    this.#definitions.set(key, lazy);
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
    at = isJsonObject(at) ? at[key] : undefined;
  }
  return at;
}

function numberOr(value: Json | undefined, otherwise: number): number {
  return typeof value === "number" ? value : otherwise;
}
