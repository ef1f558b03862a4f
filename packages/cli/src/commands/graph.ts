import { type Graph, getTask, type ManifestElement, render, type VisualizeOptions } from "@glacier-ts/core";
import { type NamedProject, openCheckedProject } from "../checked-project.js";
import { choosePipelines, readGraph } from "../choose-pipeline.js";
import type { ExitCode } from "../exit-code.js";
import { fromWorkingDirectory } from "../render-problems.js";
import type { Terminal } from "../terminal.js";

export interface GraphCommandOptions {
  readonly format: NonNullable<VisualizeOptions["format"]>;
}

/** `glacier graph`: checks, then draws one pipeline, or all. */
export function graph(
  named: NamedProject,
  name: string | undefined,
  options: GraphCommandOptions,
  terminal: Terminal,
): ExitCode {
  const opened = openCheckedProject(named);
  if (!opened.ok) return terminal.report({ problems: opened.failure });
  const { project, manifest, problems, hasErrors } = opened.value;
  const found = { problems, sources: project };
  if (hasErrors) return terminal.report(found);

  const chosen = choosePipelines(manifest, name, fromWorkingDirectory("", project.configFile));
  if (!chosen.ok) return terminal.report({ ...found, problems: [...problems, chosen.failure] });
  const graphs: Graph[] = [];
  for (const id of chosen.value) {
    const read = readGraph(manifest, id);
    if (!read.ok) return terminal.report({ ...found, problems: [...problems, ...read.failure] });
    graphs.push(read.value);
  }
  const { columns } = terminal.stdout;
  const draw = (graph: Graph) => {
    const drawing = render(graph, {
      format: options.format,
      ...(columns !== undefined && { width: columns }),
    });
    return drawingHead(graph, options.format, graphs.length, terminal) + drawing.trimEnd();
  };
  return terminal.report({
    ...found,
    text: graphs.map(draw).join("\n\n"),
    json: { pipelines: graphs.map(describeGraph) },
  });
}

/** The pipeline's name, where the drawing does not say it and there may be doubt. */
function drawingHead(graph: Graph, format: string, drawings: number, terminal: Terminal): string {
  if (format === "text") return `${terminal.stdout.paint("strong", graph.name)}\n\n`;
  return format === "mermaid" && drawings > 1 ? `%% ${graph.name}\n` : "";
}

/** A pipeline's part of the manifest, with its tasks and checks in full and their order. */
function describeGraph(graph: Graph): object {
  const { tasks, checks } = graph.pipeline;
  const inFull = ({ task }: ManifestElement) => {
    const { id, manifest } = getTask(graph, task as Graph["order"][number]);
    return { id, ...manifest };
  };
  return {
    id: graph.id,
    ...graph.pipeline,
    tasks: tasks.map(inFull),
    ...(checks && { checks: checks.map(inFull) }),
    order: graph.order,
  };
}
