import { inspect } from "node:util";
import type { JsonObject } from "@glacier-ts/core";
import { describeShape } from "./describe.js";
import { compileFits, isRecord } from "./fits.js";
import { resolve, restOf, type Shape, shapeOf } from "./shape.js";

/** The first place where a value is not what its schema says. */
export interface Mismatch {
  /** Property names, indexes and keys: `[3].address.zip`; `""` for the value itself. */
  readonly path: string;
  readonly expected: string;
  readonly found: string;
}

/** A part of a value, and what it should be. */
interface Part {
  readonly path: string;
  readonly value: unknown;
  readonly shape: Shape;
}

const tests = new WeakMap<JsonObject, (value: unknown) => boolean>();

/**
 * Checks a value in memory against its payload's schema. The items of a stream are not looked at.
 *
 * @returns undefined where it fits
 */
export function findMismatch(value: unknown, schema: JsonObject): Mismatch | undefined {
  let test = tests.get(schema);
  if (!test) {
    test = compileFits(shapeOf(schema), { form: "value" });
    tests.set(schema, test);
  }
  return test(value) ? undefined : locate({ path: "", value, shape: shapeOf(schema) });
}

/** Goes down to the first part that does not fit although everything in it does, or that has no parts. */
function locate(whole: Part): Mismatch | undefined {
  let at: Part | undefined = whole;
  const tests = new Map<Shape, (value: unknown) => boolean>();
  for (;;) {
    const shape = resolve(at.shape);
    const wrong: Part | undefined = partsOf({ ...at, shape }).find(
      (part) => !compileFits(part.shape, { form: "value" }, tests)(part.value),
    );
    if (!wrong) break;
    at = wrong;
  }
  // An instance of a class may have as getters what the test wants as its own properties.
  if (isInstance(at.value) && resolve(at.shape).kind === "object") return undefined;
  return { path: at.path, expected: describeShape(at.shape), found: describeValue(at.value) };
}

/** The parts that decide whether a value fits; none where the value itself is not what it should be. */
function partsOf({ path, value, shape }: Part): readonly Part[] {
  switch (shape.kind) {
    case "array":
      return Array.isArray(value) ? itemsOf(path, value, () => shape.items) : [];
    case "tuple":
      return Array.isArray(value) ? itemsOf(path, value, (index) => shape.prefix[index] ?? shape.rest) : [];
    case "Set":
      return value instanceof Set ? itemsOf(path, [...value], () => shape.items) : [];
    case "Map":
      if (!(value instanceof Map)) return [];
      return [...value].flatMap(([key, item]) => [
        { path: `${path} (a key)`, value: key, shape: shape.key },
        { path: `${path}[${inspect(key)}]`, value: item, shape: shape.value },
      ]);
    case "object":
      return isRecord(value) ? propertiesOf(path, value, shape) : [];
    case "union": {
      // The branch that is meant is known where only one is of the value's kind.
      const candidates = shape.branches.filter((branch) => isOfKind(value, resolve(branch)));
      const [only] = candidates;
      return candidates.length === 1 && only ? partsOf({ path, value, shape: resolve(only) }) : [];
    }
    default:
      return [];
  }
}

function itemsOf(
  path: string,
  items: readonly unknown[],
  shapeAt: (index: number) => Shape | undefined,
): Part[] {
  return items.flatMap((value, index) => {
    const shape = shapeAt(index);
    return shape ? [{ path: `${path}[${index}]`, value, shape }] : [];
  });
}

function propertiesOf(
  path: string,
  value: Record<string, unknown>,
  shape: Extract<Shape, { kind: "object" }>,
): readonly Part[] {
  const part = (name: string, partShape: Shape): Part => ({
    path: /^[A-Za-z_$][\w$]*$/.test(name) ? `${path}.${name}` : `${path}[${JSON.stringify(name)}]`,
    value: value[name],
    shape: partShape,
  });
  const declared = [...shape.properties]
    .filter(([name, { isRequired }]) => isRequired || value[name] !== undefined)
    .map(([name, property]) => part(name, property.shape));
  const others = Object.keys(value).flatMap((name) => {
    const rest = shape.properties.has(name) ? undefined : restOf(shape, name);
    return rest ? [part(name, rest)] : [];
  });
  return [...declared, ...others];
}

function isOfKind(value: unknown, shape: Shape): boolean {
  switch (shape.kind) {
    case "array":
    case "tuple":
      return Array.isArray(value);
    case "Set":
      return value instanceof Set;
    case "Map":
      return value instanceof Map;
    case "object":
      return isRecord(value);
    default:
      return false;
  }
}

function isInstance(value: unknown): boolean {
  if (!isRecord(value)) return false;
  const prototype = Object.getPrototypeOf(value);
  return prototype !== Object.prototype && prototype !== null;
}

function describeValue(value: unknown): string {
  const text = inspect(value, { depth: 1, breakLength: Infinity, maxArrayLength: 3, maxStringLength: 60 });
  return text.length <= 120 ? text : `${text.slice(0, 117)}…`;
}
