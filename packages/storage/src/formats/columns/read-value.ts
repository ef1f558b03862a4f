/** The way from what a column holds to the declared values, compiled once for a column. */
import { Misfit, within } from "../../problems.js";
import { absent } from "../../rows.js";
import type { Convert } from "../../shape/codec.js";
import { describeShape } from "../../shape/describe.js";
import { isRecord, ownProperty } from "../../shape/fits.js";
import { resolve, type Shape, splitNull } from "../../shape/shape.js";
import type { StoredType } from "./stored-type.js";

/**
 * Compiles the conversion of one value of `shape` that is stored as `stored` says.
 *
 * @returns undefined where the stored type does not fit
 */
function compileStored(shape: Shape, stored: StoredType): Convert | undefined {
  const { branches, isNullable } = splitNull(shape);
  let convert: Convert | undefined = stored.content === "null" ? readNothing : undefined;
  for (const branch of branches) convert ??= compileBranch(branch, stored);
  if (!convert) return branches.length === 0 ? readNothing : undefined;
  const readValue = convert;
  if (isNullable) return (value) => (value === null || value === undefined ? null : readValue(value));
  const expected = describeShape(shape);
  return (value) => {
    if (value === null || value === undefined) throw new Misfit(expected, null);
    return readValue(value);
  };
}

/** The same for a property that need not be there: what is null in the file is not there, unless null is a value of it. */
export function compileOptional(shape: Shape, stored: StoredType, isRequired: boolean): Convert | undefined {
  const convert = compileStored(shape, stored);
  if (!convert || isRequired || splitNull(shape).isNullable) return convert;
  return (value) => (value === null || value === undefined ? absent : convert(value));
}

function readNothing(value: unknown): null {
  if (value === null || value === undefined) return null;
  throw new Misfit("null", value);
}

const same: Convert = (value) => value;

function compileBranch(declared: Shape, stored: StoredType): Convert | undefined {
  const shape = resolve(declared);
  const { content } = stored;
  switch (shape.kind) {
    case "any":
      return anyOf(stored);
    case "boolean":
      return content === "boolean" ? same : undefined;
    case "number":
    case "integer":
      if (content === "integer") return Number;
      return (content === "number" && shape.kind === "number") || content === "time" ? same : undefined;
    case "bigint":
      return content === "integer" ? (BigInt as Convert) : undefined;
    case "string":
      if (content === "time") return stored.isDay ? dayText : timeText;
      return content === "bytes" ? utf8Text : content === "text" ? same : undefined;
    case "Date":
      return content === "time" ? (value) => new Date(value as number) : undefined;
    case "bytes":
      return content === "bytes" ? same : undefined;
    case "literal":
      return compileLiteral(shape.values, shape, content);
    case "array":
    case "stream":
    case "Set": {
      const item = content === "list" ? compileItem(shape.items, stored.item) : undefined;
      if (!item) return undefined;
      return shape.kind === "Set" ? (value) => new Set(item(value) as unknown[]) : item;
    }
    case "Map":
      return content === "map"
        ? compileMap(shape.key, shape.value, stored, (entries) => new Map(entries))
        : undefined;
    case "object":
      if (content === "map" && shape.rest) {
        return compileMap({ kind: "string" }, shape.rest, stored, (entries) => Object.fromEntries(entries));
      }
      return content === "struct" ? compileStruct(shape, stored.fields) : undefined;
    case "tuple":
    case "null":
    case "union":
    case "reference":
      return undefined;
    default:
      return shape satisfies never;
  }
}

/** Without a declared type: what comes closest in JavaScript. */
function anyOf(stored: StoredType): Convert | undefined {
  switch (stored.content) {
    case "integer":
      return (value) => (Number.isSafeInteger(Number(value)) ? Number(value) : value);
    case "time":
      return (value) => (typeof value === "number" ? new Date(value) : value);
    case "list":
      return compileItem(any, stored.item);
    case "struct": {
      const properties = [...stored.fields.keys()].map(
        (name) => [name, { shape: any, isRequired: true }] as const,
      );
      return compileStruct(
        { kind: "object", properties: new Map(properties), rest: undefined, patterns: [], others: undefined },
        stored.fields,
      );
    }
    case "map":
      return compileMap(any, any, stored, (entries) => new Map(entries));
    case "other":
      return undefined;
    default:
      return same;
  }
}

const any: Shape = { kind: "any" };

function compileLiteral(
  values: readonly unknown[],
  shape: Shape,
  content: StoredType["content"],
): Convert | undefined {
  const kinds = {
    boolean: "boolean",
    integer: "number",
    number: "number",
    text: "string",
    bytes: "string",
  } as const;
  const kind = kinds[content as keyof typeof kinds];
  if (!values.some((value) => typeof value === kind)) return undefined;
  const known = new Set(values);
  const plain: Convert = content === "integer" ? Number : content === "bytes" ? utf8Text : same;
  const expected = describeShape(shape);
  return (stored) => {
    const value = plain(stored);
    if (!known.has(value)) throw new Misfit(expected, value);
    return value;
  };
}

/** @returns a conversion of a whole list */
function compileItem(items: Shape, stored: StoredType): Convert | undefined {
  const item = compileStored(items, stored);
  if (!item) return undefined;
  return (list) =>
    Array.from(list as ArrayLike<unknown>, (value, index) => {
      try {
        return item(value);
      } catch (error) {
        throw within(error, index);
      }
    });
}

function compileMap(
  key: Shape,
  value: Shape,
  stored: StoredType & { content: "map" },
  make: (entries: [string, unknown][]) => unknown,
): Convert | undefined {
  const readKey = compileStored(key, stored.key);
  const readValue = compileStored(value, stored.value);
  if (!readKey || !readValue) return undefined;
  return (map) =>
    make(
      stored.entriesOf(map).map(([storedKey, storedValue]) => {
        const name = readKey(storedKey) as string;
        try {
          return [name, readValue(storedValue)];
        } catch (error) {
          throw within(error, String(name));
        }
      }),
    );
}

function compileStruct(
  shape: Shape & { kind: "object" },
  fields: ReadonlyMap<string, StoredType>,
): Convert | undefined {
  const properties: { readonly name: string; readonly convert: Convert }[] = [];
  for (const [name, property] of shape.properties) {
    const field = fields.get(name);
    const convert = field && compileOptional(property.shape, field, property.isRequired);
    if (convert) properties.push({ name, convert });
    else if (field || property.isRequired) return undefined;
  }
  return (struct) => {
    if (!isRecord(struct)) throw new Misfit("an object", struct);
    const entries: [string, unknown][] = [];
    for (const { name, convert } of properties) {
      try {
        const value = convert(ownProperty(struct, name));
        if (value !== absent) entries.push([name, value]);
      } catch (error) {
        throw within(error, name);
      }
    }
    return Object.fromEntries(entries);
  };
}

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

function utf8Text(value: unknown): string {
  if (typeof value === "string") return value;
  try {
    return decoder.decode(value as Uint8Array);
  } catch {
    throw new Misfit("UTF-8 text", value);
  }
}

function timeText(value: unknown): string {
  return new Date(value as number).toISOString();
}

function dayText(value: unknown): string {
  return timeText(value).slice(0, "2026-01-31".length);
}
