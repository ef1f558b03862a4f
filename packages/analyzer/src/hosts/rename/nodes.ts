import ts from "typescript";

/** Every node of a file in the order of the source, those in doc comments included. */
export function* nodesOf(source: ts.SourceFile): Generator<ts.Node> {
  const open: ts.Node[] = [source];
  for (let at = open.pop(); at; at = open.pop()) {
    yield at;
    const { jsDoc = [] } = at as { readonly jsDoc?: readonly ts.Node[] };
    const children = [...jsDoc];
    ts.forEachChild(at, (child) => {
      children.push(child);
    });
    open.push(...children.reverse());
  }
}
