/** Everything that is asked of TypeScript 7 about one project, and what it has answered. */
import type * as Ast from "typescript7/ast";
import type {
  NodeHandle,
  Program,
  Project,
  Signature,
  StringMappingType,
  Symbol as Symbol7,
  TemplateLiteralType,
  TupleTypeReference,
  Type,
  TypeReference,
  UnionOrIntersectionType,
} from "typescript7/sync";
import { remember } from "./remember.js";
import { type Ask, ListQuestion, type Request, SingleQuestion } from "./typescript7-question.js";

/** The modules of TypeScript 7 that are used. */
export interface Typescript7 {
  readonly sync: typeof import("typescript7/sync");
  readonly ast: typeof Ast;
  readonly fs: typeof import("typescript7/fs");
}

export type Answers = ReturnType<typeof answersOf>;

/**
 * @param ask sends requests to the compiler's process
 * @param askAlone asks one question; it fails as `ask` does
 */
export function answersOf(
  { sync }: Typescript7,
  { program, checker }: Project,
  ask: Ask,
  askAlone: <Answer>(question: () => Answer) => Answer,
) {
  const { SignatureKind, TypeFormatFlags } = sync;
  const question = <Key, Answer>(request: (key: Key) => Request<Answer>) => new SingleQuestion(ask, request);
  const questions = <Key, Answer>(request: (keys: readonly Key[]) => Request<readonly Answer[]>) =>
    new ListQuestion(ask, request);
  return {
    fileNames: question((of: Program) => of.getSourceFileNames.gen()),
    metadata: question((fileName: string) => program.getSourceFileMetadata.gen(fileName)),
    /** A tree travels as bytes, and only alone. */
    sourceFile: remember((fileName: string) => askAlone(() => program.getSourceFile(fileName))),
    /** Mostly known without a message: the trees of the project are here. */
    node: remember((declaration: NodeHandle) => askAlone(() => declaration.resolve())),

    symbolOfFile: questions((fileNames: readonly string[]) => checker.getSymbolOfSourceFile.gen(fileNames)),
    exportsOf: question((module: Symbol7) => checker.getExportsOfModule.gen(module)),
    ownExportsOf: question(function* (module: Symbol7): Request<readonly Symbol7[]> {
      return [...(yield* module.getExports.gen()).values()];
    }),
    symbolAt: questions((nodes: readonly Ast.Node[]) => checker.getSymbolAtLocation.gen(nodes)),
    shorthandSymbol: question((node: Ast.Node) => checker.getShorthandAssignmentValueSymbol.gen(node)),
    aliased: question((symbol: Symbol7) => checker.getAliasedSymbol.gen(symbol)),
    typeOf: questions((symbols: readonly Symbol7[]) => checker.getTypeOfSymbol.gen(symbols)),

    typeAt: questions((nodes: readonly Ast.Node[]) => checker.getTypeAtLocation.gen(nodes)),
    members: question((type: Type) => (type as UnionOrIntersectionType).getTypes.gen()),
    symbolOf: question((type: Type) => type.getSymbol.gen()),
    aliasOf: question((type: Type) => type.getAliasSymbol.gen()),
    aliasArguments: question((type: Type) => type.getAliasTypeArguments.gen()),
    templateTypes: question((type: Type) => (type as TemplateLiteralType).getTypes.gen()),
    mappedText: question((type: Type) => (type as StringMappingType).getTarget.gen()),
    typeArguments: question((type: Type) => checker.getTypeArguments.gen(type as TypeReference)),
    tupleTarget: question((type: Type) => (type as TupleTypeReference).getTarget.gen()),
    properties: question((type: Type) => checker.getPropertiesOfType.gen(type)),
    propertyOf: remember((name: string) =>
      question((type: Type) => checker.getPropertyOfType.gen(type, name)),
    ),
    indexInfos: question((type: Type) => checker.getIndexInfosOfType.gen(type)),
    signatures: question((type: Type) => checker.getSignaturesOfType.gen(type, SignatureKind.Call)),
    print: question((type: Type) => checker.typeToString.gen(type, undefined, TypeFormatFlags.NoTruncation)),
    assignableTo: remember((target: Type) =>
      question((source: Type) => checker.isTypeAssignableTo.gen(source, target)),
    ),

    parameters: question((signature: Signature) => signature.getParameters.gen()),
    thisParameter: question((signature: Signature) => signature.getThisParameter.gen()),
    typeParameters: question((signature: Signature) => signature.getTypeParameters.gen()),
    returnType: question((signature: Signature) => checker.getReturnTypeOfSignature.gen(signature)),
  };
}
