/** Columns of a file as rows of the declared type. */
import { Malformed, Misfit, pointer } from "../../problems.js";
import { absent, appendRows, missingColumn } from "../../rows.js";
import type { Convert } from "../../shape/codec.js";
import { describeShape } from "../../shape/describe.js";
import type { Shape } from "../../shape/shape.js";
import { tableFor } from "../assert-holds.js";
import { compileOptional } from "./read-value.js";
import type { StoredType } from "./stored-type.js";

export interface ReadColumn {
  readonly name: string;
  readonly convert: Convert;
  readonly isOptional: boolean;
}

/**
 * Matches the declared columns with those of the file; others are left out.
 *
 * @throws Malformed
 */
export function readColumnsOf(
  format: string,
  stored: ReadonlyMap<string, StoredType>,
  payload: Shape,
): readonly ReadColumn[] {
  const table = tableFor(format, payload);
  const found: ReadColumn[] = [];
  const add = (name: string, shape: Shape, isRequired: boolean, type: StoredType) => {
    const convert = compileOptional(shape, type, isRequired);
    if (!convert) {
      throw new Malformed(`column '${name}' is ${type.description}, expected ${describeShape(shape)}`);
    }
    found.push({ name, convert, isOptional: !isRequired });
  };
  for (const { name, shape, isRequired } of table.columns) {
    const type = stored.get(name);
    if (type) add(name, shape, isRequired, type);
    else if (isRequired) throw new Malformed(missingColumn(name, [...stored.keys()]));
  }
  if (table.rest) {
    const declared = new Set(table.columns.map(({ name }) => name));
    for (const [name, type] of stored) if (!declared.has(name)) add(name, table.rest, true, type);
  }
  return found;
}

/**
 * Makes rows of the decoded values of their columns.
 *
 * @param rowStart how many rows of the file come before them
 * @throws Malformed
 */
export function makeRows(
  columns: readonly ReadColumn[],
  decoded: readonly ArrayLike<unknown>[],
  rowStart: number,
  count: number,
): unknown[] {
  let hasAbsent = false;
  const values = columns.map((column, index) => {
    const converted = convertColumn(decoded[index] ?? [], column, rowStart);
    hasAbsent ||= column.isOptional && converted.includes(absent);
    return converted;
  });
  const rows: unknown[] = [];
  appendRows(
    rows,
    columns.map(({ name }) => name),
    values,
    count,
    hasAbsent,
  );
  return rows;
}

function convertColumn(
  decoded: ArrayLike<unknown>,
  { name, convert }: ReadColumn,
  rowStart: number,
): unknown[] {
  // An ordinary array is fresh, and every value of it is replaced.
  const converted: unknown[] = Array.isArray(decoded) ? decoded : new Array(decoded.length);
  let index = 0;
  try {
    for (; index < decoded.length; index++) converted[index] = convert(decoded[index]);
  } catch (error) {
    if (!(error instanceof Misfit)) throw error;
    const inner = error.path.length === 0 ? "" : ` at '${pointer(error.path)}'`;
    throw new Malformed(`row ${rowStart + index + 1}, column '${name}'${inner}: ${error.why}`);
  }
  return converted;
}
