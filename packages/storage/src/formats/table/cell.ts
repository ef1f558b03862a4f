/** Cells of tables of text: what is between two delimiters, and the value that it stands for. */
import { dateText, parseDate } from "../../date-text.js";
import { Misfit } from "../../problems.js";
import { absent, type Column } from "../../rows.js";
import { describeShape } from "../../shape/describe.js";
import { isBase64 } from "../../shape/fits.js";
import { type Shape, splitNull } from "../../shape/shape.js";

/** What a cell holds; quotes tell an empty string from no value, and a string from a number. */
export interface CellCodec {
  /** @throws Misfit */
  readonly decode: (text: string, isQuoted: boolean) => unknown;
  /** Whether `decode` needs to know about quotes. */
  readonly needsQuotes: boolean;
  /**
   * @param quote quotes a text where it has to be, and where it must
   * @throws Misfit
   */
  readonly encode: (value: unknown, quote: Quote) => string;
}

export type Quote = (text: string, must: boolean) => string;

/** @returns undefined where a cell cannot hold such values */
export function compileCell({ shape, isRequired }: Column): CellCodec | undefined {
  const { branches, isNullable } = splitNull(shape);
  const scalars = branches.map(compileScalar);
  const known = scalars.filter((scalar) => scalar !== undefined);
  if (known.length < scalars.length) return undefined;
  // From the particular to the general: `true` is a string, too.
  const ordered = known.sort((left, right) => left.rank - right.rank);
  const hasText = ordered.some(({ isText }) => isText);
  const isMixed = hasText && ordered.some(({ isText }) => !isText);
  const isEmptyAValue = hasText && (isNullable || !isRequired);
  const expected = describeShape(shape);
  const [only] = ordered;
  const nothing = isNullable ? null : absent;

  return {
    needsQuotes: isMixed || isEmptyAValue,
    decode(text, isQuoted) {
      if (text === "" && !(hasText && (isQuoted || !isEmptyAValue))) {
        if (isNullable || !isRequired) return nothing;
        if (!hasText) throw new Misfit(expected, text);
      }
      if (only && ordered.length === 1) {
        const value = only.decode(text);
        if (value === undefined) throw new Misfit(expected, text);
        return value;
      }
      for (const scalar of ordered) {
        if (isQuoted && isMixed && !scalar.isText) continue;
        const value = scalar.decode(text);
        if (value !== undefined) return value;
      }
      throw new Misfit(expected, text);
    },
    encode(value, quote) {
      if (value === null || value === undefined) {
        if (isNullable || (value === undefined && !isRequired)) return "";
        throw new Misfit(expected, value);
      }
      for (const scalar of ordered) {
        const text = scalar.encode(value);
        if (text === undefined) continue;
        // What is no text has nothing in it that would need quotes.
        return scalar.isText ? quote(text, isMixed || (text === "" && isEmptyAValue)) : text;
      }
      throw new Misfit(expected, value);
    },
  };
}

interface Scalar {
  readonly rank: number;
  readonly isText: boolean;
  /** undefined where the text is no such value. */
  readonly decode: (text: string) => unknown;
  /** undefined where the value is none of this kind. */
  readonly encode: (value: unknown) => string | undefined;
}

const numberText = /^\s*[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?\s*$/;

function decodeNumber(text: string): number | undefined {
  if (numberText.test(text)) return Number(text);
  if (text === "NaN" || text === "Infinity" || text === "-Infinity") return Number(text);
  return undefined;
}

const encodeNumber = (value: unknown) => {
  if (typeof value !== "number") return undefined;
  return Object.is(value, -0) ? "-0" : String(value);
};

function compileScalar(shape: Shape): Scalar | undefined {
  switch (shape.kind) {
    case "boolean":
      return {
        rank: 0,
        isText: false,
        decode: (text) => {
          const word = text.trim().toLowerCase();
          return word === "true" ? true : word === "false" ? false : undefined;
        },
        encode: (value) => (typeof value === "boolean" ? String(value) : undefined),
      };
    case "literal":
      return compileLiteral(shape.values);
    case "bigint":
      return {
        rank: 2,
        isText: false,
        decode: (text) => (/^\s*-?\d+\s*$/.test(text) ? BigInt(text) : undefined),
        encode: (value) => (typeof value === "bigint" ? String(value) : undefined),
      };
    case "number":
      return { rank: 3, isText: false, decode: decodeNumber, encode: encodeNumber };
    case "integer":
      return {
        rank: 3,
        isText: false,
        decode: (text) => {
          const number = decodeNumber(text);
          return Number.isInteger(number) ? number : undefined;
        },
        encode: (value) => (Number.isInteger(value) ? encodeNumber(value) : undefined),
      };
    case "Date":
      return {
        rank: 4,
        isText: false,
        decode: (text) => parseDate(text.trim()) ?? dateOfMilliseconds(text),
        encode: (value) => (value instanceof Date ? dateText(value) : undefined),
      };
    case "bytes":
      return {
        rank: 5,
        isText: true,
        decode: (text) => (isBase64(text) ? new Uint8Array(Buffer.from(text, "base64")) : undefined),
        encode: (value) => (value instanceof Uint8Array ? Buffer.from(value).toString("base64") : undefined),
      };
    case "string":
    case "any":
      return {
        rank: 6,
        isText: true,
        decode: (text) => text,
        encode: shape.kind === "any" ? encodeAny : encodeString,
      };
    default:
      return undefined;
  }
}

function compileLiteral(values: readonly unknown[]): Scalar | undefined {
  if (values.some((value) => typeof value === "object")) return undefined;
  const byText = new Map(values.map((value) => [String(value), value]));
  return {
    rank: 1,
    isText: values.some((value) => typeof value === "string"),
    decode: (text) => byText.get(text) ?? byText.get(String(decodeNumber(text))),
    encode: (value) => (values.includes(value) ? String(value) : undefined),
  };
}

function encodeString(value: unknown): string | undefined {
  if (typeof value !== "string") return undefined;
  if (!value.isWellFormed()) throw new Misfit("well-formed text", value);
  return value;
}

/** Without a type, what has one plain text. */
function encodeAny(value: unknown): string | undefined {
  if (typeof value === "boolean" || typeof value === "bigint") return String(value);
  if (value instanceof Date) return dateText(value);
  return encodeNumber(value) ?? encodeString(value);
}

function dateOfMilliseconds(text: string): Date | undefined {
  const number = decodeNumber(text);
  const date = number === undefined ? undefined : new Date(number);
  return date && isValid(date) ? date : undefined;
}

function isValid(date: Date): boolean {
  return !Number.isNaN(date.getTime());
}
