/**
 * Rejects properties of `Options` that `Shape` does not have. A `const` type parameter infers whatever it is given, so
 * the compiler's own check for misspelt properties does not happen; this restores it.
 */
export type Exact<Shape, Options> = {
  readonly [Key in Exclude<keyof Options, KeyOfUnion<Shape>>]: UnknownOption<Key>;
};

/** Appears in the compiler's message for a misspelt option. */
export interface UnknownOption<Key extends PropertyKey> {
  readonly "~unknown option": Key;
}

type KeyOfUnion<Shape> = Shape extends unknown ? keyof Shape : never;
