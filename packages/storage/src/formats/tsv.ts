import type { Format } from "./format.js";
import { decodeTable } from "./table/decode-table.js";
import type { Dialect } from "./table/dialect.js";
import { encodeTable } from "./table/encode-table.js";

const dialect: Dialect = { name: "tsv", delimiter: "\t" };

/** Tab-separated values with a header. */
export const tsv: Format = {
  name: dialect.name,
  decode: (source, payload) => decodeTable(source, payload, dialect),
  encode: (value, payload) => encodeTable(value, payload, dialect),
};
