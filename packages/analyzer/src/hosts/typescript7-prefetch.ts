/**
 * Asks for what the readers will want to know of a whole program, in a few dozen messages instead of tens of thousands.
 *
 * Nothing depends on it but time: what is missing here costs a reader a message of its own. So it need not follow the
 * readers to the letter. It knows that they look at calls of core, at the types of what is given to these and of what is
 * declared, and that they read types from the outside in.
 */
import type ts from "typescript";
import type * as Ast from "typescript7/ast";
import type { Symbol as Symbol7, Type } from "typescript7/sync";
import type { Syntax } from "./syntax.js";
import type { Answers } from "./typescript7-answers.js";
import type { Ask } from "./typescript7-question.js";

/** What the host knows by itself. */
export interface ProgramToPrefetch {
  readonly sources: readonly ts.SourceFile[];
  calls(source: ts.SourceFile): readonly ts.CallExpression[];
  /** Where a symbol is declared; undefined where it is not, as `arguments`. */
  originOf(symbol: Symbol7): "project" | "core" | "lib" | "other" | undefined;
  isAlias(symbol: Symbol7): boolean;
}

export function prefetch(
  { sources, calls: callsOf, originOf, isAlias }: ProgramToPrefetch,
  syntax: Syntax,
  answers: Answers,
  ask: Ask,
  prefetchTypes: (types: readonly Type[]) => void,
): void {
  const askTargets = (symbols: readonly Symbol7[]) => ask(answers.aliased.about(symbols.filter(isAlias)));
  const symbolAt = (node: ts.Node) => {
    const symbol = answers.symbolAt.known(node7(node));
    return symbol && ((isAlias(symbol) ? answers.aliased.known(symbol) : undefined) ?? symbol);
  };

  const names = sources.flatMap((source) => syntax.typeDeclarations(source)).map(({ name }) => name);
  const calls = sources
    .flatMap((source) => callsOf(source))
    .map((call) => ({ call, root: syntax.rootOf(call) }));
  const files = sources.map(({ fileName }) => fileName);
  const typeNames = sources.flatMap((source) => syntax.typeNames(source)).map(node7);
  ask([
    ...answers.symbolAt.about(typeNames),
    ...answers.symbolOfFile.about(files),
    ...answers.symbolAt.about(calls.map(({ root }) => node7(root))),
    ...answers.typeAt.about(names.map(node7)),
  ]);
  const modules = files.flatMap((file) => answers.symbolOfFile.known(file) ?? []);
  ask(answers.exportsOf.about(modules));
  askTargets([
    ...calls.flatMap(({ root }) => answers.symbolAt.known(node7(root)) ?? []),
    ...typeNames.flatMap((name) => answers.symbolAt.known(name) ?? []),
    ...modules.flatMap((module) => answers.exportsOf.known(module) ?? []),
  ]);

  const origins = new Map(
    calls.map(({ call, root }) => {
      const symbol = symbolAt(root);
      return [call, symbol && originOf(symbol)] as const;
    }),
  );
  const ofCore = calls.filter(({ call }) => origins.get(call) === "core").map(({ call }) => call);
  const outer = outermost(ofCore);
  const members = ofCore.flatMap((call) => syntax.member(syntax.bare(call.expression))?.name ?? []);
  const methods = outer.filter((call) => syntax.member(syntax.bare(call.expression)));
  // Of a pipeline the names of its tasks are read, not the type: that has the types of all of them.
  const typed = outer.filter((call) => symbolAt(syntax.rootOf(call))?.name !== "pipeline");
  // What is written as an object is read where it stands.
  const isWritten = (argument: ts.Node) => syntax.expression(argument).kind === "object";
  const given = typed.flatMap((call) => call.arguments.filter((argument) => !isWritten(argument)));
  const values = [...methods, ...given].map(node7);
  const mentioned = [...members, ...outer.flatMap((call) => call.arguments.flatMap(syntax.namesIn))].map(
    node7,
  );
  // A constant of the project may be a function of core by another name.
  const constants = calls.flatMap(({ call, root }) =>
    origins.get(call) === "project" ? (symbolAt(root) ?? []) : [],
  );
  ask([
    ...answers.symbolAt.about(mentioned),
    ...answers.typeAt.about(values),
    ...answers.typeOf.about(constants),
  ]);
  askTargets(mentioned.flatMap((node) => answers.symbolAt.known(node) ?? []));
  ask(answers.signatures.about(constants.flatMap((symbol) => answers.typeOf.known(symbol) ?? [])));
  prefetchTypes([...names.map(node7), ...values].flatMap((node) => answers.typeAt.known(node) ?? []));
}

const node7 = (node: ts.Node) => node as unknown as Ast.Node;

/** Calls, in the order of their files, that are not in an argument of another one. */
function outermost(calls: readonly ts.CallExpression[]): readonly ts.CallExpression[] {
  let outer: ts.CallExpression | undefined;
  return calls.filter((call) => {
    const isNested =
      outer !== undefined &&
      outer.getSourceFile() === call.getSourceFile() &&
      call.pos >= outer.arguments.pos &&
      call.end <= outer.end;
    if (!isNested) outer = call;
    return !isNested;
  });
}
