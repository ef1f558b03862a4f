import type { CompilerHost, Node } from "./compiler-host.js";
import type { EditingHost } from "./editing-host.js";
import { coreFunction } from "./readers/core-call.js";

/** A function may go by a name that stands for another one; a chain of more names than this does not end. */
const maxSteps = 100;

/**
 * The function of a task as it is written: behind the name of its declaration, the call of `task()`, and constants that
 * stand for it.
 *
 * @returns undefined where it is not written in the project
 */
export function taskFunction(host: CompilerHost, editing: EditingHost, task: Node): Node | undefined {
  let at: Node | undefined = task;
  for (let steps = 0; at && steps < maxSteps; steps++) {
    const expression = host.expression(at);
    if (editing.returnSlot(expression.node)) return expression.node;
    if (expression.kind === "call") {
      at = coreFunction(host, expression.node) === "task" ? expression.arguments[1] : undefined;
      continue;
    }
    const symbol = host.symbolAt(expression.node);
    const declaration = symbol && host.declarationOf(symbol);
    if (declaration?.origin !== "project") return undefined;
    if (editing.returnSlot(declaration.node)) return declaration.node;
    at = declaration.initializer;
  }
  return undefined;
}
