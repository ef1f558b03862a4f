import { createRequire } from "node:module";
import type { JsonObject } from "@glacier-ts/core";
import type { ErrorObject } from "ajv";

/** What is wrong with a value, as ajv says it. */
export type Mistake = ErrorObject<string, Record<string, unknown>, JsonObject>;

/** Generated code that checks a value. */
export interface Test {
  (value: unknown): boolean;
  /** What was wrong with the last value; the first thing that was met. */
  errors?: readonly Mistake[] | null;
}

/** Runs the module that `generateTest` has written. Ajv itself is not loaded for that. */
export function loadTest(source: string): Test {
  const module: { exports: unknown } = { exports: {} };
  new Function("require", "module", "exports", source)(require, module, module.exports);
  if (typeof module.exports !== "function") throw new Error("it exports no function");
  return module.exports as Test;
}

// Generated code imports functions of ajv, which is this package's dependency and perhaps nobody else's.
const require = createRequire(import.meta.url);
