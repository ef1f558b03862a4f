/** What a dataset, a task and a pipeline are in their project, as Markdown for an editor. */
import type { Json, Manifest, ManifestStorage } from "@glacier-ts/core";

/** What a name in the source stands for. */
export type Subject =
  | { readonly kind: "dataset"; readonly name: string }
  | { readonly kind: "task"; readonly id: string }
  | { readonly kind: "pipeline"; readonly id: string };

/** Undefined for what the manifest does not have. */
export function describeSubject(manifest: Manifest, subject: Subject): string | undefined {
  switch (subject.kind) {
    case "dataset":
      return describeDataset(manifest, subject.name);
    case "task":
      return describeTask(manifest, subject.id);
    case "pipeline":
      return describePipeline(manifest, subject.id);
    default:
      return subject satisfies never;
  }
}

/** Who makes a dataset, who reads it, and where it is kept. */
function describeDataset(manifest: Manifest, name: string): string | undefined {
  const dataset = manifest.datasets[name];
  if (!dataset) return undefined;
  const tasks = Object.entries(manifest.tasks);
  const producers = tasks.filter(([, task]) => task.outputs.some((output) => output.dataset === name));
  const consumers = tasks.filter(([, task]) => task.inputs.some((input) => input.dataset === name));
  return section(`Dataset \`${name}\``, [
    `produced by ${taskList(producers)}`,
    `consumed by ${taskList(consumers)}`,
    ...(dataset.storage ? [`stored in ${storageText(dataset.storage)}`] : []),
  ]);
}

/** What a task reads and produces. */
function describeTask(manifest: Manifest, id: string): string | undefined {
  const task = manifest.tasks[id];
  if (!task) return undefined;
  const inputs = task.inputs.map(({ dataset, optional }) => `\`${dataset}\`${optional ? " (optional)" : ""}`);
  const outputs = task.outputs.map(
    ({ dataset, nullable }) => `\`${dataset}\`${nullable ? " or nothing" : ""}`,
  );
  return section(`Task \`${task.name}\``, [
    `reads ${inputs.join(", ") || "no dataset"}`,
    `produces ${outputs.join(", ") || "no dataset"}`,
  ]);
}

/** How many tasks a pipeline has, where it begins and where it ends. */
function describePipeline(manifest: Manifest, id: string): string | undefined {
  const pipeline = manifest.pipelines[id];
  if (!pipeline) return undefined;
  const ids = [...new Set(pipeline.tasks.map(({ task }) => task))];
  const names = (of: readonly string[]) =>
    of.map((task) => `\`${manifest.tasks[task]?.name ?? task}\``).join(", ") || "none";
  // Edges, not a graph: while it is edited a pipeline may have a cycle.
  const sources = ids.filter((task) => !pipeline.edges.some(({ to }) => to === task));
  const sinks = ids.filter((task) => !pipeline.edges.some(({ from }) => from === task));
  return section(`Pipeline \`${pipeline.name}\``, [
    `${ids.length} ${ids.length === 1 ? "task" : "tasks"}`,
    `sources: ${names(sources)}`,
    `sinks: ${names(sinks)}`,
  ]);
}

function section(title: string, lines: readonly string[]): string {
  return [title, "", ...lines.map((line) => `- ${line}`)].join("\n");
}

function taskList(
  tasks: readonly (readonly [string, { readonly name: string; readonly declared: string }])[],
) {
  return tasks.map(([, { name, declared }]) => `\`${name}\` (${declared})`).join(", ") || "no task";
}

function storageText({ kind, ...options }: ManifestStorage): string {
  const given = Object.entries(options).map(([option, value]) => `${option} ${valueText(value)}`);
  return given.length === 0 ? kind : `${kind}: ${given.join(", ")}`;
}

function valueText(value: Json | undefined): string {
  return `\`${typeof value === "string" ? value : JSON.stringify(value)}\``;
}
