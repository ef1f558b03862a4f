/**
 * The port to a TypeScript compiler. Readers and rules ask these questions and know nothing else of a compiler, so that
 * one analyzer serves several of them and gives the same answers to the byte.
 */
import type { Json, Location, ManifestModule } from "@glacier-ts/core";

/** Handles of the compiler's own objects: only the host looks inside. */
export interface Node {
  readonly "~compiler": "node";
}
export interface Type {
  readonly "~compiler": "type";
}
export interface CompilerSymbol {
  readonly "~compiler": "symbol";
}
export interface SourceFile {
  readonly "~compiler": "file";
}

/** An expression without the parentheses, type assertions, `satisfies` and comma (`(0, task)`) around it. */
export type Expression = { readonly node: Node } & (
  | { readonly kind: "identifier"; readonly text: string }
  | { readonly kind: "property-access"; readonly object: Node; readonly name: Node; readonly text: string }
  | { readonly kind: "call"; readonly callee: Node; readonly arguments: readonly Node[] }
  | { readonly kind: "object"; readonly properties: readonly PropertyExpression[] }
  | { readonly kind: "array"; readonly elements: readonly Node[] }
  | { readonly kind: "spread"; readonly expression: Node }
  | { readonly kind: "function" }
  | { readonly kind: "literal"; readonly value: Json }
  | { readonly kind: "other" }
);

/** A property in an object literal. */
export interface PropertyExpression {
  readonly node: Node;
  /** Undefined for a spread and for a computed name. */
  readonly key: string | undefined;
  /** The value, the expression that is spread, or the name itself of a shorthand property. */
  readonly value: Node | undefined;
  readonly isSpread: boolean;
}

/**
 * Whose a file is: `project` for the project's own source, `core` for @glacier-ts/core, `lib` for TypeScript's own
 * library, `other` for declaration files and sources of other packages and of referenced projects.
 */
export type Origin = "project" | "core" | "lib" | "other";

/** A project that the tsconfig refers to, by itself or through others. */
export interface ProjectReference {
  /** The folder of its tsconfig, absolute. */
  readonly root: string;
  /** Its manifest, absolute. */
  readonly manifestFile: string;
}

/** What a symbol is declared as. */
export interface Declaration {
  readonly kind: "variable" | "function" | "default-export" | "property" | "module" | "other";
  readonly node: Node;
  /** The declared name; of a default export without a name, the file's. */
  readonly name: string;
  /** Relative to the project's root. */
  readonly file: string;
  readonly origin: Origin;
  /**
   * How the module exports it: `clean`, `default` (`export =` as well), `Sales.clean` for a member of an object, class or
   * namespace; undefined where it is not, can be reassigned, or a name in it has a dot.
   */
  readonly exportPath: string | undefined;
  /** The initial value of a variable that is never assigned again, or of a property; the name of a shorthand property. */
  readonly initializer: Node | undefined;
}

/** A type declaration of the project whose type may be a dataset. */
export interface TypeDeclaration {
  readonly node: Node;
  readonly name: string;
  readonly type: Type;
}

export type TypeKind =
  | "any"
  | "unknown"
  | "never"
  | "undefined"
  | "void"
  | "null"
  | "string"
  | "number"
  | "boolean"
  | "bigint"
  | "symbol"
  | "literal"
  | "template"
  | "union"
  | "intersection"
  | "array"
  | "tuple"
  | "object"
  | "other";

/** A class, interface or alias that a type is a reference to, and whose it is. */
export interface TypeName {
  readonly name: string;
  readonly origin: Origin;
  /** The file that declares it. */
  readonly file: string;
  readonly isClass: boolean;
}

export interface Property {
  readonly name: string;
  readonly isOptional: boolean;
  readonly symbol: CompilerSymbol;
}

export interface TupleElement {
  readonly type: Type;
  readonly isOptional: boolean;
  readonly isRest: boolean;
}

export interface IndexSignature {
  /** `string`, `number`, `symbol` or a template. */
  readonly key: Type;
  readonly value: Type;
}

/** A part of a template literal type. */
export type TemplatePart =
  | { readonly kind: "text"; readonly text: string }
  /** Any value of the type, as text. */
  | { readonly kind: "type"; readonly type: Type }
  /** The text of a value of the type, in upper case and so on. */
  | { readonly kind: "mapping"; readonly mapping: StringMapping; readonly type: Type };

export type StringMapping = "Uppercase" | "Lowercase" | "Capitalize" | "Uncapitalize";

/** A type as it is written: a compiler forgets the name of an alias for a primitive, an array or a tuple. */
export interface WrittenType {
  readonly node: Node;
  /** The aliases (without type parameters) and the enum that are named: the written one, what that stands for, and so on. */
  readonly names: readonly Declaration[];
  /**
   * The elements of an array or tuple, the members of a union without undefined, or the type arguments of a type of the
   * library. A union of one is that one.
   */
  readonly parts: readonly WrittenType[];
}

export interface Parameter {
  /** `arg0`, `arg1`… where it is destructured. */
  readonly name: string;
  readonly type: Type;
  /** It has a question mark or a default. */
  readonly isOptional: boolean;
  readonly isRest: boolean;
  /** Undefined where the project does not write the parameter. */
  readonly location: Location | undefined;
}

export interface Signature {
  /** The type parameters, such as `<T, U>`; empty where the signature is not generic. */
  readonly typeParameters: string;
  readonly parameters: readonly Parameter[];
  /** The parameter `this`, where it is written. */
  readonly thisParameter: Parameter | undefined;
  readonly returnType: Type;
  /** The return type as written; undefined where it is inferred, or written outside of the project. */
  readonly returnLocation: Location | undefined;
}

export interface CompilerHost {
  /** Whether the compiler tells null and undefined apart from other values. */
  readonly strictNullChecks: boolean;
  /** The project's tsconfig, for diagnostics that concern the whole project. */
  readonly projectLocation: Location;

  // The project and those around it
  /** The project's folder, absolute. */
  readonly root: string;
  /** Where the project's manifest is written, absolute. */
  readonly manifestFile: string;
  /** The projects that the tsconfig refers to. */
  references(): readonly ProjectReference[];
  /** Declaration files of origin `other`, absolute. */
  declarationFiles(): readonly string[];
  /** What the compiler writes for a source file, relative to the root. */
  outputs(file: SourceFile): Partial<ManifestModule>;

  // Files and syntax
  /** The source files of origin `project` or `other`: no declaration files. */
  files(): readonly SourceFile[];
  origin(file: SourceFile): Origin;
  /** The module that a file is; undefined for a script. */
  moduleOf(file: SourceFile): CompilerSymbol | undefined;
  /** Relative to the project's root, with `/`. */
  path(file: SourceFile): string;
  /** Call expressions in the order of the source; those that cannot lead to core may be left out. */
  calls(file: SourceFile): readonly Node[];
  /** Type aliases without type parameters, and interfaces, at the top of the file. */
  typeDeclarations(file: SourceFile): readonly TypeDeclaration[];
  expression(node: Node): Expression;
  /** The declaration whose value the expression is; undefined for one inside of another expression or function. */
  declarationOfValue(node: Node): Declaration | undefined;
  /** The `….of<T>()` call on the result of a call. */
  methodCallOn(call: Node, method: string): Node | undefined;
  /** Of a declaration: its name. */
  location(node: Node): Location;
  /** The last doc comment before the statement that the node is in. */
  doc(node: Node): string | undefined;
  text(node: Node): string;

  // Symbols
  /** The symbol that an expression names, behind imports and re-exports. */
  symbolAt(node: Node): CompilerSymbol | undefined;
  declarationOf(symbol: CompilerSymbol): Declaration | undefined;
  /** What a module exports, by name; the names are sorted. */
  exportsOf(module: CompilerSymbol): readonly { readonly name: string; readonly symbol: CompilerSymbol }[];
  typeOf(symbol: CompilerSymbol): Type;

  // Types
  typeAt(node: Node): Type;
  kind(type: Type): TypeKind;
  /** The value of a literal or enum member. */
  literal(type: Type): string | number | boolean | undefined;
  /** The members of a union or an intersection. */
  members(type: Type): readonly Type[];
  nameOf(type: Type): TypeName | undefined;
  /** The alias that names a type, else its interface, class, enum or enum member. */
  declarationOfType(type: Type): Declaration | undefined;
  /** The parts of a template literal type, or the one part of a type such as `Uppercase<string>`. */
  templateParts(type: Type): readonly TemplatePart[];
  typeArguments(type: Type): readonly Type[];
  /** The arguments of the type alias that the type is written with: `Users` of `Readonly<Users>`. */
  aliasArguments(type: Type): readonly Type[];
  tupleElements(type: Type): readonly TupleElement[];
  /** By name: compilers have orders of their own. Never of an array type. */
  properties(type: Type): readonly Property[];
  property(type: Type, name: string): Property | undefined;
  propertyTypes(properties: readonly Property[]): readonly Type[];
  propertyDoc(property: Property): string | undefined;
  /** The type that a property is declared with; undefined where it is inferred or names no alias and no enum. */
  writtenType(property: Property): WrittenType | undefined;
  indexSignatures(type: Type): readonly IndexSignature[];
  signatures(type: Type): readonly Signature[];
  /** Where the type's call signature is declared, for functions that go by another name. */
  calledDeclaration(type: Type): Declaration | undefined;
  /** The type as text, the same from every compiler and in every run. */
  print(type: Type): string;
  isAssignable(source: Type, target: Type): boolean;
}
