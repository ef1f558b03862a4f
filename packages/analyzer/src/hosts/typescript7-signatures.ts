/** Signatures of TypeScript 7 as the port has them. */
import type ts from "typescript";
import type * as Ast from "typescript7/ast";
import type { NodeHandle, Signature as Signature7, Symbol as Symbol7, Type as Type7 } from "typescript7/sync";
import type { Parameter, Signature, Type } from "../compiler-host.js";
import type { Answers } from "./typescript7-answers.js";
import type { ProgramFiles } from "./typescript7-files.js";

const handle = (type: Type7) => type as unknown as Type;

/** @param nodeOf the node of a declaration, in its tree */
export function signatureReader(
  ast: typeof Ast,
  answers: Answers,
  { fileNameOf, originOfFile, originOf, locationOf }: ProgramFiles,
  nodeOf: (declaration: NodeHandle) => ts.Node | undefined,
): (signature: Signature7) => Signature {
  const parameterOf = (parameter: Symbol7, position: number): Parameter => {
    const declaration = parameter.valueDeclaration;
    const found = declaration?.kind === ast.SyntaxKind.Parameter ? nodeOf(declaration) : undefined;
    const written = found as ts.ParameterDeclaration | undefined;
    const isDestructured = written !== undefined && !ast.isIdentifier(written.name as unknown as Ast.Node);
    return {
      name: isDestructured ? `arg${position}` : parameter.name,
      type: handle(answers.typeOf.of(parameter)),
      isOptional:
        written !== undefined && (written.initializer !== undefined || written.questionToken !== undefined),
      isRest: written?.dotDotDotToken !== undefined,
      location: written && originOf(written) === "project" ? locationOf(written) : undefined,
    };
  };
  /** Its parts are asked for where they are looked at: of many types nobody wants more than whether they are functions. */
  return (signature) => ({
    get typeParameters() {
      const isGeneric = (signature.typeParameters?.length ?? 0) > 0;
      const parameters = isGeneric ? answers.typeParameters.of(signature) : [];
      const names = parameters.map((of) => answers.symbolOf.of(of)?.name ?? "");
      return names.length > 0 ? `<${names.join(", ")}>` : "";
    },
    get parameters() {
      return answers.parameters.of(signature).map(parameterOf);
    },
    get thisParameter() {
      const found = signature.thisParameter && answers.thisParameter.of(signature);
      return found && parameterOf(found, 0);
    },
    get returnType() {
      return handle(answers.returnType.of(signature));
    },
    get returnLocation() {
      const { declaration } = signature;
      if (!declaration || originOfFile(fileNameOf(declaration)) !== "project") return undefined;
      const written = nodeOf(declaration) as ts.SignatureDeclaration | undefined;
      return written?.type && locationOf(written.type);
    },
  });
}
