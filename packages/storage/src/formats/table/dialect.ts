/** How a table of text is written. */
export interface Dialect {
  readonly name: "csv" | "tsv";
  readonly delimiter: "," | "\t";
}
