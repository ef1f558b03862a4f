import { encodeBatches } from "./arrow/write.js";
import { assertHolds } from "./assert-holds.js";
import type { Format } from "./format.js";

// apache-arrow takes about 90 ms to load, which datasets of other formats need not pay.
const reader = () => import("./arrow/read.js");

/**
 * Arrow IPC: columns with types, as they are in memory. Streams are read and written one record batch at a time; files
 * are written in the file format, and read in both.
 */
export const arrow: Format = {
  name: "arrow",

  async decode(source, payload) {
    const { readBatches } = await reader();
    const rows: unknown[] = [];
    for await (const batch of readBatches(source, payload)) for (const row of batch) rows.push(row);
    return rows;
  },

  async *decodeRows(source, payload) {
    const { readBatches } = await reader();
    for await (const batch of readBatches(source, payload)) yield* batch;
  },

  encode(value, payload, compression) {
    assertHolds("arrow", payload);
    return encodeBatches(value, payload, compression !== undefined);
  },
};
