/** Types with parts: arrays, tuples, objects, records, unions, generic and recursive types. */
import type { Json } from "@glacier-ts/core";
import fc from "fast-check";
import { keys, leaves, numbers, text } from "./leaves.js";
import { declarationsOf, declared, inline, isObject, type PayloadType } from "./payload-type.js";
import { aliased, docComment, tagged } from "./tagged.js";

const isArray = (json: Json): json is readonly Json[] => Array.isArray(json);

interface Property {
  readonly name: string;
  readonly type: PayloadType;
  readonly doc: string;
  readonly isOptional: boolean;
  /** It may be left out by its type: `| undefined`. */
  readonly isUndefined: boolean;
  readonly isReadonly: boolean;
}

const names = fc.constantFrom("id", "name", "kebab-case", "constructor", "0", "kind");

function propertiesOf(type: fc.Arbitrary<PayloadType>): fc.Arbitrary<readonly Property[]> {
  const documented = fc.oneof(
    { weight: 4, arbitrary: type.map((each) => ({ type: each, doc: "" })) },
    { weight: 1, arbitrary: tagged.map((each) => ({ type: each.type, doc: `${docComment(each.tags)}\n` })) },
    { weight: 1, arbitrary: aliased.map((each) => ({ type: each, doc: "" })) },
  );
  const property = fc
    .record({
      name: names,
      documented,
      isOptional: fc.boolean(),
      isUndefined: fc.boolean(),
      isReadonly: fc.boolean(),
    })
    .map(({ documented: { type: each, doc }, ...rest }) => ({ ...rest, type: each, doc }));
  return fc.uniqueArray(property, { minLength: 1, maxLength: 3, selector: ({ name }) => name });
}

function membersText(properties: readonly Property[]): string {
  return properties
    .map(({ name, type, doc, isOptional, isUndefined, isReadonly }) => {
      const written = isUndefined ? `(${type.text}) | undefined` : type.text;
      return `${doc}${isReadonly ? "readonly " : ""}${JSON.stringify(name)}${isOptional ? "?" : ""}: ${written};\n`;
    })
    .join("");
}

function objectOf(properties: readonly Property[]): PayloadType {
  const values = properties.map(({ name, type, isOptional, isUndefined }) => {
    const entry = type.values.map((value): [string, unknown][] => [[name, value]]);
    return isOptional || isUndefined ? fc.oneof(entry, fc.constant([])) : entry;
  });
  return {
    text: `{ ${membersText(properties)} }`,
    declarations: declarationsOf(properties.map(({ type }) => type)),
    values: fc.tuple(...values).map((entries) => Object.fromEntries(entries.flat())),
    accepts: (json) =>
      isObject(json) &&
      properties.every(({ name, type, isOptional, isUndefined }) => {
        const value = Object.hasOwn(json, name) ? json[name] : undefined;
        return value === undefined
          ? isOptional || isUndefined || type.isUnknown === true
          : type.accepts(value);
      }),
  };
}

function interfaceOf(properties: readonly Property[]): PayloadType {
  return declared(objectOf(properties), (name) => `interface ${name} { ${membersText(properties)} }`);
}

function arrayOf(item: PayloadType, style: "array" | "readonly" | "generic"): PayloadType {
  const texts = {
    array: `(${item.text})[]`,
    readonly: `readonly (${item.text})[]`,
    generic: `Array<${item.text}>`,
  };
  return {
    ...item,
    isUnknown: false,
    text: texts[style],
    values: fc.array(item.values, { maxLength: 3 }),
    accepts: (json) => isArray(json) && json.every(item.accepts),
  };
}

function tupleOf(items: readonly PayloadType[], end: "closed" | "optional" | "rest"): PayloadType {
  const [last] = items.slice(-1);
  const fixed = end === "closed" ? items : items.slice(0, -1);
  const ends = { closed: "", optional: `, (${last?.text})?`, rest: `, ...(${last?.text})[]` };
  const further =
    end === "closed" || !last
      ? fc.constant([])
      : fc.array(last.values, { maxLength: end === "rest" ? 2 : 1 });
  return {
    text: `[${fixed.map(({ text: each }) => each).join(", ")}${ends[end]}]`.replace("[, ", "["),
    declarations: declarationsOf(items),
    values: fc.tuple(fc.tuple(...fixed.map(({ values }) => values)), further).map((parts) => parts.flat()),
    accepts: (json) => {
      if (!isArray(json) || json.length < fixed.length) return false;
      const rest = json.slice(fixed.length);
      const most = { closed: 0, optional: 1, rest: Number.POSITIVE_INFINITY }[end];
      return (
        rest.length <= most &&
        fixed.every(({ accepts }, index) => accepts(json[index] as Json)) &&
        rest.every((item) => last?.accepts(item))
      );
    },
  };
}

/** Records by names, by any text, by numbers, and by templates beside properties. */
function recordOf(value: PayloadType, form: "names" | "text" | "numbers" | "template"): PayloadType {
  const forms = {
    names: { text: `Record<"a" | "b", ${value.text}>`, isKey: (key: string) => key === "a" || key === "b" },
    text: { text: `Record<string, ${value.text}>`, isKey: () => true },
    numbers: { text: `{ [id: number]: ${value.text} }`, isKey: (key: string) => /^\d+$/.test(key) },
    template: {
      text: `{ [id: \`x-\${string}\`]: ${value.text} }`,
      isKey: (key: string) => key.startsWith("x-"),
    },
  };
  const examples = {
    names: ["a", "b"],
    text: ["a", "x-1", "7"],
    numbers: ["0", "12"],
    template: ["x-", "x-\n"],
  };
  const { text: written, isKey } = forms[form];
  const isAll = form === "names";
  return {
    ...value,
    isUnknown: false,
    text: written,
    values: isAll
      ? fc.record({ a: value.values, b: value.values }, { noNullPrototype: true })
      : fc.dictionary(fc.constantFrom(...examples[form]), value.values, {
          maxKeys: 2,
          noNullPrototype: true,
        }),
    accepts: (json) =>
      isObject(json) &&
      (!isAll || value.isUnknown || (Object.hasOwn(json, "a") && Object.hasOwn(json, "b"))) &&
      Object.entries(json).every(([key, each]) => !isKey(key) || value.accepts(each)),
  };
}

function mapOf(key: PayloadType, value: PayloadType): PayloadType {
  return {
    text: `ReadonlyMap<${key.text}, ${value.text}>`,
    declarations: declarationsOf([key, value]),
    values: fc.array(fc.tuple(key.values, value.values), { maxLength: 2 }).map((entries) => new Map(entries)),
    accepts: (json) =>
      isArray(json) &&
      json.every(
        (entry) =>
          isArray(entry) &&
          entry.length === 2 &&
          key.accepts(entry[0] as Json) &&
          value.accepts(entry[1] as Json),
      ),
  };
}

function setOf(item: PayloadType): PayloadType {
  return {
    ...item,
    isUnknown: false,
    text: `Set<${item.text}>`,
    values: fc.array(item.values, { maxLength: 3 }).map((items) => new Set(items)),
    accepts: (json) => isArray(json) && json.every(item.accepts) && new Set(json).size === json.length,
  };
}

function unionOf(members: readonly PayloadType[]): PayloadType {
  // To TypeScript a union with `unknown` is `unknown`: what a Map in it was is not known either.
  const unknown = members.find(({ isUnknown }) => isUnknown);
  return {
    text: members.map(({ text: each }) => `(${each})`).join(" | "),
    declarations: declarationsOf(members),
    values: unknown?.values ?? fc.oneof(...members.map(({ values }) => values)),
    isUnknown: unknown !== undefined,
    accepts: (json) => members.some(({ accepts }) => accepts(json)),
  };
}

/** Objects told apart by a property, as an alias for their union. */
function discriminated(members: readonly (readonly Property[])[], tag: string): PayloadType {
  const branches = members.map((properties, index) => {
    const value = `${tag}-${index}`;
    const type = inline(JSON.stringify(value), fc.constant(value), (json) => json === value);
    const own = { name: tag, type, doc: "", isOptional: false, isUndefined: false, isReadonly: true };
    return interfaceOf([own, ...properties.filter(({ name }) => name !== tag)]);
  });
  const union = unionOf(branches);
  return declared(union, (name) => `/** One of several. */\ntype ${name} = ${union.text};`);
}

/** An intersection of two objects whose properties differ. */
function intersectionOf(left: readonly Property[], right: readonly Property[]): PayloadType {
  const others = right.filter(({ name }) => !left.some((own) => own.name === name));
  if (others.length === 0) return objectOf(left);
  return { ...objectOf([...left, ...others]), text: `(${objectOf(left).text}) & ${objectOf(others).text}` };
}

/** A tree, whose nodes are of another type in turn. */
function recursive(value: PayloadType): PayloadType {
  const isNode = (json: Json): boolean =>
    isObject(json) &&
    (json.value === undefined ? value.isUnknown === true : value.accepts(json.value)) &&
    json.next !== undefined &&
    isArray(json.next) &&
    json.next.every(isLink);
  const isLink = (json: Json): boolean =>
    json === null || (isObject(json) && json.node !== undefined && isNode(json.node));
  const { tree } = fc.letrec((tie) => ({
    tree: fc.record(
      {
        value: value.values,
        next: fc.array(
          fc.option(fc.record({ node: tie("tree") }, { noNullPrototype: true }), { depthSize: "small" }),
          {
            maxLength: 2,
          },
        ),
      },
      { noNullPrototype: true },
    ),
  }));
  const type = { ...value, isUnknown: false, values: tree as fc.Arbitrary<unknown>, accepts: isNode };
  return declared(
    type,
    (name) =>
      `interface ${name} { value: ${value.text}; next: (Link${name} | null)[] }\ninterface Link${name} { node: ${name} }`,
  );
}

/** A generic type of its own. */
function boxOf(value: PayloadType): PayloadType {
  return {
    ...value,
    isUnknown: false,
    text: `Box<${value.text}>`,
    declarations: [...value.declarations, "interface Box<T> { readonly items: T[]; first?: T }"],
    values: fc.oneof(
      fc.record({ items: fc.array(value.values, { maxLength: 2 }) }, { noNullPrototype: true }),
      fc.record({ items: fc.constant([]), first: value.values }, { noNullPrototype: true }),
    ),
    accepts: (json) =>
      isObject(json) &&
      json.items !== undefined &&
      isArray(json.items) &&
      json.items.every(value.accepts) &&
      (json.first === undefined || value.accepts(json.first)),
  };
}

const { type: anyType } = fc.letrec<{ type: PayloadType }>((tie) => {
  const type = tie("type");
  const properties = propertiesOf(type);
  return {
    type: fc.oneof(
      { depthSize: "small", withCrossShrink: true },
      leaves,
      fc
        .tuple(type, fc.constantFrom("array", "readonly", "generic"))
        .map(([item, style]) => arrayOf(item, style)),
      fc
        .tuple(fc.array(type, { minLength: 1, maxLength: 3 }), fc.constantFrom("closed", "optional", "rest"))
        .map(([items, end]) => tupleOf(items, end)),
      properties.map(objectOf),
      properties.map(interfaceOf),
      fc.tuple(properties, properties).map(([left, right]) => intersectionOf(left, right)),
      fc
        .tuple(type, fc.constantFrom("names", "text", "numbers", "template"))
        .map(([value, form]) => recordOf(value, form)),
      fc.tuple(keys, type).map(([key, value]) => mapOf(key, value)),
      fc
        .constantFrom(
          text,
          inline("number", numbers, (json) => typeof json === "number"),
        )
        .map(setOf),
      fc.array(type, { minLength: 2, maxLength: 3 }).map(unionOf),
      fc
        .tuple(fc.array(properties, { minLength: 2, maxLength: 3 }), fc.constantFrom("kind", "type"))
        .map(([members, tag]) => discriminated(members, tag)),
      leaves.map(recursive),
      type.map(boxOf),
    ),
  };
});

/** A payload: an object, as a payload itself is never null. */
export const payloads: fc.Arbitrary<PayloadType> = fc
  .oneof(
    { weight: 5, arbitrary: anyType.map((type) => ({ type, doc: "" })) },
    { weight: 1, arbitrary: tagged.map(({ type, tags }) => ({ type, doc: `${docComment(tags)}\n` })) },
    { weight: 1, arbitrary: aliased.map((type) => ({ type, doc: "" })) },
  )
  .map((each) =>
    objectOf([{ ...each, name: "payload", isOptional: false, isUndefined: false, isReadonly: false }]),
  );
