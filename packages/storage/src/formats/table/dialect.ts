import { rowShape, type Table, tableOf } from "../../rows.js";
import { describeShape } from "../../shape/describe.js";
import type { Shape } from "../../shape/shape.js";

/** How a table of text is written. */
export interface Dialect {
  readonly name: "csv" | "tsv";
  readonly delimiter: "," | "\t";
}

/** The payload as a table, or why it is none. */
export function readTable(payload: Shape, { name }: Dialect): Table | string {
  const row = rowShape(payload);
  if (!row) return `the dataset is ${describeShape(payload)}, and ${name} holds rows`;
  return tableOf(row) ?? `its rows are ${describeShape(row)}, and ${name} holds rows that are objects`;
}
