/** What a string literal is used for: where it goes, through constants, types, enums and parameters. */
import ts from "typescript";
import type { CoreTypes } from "./core-types.js";
import type { EditedProgram } from "./edited-program.js";
import {
  type GenericReference,
  isCarriedBy,
  isDeclared,
  isGenericReference,
  isIndexOf,
  isKeyPicker,
  isMemberAccess,
  isModuleName,
  isValueOrTypeOf,
  type MemberAccess,
  memberName,
  memberObject,
  propertyName,
  typeParametersOf,
} from "./name-syntax.js";
import { nodesOf } from "./nodes.js";

/** What became of a literal. */
export interface NameUses {
  /** It is somewhere the name of a dataset. */
  readonly isName: boolean;
  /** Where it is something else, as far as a declaration of its own is concerned. */
  readonly others: readonly ts.Node[];
}

/** A node that has the literal's value or type, on its way outwards. */
interface Carrier {
  readonly node: ts.Node;
  /** The literal, or the name that refers to it, that the way began at. */
  readonly place: ts.Node;
  /** The property that the literal is in, where the node is an object. */
  readonly key?: string | undefined;
  /** The literal came in through a parameter: what a function does with the name of a dataset is its own affair. */
  readonly isParameter: boolean;
}

/** Follows literals of one text. */
export class NameUseReader {
  readonly #program: EditedProgram;
  readonly #checker: ts.TypeChecker;
  readonly #core: CoreTypes;
  readonly #name: string;

  constructor(program: EditedProgram, core: CoreTypes, name: string) {
    this.#program = program;
    this.#checker = program.program.getTypeChecker();
    this.#core = core;
    this.#name = name;
  }

  /** Follows a literal everywhere. Chains may be long: this is a loop. */
  read(literal: ts.Node): NameUses {
    const trace = new Trace(this.#program, literal);
    for (let carrier = trace.next(); carrier; carrier = trace.next()) this.#step(carrier, trace);
    return { isName: trace.isName, others: trace.others };
  }

  #step(carrier: Carrier, trace: Trace): void {
    const { node } = carrier;
    const { parent } = node;
    const outwards = () => trace.carry({ ...carrier, node: parent });
    // A string that refers to a property which the literal is in.
    const isReference = ts.isStringLiteralLike(carrier.place) && carrier.place !== trace.literal;
    // `const { users } = names` declares a constant that has the property's value.
    if (ts.isBindingElement(parent) && (parent.propertyName ?? parent.name) === node) {
      trace.follow(parent.name, { isParameter: carrier.isParameter });
      return;
    }
    if (isDeclared(node) || isModuleName(parent)) return;
    if (isCarriedBy(node, parent) || (isReference && isIndexOf(parent, node))) outwards();
    else if (isGenericReference(parent) && parent.typeArguments?.includes(node as ts.TypeNode)) {
      this.#typeArgument(carrier, parent, trace);
    } else if (
      (ts.isCallExpression(parent) || ts.isNewExpression(parent)) &&
      parent.arguments?.includes(node as ts.Expression)
    ) {
      this.#argument(carrier, parent, trace);
    } else if (ts.isPropertyAssignment(parent) || ts.isShorthandPropertyAssignment(parent)) {
      this.#property(carrier, parent, trace);
    } else if (ts.isSpreadAssignment(parent)) trace.carry({ ...carrier, node: parent.parent });
    else if (isValueOrTypeOf(parent, node)) this.#declaration(carrier, parent, trace);
    else if (isMemberAccess(parent) && memberObject(parent) === node) this.#member(carrier, parent, trace);
    else if (this.#isKey(parent, node)) trace.isName = true;
    else this.#other(carrier, trace);
  }

  /** `Dataset<"users", …>`, or an argument of a generic type or function that hands it on. */
  #typeArgument(carrier: Carrier, reference: GenericReference, trace: Trace): void {
    const index = reference.typeArguments?.indexOf(carrier.node as ts.TypeNode) ?? 0;
    const name = ts.isTypeReferenceNode(reference)
      ? reference.typeName
      : ts.isImportTypeNode(reference)
        ? reference.qualifier
        : reference.expression;
    const declarations = name ? this.#core.declarationsOf(name) : [];
    if (declarations.some((declaration) => this.#core.isNameArgument(declaration, index))) {
      this.#found(carrier, trace);
      return;
    }
    const parameters = declarations.flatMap((declaration) => typeParametersOf(declaration)[index] ?? []);
    if (isKeyPicker(name) && this.#core.isKeyedByName(this.#typeOf(reference.typeArguments?.[0])))
      trace.isName = true;
    else if (parameters.length === 0 || parameters.some((parameter) => this.#core.isInCore(parameter))) {
      this.#other(carrier, trace);
    } else for (const parameter of parameters) trace.follow(parameter.name, { isParameter: true });
  }

  #argument(carrier: Carrier, call: ts.CallExpression | ts.NewExpression, trace: Trace): void {
    const index = call.arguments?.indexOf(carrier.node as ts.Expression) ?? 0;
    const declaration = this.#checker.getResolvedSignature(call)?.declaration;
    if (!declaration || ts.isJSDocSignature(declaration)) return this.#other(carrier, trace);
    const isKept =
      carrier.key !== undefined &&
      this.#core.isKeep(this.#checker.getContextualType(carrier.node as ts.Expression), carrier.key);
    if (isKept || this.#core.isNameValue(declaration, index)) return this.#found(carrier, trace);
    const parameter = declaration.parameters[index] ?? declaration.parameters.at(-1);
    if (!parameter || this.#core.isInCore(declaration)) return this.#other(carrier, trace);
    if (ts.isIdentifier(parameter.name))
      trace.follow(parameter.name, { key: carrier.key, isParameter: true });
    // The type of the parameter may hand the name on to what the function returns.
    const named = parameter.type ? [...nodesOf(parameter.type)].filter(ts.isIdentifier) : [];
    for (const name of named) {
      const [found] = this.#core.declarationsOf(name);
      if (found && ts.isTypeParameterDeclaration(found)) trace.follow(found.name, { isParameter: true });
    }
  }

  #property(
    carrier: Carrier,
    property: ts.PropertyAssignment | ts.ShorthandPropertyAssignment,
    trace: Trace,
  ): void {
    const key = propertyName(property.name);
    const object = property.parent;
    if (key === undefined) return this.#other(carrier, trace);
    if (this.#core.isKeep(this.#checker.getContextualType(object), key)) return this.#found(carrier, trace);
    trace.follow(property.name, { isParameter: carrier.isParameter });
    trace.carry({ ...carrier, node: object, key });
  }

  /** A variable, alias, enum member, parameter or property that has the literal as its value or type. */
  #declaration(carrier: Carrier, declaration: ts.NamedDeclaration, trace: Trace): void {
    const { name } = declaration;
    const isParameter =
      carrier.isParameter || ts.isParameter(declaration) || ts.isTypeParameterDeclaration(declaration);
    if (ts.isTypeAliasDeclaration(declaration) && declaration.typeParameters)
      return this.#other(carrier, trace);
    // The references of the property lead to the constants that are taken out of it.
    const isTakenApart =
      carrier.key !== undefined &&
      name !== undefined &&
      ts.isObjectBindingPattern(name) &&
      !name.elements.some(({ dotDotDotToken }) => dotDotDotToken);
    if (isTakenApart) return;
    if (!name || ts.isObjectBindingPattern(name) || ts.isArrayBindingPattern(name))
      return this.#other(carrier, trace);
    trace.follow(name, { key: carrier.key, isParameter });
    if (!ts.isEnumMember(declaration)) return;
    for (const reference of this.#program.references(declaration.parent.name)) {
      const isQualifier = isMemberAccess(reference.parent) && memberObject(reference.parent) === reference;
      if (!isQualifier && !isDeclared(reference) && !isModuleName(reference.parent))
        this.#other({ node: reference, place: reference, isParameter: false }, trace);
    }
  }

  /** `names.users`, `names[0]`, `(typeof names)["users"]`: the member may be the literal. */
  #member(carrier: Carrier, access: MemberAccess, trace: Trace): void {
    const member = memberName(access);
    // The references of the property itself are followed already.
    if (carrier.key !== undefined && member !== undefined) return;
    if (this.#mayBeName(access)) trace.carry({ ...carrier, node: access, key: undefined });
  }

  /** Whether a string is a key of what a run returns: `datasets["users"]`. */
  #isKey(parent: ts.Node, node: ts.Node): boolean {
    return isIndexOf(parent, node) && this.#core.isKeyedByName(this.#typeOf(memberObject(parent)));
  }

  #found(carrier: Carrier, trace: Trace): void {
    if (this.#mayBeName(carrier.node)) trace.isName = true;
  }

  #other(carrier: Carrier, trace: Trace): void {
    if (!carrier.isParameter && this.#mayBeName(carrier.node)) trace.others.push(carrier.place);
  }

  /** Whether what a node stands for includes the name; of a list of names only some may be meant. */
  #mayBeName(node: ts.Node): boolean {
    const type = this.#typeOf(node);
    if (!type) return true;
    const members = type.isUnion() ? type.types : [type];
    return members.some((member) => !member.isStringLiteral() || member.value === this.#name);
  }

  #typeOf(node: ts.Node | undefined): ts.Type | undefined {
    return node && this.#checker.getTypeAtLocation(node);
  }
}

/** Where one literal went, and where it is still to be followed. */
class Trace {
  isName = false;
  readonly others: ts.Node[] = [];
  readonly literal: ts.Node;
  readonly #program: EditedProgram;
  readonly #open: Carrier[] = [];
  readonly #seen = new Set<ts.Node>();
  readonly #followed = new Set<ts.Node>();

  constructor(program: EditedProgram, literal: ts.Node) {
    this.#program = program;
    this.literal = literal;
    this.carry({ node: literal, place: literal, isParameter: false });
  }

  next(): Carrier | undefined {
    return this.#open.pop();
  }

  carry(carrier: Carrier): void {
    if (this.#seen.has(carrier.node)) return;
    this.#seen.add(carrier.node);
    this.#open.push(carrier);
  }

  /** Goes on wherever a declared name is used. */
  follow(name: ts.Node, how: Omit<Carrier, "node" | "place">): void {
    if (this.#followed.has(name)) return;
    this.#followed.add(name);
    for (const node of this.#program.references(name)) this.carry({ node, place: node, ...how });
  }
}
