import { dateText } from "../date-text.js";
import { Misfit, within } from "../problems.js";
import { assertJson } from "./assert-json.js";
import { type Convert, compileConvert, type Direction } from "./codec.js";
import { describeShape } from "./describe.js";
import type { Shape } from "./shape.js";

const replacers = new WeakMap<Shape, { readonly replace: Convert | undefined }>();

/**
 * Compiles the way from the declared values to what JSON.stringify can write. Values are copied where they change.
 *
 * @returns undefined where JSON.stringify can write the declared values as they are
 */
export function compileReplace(shape: Shape): Convert | undefined {
  let entry = replacers.get(shape);
  if (!entry) {
    entry = { replace: compileConvert(shape, direction) };
    replacers.set(shape, entry);
  }
  return entry.replace;
}

const direction: Direction = {
  forms: ["value"],
  inPlace: false,
  // What is not declared stays as it is, but has to be looked at.
  changes: ({ kind }) =>
    kind === "Date" ||
    kind === "bigint" ||
    kind === "bytes" ||
    kind === "Map" ||
    kind === "Set" ||
    kind === "any",
  leaf: (shape, compile) => {
    switch (shape.kind) {
      case "Date":
        return replaceDate;
      case "bigint":
        return replaceBigint;
      case "bytes":
        return replaceBytes;
      case "any":
        return assertJson;
      case "Set": {
        const item = compile(shape.items);
        const expected = describeShape(shape);
        return (value) => {
          if (!(value instanceof Set)) throw new Misfit(expected, value);
          return Array.from(value, (each, index) => at(index, () => item(each)));
        };
      }
      case "Map": {
        const key = compile(shape.key);
        const item = compile(shape.value);
        const expected = describeShape(shape);
        return (value) => {
          if (!(value instanceof Map)) throw new Misfit(expected, value);
          return Array.from(value, ([left, right], index) =>
            at(index, () => [at(0, () => key(left)), at(1, () => item(right))]),
          );
        };
      }
      default:
        throw new Error(`Internal error: ${shape.kind} is written as it is.`);
    }
  },
};

// In ES2026 and Node 21, later than the `lib` of this project.
const { rawJSON } = JSON as unknown as { rawJSON(text: string): unknown };

/** JSON.stringify would ask each Date for its `toJSON`, which takes longer than all the rest of a row. */
function replaceDate(value: unknown): unknown {
  return (value instanceof Date && dateText(value)) || value;
}

function replaceBigint(value: unknown): unknown {
  if (typeof value !== "bigint") throw new Misfit("a bigint", value);
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : rawJSON(String(value));
}

function replaceBytes(value: unknown): string {
  if (!(value instanceof Uint8Array)) throw new Misfit("bytes", value);
  return Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString("base64");
}

function at<T>(key: number, convert: () => T): T {
  try {
    return convert();
  } catch (error) {
    throw within(error, key);
  }
}
