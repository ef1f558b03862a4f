/** The folders of a partitioned dataset: `date=2026-11-22/region=eu/`, as Hive lays them out. */
import { resolve, type Shape, splitNull } from "@glacier-ts/core/payload";
import { type CellCodec, compileCell } from "../formats/table/cell.js";
import { describeValue, Malformed, Misfit, NotEncodable, pointer } from "../problems.js";
import type { Table } from "../rows.js";
import { isRecord, ownProperty } from "../shape/fits.js";

/** What stands for null. */
const nullName = "__HIVE_DEFAULT_PARTITION__";

interface PartitionColumn {
  readonly name: string;
  /** Undefined where the name of a folder cannot hold its type. */
  readonly codec: CellCodec | undefined;
  readonly isNullable: boolean;
  /** The rows have it; a reader may want fewer columns than there are. */
  readonly isDeclared: boolean;
}

/** The values of a row, or of a folder, by column. */
export type PartitionValues = readonly (readonly [column: string, value: unknown])[];

export class Folders {
  readonly #columns: readonly PartitionColumn[];

  constructor({ columns, rest }: Table, names: readonly string[]) {
    this.#columns = names.map((name) => {
      const declared = columns.find((column) => column.name === name)?.shape ?? rest;
      const shape: Shape = declared ?? { kind: "any" };
      const { branches, isNullable } = splitNull(shape);
      // What is not declared is text.
      const known = branches.filter((branch) => resolve(branch).kind !== "any");
      const plain: Shape = known.length === 0 ? { kind: "string" } : { kind: "union", branches: known };
      const codec = compileCell({ name, shape: plain, isRequired: true });
      return { name, isNullable, codec, isDeclared: declared !== undefined };
    });
  }

  /**
   * The folder of a row, with `/` at its end.
   *
   * @throws NotEncodable
   */
  of(row: unknown, index: number): string {
    if (!isRecord(row))
      throw new NotEncodable(`/${index}`, `found ${describeValue(row)}, expected an object`);
    return this.#columns
      .map((column) => `${escapeName(column.name)}=${folderValue(row, column, index)}/`)
      .join("");
  }

  /**
   * The values of a file's folders.
   *
   * @param key of the file, from the dataset's folder on
   * @throws Malformed
   */
  values(key: string): PartitionValues {
    const folders = key.split("/").slice(0, -1);
    if (folders.length !== this.#columns.length) {
      const layout = this.#columns.map(({ name }) => `${escapeName(name)}=…/`).join("");
      throw new Malformed(`'${key}' is not in a folder ${layout}`);
    }
    return this.#columns.flatMap(({ name, codec, isNullable, isDeclared }, index) => {
      const folder = folders[index] as string;
      const equals = folder.indexOf("=");
      if (unescapeName(folder.slice(0, equals)) !== name)
        throw new Malformed(`'${key}' has the folder '${folder}', expected '${escapeName(name)}=…'`);
      const text = folder.slice(equals + 1);
      if (!isDeclared) return [];
      if (text === nullName && isNullable) return [[name, null] as const];
      if (!codec) throw new Malformed(`the name of a folder cannot hold column '${name}'`);
      try {
        return [[name, codec.decode(unescapeName(text), true)] as const];
      } catch (error) {
        if (!(error instanceof Misfit)) throw error;
        throw new Malformed(`'${key}' has the folder '${folder}': ${error.why}`);
      }
    });
  }
}

function folderValue(
  row: Record<string, unknown>,
  { name, codec, isNullable }: PartitionColumn,
  index: number,
): string {
  const value = ownProperty(row, name);
  if (value === null && isNullable) return nullName;
  try {
    // What a folder cannot be named by was refused before.
    const text = (codec as CellCodec).encode(value, (each) => each);
    if (text !== nullName) return escapeName(text);
  } catch (error) {
    if (!(error instanceof Misfit)) throw error;
    throw new NotEncodable(pointer([index, name]), error.why);
  }
  throw new NotEncodable(pointer([index, name]), `'${nullName}' stands for null in the name of a folder`);
}

/** What Hive and Spark escape in names. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they cannot be part of a name.
const special = /[\u0001-\u001f"#%'*/:=?\\\u007f{[\]^]/g;

function escapeName(text: string): string {
  return text.replace(special, (character) => {
    return `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, "0")}`;
  });
}

/** DuckDB escapes more than Hive does, as URLs do. */
function unescapeName(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new Malformed(`'${text}' is not percent-encoded`);
  }
}
