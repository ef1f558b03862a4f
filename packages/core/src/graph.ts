/** The graph of one pipeline, built from a manifest and from nothing else. */
import { compareText } from "./json.js";
import type {
  Manifest,
  ManifestDataset,
  ManifestEdge,
  ManifestElement,
  ManifestPipeline,
  ManifestTask,
} from "./manifest.js";

/** Module and export of a task, `src/tasks.ts#clean`; with the package's name before it for a task of another package. */
export type TaskId = string & { readonly "~id": "task" };

/** Module and export of a pipeline, `src/pipeline.ts#analytics`. */
export type PipelineId = string & { readonly "~id": "pipeline" };

export const taskId = (text: string): TaskId => text as TaskId;
export const pipelineId = (text: string): PipelineId => text as PipelineId;

/** A graph as the manifest has it: it may be empty, cyclic or incomplete. */
export interface UncheckedGraph {
  readonly id: PipelineId;
  /** The pipeline's name. */
  readonly name: string;
  readonly pipeline: ManifestPipeline;
  /** In the order of the source, checks last. */
  readonly tasks: ReadonlyMap<TaskId, GraphTask>;
  /** Every dataset that a task reads or produces, by name. */
  readonly datasets: ReadonlyMap<string, GraphDataset>;
  readonly edges: readonly GraphEdge[];
  /** JSON Schemas by content hash. */
  readonly schemas: Manifest["schemas"];
}

/** A graph that can be run: acyclic, complete, with one producer at most for each dataset. See `checkGraph`. */
export interface Graph extends UncheckedGraph {
  /** Every task after all tasks that it reads from, and after the checks that can stop it. */
  readonly order: readonly TaskId[];
}

export interface GraphTask {
  readonly id: TaskId;
  readonly name: string;
  readonly manifest: ManifestTask;
  /** Tasks that it reads from, and checks that can stop it; each once. */
  readonly upstream: readonly TaskId[];
  /** Tasks and checks that read from it, or that it can stop; each once. */
  readonly downstream: readonly TaskId[];
}

export interface GraphDataset {
  readonly name: string;
  /** Absent where the manifest does not describe the dataset. */
  readonly manifest: ManifestDataset | undefined;
  /** At most one in a checked graph; none for an external dataset. */
  readonly producers: readonly TaskId[];
  /** The tasks that read it. */
  readonly consumers: readonly TaskId[];
  /** The checks that read it. */
  readonly checks: readonly TaskId[];
}

export interface GraphEdge {
  readonly from: TaskId;
  readonly to: TaskId;
  readonly dataset: string;
}

/**
 * Builds the graph of a pipeline.
 *
 * @param id a pipeline of the manifest
 * @throws an internal error when the manifest lacks the pipeline or one of its tasks
 */
export function buildGraph(manifest: Manifest, id: PipelineId): UncheckedGraph {
  const pipeline = manifest.pipelines[id];
  if (!pipeline) throw new Error(`Internal error: no pipeline '${id}' in the manifest`);

  const ids = new Set(elementsOf(pipeline).map((element) => taskId(element.task)));
  const upstream = new Map<TaskId, Set<TaskId>>();
  const downstream = new Map<TaskId, Set<TaskId>>();
  for (const id of ids) {
    upstream.set(id, new Set());
    downstream.set(id, new Set());
  }
  const edges = pipeline.edges as readonly GraphEdge[];
  for (const { from, to } of edges) {
    upstream.get(to)?.add(from);
    downstream.get(from)?.add(to);
  }

  const tasks = new Map<TaskId, GraphTask>();
  const producers = new Map<string, TaskId[]>();
  const consumers = new Map<string, TaskId[]>();
  const checks = new Map<string, TaskId[]>();
  for (const id of ids) {
    const task = manifest.tasks[id];
    if (!task) throw new Error(`Internal error: no task '${id}' in the manifest`);
    for (const dataset of new Set(task.outputs.map((output) => output.dataset)))
      append(producers, dataset, id);
    const readers = task.check ? checks : consumers;
    for (const dataset of datasetsRead(task)) append(readers, dataset, id);
    tasks.set(id, {
      id,
      name: task.name,
      manifest: task,
      upstream: [...(upstream.get(id) ?? [])],
      downstream: [...(downstream.get(id) ?? [])],
    });
  }

  const datasets = new Map<string, GraphDataset>();
  for (const name of new Set([...producers.keys(), ...consumers.keys(), ...checks.keys()])) {
    datasets.set(name, {
      name,
      manifest: Object.hasOwn(manifest.datasets, name) ? manifest.datasets[name] : undefined,
      producers: producers.get(name) ?? [],
      consumers: consumers.get(name) ?? [],
      checks: checks.get(name) ?? [],
    });
  }
  return { id, name: pipeline.name, pipeline, tasks, datasets, edges, schemas: manifest.schemas };
}

/** What a pipeline lists: its tasks, then its checks. */
export function elementsOf(pipeline: ManifestPipeline): readonly ManifestElement[] {
  return pipeline.checks ? [...pipeline.tasks, ...pipeline.checks] : pipeline.tasks;
}

type Wires = Pick<ManifestTask, "inputs" | "outputs" | "check">;

/**
 * The edges between tasks: from each producer of a dataset to each of its consumers and checks, and from each check that
 * can stop the consumers to these; sorted. A check that looks at several datasets cannot stop what it reads from.
 */
export function connectTasks(tasks: ReadonlyMap<string, Wires>): ManifestEdge[] {
  const producers = new Map<string, string[]>();
  const consumers = new Map<string, string[]>();
  for (const [id, task] of tasks) {
    for (const dataset of new Set(task.outputs.map((output) => output.dataset)))
      append(producers, dataset, id);
    if (!task.check) for (const dataset of datasetsRead(task)) append(consumers, dataset, id);
  }
  const edges: ManifestEdge[] = [];
  for (const [to, task] of tasks) {
    for (const dataset of datasetsRead(task)) {
      for (const from of producers.get(dataset) ?? []) edges.push({ from, to, dataset });
    }
  }
  for (const [from, { check, inputs }] of tasks) {
    if (check?.severity !== "error") continue;
    const datasets = new Set(inputs.map((input) => input.dataset));
    // Of a single dataset, no reader can be upstream: it would be in a cycle of its own.
    const upstream = datasets.size > 1 ? upstreamOf(from, tasks, producers) : new Set();
    for (const dataset of datasets) {
      const stopped = consumers.get(dataset)?.filter((to) => !upstream.has(to)) ?? [];
      for (const to of stopped) edges.push({ from, to, dataset });
    }
  }
  return edges.sort(
    (a, b) => compareText(a.from, b.from) || compareText(a.to, b.to) || compareText(a.dataset, b.dataset),
  );
}

/** The tasks that a task reads from, directly or not. */
function upstreamOf(
  id: string,
  tasks: ReadonlyMap<string, Wires>,
  producers: ReadonlyMap<string, readonly string[]>,
): ReadonlySet<string> {
  const found = new Set([id]);
  for (const at of found) {
    for (const dataset of datasetsRead(tasks.get(at)))
      for (const producer of producers.get(dataset) ?? []) found.add(producer);
  }
  return found;
}

function datasetsRead(task: Pick<ManifestTask, "inputs"> | undefined): ReadonlySet<string> {
  return new Set(task?.inputs.map((input) => input.dataset));
}

/**
 * Whether a compiled id is that of a task in a manifest. A task of another project has the id that it got there:
 * `src/tasks.ts#clean` of `@acme/sales:src/tasks.ts#clean` and of `../sales/src/tasks.ts#clean`.
 */
export function isIdOf(compiled: string, id: string): boolean {
  return id === compiled || id.endsWith(`:${compiled}`) || id.endsWith(`/${compiled}`);
}

/** The task of a graph that has the id. */
export function getTask(graph: UncheckedGraph, id: TaskId): GraphTask {
  const task = graph.tasks.get(id);
  if (!task) throw new Error(`Internal error: no task '${id}' in pipeline '${graph.name}'`);
  return task;
}

/** Tasks that read from no other task, in the order of the source. */
export function sourceTasks(graph: UncheckedGraph): readonly GraphTask[] {
  const isSource = (task: GraphTask) => withoutChecks(graph, task.upstream).length === 0;
  return [...graph.tasks.values()].filter((task) => !task.manifest.check && isSource(task));
}

/** Tasks that no other task reads from, in the order of the source. */
export function sinkTasks(graph: UncheckedGraph): readonly GraphTask[] {
  const isSink = (task: GraphTask) => withoutChecks(graph, task.downstream).length === 0;
  return [...graph.tasks.values()].filter((task) => !task.manifest.check && isSink(task));
}

/** Those of the ids that are tasks and no checks. */
export function withoutChecks(graph: UncheckedGraph, ids: readonly TaskId[]): readonly TaskId[] {
  return ids.filter((id) => !getTask(graph, id).manifest.check);
}

/**
 * Names of the datasets that a run returns: those that its tasks produce and none of them reads; sorted.
 * @param selected the tasks of the run; all by default
 */
export function resultDatasets(graph: UncheckedGraph, selected?: ReadonlySet<TaskId>): readonly string[] {
  const isInRun = (task: TaskId) => selected?.has(task) ?? true;
  const unread = [...graph.datasets.values()].filter(
    ({ producers, consumers }) => producers.some(isInRun) && !consumers.some(isInRun),
  );
  return unread.map((dataset) => dataset.name).sort(compareText);
}

function append<Key, Value>(map: Map<Key, Value[]>, key: Key, value: Value): void {
  const values = map.get(key);
  if (values) values.push(value);
  else map.set(key, [value]);
}
