/**
 * What the executor itself costs: a generated graph of tasks that do nothing, run by `LocalExecutor` and by the code that
 * one would write by hand for the same graph.
 */
import {
  buildGraph,
  checkGraph,
  connectTasks,
  type Graph,
  getTask,
  type Manifest,
  type ManifestTask,
  pipelineId,
  type RunEvent,
  type TaskFunction,
  type TaskId,
  taskId,
} from "@glacier-ts/core";
import { LocalExecutor } from "@glacier-ts/runtime";

/** One line of the benchmark's table. `ratio` is time with Glacier by time without. */
export interface BenchRow {
  readonly name: string;
  readonly ratio: number;
  readonly goal: number;
  readonly detail: string;
}

const repetitions = 15;
const goal = 3;

/** Measures the executor's overhead per task on graphs of 1,000 and 10,000 tasks. */
export async function benchExecutor(): Promise<readonly BenchRow[]> {
  const rows: BenchRow[] = [];
  for (const tasks of [1_000, 10_000]) {
    for (const kind of ["async", "sync"] as const) rows.push(...(await measure(tasks, kind)));
  }
  return rows;
}

async function measure(size: number, kind: "async" | "sync"): Promise<readonly BenchRow[]> {
  const manifest = layeredManifest(size);
  const graph = graphOf(manifest);
  const noOp: TaskFunction = kind === "async" ? async () => 1 : () => 1;
  const functions = new Map([...graph.tasks.keys()].map((id) => [id, noOp]));
  const executor = new LocalExecutor();
  const run = async (graph: Graph, onEvent?: (event: RunEvent) => void) => {
    const request = { graph, functions, projectRoot: "", keep: [], ...(onEvent && { onEvent }) };
    const outcome = await executor.execute(request);
    if (outcome.status !== "succeeded") throw new Error(`The run ${outcome.status}`);
  };

  let events = 0;
  const variants = {
    byHand: () => runByHand(graph, functions),
    glacier: () => run(graph),
    // A copy is a graph that the executor has not seen: it has to be planned as well.
    planned: () => run({ ...graph }),
    withEvents: () =>
      run(graph, () => {
        events++;
      }),
  };
  type Variant = keyof typeof variants;
  const times: Record<Variant, number[]> = { byHand: [], glacier: [], planned: [], withEvents: [] };
  for (let repetition = 0; repetition < repetitions + 3; repetition++) {
    for (const [name, variant] of Object.entries(variants) as [Variant, () => Promise<void>][]) {
      const start = performance.now();
      await variant();
      // The first repetitions warm up.
      if (repetition >= 3) times[name].push(performance.now() - start);
    }
  }
  if (events === 0) throw new Error("The run had no events");

  const perTask = (name: Variant) => (median(times[name]) / size) * 1000;
  const text = (name: Variant) => `${perTask(name).toFixed(2)} µs`;
  const row = (name: string, variant: Variant, more = ""): BenchRow => ({
    name: `executor: ${size} ${kind} no-op tasks, ${name}`,
    ratio: perTask(variant) / perTask("byHand"),
    goal,
    detail: `${text(variant)} a task, ${text("byHand")} by hand${more}`,
  });
  return [
    row("first run of a graph", "planned"),
    row("further runs", "glacier", `, ${text("withEvents")} with a listener`),
  ];
}

/** What one writes without a scheduler: a promise for each task that awaits those of its inputs. */
async function runByHand(graph: Graph, functions: ReadonlyMap<TaskId, TaskFunction>): Promise<void> {
  const results = new Map<string, Promise<unknown>>();
  for (const id of graph.order) {
    const { inputs, outputs } = getTask(graph, id).manifest;
    const run = functions.get(id) as (...inputs: unknown[]) => unknown;
    const start = async () => run(...(await Promise.all(inputs.map((input) => results.get(input.dataset)))));
    results.set(outputs[0]?.dataset as string, start());
  }
  await Promise.all(results.values());
}

/** Tasks in layers of 100; each reads up to three datasets of the layer before. The same graph each time. */
function layeredManifest(size: number): Manifest {
  const width = 100;
  const random = generator(size);
  const tasks = new Map<string, ManifestTask>();
  for (let number = 0; number < size; number++) {
    const before = Math.floor(number / width) * width - width;
    const read =
      before < 0 ? [] : Array.from({ length: 1 + (random() % 3) }, () => before + (random() % width));
    tasks.set(`src/tasks.ts#t${number}`, {
      name: `t${number}`,
      inputs: [...new Set(read)].map((from, position) => ({
        parameter: `arg${position}`,
        position,
        dataset: `d${from}`,
      })),
      outputs: [{ dataset: `d${number}`, path: "" }],
      declared: "src/tasks.ts:1",
    });
  }
  const dataset = { schema: "#/schemas/0", declared: "src/tasks.ts:1" };
  return {
    version: 1,
    datasets: Object.fromEntries(Array.from({ length: size }, (_, number) => [`d${number}`, dataset])),
    tasks: Object.fromEntries(tasks),
    pipelines: {
      "src/pipeline.ts#bench": {
        name: "bench",
        tasks: [...tasks.keys()].map((task) => ({ task: taskId(task) })),
        edges: connectTasks(tasks),
        external: [],
        declared: "src/pipeline.ts:1",
      },
    },
    schemas: { 0: {} },
  };
}

function graphOf(manifest: Manifest): Graph {
  const checked = checkGraph(buildGraph(manifest, pipelineId("src/pipeline.ts#bench")));
  if (!checked.ok) throw new Error("The generated graph is wrong");
  return checked.value;
}

/** @see Park and Miller, "Random number generators: good ones are hard to find", 1988 */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state;
  };
}

function median(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] as number;
}

if (import.meta.main) {
  for (const row of await benchExecutor())
    console.log(`${row.name}: ${row.ratio.toFixed(2)} (goal ${row.goal}); ${row.detail}`);
}
