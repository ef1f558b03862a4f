import ts from "typescript";

/** A node and every node inside of it in the order of the source, those in doc comments included. */
export function* nodesOf(node: ts.Node): Generator<ts.Node> {
  const open: ts.Node[] = [node];
  for (let at = open.pop(); at; at = open.pop()) {
    yield at;
    const { jsDoc = [] } = at as { readonly jsDoc?: readonly ts.Node[] };
    const children = [...jsDoc];
    ts.forEachChild(at, (child) => {
      children.push(child);
    });
    // One by one: a list of data may have more elements than a call takes arguments.
    for (const child of children.reverse()) open.push(child);
  }
}
