import { type AnyNode, type CallExpression, type Node, type Program, parse } from "acorn";

/**
 * Takes the options and the id out of the `task(options, run, { id })` calls of a compiled module: neither says what a
 * task does with its inputs.
 *
 * @param text JavaScript with the wiring that the compiler writes
 * @returns the text as it is where it has no such call or cannot be parsed
 */
export function withoutOptions(text: string): string {
  if (!text.includes("@__PURE__") || !/\bid: ?"[^"]*#/.test(text)) return text;
  const program = parseModule(text);
  if (!program) return text;
  const calls = wiredCalls(program, text).sort((a, b) => a.start - b.start);
  let kept = "";
  let position = 0;
  for (const {
    arguments: [options, run],
    end,
  } of calls) {
    // A task in the options of another one has gone with them.
    if (!options || !run || options.start < position) continue;
    kept += `${text.slice(position, options.start)}0${text.slice(options.end, run.end)})`;
    position = end;
  }
  return kept + text.slice(position);
}

function parseModule(text: string): Program | undefined {
  for (const sourceType of ["module", "script"] as const) {
    try {
      return parse(text, {
        ecmaVersion: "latest",
        sourceType,
        allowHashBang: true,
        allowReturnOutsideFunction: true,
      });
    } catch {
      // The other kind, or syntax that is newer than the parser.
    }
  }
  return undefined;
}

function wiredCalls(program: Program, text: string): CallExpression[] {
  const calls: CallExpression[] = [];
  const open: AnyNode[] = [program];
  for (let node = open.pop(); node; node = open.pop()) {
    if (isWired(node, text)) calls.push(node);
    for (const child of Object.values(node).flat()) if (isNode(child)) open.push(child);
  }
  return calls;
}

/** Whether a call is as the compiler writes it. */
function isWired(node: AnyNode, text: string): node is CallExpression {
  if (node.type !== "CallExpression" || node.arguments.length !== 3) return false;
  const wiring = node.arguments[2];
  if (wiring?.type !== "ObjectExpression" || wiring.properties.length !== 1) return false;
  const [id] = wiring.properties;
  return (
    id?.type === "Property" &&
    id.key.type === "Identifier" &&
    id.key.name === "id" &&
    id.value.type === "Literal" &&
    String(id.value.value).includes("#") &&
    text
      .slice(Math.max(0, node.start - 20), node.start)
      .trimEnd()
      .endsWith("/* @__PURE__ */")
  );
}

function isNode(value: unknown): value is AnyNode {
  return typeof (value as Partial<Node> | null | undefined)?.type === "string";
}
