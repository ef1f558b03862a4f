/** What a dataset's declaration says of where it lives and how it is encoded. */
import { isJsonObject, type Json, type Location } from "@glacier-ts/core";
import { compressionNames, formatName, type Shape, shapeOf } from "@glacier-ts/core/payload";
import type { LinkedDataset } from "./datasets.js";
import type { OptionFacts } from "./model.js";

export interface DeclaredStorage {
  readonly options: OptionFacts;
  /** The kind of storage; undefined where there is none. */
  readonly kind: string | undefined;
  /** It is a table of a database, which has columns and no bytes. */
  readonly isTable: boolean;
  readonly payload: Shape;
  /** Undefined for a table, and where only the run knows the object's name, which says it. */
  readonly format: string | undefined;
  /** Empty where it is called after its dataset; undefined where there is none, or only the run knows it. */
  readonly objectName: string | undefined;
  /** How the format compresses its parts, as declared. */
  readonly inner: string | undefined;
}

/** @returns undefined where the project's own code declares no options, or where the payload's schema is not true */
export function declaredStorage({ declarations, schemaMention }: LinkedDataset): DeclaredStorage | undefined {
  const declaration = declarations.find(({ form }) => form === "value");
  if (!declaration || !schemaMention) return undefined;
  const { schema, problems } = schemaMention.schema;
  if (problems.some(({ kind }) => kind !== "tag")) return undefined;
  const { options } = declaration;
  const { storage, format, compression } = options.value;
  const kind = isJsonObject(storage) && typeof storage.kind === "string" ? storage.kind : undefined;
  const isTable = kind === "postgres" || kind === "duckdb";
  const payload = shapeOf(schema);
  const name = isJsonObject(storage) ? objectName(storage) : undefined;
  const found = isTable ? undefined : formatOf(format, name, payload);
  const declared = typeof compression === "string" ? compression : undefined;
  const inner = found === undefined ? undefined : compressionNames(found, declared, name ?? "").inner;
  return { options, kind, isTable, payload, format: found, objectName: name, inner };
}

function formatOf(declared: Json | undefined, name: string | undefined, payload: Shape): string | undefined {
  if (declared === undefined && name === undefined) return undefined;
  if (declared !== undefined && typeof declared !== "string") return undefined;
  return formatName(declared, name ?? "", payload);
}

/** The name of the object, which is empty where it is called after its dataset; undefined where only the run knows it. */
function objectName({
  kind,
  path,
  prefix = "",
  url,
}: {
  readonly [option: string]: Json;
}): string | undefined {
  const name = kind === "file" ? path : kind === "http" ? url : prefix;
  if (typeof name !== "string") return undefined;
  const object = kind === "http" ? name.replace(/[?#].*$/s, "") : name;
  return object.endsWith("/") ? "" : object;
}

/** Where an option is written, or the nearest part around it. */
export function locationOf(options: OptionFacts, path: string): Location | undefined {
  for (let at = path; ; at = at.slice(0, Math.max(0, at.lastIndexOf(".")))) {
    const location = options.locations.get(at);
    if (location || at === "") return location;
  }
}
