import { type Graph, getTask, type TaskId } from "../graph.js";
import { readersOf, taskLinks, unreadOutputs } from "./links.js";

/**
 * Writes a graph in the language of Mermaid: tasks as boxes, checks as hexagons, external datasets as cylinders, lines with the names of
 * datasets. What no task reads stands in the box of its producer.
 *
 * @see https://mermaid.js.org/syntax/flowchart.html
 */
export function renderMermaid(graph: Graph): string {
  const ids = new NodeIds();
  const lines = ["flowchart TD"];
  for (const name of graph.pipeline.external) {
    lines.push(`  ${ids.of("dataset", name)}[("${escapeLabel(name)}")]`);
  }
  for (const task of graph.tasks.values()) {
    const label = [
      escapeLabel(task.name),
      ...unreadOutputs(graph, task).map((name) => `→ ${escapeLabel(name)}`),
    ];
    const [open, close] = task.manifest.check ? ["{{", "}}"] : ["[", "]"];
    lines.push(`  ${ids.of("task", task.name)}${open}"${label.join("<br/>")}"${close}`);
  }
  const taskNode = (id: TaskId) => ids.of("task", getTask(graph, id).name);
  for (const name of graph.pipeline.external) {
    for (const reader of readersOf(graph, name)) {
      lines.push(`  ${ids.of("dataset", name)} --> ${taskNode(reader)}`);
    }
  }
  for (const { from, to, datasets } of taskLinks(graph)) {
    lines.push(`  ${taskNode(from)} -->|"${datasets.map(escapeLabel).join(", ")}"| ${taskNode(to)}`);
  }
  return lines.join("\n");
}

/** Node ids made of names, so that a change of the graph changes no other lines. */
class NodeIds {
  readonly #ids = new Map<string, string>();
  readonly #used = new Set<string>();

  /** The prefix keeps clear of Mermaid's words, such as `end`. */
  of(prefix: "dataset" | "task", name: string): string {
    const key = `${prefix} ${name}`;
    const known = this.#ids.get(key);
    if (known !== undefined) return known;
    const base = `${prefix}_${name.replaceAll(/[^A-Za-z0-9_]/gu, (c) => `_${c.codePointAt(0)?.toString(16)}_`)}`;
    let id = base;
    for (let count = 2; this.#used.has(id); count++) id = `${base}_${count}`;
    this.#ids.set(key, id);
    this.#used.add(id);
    return id;
  }
}

/**
 * Labels are read as Markdown and HTML, and `#` begins a character's number. Underscores are plain inside of words only.
 */
function escapeLabel(text: string): string {
  return text.replaceAll(/[^\p{L}\p{M}\p{N}_ .-]|^_+|_+$|__+/gu, (found) =>
    [...found].map((character) => `#${character.codePointAt(0)};`).join(""),
  );
}
