/** What an executor needs of a graph, computed once: tasks and datasets as arrays that name one another by number. */
import {
  type Graph,
  type GraphTask,
  getTask,
  type JsonObject,
  type ManifestDataset,
  type ManifestTask,
  type TaskId,
} from "@glacier-ts/core";

export interface Plan {
  readonly graph: Graph;
  /**
   * The most urgent task first: the one with the longest way to the end of the graph, ties in the graph's order.
   * A task has a longer way than its readers, so every task also comes after all tasks that it reads from.
   */
  readonly tasks: readonly PlannedTask[];
  readonly datasets: readonly PlannedDataset[];
}

export interface PlannedTask {
  readonly id: TaskId;
  readonly manifest: ManifestTask;
  readonly inputs: readonly PlannedInput[];
  readonly outputs: readonly PlannedOutput[];
  /** One of the outputs has a storage. */
  readonly storesOutputs: boolean;
  /** One of the outputs is an in-memory stream: the function's code may go on when the task is done. */
  readonly streams: boolean;
  /** Length of the argument list. */
  readonly arity: number;
  /** Number of tasks that it reads from. */
  readonly upstream: number;
  /** Numbers of the tasks that read from it. */
  readonly downstream: readonly number[];
}

export interface PlannedInput {
  readonly position: number;
  readonly dataset: number;
  readonly optional: boolean;
  readonly nullable: boolean;
}

export interface PlannedOutput {
  readonly dataset: number;
  /** The property names on the way to the value; none for the returned value itself. */
  readonly keys: readonly string[];
  readonly path: string;
  readonly nullable: boolean;
  /** It is written to its storage. */
  readonly stored: boolean;
  readonly stream: boolean;
}

export interface PlannedDataset {
  readonly name: string;
  readonly manifest: ManifestDataset | undefined;
  readonly schema: JsonObject | undefined;
  /** Number of the task that makes it. */
  readonly producer: number | undefined;
  /** Numbers of the tasks that read it; a task with two parameters for it is there twice. */
  readonly readers: readonly number[];
}

const plans = new WeakMap<Graph, Plan>();

/** The plan of a graph; made once for each graph, in time linear in its size. */
export function planOf(graph: Graph): Plan {
  const before = plans.get(graph);
  if (before) return before;
  const plan = buildPlan(graph);
  plans.set(graph, plan);
  return plan;
}

function buildPlan(graph: Graph): Plan {
  const ids = byUrgency(graph);
  const numbers: Numbers = {
    tasks: new Map(ids.map((id, number) => [id, number])),
    datasets: new Map([...graph.datasets.keys()].map((name, number) => [name, number])),
  };
  const tasks = ids.map((id) => planTask(graph, getTask(graph, id), numbers));

  const readers: number[][] = Array.from(graph.datasets, () => []);
  for (const [number, task] of tasks.entries())
    for (const input of task.inputs) readers[input.dataset]?.push(number);
  const datasets = Array.from(graph.datasets.values(), (dataset, number): PlannedDataset => {
    const { name, manifest, producers } = dataset;
    const schema = manifest && graph.schemas[manifest.schema.slice("#/schemas/".length)];
    const [producer] = producers.map((id) => numbers.tasks.get(id));
    return { name, manifest, schema, producer, readers: readers[number] as number[] };
  });
  return { graph, tasks, datasets };
}

interface Numbers {
  readonly tasks: ReadonlyMap<TaskId, number>;
  readonly datasets: ReadonlyMap<string, number>;
}

function planTask(graph: Graph, task: GraphTask, numbers: Numbers): PlannedTask {
  const { id, manifest, upstream } = task;
  let arity = manifest.context === undefined ? 0 : manifest.context + 1;
  const { params = [], secrets = [], resources = [] } = manifest;
  for (const { position } of [...params, ...secrets, ...resources]) {
    arity = Math.max(arity, position + 1);
  }
  const inputs = manifest.inputs.map((input): PlannedInput => {
    const { position, optional = false, nullable = false } = input;
    const dataset = known(numbers.datasets.get(input.dataset), input.dataset);
    arity = Math.max(arity, position + 1);
    return { position, dataset, optional, nullable };
  });
  let storesOutputs = false;
  let streams = false;
  const outputs = manifest.outputs.map((output): PlannedOutput => {
    const { path, nullable = false, stream = false } = output;
    const dataset = known(numbers.datasets.get(output.dataset), output.dataset);
    const stored = graph.datasets.get(output.dataset)?.manifest?.storage !== undefined;
    storesOutputs ||= stored;
    streams ||= stream && !stored;
    return { dataset, keys: parsePointer(path), path, nullable, stored, stream };
  });
  const downstream = task.downstream.map((reader) => known(numbers.tasks.get(reader), reader));
  return {
    id,
    manifest,
    inputs,
    outputs,
    storesOutputs,
    streams,
    arity,
    upstream: upstream.length,
    downstream,
  };
}

/** All tasks, those with the longest way to the end of the graph first. */
function byUrgency(graph: Graph): readonly TaskId[] {
  const wayLength = new Map<TaskId, number>();
  for (const id of graph.order.toReversed()) {
    let longest = 0;
    for (const reader of getTask(graph, id).downstream)
      longest = Math.max(longest, wayLength.get(reader) ?? 0);
    wayLength.set(id, longest + 1);
  }
  const byLength: TaskId[][] = graph.order.map(() => []);
  for (const id of graph.order) byLength[(wayLength.get(id) ?? 1) - 1]?.push(id);
  return byLength.reverse().flat();
}

/** @see RFC 6901 */
function parsePointer(path: string): readonly string[] {
  if (path === "") return [];
  const keys = path.split("/").slice(1);
  return keys.map((key) => key.replaceAll("~1", "/").replaceAll("~0", "~"));
}

function known(number: number | undefined, name: string): number {
  if (number === undefined) throw new Error(`Internal error: '${name}' is not in the graph`);
  return number;
}
