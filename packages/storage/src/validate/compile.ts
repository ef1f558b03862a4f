/** Code that checks values in memory, generated from the schemas of payloads. */
import { isJsonObject, type Json, type JsonObject } from "@glacier-ts/core";
import { _, Ajv2020, type Code, type CodeKeywordDefinition } from "ajv/dist/2020.js";
import ajvStandalone from "ajv/dist/standalone/index.js";
import ajvFormats from "ajv-formats";
import { valueSchema } from "./value-schema.js";

/**
 * The source of a CommonJS module that exports a `Test` (see load-test.ts) of values of the payload.
 *
 * To ask of each property whether it is the object's own takes as long as everything else together. In plain objects all
 * are, so values are first taken to have no others; what is not valid then is looked at exactly, which also tells why.
 */
export function generateTest(payload: JsonObject): string {
  const schema = valueSchema(payload);
  const exact = sourceOf(schema, false);
  return isInherited(schema) ? exact : quickFirst(sourceOf(schema, true), exact);
}

/** @param isPlain whether a value is valid only where its objects are plain ones */
function sourceOf(schema: JsonObject, isPlain: boolean): string {
  const ajv = new Ajv2020({
    code: { source: true, lines: true },
    discriminator: true,
    strict: false,
    // NaN and the infinities are numbers; which formats can hold them is their business.
    strictNumbers: false,
    // Properties of the prototype are none: an instance of a class may have getters.
    ownProperties: !isPlain,
    // Mistakes carry the value, and what the schema says of it.
    verbose: true,
    logger: false,
    keywords: [
      valueType,
      isPlain ? plainObject : valueObject,
      partsOf("valueItems", "values"),
      partsOf("valueKeys", "keys"),
    ],
  });
  ajvFormats.default(ajv);
  // Of a bigint; a number that holds one is whole.
  ajv.addFormat("int64", true);
  return ajvStandalone.default(ajv, ajv.compile(schema));
}

/** Whether plain objects inherit a property with a name that the schema mentions: a column may be called `constructor`. */
function isInherited(schema: Json): boolean {
  if (typeof schema === "string") return schema in Object.prototype;
  if (Array.isArray(schema)) return schema.some(isInherited);
  return isJsonObject(schema) && Object.entries(schema).some((entry) => entry.some(isInherited));
}

const quickFirst = (quick: string, exact: string) => `"use strict";
const load = (define) => {
const module = { exports: {} };
define(module);
return module.exports;
};
const quick = load((module) => {
${quick}
});
const exact = load((module) => {
${exact}
});
module.exports = function test(value) {
if (quick(value)) return true;
const isValid = exact(value);
test.errors = exact.errors;
return isValid;
};
`;

const valueType: CodeKeywordDefinition = {
  keyword: "valueType",
  code: (context) => {
    const { data, schema } = context;
    context.fail(
      isNot[schema as string]?.(data) ?? _`!(${data} instanceof ${globals[schema as string] as Code})`,
    );
  },
};

const isNot: Readonly<Record<string, (data: Code) => Code>> = {
  bigint: (data) => _`typeof ${data} !== "bigint"`,
  Date: (data) => _`!(${data} instanceof Date) || Number.isNaN(${data}.getTime())`,
};

const globals: Readonly<Record<string, Code>> = { Uint8Array: _`Uint8Array`, Set: _`Set`, Map: _`Map` };

/** To JavaScript, a Date or a Map is an object. Most objects are plain, so that is looked at first. */
const valueObject: CodeKeywordDefinition = {
  keyword: "valueObject",
  type: "object",
  code: (context) => {
    const { data } = context;
    const isOther = _`${data} instanceof Date || ${data} instanceof Uint8Array || ${data} instanceof Map || ${data} instanceof Set`;
    context.fail(_`Object.getPrototypeOf(${data}) !== Object.prototype && (${isOther})`);
  },
};

const plainObject: CodeKeywordDefinition = {
  ...valueObject,
  code: (context) => context.fail(_`Object.getPrototypeOf(${context.data}) !== Object.prototype`),
};

/** Checks the items of a Set, or the keys or values of a Map. */
function partsOf(keyword: string, method: "keys" | "values"): CodeKeywordDefinition {
  return {
    keyword,
    schemaType: ["object", "boolean"],
    code(context) {
      const { gen, data } = context;
      const valid = gen.let("valid", true);
      gen.if(_`${data} instanceof Set || ${data} instanceof Map`, () => {
        const parts = gen.const("parts", _`${data}[${method}]()`);
        gen.forOf("part", parts, (part) => {
          const fits = gen.name("fits");
          context.subschema({ keyword, data: part, dataTypes: [] }, fits);
          gen.if(_`!${fits}`, () => gen.assign(valid, false).break());
        });
      });
      context.ok(valid);
    },
  };
}
