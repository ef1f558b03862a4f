import type { Graph } from "../graph.js";
import { renderDot } from "./dot.js";
import { renderMermaid } from "./mermaid.js";
import { renderText } from "./text.js";

export interface VisualizeOptions {
  /** `text` draws for a terminal; by default `text`. */
  readonly format?: "text" | "mermaid" | "dot";
  /** Columns that the text drawing may take; by default 120. */
  readonly width?: number;
}

/** Draws a graph. */
export function render(graph: Graph, options: VisualizeOptions = {}): string {
  const format = options.format ?? "text";
  switch (format) {
    case "text":
      return renderText(graph, options.width);
    case "mermaid":
      return renderMermaid(graph);
    case "dot":
      return renderDot(graph);
    default:
      return format satisfies never;
  }
}
