import { parseDate } from "../date-text.js";
import { resolve, type Shape } from "./shape.js";

type Test = (value: unknown) => boolean;

/**
 * What a value is before the test: a JavaScript `value`; or `json`, as JSON.parse gives it. In `looseJson` a date may be
 * written in any way that is read; in `json` only as it is written, so that `Date | string` keeps most strings.
 */
export type Form = "value" | "json" | "looseJson";

export interface FitsOptions {
  readonly form: Form;
  /** Whether an object may have no properties but those that are declared. Types are open; most values are not. */
  readonly isExact?: boolean;
}

/** Makes a test that tells the branches of a union apart. */
export function compileFits(shape: Shape, options: FitsOptions, known = new Map<Shape, Test>()): Test {
  const resolved = resolve(shape);
  const compiled = known.get(resolved);
  if (compiled) return compiled;
  // Recursive shapes find this one while their parts are compiled.
  let test: Test = () => true;
  known.set(resolved, (value) => test(value));
  test = compileTest(resolved, options, (part) => compileFits(part, options, known));
  known.set(resolved, test);
  return test;
}

function compileTest(
  shape: Shape,
  { form, isExact = false }: FitsOptions,
  compile: (shape: Shape) => Test,
): Test {
  const isJson = form !== "value";
  switch (shape.kind) {
    case "any":
      return () => true;
    case "null":
      return (value) => value === null;
    case "number":
      // Where integers are read exactly, a large one has become a bigint before anybody knew what it is.
      return (value) => typeof value === "number" || (isJson && typeof value === "bigint");
    case "boolean":
    case "string": {
      const { kind } = shape;
      return (value) => typeof value === kind;
    }
    case "integer":
      return Number.isInteger;
    case "bigint":
      return bigintTest(shape.value, isJson);
    case "Date":
      if (!isJson) return (value) => value instanceof Date;
      return (value) => typeof value === "string" && isDateText(value, form);
    case "bytes":
      return isJson
        ? (value) => typeof value === "string" && isBase64(value)
        : (value) => value instanceof Uint8Array;
    case "literal":
      return (value) => shape.values.includes(value as string);
    case "array":
      return arrayTest(compile(shape.items));
    case "stream":
      return (value) => typeof value === "object" && value !== null && Symbol.asyncIterator in value;
    case "Set": {
      const each = arrayTest(compile(shape.items));
      return isJson ? each : (value) => value instanceof Set && each([...value]);
    }
    case "tuple":
      return tupleTest(shape.prefix.map(compile), shape.minLength, shape.rest && compile(shape.rest));
    case "Map": {
      const each = arrayTest(tupleTest([compile(shape.key), compile(shape.value)], 2, undefined));
      return isJson ? each : (value) => value instanceof Map && each([...value]);
    }
    case "object":
      return objectTest(
        [...shape.properties].map(([name, { shape: part, isRequired }]) => ({
          name,
          test: compile(part),
          isRequired,
        })),
        restTest(shape, isExact, compile),
      );
    case "union": {
      const tests = shape.branches.map(compile);
      return (value) => tests.some((test) => test(value));
    }
    case "reference":
      return compile(shape);
    default:
      return shape satisfies never;
  }
}

/** In JSON, a bigint is an integer like any other. */
function bigintTest(only: bigint | undefined, isJson: boolean): Test {
  const isBigint: Test = isJson
    ? (value) => typeof value === "bigint" || Number.isInteger(value)
    : (value) => typeof value === "bigint";
  return only === undefined
    ? isBigint
    : (value) => isBigint(value) && BigInt(value as number | bigint) === only;
}

function isDateText(text: string, form: Form): boolean {
  const date = parseDate(text);
  return date !== undefined && (form === "looseJson" || date.toISOString() === text);
}

export function isBase64(text: string): boolean {
  return text.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(text);
}

function arrayTest(item: Test): Test {
  return (value) => Array.isArray(value) && value.every(item);
}

function tupleTest(prefix: readonly Test[], minLength: number, rest: Test | undefined): Test {
  return (value) =>
    Array.isArray(value) &&
    value.length >= minLength &&
    (rest !== undefined || value.length <= prefix.length) &&
    value.every((item, index) => (prefix[index] ?? rest)?.(item));
}

function objectTest(
  properties: readonly { readonly name: string; readonly test: Test; readonly isRequired: boolean }[],
  rest: ((name: string, value: unknown) => boolean) | undefined,
): Test {
  const names = new Set(properties.map(({ name }) => name));
  return (value) => {
    if (!isRecord(value)) return false;
    for (const { name, test, isRequired } of properties) {
      const property = ownProperty(value, name);
      if (property === undefined ? isRequired : !test(property)) return false;
    }
    return !rest || Object.keys(value).every((name) => names.has(name) || rest(name, value[name]));
  };
}

/** Tests the properties that are not declared by name; undefined where each of them may be anything. */
function restTest(
  shape: Shape & { readonly kind: "object" },
  isExact: boolean,
  compile: (shape: Shape) => Test,
): ((name: string, value: unknown) => boolean) | undefined {
  const { properties, rest, patterns, others } = shape;
  // A type that says nothing of its properties is open on purpose.
  const isOpen = !isExact || (properties.size === 0 && !rest);
  if (!rest && isOpen) return undefined;
  const tests = patterns.map((each) => ({ pattern: each.pattern, test: compile(each.shape) }));
  const othersTest = others ? compile(others) : () => isOpen;
  return (name, value) => (tests.find(({ pattern }) => pattern.test(name))?.test ?? othersTest)(value);
}

/** A property that is the object's own: `constructor` and `__proto__` may be names of columns. */
export function ownProperty(object: Record<string, unknown>, name: string): unknown {
  return Object.hasOwn(object, name) ? object[name] : undefined;
}

/** An object that is none of the classes that have a shape of their own. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  return !(
    value instanceof Date ||
    value instanceof Uint8Array ||
    value instanceof Map ||
    value instanceof Set
  );
}
