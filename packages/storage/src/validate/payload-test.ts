import { isJsonObject, type JsonObject } from "@glacier-ts/core";
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

const tests = new WeakMap<JsonObject, Promise<PayloadTest>>();

/** @param hash of the schema; without one, nothing is kept */
export function payloadTest(schema: JsonObject, hash?: string, sources?: TestSources): Promise<PayloadTest> {
  let test = tests.get(schema);
  if (!test) {
    test = makeTest(schema, hash, sources);
    tests.set(schema, test);
  }
  return test;
}

async function makeTest(schema: JsonObject, hash?: string, sources?: TestSources): Promise<PayloadTest> {
  const { whole, row } = divide(schema);
  const make = (part: JsonObject | undefined, name: string) =>
    part && testOf(part, hash === undefined ? undefined : `${hash}-${name}`, sources);
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

/** What the schema says of each row, and what of the rows together. */
function divide(schema: JsonObject): { readonly whole?: JsonObject; readonly row?: JsonObject } {
  const { items, type, $defs, "x-glacier-type": mark, ...rest } = schema;
  const isRows = type === "array" && isJsonObject(items) && (mark === undefined || mark === "AsyncIterable");
  if (!isRows || "prefixItems" in rest) return { whole: schema };
  const row = { ...items, ...($defs !== undefined && { $defs }) };
  const isOwn = wholeKeywords.some((keyword) => keyword in rest);
  return { row, ...(isOwn && { whole: { type, ...rest } }) };
}

/** Of arrays as a whole. */
const wholeKeywords = ["minItems", "maxItems", "uniqueItems"];
