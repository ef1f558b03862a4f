/** Which columns a dataset can be divided by: the same for the compiler and for the storage. */
import { suggest } from "../suggest.js";
import { describeShape } from "./describe.js";
import { resolve, type Shape, splitNull } from "./shape.js";
import { rowShape, tableOf } from "./table.js";

/** A column that a dataset cannot be divided by. */
export interface PartitionGap {
  /** Undefined where it is not about one column. */
  readonly column: string | undefined;
  /** As the end of a sentence. */
  readonly why: string;
}

/** @returns undefined where the dataset can be divided by these columns */
export function findPartitionGap(payload: Shape, columns: readonly string[]): PartitionGap | undefined {
  const row = rowShape(payload);
  const table = row && tableOf(row);
  if (!table)
    return { column: undefined, why: `it is ${describeShape(payload)}, and rows that are objects can be` };
  const names = table.columns.map(({ name }) => name);
  for (const [index, column] of columns.entries()) {
    const why = (found: string): PartitionGap => ({ column, why: found });
    if (columns.indexOf(column) !== index) return why("it is named twice");
    if (column === "__proto__") return why("objects have no such property of their own");
    const found = table.columns.find(({ name }) => name === column);
    if (found && !found.isRequired) return why("it need not be there");
    const shape = found?.shape ?? table.rest;
    if (!shape) {
      const near = suggest(column, names);
      return why(`the rows have no such column${near === undefined ? "" : ` (did you mean '${near}'?)`}`);
    }
    if (!isPlain(shape))
      return why(
        `it is ${describeShape(shape)}, and the name of a folder has one type: a string, a number or a boolean`,
      );
  }
  if (columns.length === 0) return { column: undefined, why: "`partitionBy` names no column" };
  if (names.every((name) => columns.includes(name)) && !table.rest) {
    return { column: undefined, why: "no other column is left for the files" };
  }
  return undefined;
}

/** One kind of values, and null. What is not declared is read as a string. */
function isPlain(shape: Shape): boolean {
  const kinds = splitNull(shape).branches.flatMap((branch) =>
    branch.kind === "literal" ? branch.values.map((value) => typeof value) : [kindNames.get(branch.kind)],
  );
  const [kind] = kinds;
  return kind !== undefined && kind !== "object" && kinds.every((each) => each === kind);
}

const kindNames = new Map([
  ["string", "string"],
  ["number", "number"],
  ["integer", "number"],
  ["bigint", "bigint"],
  ["boolean", "boolean"],
  ["any", "string"],
]);

/** The payload of files from which columns are left out, because the names of their folders say them. */
export function withoutColumns(payload: Shape, columns: readonly string[]): Shape {
  const row = rowShape(payload);
  return row ? { kind: "array", items: withoutProperties(row, new Set(columns)) } : payload;
}

function withoutProperties(shape: Shape, names: ReadonlySet<string>): Shape {
  const resolved = resolve(shape);
  if (resolved.kind === "union") {
    return { kind: "union", branches: resolved.branches.map((branch) => withoutProperties(branch, names)) };
  }
  if (resolved.kind !== "object") return resolved;
  return { ...resolved, properties: new Map([...resolved.properties].filter(([name]) => !names.has(name))) };
}
