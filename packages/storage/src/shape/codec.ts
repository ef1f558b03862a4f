import { Misfit, within } from "../problems.js";
import { describeShape } from "./describe.js";
import { compileFits, type Form, isRecord } from "./fits.js";
import { reaches, resolve, restOf, type Shape, splitNull } from "./shape.js";

/** Converts one value; throws a Misfit where the value is not what its shape says. */
export type Convert = (value: unknown) => unknown;

/** What differs between reading and writing; everything else about nested values is the same. */
export interface Direction {
  /** How the values look that come in. */
  readonly forms: readonly Form[];
  /** Whether values of such a shape change, not counting their parts. */
  readonly changes: (shape: Shape) => boolean;
  /** Converts a value of such a shape; its parts are compiled with `compile`. */
  readonly leaf: (shape: Shape, compile: (part: Shape) => Convert) => Convert;
  /** Whether arrays and objects may be changed in place: they are fresh, nobody else has them. */
  readonly inPlace: boolean;
}

/**
 * Compiles a conversion of values of `shape`.
 *
 * @returns undefined where nothing in the shape changes, so that plain JSON costs nothing
 */
export function compileConvert(shape: Shape, direction: Direction): Convert | undefined {
  const compiled = new Map<Shape, Convert>();
  const isChanged = (part: Shape) => reaches(part, direction.changes);
  if (!isChanged(shape)) return undefined;

  const compile = (part: Shape): Convert => {
    const resolved = resolve(part);
    const known = compiled.get(resolved);
    if (known) return known;
    let convert: Convert = (value) => value;
    compiled.set(resolved, (value) => convert(value));
    if (isChanged(resolved)) convert = build(resolved);
    compiled.set(resolved, convert);
    return convert;
  };

  const build = (part: Shape): Convert => {
    if (direction.changes(part)) return direction.leaf(part, compile);
    switch (part.kind) {
      case "array":
      case "stream":
        return arrayConvert(part, () => part.items);
      case "tuple":
        return arrayConvert(part, (index) => part.prefix[index] ?? part.rest);
      case "object":
        return objectConvert(part);
      case "union":
        return unionConvert(part);
      default:
        throw new Error(`Internal error: ${part.kind} has no parts.`);
    }
  };

  const arrayConvert = (part: Shape, itemShape: (index: number) => Shape | undefined): Convert => {
    const expected = describeShape(part);
    const items = part.kind === "tuple" ? part.prefix.map(compile) : [];
    const restShape = part.kind === "tuple" ? part.rest : itemShape(0);
    const rest: Convert = restShape ? compile(restShape) : (value) => value;
    return (value) => {
      if (!Array.isArray(value)) throw new Misfit(expected, value);
      const result = direction.inPlace ? value : new Array(value.length);
      let index = 0;
      try {
        for (; index < value.length; index++) result[index] = (items[index] ?? rest)(value[index]);
      } catch (error) {
        throw within(error, index);
      }
      return result;
    };
  };

  const objectConvert = (part: Shape & { kind: "object" }): Convert => {
    const changed = [...part.properties].filter(([, property]) => isChanged(property.shape));
    const properties = changed.map(([name, property]) => ({ name, convert: compile(property.shape) }));
    const hasRest = part.rest !== undefined && isChanged(part.rest);
    return (value) => {
      if (!isRecord(value)) throw new Misfit("an object", value);
      const result: Record<string, unknown> = direction.inPlace ? value : { ...value };
      let key = "";
      try {
        for (const property of properties) {
          key = property.name;
          // A missing property is left to validation; what is there has its type.
          if (Object.hasOwn(result, key) && result[key] !== undefined)
            result[key] = property.convert(result[key]);
        }
        if (hasRest) {
          for (key of Object.keys(result)) {
            const rest = part.properties.has(key) ? undefined : restOf(part, key);
            if (rest && result[key] !== undefined) result[key] = compile(rest)(result[key]);
          }
        }
      } catch (error) {
        throw within(error, key);
      }
      return result;
    };
  };

  const unionConvert = (part: Shape): Convert => {
    const { branches, isNullable } = splitNull(part);
    const [only] = branches;
    if (branches.length === 1 && only) {
      const convert = compile(only);
      return (value) => (isNullable && value === null ? null : convert(value));
    }
    // A branch that changes is the more particular one: a date is a string, too. Anything is what is left.
    const rank = (branch: Shape) => (branch.kind === "any" ? 2 : isChanged(branch) ? 0 : 1);
    const ordered = [...branches].sort((left, right) => rank(left) - rank(right));
    // The branch that declares all of a value's properties is the one that is meant, where others would let them pass.
    const rounds = direction.forms.flatMap((form) =>
      [true, false].map((isExact) =>
        ordered.map((branch) => ({ fits: compileFits(branch, { form, isExact }), convert: compile(branch) })),
      ),
    );
    const expected = describeShape(part);
    return (value) => {
      if (isNullable && value === null) return null;
      for (const round of rounds) {
        for (const { fits, convert } of round) if (fits(value)) return convert(value);
      }
      throw new Misfit(expected, value);
    };
  };

  return compile(shape);
}
