import {
  buildGraph,
  checkGraph,
  connectTasks,
  type Graph,
  type ManifestInput,
  type ManifestOutput,
  type ManifestTask,
  pipelineId,
  type TaskFunction,
  type TaskId,
  taskId,
} from "@glacier-ts/core";

/** A task in a few words. */
export interface TaskSketch
  extends Pick<
    ManifestTask,
    "check" | "context" | "params" | "secrets" | "retries" | "timeout" | "compute" | "resources"
  > {
  readonly name: string;
  /** By default at the positions 0, 1, … */
  readonly reads?: readonly (string | (Partial<ManifestInput> & { readonly dataset: string }))[];
  /** A text is the whole returned value. */
  readonly makes?: readonly (string | ManifestOutput)[];
  readonly run: (...inputs: never[]) => unknown;
}

export interface SketchedPipeline {
  readonly graph: Graph;
  readonly functions: ReadonlyMap<TaskId, TaskFunction>;
}

export const idOf = (name: string): TaskId => taskId(`src/tasks.ts#${name}`);

/**
 * Makes a graph, by way of a manifest, and its functions. It lists the resources that the tasks need.
 *
 * @param stored names of the datasets that have a storage
 */
export function makePipeline(
  sketches: readonly TaskSketch[],
  stored: readonly string[] = [],
): SketchedPipeline {
  const functions = new Map(sketches.map((sketch) => [idOf(sketch.name), sketch.run as TaskFunction]));
  const tasks = new Map<string, ManifestTask>(
    sketches.map((sketch) => [idOf(sketch.name), manifestTask(sketch)]),
  );
  const read = [...tasks.values()].flatMap((task) => task.inputs.map((input) => input.dataset));
  const made = [...tasks.values()].flatMap((task) => task.outputs.map((output) => output.dataset));
  const external = stored.filter((name) => read.includes(name) && !made.includes(name)).sort();
  const datasets = [...new Set([...read, ...made])].map((name) => {
    const storage = stored.includes(name) ? { storage: { kind: "file", path: `${name}.json` } } : {};
    return [name, { schema: "#/schemas/any", declared: "src/datasets.ts:1", ...storage }] as const;
  });
  const taken = [...tasks.values()].flatMap((task) => task.resources ?? []);
  const resources = [...new Set(taken.filter(({ optional }) => !optional).map(({ name }) => name))];
  const elements = [...tasks.keys()].map((task) => ({ task }));
  const id = pipelineId("src/pipeline.ts#sketch");
  const checked = checkGraph(
    buildGraph(
      {
        version: 1,
        datasets: Object.fromEntries(datasets),
        tasks: Object.fromEntries(tasks),
        pipelines: {
          [id]: {
            name: "sketch",
            tasks: elements.filter(({ task }) => !tasks.get(task)?.check),
            checks: elements.filter(({ task }) => tasks.get(task)?.check),
            edges: connectTasks(tasks),
            external,
            resources: resources.map((name) => ({ name, id: `src/resources.ts#${name}` })),
            declared: "src/pipeline.ts:1",
          },
        },
        schemas: { any: {} },
      },
      id,
    ),
  );
  if (!checked.ok) throw new Error(checked.failure.map((problem) => problem.diagnostic.message).join("\n"));
  return { graph: checked.value, functions };
}

function manifestTask(sketch: TaskSketch): ManifestTask {
  const { name, reads = [], makes = [], run: _, ...options } = sketch;
  return {
    ...options,
    name,
    inputs: reads.map((read, position) => ({
      parameter: `arg${position}`,
      position,
      ...(typeof read === "string" ? { dataset: read } : read),
    })),
    outputs: makes.map((output) => (typeof output === "string" ? { dataset: output, path: "" } : output)),
    declared: "src/tasks.ts:1",
  };
}
