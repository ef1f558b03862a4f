import { isJsonObject, type JsonObject } from "@glacier-ts/core";
import { constraintsOf } from "./constraints.js";
import { loadTest, type Test } from "./load-test.js";

/** Tests of a payload: of each row where it has rows, and of the whole where that says something of its own. */
export interface PayloadTest {
  readonly whole: Test | undefined;
  readonly row: Test | undefined;
}

/** Keeps the generated code of tests, so that each is generated once; by the hash of its schema. */
export interface TestSources {
  read(name: string): string | undefined;
  write(name: string, source: string): void;
}

export interface PayloadTestOptions {
  /** Of the schema, under which the generated code is kept; without it, nothing is kept. */
  readonly hash?: string;
  readonly sources?: TestSources | undefined;
  /** The types were checked while the value was decoded: only what the schema says beside them is looked at. */
  readonly isTyped?: boolean;
}

const tests = {
  whole: new WeakMap<JsonObject, Promise<PayloadTest>>(),
  beside: new WeakMap<JsonObject, Promise<PayloadTest>>(),
};

export function payloadTest(schema: JsonObject, options: PayloadTestOptions = {}): Promise<PayloadTest> {
  const known = options.isTyped ? tests.beside : tests.whole;
  let test = known.get(schema);
  if (!test) {
    test = makeTest(schema, options);
    known.set(schema, test);
  }
  return test;
}

async function makeTest(
  schema: JsonObject,
  { hash, sources, isTyped = false }: PayloadTestOptions,
): Promise<PayloadTest> {
  const { whole, row } = divide(schema);
  const make = (part: JsonObject | undefined, name: string) => {
    const tested = part && isTyped ? constraintsOf(part) : part;
    const kept = hash === undefined ? undefined : `${hash}-${name}${isTyped ? "-constraints" : ""}`;
    return tested && testOf(tested, kept, sources);
  };
  return { whole: await make(whole, "whole"), row: await make(row, "row") };
}

async function testOf(
  schema: JsonObject,
  name: string | undefined,
  sources: TestSources | undefined,
): Promise<Test> {
  const kept = name === undefined ? undefined : sources?.read(name);
  if (kept !== undefined) {
    try {
      return loadTest(kept);
    } catch {
      // Damaged: it is generated again.
    }
  }
  const { generateTest } = await import("./compile.js");
  const source = generateTest(schema);
  if (name !== undefined) sources?.write(name, source);
  return loadTest(source);
}

/** Whether the payload is rows: an array that is no tuple, or a stream. */
export function hasRows({ type, prefixItems, "x-glacier-type": mark }: JsonObject): boolean {
  return type === "array" && prefixItems === undefined && (mark === undefined || mark === "AsyncIterable");
}

/** What the schema says of each row, and what of the rows together. */
function divide(schema: JsonObject): { readonly whole?: JsonObject; readonly row?: JsonObject } {
  const { items, type: _, $defs, "x-glacier-type": __, ...rest } = schema;
  if (!hasRows(schema) || !isJsonObject(items)) return { whole: schema };
  const row = { ...items, ...($defs !== undefined && { $defs }) };
  const isOwn = wholeKeywords.some((keyword) => keyword in rest);
  return { row, ...(isOwn && { whole: { type: "array", ...rest } }) };
}

/** Of arrays as a whole. */
const wholeKeywords = ["minItems", "maxItems", "uniqueItems"];
