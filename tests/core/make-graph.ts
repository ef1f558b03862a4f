/** Graphs from short lists of tasks, for tests that need no source code. */
import {
  buildGraph,
  checkGraph,
  connectTasks,
  type Graph,
  type Manifest,
  type ManifestStorage,
  type ManifestTask,
  manifestVersion,
  pipelineId,
} from "@glacier-ts/core";

export interface TaskSketch {
  readonly name: string;
  /** Datasets that it reads. */
  readonly inputs?: readonly string[];
  /** Datasets that it produces. */
  readonly outputs?: readonly string[];
  /** Further fields of the manifest's task. */
  readonly more?: Partial<ManifestTask>;
}

export interface GraphSketch {
  readonly tasks: readonly TaskSketch[];
  /** Storage by dataset. What no task produces and is absent here is a `file`. */
  readonly storage?: { readonly [dataset: string]: ManifestStorage };
  /** The pipeline's name; `sketch` by default. */
  readonly name?: string;
}

/** A manifest with one pipeline, `src/pipeline.ts#<name>`, of tasks `src/tasks.ts#<task>`. */
export function makeManifest({ tasks: sketches, storage = {}, name = "sketch" }: GraphSketch): Manifest {
  const tasks = new Map(
    sketches.map((sketch, index): [string, ManifestTask] => [
      `src/tasks.ts#${sketch.name}`,
      {
        name: sketch.name,
        inputs: (sketch.inputs ?? []).map((dataset, position) => ({
          parameter: `arg${position}`,
          position,
          dataset,
        })),
        outputs: (sketch.outputs ?? []).map((dataset, position, all) => ({
          dataset,
          path: all.length > 1 ? `/${position}` : "",
        })),
        declared: `src/tasks.ts:${index + 1}`,
        ...sketch.more,
      },
    ]),
  );
  const produced = new Set(sketches.flatMap((sketch) => sketch.outputs ?? []));
  const read = new Set(sketches.flatMap((sketch) => sketch.inputs ?? []));
  const external = [...read].filter((dataset) => !produced.has(dataset)).sort();
  const datasets = [...new Set([...produced, ...read])].map((dataset, index) => {
    const stored = Object.hasOwn(storage, dataset) ? storage[dataset] : undefined;
    const at = stored ?? (produced.has(dataset) ? undefined : { kind: "file", path: `data/${dataset}.json` });
    const declared = `src/datasets.ts:${index + 1}`;
    return [dataset, { schema: "#/schemas/any", declared, ...(at && { storage: at }) }] as const;
  });
  const elements = [...tasks.keys()].map((task) => ({ task }));
  return {
    version: manifestVersion,
    datasets: Object.fromEntries(datasets),
    tasks: Object.fromEntries(tasks),
    pipelines: {
      [`src/pipeline.ts#${name}`]: {
        name,
        tasks: elements.filter(({ task }) => !tasks.get(task)?.check),
        ...(elements.some(({ task }) => tasks.get(task)?.check) && {
          checks: elements.filter(({ task }) => tasks.get(task)?.check),
        }),
        edges: connectTasks(tasks),
        external,
        declared: "src/pipeline.ts:1",
      },
    },
    schemas: { any: {} },
  };
}

/** @throws when the graph cannot be run */
export function makeGraph(sketch: GraphSketch): Graph {
  const graph = buildGraph(makeManifest(sketch), pipelineId(`src/pipeline.ts#${sketch.name ?? "sketch"}`));
  const checked = checkGraph(graph);
  if (!checked.ok) throw new Error(checked.failure.map((problem) => problem.diagnostic.message).join("\n"));
  return checked.value;
}

/** Tasks from links, one a line: `a b -> c d` makes c and d read what a and b produce, a dataset each. */
export function tasksFromLinks(links: string): readonly TaskSketch[] {
  const inputs = new Map<string, Set<string>>();
  for (const line of links.split("\n")) {
    const groups = line.split("->").map((names) => names.trim().split(/\s+/).filter(Boolean));
    for (const name of groups.flat()) if (!inputs.has(name)) inputs.set(name, new Set());
    for (const [index, names] of groups.entries()) {
      for (const to of names) for (const from of groups[index - 1] ?? []) inputs.get(to)?.add(`${from}_data`);
    }
  }
  return [...inputs].map(([name, read]) => ({ name, inputs: [...read], outputs: [`${name}_data`] }));
}
