/** JSON texts and values, for the formats that are made of JSON. */
import {
  findNodeAtLocation,
  type JSONPath,
  type JSONVisitor,
  type ParseErrorCode,
  parseTree,
  visit,
} from "jsonc-parser";
import { describeValue, Malformed, Misfit, NotEncodable, pointer } from "../problems.js";
import type { Convert } from "../shape/codec.js";

/**
 * Reads one JSON text.
 *
 * @param isExact whether integers that a number cannot hold become bigints
 * @param line of the file, in which the text begins
 * @throws Malformed with the place of the mistake
 */
export function parseJson(text: string, revive: Convert | undefined, isExact: boolean, line = 1): unknown {
  try {
    // Reading with a reviver is many times slower, so only where there are so many digits.
    const value = isExact && /\d{16}/.test(text) ? JSON.parse(text, exactInteger) : JSON.parse(text);
    return revive ? revive(value) : value;
  } catch (error) {
    throw problemOf(text, error, line);
  }
}

/** @returns Malformed for what is wrong with the text or its value; every other error as it is */
function problemOf(text: string, error: unknown, line: number): unknown {
  if (error instanceof SyntaxError) return syntaxProblem(text, error, line);
  if (error instanceof RangeError) return new Malformed("it is nested too deeply");
  if (!(error instanceof Misfit)) return error;
  const tree = parseTree(text);
  const offset = (tree && findNodeAtLocation(tree, error.path as JSONPath)?.offset) ?? 0;
  const where = error.path.length === 0 ? "" : ` at '${pointer(error.path)}'`;
  return malformedAt(text, offset, `${error.why}${where}`, line);
}

function exactInteger(_key: string, value: unknown, context?: { source?: string }): unknown {
  if (typeof value !== "number" || Number.isSafeInteger(value)) return value;
  const source = context?.source ?? "";
  return /^-?\d+$/.test(source) ? BigInt(source) : value;
}

/** Finds the mistake with a parser that goes on after mistakes: the engine's own message has no reliable place. */
function syntaxProblem(text: string, error: SyntaxError, line: number): Malformed {
  let first: { readonly code: ParseErrorCode; readonly offset: number } | undefined;
  const visitor: JSONVisitor = {
    onError: (code, offset) => {
      first ??= { code, offset };
    },
  };
  visit(text, visitor, { disallowComments: true });
  if (!first) return new Malformed(`line ${line}: ${error.message}`, { line, column: 1 });
  const found = first.offset >= text.trimEnd().length ? "the end" : describeValue(text[first.offset]);
  const why = mistakes[first.code] ?? "something else";
  return malformedAt(
    text,
    first.offset,
    why.includes("{found}") ? why.replace("{found}", () => found) : why,
    line,
  );
}

/** By ParseErrorCode, which is a const enum and has no value at run time. */
const mistakes: { readonly [code: number]: string } = {
  1: "found {found}, expected a value",
  2: "found a malformed number",
  3: "found {found}, expected a property name in double quotes",
  4: "found {found}, expected a value",
  5: "found {found}, expected ':'",
  6: "found {found}, expected ','",
  7: "found {found}, expected '}'",
  8: "found {found}, expected ']'",
  9: "found {found}, expected the end",
  10: "found a comment",
  11: "found a comment without an end",
  12: "found a string without an end",
  13: "found a malformed number",
  14: "found a malformed \\u escape",
  15: "found an unknown escape in a string",
  16: "found a control character in a string",
};

function malformedAt(text: string, offset: number, why: string, firstLine: number): Malformed {
  const before = text.slice(0, offset).split("\n");
  const line = firstLine + before.length - 1;
  const column = (before.at(-1)?.length ?? 0) + 1;
  return new Malformed(`line ${line}, column ${column}: ${why}`, { line, column });
}

/**
 * Writes one JSON text on one line.
 *
 * @param path where the value is in the dataset
 * @throws NotEncodable
 */
export function stringifyJson(
  value: unknown,
  replace: Convert | undefined,
  path: readonly (string | number)[],
): string {
  let text: string | undefined;
  try {
    text = JSON.stringify(replace ? replace(value) : value);
  } catch (error) {
    if (error instanceof Misfit) throw new NotEncodable(pointer([...path, ...error.path]), error.why);
    const lost = findRefused(value, path, error);
    throw new NotEncodable(pointer(lost.path), lost.why);
  }
  if (text === undefined) throw new NotEncodable(pointer(path), `${describeValue(value)} has no JSON`);
  // JSON.stringify quietly writes null for NaN, so look closely, but only where it wrote a null.
  const lost = text.includes("null") ? findLost(value, [...path]) : undefined;
  if (lost) throw new NotEncodable(pointer(lost.path), lost.why);
  return text;
}

interface Lost {
  readonly path: readonly (string | number)[];
  readonly why: string;
}

/** What kept a value from being written, where it was none of its types. */
function findRefused(value: unknown, path: readonly (string | number)[], error: unknown): Lost {
  try {
    const lost = findLost(value, [...path]);
    if (lost) return lost;
  } catch (deeper) {
    if (!(deeper instanceof RangeError)) throw deeper;
  }
  if (!(error instanceof RangeError)) throw error;
  return { path, why: "it is too large or too deep for one JSON text" };
}

/** The first part of a value that JSON.stringify refuses, or turns into null. */
function findLost(value: unknown, path: (string | number)[], parents: unknown[] = []): Lost | undefined {
  if (typeof value === "number") {
    return Number.isFinite(value) ? undefined : { path: [...path], why: `JSON has no ${value}` };
  }
  if (value instanceof Date) {
    return Number.isNaN(value.getTime()) ? { path: [...path], why: "found an invalid Date" } : undefined;
  }
  if (typeof value === "object" && value !== null) {
    if (parents.includes(value)) return { path: [...path], why: "it contains itself" };
    if (value instanceof Uint8Array) return undefined;
    parents.push(value);
    for (const [key, part] of entriesOf(value)) {
      path.push(key);
      const isNull =
        Array.isArray(value) &&
        (part === undefined || typeof part === "function" || typeof part === "symbol");
      const lost = isNull
        ? { path: [...path], why: `JSON has no ${describeLost(part)}` }
        : findLost(part, path, parents);
      if (lost) return lost;
      path.pop();
    }
    parents.pop();
  }
  return undefined;
}

function describeLost(value: unknown): string {
  return value === undefined ? "undefined" : typeof value;
}

function* entriesOf(value: object): Iterable<[string | number, unknown]> {
  if (Array.isArray(value) || value instanceof Set) {
    yield* [...value].entries();
  } else if (value instanceof Map) {
    let index = 0;
    for (const entry of value) yield [index++, entry];
  } else {
    yield* Object.entries(value);
  }
}
