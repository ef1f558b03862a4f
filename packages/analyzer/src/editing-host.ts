/**
 * What fixes and completion ask of an editor's compiler, beyond `CompilerHost`: where something can be written. Only the
 * compiler of an editor answers it.
 */
import type { Location } from "@glacier-ts/core";
import type { Node, Type } from "./compiler-host.js";

/** Where a function's return type is, or goes. */
export interface ReturnSlot {
  readonly isAsync: boolean;
  readonly isGenerator: boolean;
  /** The return type as it is written; an empty place where it goes otherwise. */
  readonly location: Location;
  readonly isWritten: boolean;
  /** The only parameter of an arrow function that has no parentheses, which it needs for a return type. */
  readonly bareParameter: Location | undefined;
}

/** What a file calls a declaration. */
export interface ScopeName {
  readonly name: string;
  /** It has to be imported first. */
  readonly isMissing: boolean;
}

export interface EditingHost {
  /** The text of a file of the project. */
  text(file: string): string;
  /** The innermost node that is exactly at a location. */
  nodeAt(location: Location): Node | undefined;
  /** The start of the statement at the top of the file that a node is in, with the comments that belong to it. */
  statementStart(node: Node): Location;
  /** Where `export` goes to export a declaration; undefined where it is exported, or cannot be. */
  exportPlace(declaration: Node): Location | undefined;
  /** Undefined where the node is no function with a body. */
  returnSlot(node: Node): ReturnSlot | undefined;
  /** What a function returns, whatever its return type says; what its promise is of, where it is `async`. */
  returnedTypes(node: Node): readonly Type[];
  /** The type that a parameter is given, without null and undefined; undefined where it has none. */
  writtenType(parameter: Node): string | undefined;
  /** Strings in a declaration that are arguments of references to types: of `Dataset<"users", User[]>`, `"users"`. */
  typeArgumentStrings(declaration: Node): readonly { readonly string: Node; readonly reference: Node }[];
  /** The last element of the array or object literal that a node is an element or a property of. */
  lastElement(node: Node): Node | undefined;
  /** Where another name goes in the `import { … }` that a name comes from, and the file that it leads to. */
  namedImport(name: Node): { readonly at: Location; readonly file: string } | undefined;
  /** The declaration of what a package that the project imports exports under a name. */
  packageExport(packageName: string, name: string): Node | undefined;
  /** A type as text that means the same where a node is; undefined where it has no name there. */
  print(type: Type, at: Node): string | undefined;
  /** Undefined where the file has no name for a declaration and cannot import it, or has that name for another one. */
  nameIn(file: string, declaration: Node): ScopeName | undefined;
}
