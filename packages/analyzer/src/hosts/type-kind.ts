import type ts from "typescript";
import type { TypeKind } from "../compiler-host.js";

/** Flags of a type by their names. Compilers agree on the names, not on the numbers. */
export type TypeFlagNumbers = Readonly<Record<keyof typeof ts.TypeFlags, number>>;

/** Tells kinds of types by their flags; undefined for an object, which may be an array or a tuple. */
export function plainKinds(flags: TypeFlagNumbers): (typeFlags: number) => TypeKind | undefined {
  const kinds: readonly (readonly [number, TypeKind])[] = [
    [flags.Any, "any"],
    [flags.Unknown, "unknown"],
    [flags.Never, "never"],
    [flags.Undefined, "undefined"],
    [flags.Void, "void"],
    [flags.Null, "null"],
    // An enum is a union of its members as well: literals and booleans come first.
    [flags.StringLiteral | flags.NumberLiteral | flags.BooleanLiteral, "literal"],
    [flags.Boolean, "boolean"],
    [flags.Union, "union"],
    [flags.Intersection, "intersection"],
    [flags.String, "string"],
    // An enum whose members are computed is no union.
    [flags.Number | flags.Enum, "number"],
    [flags.BigInt | flags.BigIntLiteral, "bigint"],
    [flags.ESSymbolLike, "symbol"],
    [flags.TemplateLiteral | flags.StringMapping, "template"],
  ];
  return (typeFlags) => {
    const kind = kinds.find(([flag]) => typeFlags & flag)?.[1];
    return kind ?? (typeFlags & flags.Object ? undefined : "other");
  };
}
