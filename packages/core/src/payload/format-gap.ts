/** A part of a payload that a format cannot hold. */
export class FormatGap {
  constructor(
    /** Property names, and `*` for the items of arrays; empty for the payload itself. */
    readonly path: readonly string[],
    /** What is there: "an array". */
    readonly found: string,
    /** What the format can hold instead: "a cell holds one plain value". */
    readonly holds: string,
  ) {}

  /** As the end of a sentence whose subject is the part. */
  get why(): string {
    return `${this.found}, and ${this.holds}`;
  }
}
