import { assertHolds } from "./assert-holds.js";
import type { Format } from "./format.js";
import { readGroups } from "./parquet/read.js";
import { encodeGroups } from "./parquet/write.js";

/** Columns with types, compressed. Streams are read and written one row group at a time. */
export const parquet: Format = {
  name: "parquet",

  async decode(source, payload) {
    const rows: unknown[] = [];
    for await (const group of readGroups(source, payload)) for (const row of group) rows.push(row);
    return rows;
  },

  async *decodeRows(source, payload) {
    for await (const group of readGroups(source, payload)) yield* group;
  },

  encode(value, payload, compression) {
    assertHolds("parquet", payload);
    return encodeGroups(value, payload, compression);
  },
};
