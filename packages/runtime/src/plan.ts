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
import { narrowSchema } from "./narrow-schema.js";

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
  /** What is read of it, where no task makes it and its readers mention only some of its columns. */
  readonly readSchema: JsonObject | undefined;
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
  const places = numbersOf(graph.order);
  const readersByPlace = graph.order.map((id) =>
    getTask(graph, id).downstream.map((reader) => known(places, reader)),
  );
  const numbers = byUrgency(readersByPlace);
  const datasetNumbers = numbersOf(graph.datasets.keys());

  const tasks = new Array<PlannedTask>(graph.order.length);
  for (const [place, id] of graph.order.entries()) {
    const downstream = (readersByPlace[place] as number[]).map((reader) => numbers[reader] as number);
    tasks[numbers[place] as number] = planTask(graph, getTask(graph, id), datasetNumbers, downstream);
  }

  const readers: number[][] = Array.from(graph.datasets, () => []);
  for (const [number, task] of tasks.entries())
    for (const input of task.inputs) readers[input.dataset]?.push(number);
  const datasets = Array.from(graph.datasets.values(), (dataset, number): PlannedDataset => {
    const { name, manifest, producers } = dataset;
    const schema = manifest && schemaAt(graph, manifest.schema);
    const [producer] = producers.map((id) => numbers[known(places, id)]);
    const own = readers[number] as number[];
    const isExternal = producer === undefined && manifest?.storage !== undefined;
    // A schema that is code may look at every column.
    const readSchema =
      schema && isExternal && !manifest.validator
        ? readSchemaOf(
            graph,
            name,
            schema,
            own.map((task) => tasks[task]),
          )
        : undefined;
    return { name, manifest, schema, readSchema, producer, readers: own };
  });
  return { graph, tasks, datasets };
}

const schemaAt = ({ schemas }: Graph, reference: string) => schemas[reference.slice("#/schemas/".length)];

/** By what the parameters say that read it. */
function readSchemaOf(
  graph: Graph,
  dataset: string,
  schema: JsonObject,
  readers: readonly (PlannedTask | undefined)[],
): JsonObject | undefined {
  const inputs = readers.flatMap(
    (task) => task?.manifest.inputs.filter((input) => input.dataset === dataset) ?? [],
  );
  const schemas = inputs.map((input) =>
    input.schema === undefined ? schema : schemaAt(graph, input.schema),
  );
  return narrowSchema(
    schema,
    schemas.filter((each) => each !== undefined),
  );
}

function planTask(
  graph: Graph,
  { id, manifest, upstream }: GraphTask,
  datasets: ReadonlyMap<string, number>,
  downstream: readonly number[],
): PlannedTask {
  const { params = [], secrets = [], resources = [], context = -1 } = manifest;
  let arity = context + 1;
  for (const injected of [params, secrets, resources]) {
    for (const { position } of injected) arity = Math.max(arity, position + 1);
  }
  const inputs = manifest.inputs.map((input): PlannedInput => {
    const { position, optional = false, nullable = false } = input;
    arity = Math.max(arity, position + 1);
    return { position, dataset: known(datasets, input.dataset), optional, nullable };
  });
  let storesOutputs = false;
  let streams = false;
  const outputs = manifest.outputs.map((output): PlannedOutput => {
    const { path, nullable = false, stream = false } = output;
    const stored = graph.datasets.get(output.dataset)?.manifest?.storage !== undefined;
    storesOutputs ||= stored;
    streams ||= stream && !stored;
    return {
      dataset: known(datasets, output.dataset),
      keys: parsePointer(path),
      path,
      nullable,
      stored,
      stream,
    };
  });
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

/**
 * Numbers tasks, those with the longest way to the end of the graph first.
 *
 * @param readers by task, in the graph's order: the tasks that read from it
 */
function byUrgency(readers: readonly (readonly number[])[]): Int32Array {
  const wayLengths = new Int32Array(readers.length);
  const byLength: number[][] = [];
  for (let task = readers.length - 1; task >= 0; task--) {
    let longest = 0;
    for (const reader of readers[task] as readonly number[])
      longest = Math.max(longest, (wayLengths[reader] as number) + 1);
    wayLengths[task] = longest;
    const alike = byLength[longest];
    if (alike) alike.push(task);
    else byLength[longest] = [task];
  }
  const numbers = new Int32Array(readers.length);
  // Both rows are from the end: the number of the last one is the highest.
  let number = readers.length - 1;
  for (const tasks of byLength) for (const task of tasks) numbers[task] = number--;
  return numbers;
}

const wholeValue: readonly string[] = [];

/** @see RFC 6901 */
function parsePointer(path: string): readonly string[] {
  if (path === "") return wholeValue;
  const keys = path.split("/").slice(1);
  return keys.map((key) => key.replaceAll("~1", "/").replaceAll("~0", "~"));
}

function numbersOf<Key>(keys: Iterable<Key>): ReadonlyMap<Key, number> {
  const numbers = new Map<Key, number>();
  for (const key of keys) numbers.set(key, numbers.size);
  return numbers;
}

function known<Key extends string>(numbers: ReadonlyMap<Key, number>, name: Key): number {
  const number = numbers.get(name);
  if (number === undefined) throw new Error(`Internal error: '${name}' is not in the graph`);
  return number;
}
