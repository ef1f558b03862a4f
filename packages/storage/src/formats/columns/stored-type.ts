/**
 * What a file says of a column's values. They are decoded to numbers or bigints for integers, milliseconds since 1970 for
 * times and arrays for lists.
 */
export type StoredType = {
  /** For messages. */
  readonly description: string;
} & (
  | { readonly content: "null" | "boolean" | "integer" | "number" | "text" | "bytes" | "json" }
  | { readonly content: "time"; readonly isDay: boolean }
  | { readonly content: "list"; readonly item: StoredType }
  | {
      readonly content: "map";
      readonly key: StoredType;
      readonly value: StoredType;
      /** The keys and values of a map as it was decoded. */
      readonly entriesOf: (map: unknown) => readonly (readonly [key: unknown, value: unknown])[];
    }
  | { readonly content: "struct"; readonly fields: ReadonlyMap<string, StoredType> }
  /** Values that cannot be read. */
  | { readonly content: "other" }
);
