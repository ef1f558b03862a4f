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
  let original = declaration;
  for (let steps = 0; steps < maxSteps && original.initializer; steps++) {
    const next = namedDeclaration(host, host.expression(original.initializer));
    if (!next) break;
    original = next;
  }
  return original;
}

/** The declaration that a name or a property access leads to. */
function namedDeclaration(host: CompilerHost, expression: Expression): Declaration | undefined {
  if (expression.kind !== "identifier" && expression.kind !== "property-access") return undefined;
  const symbol = host.symbolAt(expression.node);
  return symbol && host.declarationOf(symbol);
}
