import type { CompilerHost, Expression, Node } from "../compiler-host.js";
import { constantExpression, isElsewhere } from "./constant.js";

type ArrayExpression = Extract<Expression, { kind: "array" }>;

/** An element of an array; with `why` for what is spread into it and cannot be read. */
export interface ArrayElement {
  readonly node: Node;
  readonly why?: string;
}

/**
 * The elements of an array, and of constant arrays that are spread into it.
 *
 * @param open arrays that are being read: one that is spread into itself has no end
 */
export function arrayElements(
  host: CompilerHost,
  array: ArrayExpression,
  what: "tasks" | "checks" | "resources",
  open: ReadonlySet<Node> = new Set(),
): readonly ArrayElement[] {
  const around = new Set([...open, array.node]);
  return array.elements.flatMap((node): readonly ArrayElement[] => {
    const expression = host.expression(node);
    if (expression.kind !== "spread") return [{ node }];
    if (isElsewhere(host, expression.expression)) {
      return [{ node, why: `what is spread into it is ${elsewhere(what)}` }];
    }
    const spread = constantExpression(host, expression.expression);
    return spread.kind === "array" && !around.has(spread.node)
      ? arrayElements(host, spread, what, around)
      : [{ node, why: "what is spread into it must be a constant array" }];
  });
}

const elsewhere = (what: string) =>
  `declared in another package or project, whose values are not known here: list its ${what} by their names`;
