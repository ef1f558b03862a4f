/** Generated graphs of tasks that each make one dataset. The same graph each time. */
import {
  buildGraph,
  checkGraph,
  connectTasks,
  type Graph,
  type Manifest,
  type ManifestTask,
  pipelineId,
  type TaskFunction,
  type TaskId,
  taskId,
} from "@glacier-ts/core";

/** By task: the tasks whose datasets it reads, all of them before it. */
export type Reads = readonly (readonly number[])[];

/** A layer of 100 tasks after the other; each task reads up to three datasets of the layer before. */
export function layered(size: number): Reads {
  const width = 100;
  const random = generator(size);
  return Array.from({ length: size }, (_, number) => {
    const before = Math.floor(number / width) * width - width;
    if (before < 0) return [];
    return [...new Set(Array.from({ length: 1 + (random() % 3) }, () => before + (random() % width)))];
  });
}

/** One task, many that read it, one that reads these. */
export function fanned(size: number): Reads {
  const many = Array.from({ length: size - 2 }, () => [0]);
  return [[], ...many, many.map((_, index) => index + 1)];
}

/** Each task reads the one before. */
export function chained(size: number): Reads {
  return Array.from({ length: size }, (_, number) => (number === 0 ? [] : [number - 1]));
}

/**
 * Task `t0` makes dataset `d0`, and so on.
 *
 * @param computeOf what a task runs on, by its number
 */
export function graphOf(reads: Reads, computeOf?: (task: number) => ManifestTask["compute"]): Graph {
  const checked = checkGraph(buildGraph(manifestOf(reads, computeOf), pipelineId("src/pipeline.ts#bench")));
  if (!checked.ok) throw new Error("The generated graph is wrong");
  return checked.value;
}

/** The same function for all tasks of a graph. */
export function functionsOf(graph: Graph, run: TaskFunction): ReadonlyMap<TaskId, TaskFunction> {
  return new Map(graph.order.map((id) => [id, run]));
}

function manifestOf(reads: Reads, computeOf?: (task: number) => ManifestTask["compute"]): Manifest {
  const tasks = new Map<string, ManifestTask>();
  for (const [number, read] of reads.entries()) {
    const compute = computeOf?.(number);
    tasks.set(`src/tasks.ts#t${number}`, {
      ...(compute && { compute }),
      name: `t${number}`,
      inputs: read.map((from, position) => ({
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
    datasets: Object.fromEntries(reads.map((_, number) => [`d${number}`, dataset])),
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

/** @see Park and Miller, "Random number generators: good ones are hard to find", 1988 */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state;
  };
}
