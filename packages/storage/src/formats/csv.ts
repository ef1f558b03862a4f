import type { Format } from "./format.js";
import { decodeTable } from "./table/decode-table.js";
import type { Dialect } from "./table/dialect.js";
import { encodeTable } from "./table/encode-table.js";

const dialect: Dialect = { name: "csv", delimiter: "," };

/** Comma-separated values with a header. @see RFC 4180 */
export const csv: Format = {
  name: dialect.name,
  decode: (source, payload) => decodeTable(source, payload, dialect),
  encode: (value, payload) => encodeTable(value, payload, dialect),
};
