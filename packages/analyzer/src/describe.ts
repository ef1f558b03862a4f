/** What a dataset, a task and a pipeline are in their project, for an editor. */
import {
  buildGraph,
  checkGraph,
  type Graph,
  type Json,
  type Manifest,
  type ManifestEdge,
  type ManifestStorage,
  type ManifestTask,
  pipelineId,
  render,
} from "@glacier-ts/core";
import type { ProgramAnalysis } from "./analyze.js";
import { compareLocations } from "./datasets.js";
import { describeSchema } from "./describe-schema.js";
import { code, codeBlock, type Documentation, list, placeText, reference, section } from "./documentation.js";
import type { FileFacts, TaskFacts } from "./model.js";
import { exportedTasks } from "./places.js";
import type { Subject } from "./subject.js";

/** What a drawing may have of each: a larger one does not fit into what an editor shows. */
const drawing = { tasks: 8, columns: 72, lines: 36 };

/** Undefined for what the manifest does not have. */
export function describeSubject(analysis: ProgramAnalysis, subject: Subject): Documentation | undefined {
  const project = new DescribedProject(analysis);
  switch (subject.kind) {
    case "dataset":
      return project.dataset(subject.name);
    case "task":
      return project.task(subject.id);
    case "pipeline":
      return project.pipeline(subject.id);
    default:
      return subject satisfies never;
  }
}

class DescribedProject {
  readonly #manifest: Manifest;
  readonly #files: readonly FileFacts[];
  readonly #tasks: ReadonlyMap<string, TaskFacts>;

  constructor({ manifest, files }: ProgramAnalysis) {
    this.#manifest = manifest;
    this.#files = files;
    this.#tasks = new Map(exportedTasks(files).map((task) => [task.id ?? "", task]));
  }

  /** Who makes a dataset, who reads it, where it is kept, and what is in it. */
  dataset(name: string): Documentation | undefined {
    const dataset = ownValue(this.#manifest.datasets, name);
    if (!dataset) return undefined;
    const { storage, format } = dataset;
    const declarations = this.#files
      .flatMap(({ datasets }) => datasets.filter((declared) => declared.name === name))
      .sort((a, b) => compareLocations(a.location, b.location))
      .map(({ location }): Documentation => [{ name: placeText(location), location }]);
    const schema = ownValue(this.#manifest.schemas, dataset.schema.replace(/^#\/schemas\//, ""));
    return [
      ...section(`Dataset ${code(name)}`, [
        ["produced by ", ...this.#producers(name)],
        ["consumed by ", ...this.#consumers(name)],
        ...(storage
          ? [[`stored in ${storageText(storage)}${format === undefined ? "" : ` as ${format}`}`]]
          : []),
        ...(declarations.length > 0 ? [["declared at ", ...list(declarations)]] : []),
      ]),
      ...(schema ? [`\n\n${codeBlock("ts", describeSchema(schema))}`] : []),
    ];
  }

  /** What a task reads and produces, from whom and for whom. */
  task(id: string): Documentation | undefined {
    const task = ownValue(this.#manifest.tasks, id);
    if (!task) return undefined;
    const inputs = task.inputs.map(({ dataset, optional }): Documentation => {
      const storage = ownValue(this.#manifest.datasets, dataset)?.storage;
      const isLoaded = storage !== undefined && this.#producerIds(dataset).length === 0;
      const source = isLoaded ? [storageText(storage)] : this.#producers(dataset);
      return [`reads ${code(dataset)}${optional ? " (optional)" : ""} from `, ...source];
    });
    const outputs = task.outputs.map(({ dataset, nullable }): Documentation => {
      return [`produces ${code(dataset)}${nullable ? " or nothing" : ""} for `, ...this.#consumers(dataset)];
    });
    const pipelines = this.#files
      .flatMap((file) => file.pipelines)
      .filter(({ elements }) => elements.some((element) => element.id === id))
      .map(({ name, location }) => reference(name, location));
    const { check } = task;
    return section(check ? `Check ${code(check.name)}` : `Task ${code(task.name)}`, [
      ...(inputs.length > 0 ? inputs : [["reads no dataset"]]),
      ...(outputs.length > 0 || check ? outputs : [["produces no dataset"]]),
      ...(check ? [[check.severity === "error" ? "stops who reads them" : "warns"]] : []),
      ...policyText(task),
      ...(pipelines.length > 0 ? [["in pipeline ", ...list(pipelines)]] : []),
    ]);
  }

  /** The tasks of a pipeline in an order in which they can run, and a drawing where it is small. */
  pipeline(id: string): Documentation | undefined {
    const pipeline = ownValue(this.#manifest.pipelines, id);
    if (!pipeline) return undefined;
    const ids = [...new Set(pipeline.tasks.map(({ task }) => task))];
    // Edges, not a graph: while it is edited a pipeline may have a cycle.
    const tasks = new Set(ids);
    const isOfTasks = ({ from, to }: ManifestEdge) => tasks.has(from) && tasks.has(to);
    const edges = pipeline.edges.filter(isOfTasks);
    const readers = new Set(edges.map(({ to }) => to));
    const read = new Set(edges.map(({ from }) => from));
    const checked = checkGraph(buildGraph(this.#manifest, pipelineId(id)));
    const order = checked.ok && ids.length > 1 ? [": ", ...this.#names(checked.value.order, " → ")] : [];
    return [
      ...section(`Pipeline ${code(pipeline.name)}`, [
        [`${ids.length} ${ids.length === 1 ? "task" : "tasks"}`, ...order],
        ["sources: ", ...this.#names(ids.filter((task) => !readers.has(task)))],
        ["sinks: ", ...this.#names(ids.filter((task) => !read.has(task)))],
        ...(pipeline.external.length > 0
          ? [["loads ", ...list(pipeline.external.map((dataset) => [code(dataset)]))]]
          : []),
      ]),
      ...(checked.ok ? smallDrawing(checked.value) : []),
    ];
  }

  #producers(dataset: string): Documentation {
    return this.#references(this.#producerIds(dataset));
  }

  #producerIds(dataset: string): readonly string[] {
    return this.#taskIds(({ outputs }) => outputs.some((output) => output.dataset === dataset));
  }

  #consumers(dataset: string): Documentation {
    return this.#references(this.#taskIds(({ inputs }) => inputs.some((input) => input.dataset === dataset)));
  }

  #taskIds(isMeant: (task: ManifestTask) => boolean): readonly string[] {
    return Object.entries(this.#manifest.tasks).flatMap(([id, task]) => (isMeant(task) ? [id] : []));
  }

  /** Tasks by name and place. */
  #references(ids: readonly string[]): Documentation {
    if (ids.length === 0) return ["no task"];
    return list(
      ids.map((id) => {
        const facts = this.#tasks.get(id);
        return facts ? reference(facts.name, facts.location) : [code(id)];
      }),
    );
  }

  /** Tasks by name alone. */
  #names(ids: readonly string[], separator?: string): Documentation {
    if (ids.length === 0) return ["none"];
    return list(
      ids.map((id) => {
        const facts = this.#tasks.get(id);
        return facts ? [{ name: facts.name, location: facts.location }] : [code(id)];
      }),
      separator,
    );
  }
}

function policyText({ compute, retries, timeout }: ManifestTask): readonly Documentation[] {
  const { kind, ...options } = compute ?? {};
  const given = [...Object.entries(options), ...Object.entries({ retries, timeout })]
    .filter(([, value]) => value !== undefined)
    .map(([option, value]) => `${option} ${valueText(value)}`);
  if (typeof kind !== "string") return given.length > 0 ? [[`with ${given.join(", ")}`]] : [];
  return [[`runs in ${kind}${given.length > 0 ? `: ${given.join(", ")}` : ""}`]];
}

function storageText({ kind, ...options }: ManifestStorage): string {
  const given = Object.entries(options).map(([option, value]) => `${option} ${valueText(value)}`);
  return given.length === 0 ? kind : `${kind}: ${given.join(", ")}`;
}

function valueText(value: Json | undefined): string {
  return code(typeof value === "string" ? value : JSON.stringify(value));
}

function smallDrawing(graph: Graph): Documentation {
  if (graph.tasks.size < 2 || graph.tasks.size > drawing.tasks) return [];
  const text = render(graph, { width: drawing.columns });
  return text.split("\n").length <= drawing.lines ? [`\n\n${codeBlock("text", text)}`] : [];
}

/** The value of a key of the object itself: names are the user's, and one of them may be `constructor`. */
function ownValue<Value>(object: { readonly [key: string]: Value }, key: string): Value | undefined {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}
