import type { Graph } from "../graph.js";
import { readersOf, taskLinks, unreadOutputs } from "./links.js";

/**
 * Writes a graph in the language of Graphviz: tasks as boxes, checks as hexagons, external datasets as cylinders, lines with the names of
 * datasets. What no task reads stands in the box of its producer.
 *
 * @see https://graphviz.org/doc/info/lang.html
 */
export function renderDot(graph: Graph): string {
  const lines = [`digraph ${quote(graph.name)} {`, "  node [shape=box];"];
  for (const name of graph.pipeline.external) {
    lines.push(`  ${datasetNode(name)} [label=${quoteLabel([name])}, shape=cylinder];`);
  }
  for (const task of graph.tasks.values()) {
    const label = [task.name, ...unreadOutputs(graph, task).map((name) => `→ ${name}`)];
    const shape = task.manifest.check ? ", shape=hexagon" : "";
    lines.push(`  ${quote(task.id)} [label=${quoteLabel(label)}${shape}];`);
  }
  for (const name of graph.pipeline.external) {
    for (const reader of readersOf(graph, name)) {
      lines.push(`  ${datasetNode(name)} -> ${quote(reader)};`);
    }
  }
  for (const { from, to, datasets } of taskLinks(graph)) {
    lines.push(`  ${quote(from)} -> ${quote(to)} [label=${quoteLabel([datasets.join(", ")])}];`);
  }
  return [...lines, "}"].join("\n");
}

/** Apart from every task's id, which has a `#`. */
function datasetNode(name: string): string {
  return quote(`dataset:${name}`);
}

/** An id. The only escape in one is `\"`; a backslash that ends it would escape the quote. */
function quote(text: string): string {
  return `"${text.replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"`;
}

/** Lines of a label, in which backslashes escape and character references are read. */
function quoteLabel(lines: readonly string[]): string {
  const escaped = lines.map((line) =>
    quote(line.replaceAll("&", "&amp;").replaceAll(/\p{Cc}/gu, " ")).slice(1, -1),
  );
  return `"${escaped.join("\\n")}"`;
}
