import { describeValue, Misfit, within } from "../problems.js";

/**
 * Refuses what JSON.stringify would quietly write as something else where no type says how to read it back: a Map as
 * `{}`, bytes as an object of numbers, a function not at all. A Date is written as its text.
 *
 * @returns the value
 * @throws Misfit
 */
export function assertJson(value: unknown): unknown {
  if (typeof value === "bigint" || typeof value === "function" || typeof value === "symbol")
    throw new NoJson(value);
  if (typeof value !== "object" || value === null) return value;
  if (isLost(value)) throw new NoJson(value);
  if (hasToJson(value)) return value;
  if (Array.isArray(value)) {
    for (let index = 0; index < value.length; index++) assertPart(value[index], index);
  } else {
    for (const key of Object.keys(value))
      assertPart((value as { readonly [key: string]: unknown })[key], key);
  }
  return value;
}

function assertPart(part: unknown, key: string | number): void {
  // Most parts are plain.
  if (typeof part === "string" || typeof part === "number") return;
  try {
    assertJson(part);
  } catch (error) {
    throw within(error, key);
  }
}

/** Bytes, and instances of classes that keep their content elsewhere than in properties. */
function isLost(value: object): boolean {
  if (ArrayBuffer.isView(value)) return true;
  if (Array.isArray(value) || hasToJson(value) || Object.keys(value).length > 0) return false;
  const prototype = Object.getPrototypeOf(value);
  // The plain objects of another realm have another Object.prototype, which has none itself.
  return prototype !== null && Object.getPrototypeOf(prototype) !== null;
}

function hasToJson(value: object): boolean {
  return "toJSON" in value && typeof value.toJSON === "function";
}

class NoJson extends Misfit {
  constructor(value: unknown) {
    super("what JSON can hold", value);
  }

  override get why(): string {
    return `found ${nameOf(this.value)}, and JSON cannot hold one where its type is not declared`;
  }
}

function nameOf(value: unknown): string {
  const described = describeValue(value);
  const name: unknown = Object(value).constructor?.name;
  return described === "an object" && typeof name === "string" ? `an instance of ${name}` : described;
}
