/** Refuses payloads that a format cannot hold; mostly the compiler has done so before. */
import { FormatGap, findFormatGap, readTable, type Shape, type Table } from "@glacier-ts/core/payload";
import { Malformed, NotEncodable, pointer } from "../problems.js";

/** @throws NotEncodable */
export function assertHolds(format: string, payload: Shape): void {
  const gap = findFormatGap(format, payload, "write");
  if (gap) throw new NotEncodable(gap.path.length > 1 ? pointer(gap.path) : "", describe(gap));
}

/** @throws Malformed where no bytes could be such a payload */
export function assertReadable(format: string, payload: Shape): void {
  const gap = findFormatGap(format, payload, "read");
  if (gap) throw new Malformed(describe(gap));
}

/** @throws Malformed where the payload is no table */
export function tableFor(format: string, payload: Shape): Table {
  const table = readTable(format, payload);
  if (table instanceof FormatGap) throw new Malformed(describe(table));
  return table;
}

function describe({ path, why }: FormatGap): string {
  if (path.length === 0) return `the dataset is ${why}`;
  return path.length === 1 ? `a row is ${why}` : `it is ${why}`;
}
