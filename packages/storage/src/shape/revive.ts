import { parseDate } from "../date-text.js";
import { Misfit, within } from "../problems.js";
import { type Convert, compileConvert, type Direction } from "./codec.js";
import { describeShape } from "./describe.js";
import { isBase64 } from "./fits.js";
import { reaches, type Shape } from "./shape.js";

const revivers = new WeakMap<Shape, { readonly revive: Convert | undefined }>();

/**
 * Compiles the way from what JSON.parse gives to the declared values: dates, bigints, bytes, Maps and Sets.
 * It changes arrays and objects in place.
 *
 * @returns undefined where JSON.parse gives the declared values already
 */
export function compileRevive(shape: Shape): Convert | undefined {
  let entry = revivers.get(shape);
  if (!entry) {
    entry = { revive: compileConvert(shape, direction(hasBigint(shape))) };
    revivers.set(shape, entry);
  }
  return entry.revive;
}

/** Whether integers must be read exactly, see `parseJson`. */
export function hasBigint(shape: Shape): boolean {
  return reaches(shape, (part) => part.kind === "bigint");
}

function direction(isExact: boolean): Direction {
  return {
    forms: ["json", "looseJson"],
    inPlace: true,
    changes: ({ kind }) => {
      switch (kind) {
        case "Date":
        case "bigint":
        case "bytes":
        case "Map":
        case "Set":
          return true;
        case "number":
        case "integer":
        case "any":
          // Where integers are read exactly, a large one has become a bigint also where a number is declared.
          return isExact;
        default:
          return false;
      }
    },
    leaf: (shape, compile) => {
      switch (shape.kind) {
        case "Date":
          return reviveDate;
        case "bigint":
          return reviveBigint;
        case "bytes":
          return reviveBytes;
        case "Set": {
          const items = reviveItems(shape, compile(shape.items));
          return (value) => new Set(items(value));
        }
        case "Map":
          return reviveMap(shape, compile(shape.key), compile(shape.value));
        default:
          return toNumbers;
      }
    },
  };
}

const expectedDate = describeShape({ kind: "Date" });

function reviveDate(value: unknown): Date {
  const date = typeof value === "string" ? parseDate(value) : undefined;
  if (!date) throw new Misfit(expectedDate, value);
  return date;
}

function reviveBigint(value: unknown): bigint {
  if (typeof value === "bigint") return value;
  if (typeof value === "number" && Number.isInteger(value)) return BigInt(value);
  throw new Misfit("an integer", value);
}

function reviveBytes(value: unknown): Uint8Array {
  if (typeof value !== "string" || !isBase64(value)) throw new Misfit("base64 text", value);
  return new Uint8Array(Buffer.from(value, "base64"));
}

function reviveItems(shape: Shape, convert: Convert): (value: unknown) => unknown[] {
  const expected = `an array that holds ${describeShape(shape)}`;
  return (value) => {
    if (!Array.isArray(value)) throw new Misfit(expected, value);
    return value.map((item, index) => {
      try {
        return convert(item);
      } catch (error) {
        throw within(error, index);
      }
    });
  };
}

function reviveMap(shape: Shape, key: Convert, value: Convert): Convert {
  const entries = reviveItems(shape, (entry) => {
    if (!Array.isArray(entry) || entry.length !== 2) throw new Misfit("a key and a value", entry);
    let index = 0;
    try {
      const first = key(entry[0]);
      index = 1;
      return [first, value(entry[1])];
    } catch (error) {
      throw within(error, index);
    }
  });
  return (map) => new Map(entries(map) as [unknown, unknown][]);
}

function toNumbers(value: unknown): unknown {
  if (typeof value === "bigint") return Number(value);
  if (typeof value !== "object" || value === null) return value;
  const record = value as Record<string, unknown>;
  for (const key of Object.keys(record)) record[key] = toNumbers(record[key]);
  return value;
}
