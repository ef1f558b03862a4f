import type { CompilerHost, Declaration, Expression, Node } from "../compiler-host.js";

/** A constant may stand for another one; a chain of more names than this does not end. */
const maxSteps = 100;

/** The expression that a constant stands for: behind its name, and the names of other constants. */
export function constantExpression(host: CompilerHost, node: Node): Expression {
  let expression = host.expression(node);
  for (let steps = 0; steps < maxSteps; steps++) {
    const initializer = namedDeclaration(host, expression)?.initializer;
    if (!initializer) break;
    expression = host.expression(initializer);
  }
  return expression;
}

/** The declaration behind constants that only stand for it, such as `const other = clean`. */
export function originalDeclaration(host: CompilerHost, declaration: Declaration): Declaration {
  return behindConstants(host, declaration).at(-1) ?? declaration;
}

/** The same, or the last one on the way to it that is exported where it is not. */
export function exportedDeclaration(host: CompilerHost, declaration: Declaration): Declaration {
  const chain = behindConstants(host, declaration);
  return chain.findLast(({ exportPath }) => exportPath !== undefined) ?? chain.at(-1) ?? declaration;
}

/** A declaration, the one that it stands for, the one that this stands for, and so on. */
function behindConstants(host: CompilerHost, declaration: Declaration): readonly Declaration[] {
  const chain = [declaration];
  for (let { initializer } = declaration; initializer && chain.length <= maxSteps; ) {
    // Declaration files do not say it, so it does not count where the source is there either.
    if (chain.at(-1)?.origin === "other") break;
    const next = namedDeclaration(host, host.expression(initializer));
    if (!next) break;
    chain.push(next);
    initializer = next.initializer;
  }
  return chain;
}

/** Whether the constant that an expression names is another project's, whose declaration file does not have its value. */
export function isElsewhere(host: CompilerHost, node: Node): boolean {
  const named = namedDeclaration(host, host.expression(node));
  return named !== undefined && originalDeclaration(host, named).origin === "other";
}

/** The declaration that a name or a property access leads to. */
function namedDeclaration(host: CompilerHost, expression: Expression): Declaration | undefined {
  if (expression.kind !== "identifier" && expression.kind !== "property-access") return undefined;
  const symbol = host.symbolAt(expression.node);
  return symbol && host.declarationOf(symbol);
}
