import { report } from "./catalog.js";
import { checkGraph, type GraphPlace, locateProblem } from "./check-graph.js";
import { type EnvironmentConfig, inEnvironment } from "./config.js";
import type { Signal } from "./context.js";
import { type Diagnostic, GlacierError, type Location } from "./diagnostic.js";
import type { RunEvent } from "./event.js";
import {
  buildGraph,
  elementsOf,
  type Graph,
  type GraphTask,
  getTask,
  isIdOf,
  pipelineId,
  resultDatasets,
  sinkTasks,
  sourceTasks,
  type TaskId,
  taskId,
  type UncheckedGraph,
  withoutChecks,
} from "./graph.js";
import type { JsonObject } from "./json.js";
import type { Manifest, ManifestElement } from "./manifest.js";
import { readManifest } from "./manifest-io.js";
import type {
  Checks,
  DatasetValues,
  FittingChecks,
  FittingResources,
  ParamsOption,
  ProducedNames,
  Resources,
  ResultNames,
  Tasks,
  WithChecks,
} from "./pipeline-types.js";
import type { Executor, ModuleImports, RunOutcome, SecretProvider, Target } from "./ports.js";
import { render, type VisualizeOptions } from "./render/render.js";
import { RunError } from "./run-error.js";
import { checkParams } from "./run-params.js";
import { suggest } from "./suggest.js";
import { type TaskFunction, taskMetadata } from "./task.js";

export interface PipelineOptions<
  T extends Tasks,
  Listed extends Resources = Resources,
  C extends Checks = Checks,
> {
  /** `[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}`; unique in a project. */
  readonly name: string;
  /** The functions that are the pipeline's tasks; of a module, its exports that mention datasets. */
  readonly tasks: T;
  /** What `check()` has made: they look at datasets before tasks read them. */
  readonly checks?: C;
  /** What the tasks take as `Resource`, of each its declaration. */
  readonly resources?: Listed;
}

/** What the compiler knows of a pipeline, written into its call. */
export interface PipelineWiring {
  readonly id: string;
  /** The parsed `glacier.manifest.json`. */
  readonly manifest: unknown;
  /** The project's folder: a path or a `file:` URL. */
  readonly root: string;
  /** Imports the modules of its datasets' schemas, where sources run as they are or are bundled. */
  readonly imports?: ModuleImports;
}

export interface RunOptions<Kept extends string = never> {
  readonly executor: Executor;
  /** Datasets to return besides those that no task reads. */
  readonly keep?: readonly Kept[];
  /** Finds the values of secrets; by default the executor's own way, such as the environment. */
  readonly secrets?: SecretProvider;
  /** Where the datasets live; by default where they are declared to. */
  readonly environment?: EnvironmentConfig;
  /** Cancels the run. */
  readonly signal?: Signal;
  readonly onEvent?: (event: RunEvent) => void;
}

export interface RunResult<Values> extends Omit<RunOutcome, "datasets" | "status" | "failures"> {
  readonly status: "succeeded";
  /** By dataset name; null where nothing was produced. */
  readonly datasets: Values;
}

/**
 * Declares a pipeline: a name and the tasks in it. The graph follows from the tasks' signatures.
 *
 * ```ts
 * export const analytics = pipeline({ name: "analytics", tasks: [extract, clean, summarise] });
 * ```
 *
 * @param wiring written by the compiler
 */
export function pipeline<
  const T extends Tasks,
  const Listed extends Resources = [],
  const C extends Checks = [],
>(
  options: PipelineOptions<T, Listed & FittingResources<WithChecks<T, C>, Listed>, C & FittingChecks<C>>,
  wiring?: PipelineWiring,
): Pipeline<T, C> {
  return new Pipeline(options, wiring);
}

/** A task by its function or its name. */
export type TaskReference = TaskFunction | string;

/** A pipeline. Every operation throws a `GlacierError` with all diagnostics when the pipeline cannot be used. */
export class Pipeline<T extends Tasks = Tasks, C extends Checks = Checks> {
  readonly name: string;
  readonly #tasks: T;
  readonly #checks: C | undefined;
  readonly #resources: Resources;
  readonly #wiring: PipelineWiring | undefined;
  #graph: Graph | undefined;

  constructor(options: PipelineOptions<T, Resources, C>, wiring?: PipelineWiring) {
    this.name = options.name;
    this.#tasks = options.tasks;
    this.#checks = options.checks;
    this.#resources = options.resources ?? [];
    this.#wiring = wiring;
  }

  /**
   * Checks the graph.
   * @throws GlacierError with every problem; the compiler reports the same ones
   */
  validate(): void {
    this.#checkedGraph("validate", this.validate);
  }

  /** Draws the graph: as text for a terminal, or in the language of Mermaid or Graphviz (`dot`). */
  visualize(options: VisualizeOptions = {}): string {
    return render(this.#checkedGraph("visualize", this.visualize), options);
  }

  /** Names of all tasks, without checks; each after all tasks that it reads from. */
  executionOrder(): readonly string[] {
    const graph = this.#checkedGraph("executionOrder", this.executionOrder);
    return withoutChecks(graph, graph.order).map((id) => getTask(graph, id).name);
  }

  /** Names of the tasks that read from no other task. */
  sources(): readonly string[] {
    return sourceTasks(this.#checkedGraph("sources", this.sources)).map((task) => task.name);
  }

  /** Names of the tasks that no other task reads from. */
  sinks(): readonly string[] {
    return sinkTasks(this.#checkedGraph("sinks", this.sinks)).map((task) => task.name);
  }

  /** Names of the tasks that a task reads from. */
  dependencies(task: TaskReference): readonly string[] {
    const graph = this.#checkedGraph("dependencies", this.dependencies);
    const { upstream } = this.#find(graph, task, this.dependencies);
    return withoutChecks(graph, upstream).map((id) => getTask(graph, id).name);
  }

  /** Names of the tasks that read from a task. */
  consumers(task: TaskReference): readonly string[] {
    const graph = this.#checkedGraph("consumers", this.consumers);
    const { downstream } = this.#find(graph, task, this.consumers);
    return withoutChecks(graph, downstream).map((id) => getTask(graph, id).name);
  }

  /**
   * The JSON Schema (2020-12) of a dataset's payload.
   * @throws GlacierError where no task reads or produces the dataset
   */
  schema(dataset: string): JsonObject {
    const graph = this.#checkedGraph("schema", this.schema);
    const { manifest } = graph.datasets.get(dataset) ?? {};
    const schema = manifest && graph.schemas[manifest.schema.slice("#/schemas/".length)];
    if (schema) return schema;
    const suggestion = suggest(dataset, [...graph.datasets.keys()]);
    throw new GlacierError(
      [report("unknownDataset", { dataset, pipeline: this.name, suggestion })],
      this.schema,
    );
  }

  /**
   * Runs every task and every check.
   *
   * @returns the datasets that no task reads, and those in `keep`
   * @throws RunError when a task failed, a check did not pass or the run was cancelled; GlacierError for a parameter or secret that is missing
   *   or wrong, before anything runs
   */
  async run<Kept extends ProducedNames<T> = never>(
    options: RunOptions<Kept> & ParamsOption<WithChecks<T, C>>,
  ): Promise<RunResult<DatasetValues<T, ResultNames<T> | Kept>>> {
    const graph = this.#checkedGraph("run", this.run, options.environment);
    const known = [...graph.datasets.values()].filter((d) => d.producers.length > 0).map((d) => d.name);
    const unknown = (options.keep ?? []).filter((dataset) => !known.includes(dataset));
    const params: Readonly<Record<string, unknown>> = options.params ?? {};
    const problems = [
      ...unknown.map((dataset) =>
        report("unknownDataset", { dataset, pipeline: this.name, suggestion: suggest(dataset, known) }),
      ),
      ...checkParams(graph, params),
    ];
    if (problems.length > 0) throw new GlacierError(problems, this.run);
    const resources = this.#listedResources(graph, this.run);
    const outcome = await options.executor.execute({
      graph,
      functions: this.#functions(graph, this.run),
      projectRoot: this.#wiring?.root ?? "",
      keep: [...new Set([...resultDatasets(graph), ...(options.keep ?? [])])],
      params: new Map(Object.entries(params)),
      ...(resources.size > 0 && { resources }),
      ...(this.#wiring?.imports && { imports: this.#wiring.imports }),
      ...(options.secrets && { secrets: options.secrets }),
      ...(options.signal && { signal: options.signal }),
      ...(options.onEvent && { onEvent: options.onEvent }),
    });
    if (outcome.status !== "succeeded") throw new RunError(graph, outcome);
    const values = Object.fromEntries(outcome.datasets) as DatasetValues<T, ResultNames<T> | Kept>;
    return { ...outcome, status: outcome.status, datasets: values };
  }

  /**
   * Turns the pipeline into what a target deploys.
   * @throws GlacierError with everything that the target cannot express
   */
  compile<Compiled>(target: Target<Compiled>): Compiled {
    const compiled = target.compile(this.#checkedGraph("compile", this.compile));
    if (!compiled.ok) throw new GlacierError(compiled.failure, this.compile);
    return compiled.value;
  }

  #checkedGraph(
    operation: string,
    boundary: (...args: never[]) => unknown,
    environment?: EnvironmentConfig,
  ): Graph {
    if (this.#graph && !environment) return this.#graph;
    const graph = this.#uncheckedGraph(operation, boundary, environment);
    const checked = checkGraph(graph);
    if (checked.ok) {
      if (!environment) this.#graph = checked.value;
      return checked.value;
    }
    const locate = (place: GraphPlace) => declaredLocation(graph, place);
    throw new GlacierError(
      checked.failure.map((problem) => locateProblem(problem, locate)),
      boundary,
    );
  }

  #uncheckedGraph(
    operation: string,
    boundary: (...args: never[]) => unknown,
    environment?: EnvironmentConfig,
  ): UncheckedGraph {
    const stop = (diagnostic: Diagnostic) => new GlacierError([diagnostic], boundary);
    if (!this.#wiring) throw stop(report("notCompiled", { pipeline: this.name, operation }));
    const manifest = readManifest(this.#wiring.manifest, "glacier.manifest.json");
    if (!manifest.ok) throw stop(manifest.failure);
    const id = pipelineId(this.#wiring.id);
    if (!Object.hasOwn(manifest.value.pipelines, id))
      throw stop(this.#stale(`the manifest has no pipeline '${id}'`));
    const found = manifest.value as Manifest;
    return buildGraph(environment ? inEnvironment(found, environment) : found, id);
  }

  /** The declarations by name; what the manifest lists must be among them. */
  #listedResources(
    graph: Graph,
    boundary: (...args: never[]) => unknown,
  ): ReadonlyMap<string, Resources[number]> {
    const listed = new Map(this.#resources.map((declaration) => [declaration.name, declaration]));
    for (const { name } of graph.pipeline.resources ?? []) {
      if (listed.has(name)) continue;
      const detail = `the manifest has resource '${name}', which its resources do not`;
      throw new GlacierError([this.#stale(detail)], boundary);
    }
    return listed;
  }

  /** Pairs what the manifest lists with the functions in `tasks` and `checks`. */
  #functions(graph: Graph, boundary: (...args: never[]) => unknown): ReadonlyMap<TaskId, TaskFunction> {
    const { tasks, checks = [] } = graph.pipeline;
    return new Map([
      ...this.#pair("task", this.#tasks, tasks, boundary),
      ...this.#pair("check", this.#checks ?? [], checks, boundary),
    ]);
  }

  /** By position in an array, by key in an object. */
  #pair(
    kind: "task" | "check",
    listed: Tasks,
    elements: readonly ManifestElement[],
    boundary: (...args: never[]) => unknown,
  ): readonly (readonly [TaskId, TaskFunction])[] {
    const stop = (detail: string) => new GlacierError([this.#stale(detail)], boundary);
    const functions: Readonly<Record<string, unknown>> = listed as never;
    if (Array.isArray(listed) && listed.length !== elements.length) {
      throw stop(`the code has ${listed.length} ${kind}s, the manifest ${elements.length}`);
    }
    return elements.map((element, position) => {
      const key = String(element.key ?? position);
      const run = Object.hasOwn(functions, key) ? functions[key] : undefined;
      if (typeof run !== "function") throw stop(`'${key}' in its ${kind}s is no function`);
      const found = taskMetadata(run as TaskFunction)?.id ?? element.task;
      if (!isIdOf(found, element.task))
        throw stop(`the code has ${kind} '${found}' where the manifest has '${element.task}'`);
      return [taskId(element.task), run as TaskFunction];
    });
  }

  #find(graph: Graph, reference: TaskReference, boundary: (...args: never[]) => unknown): GraphTask {
    const tasks = [...graph.tasks.values()];
    if (typeof reference === "function") {
      for (const [id, run] of this.#functions(graph, boundary))
        if (run === reference) return getTask(graph, id);
    }
    const name = typeof reference === "string" ? reference : nameOf(reference);
    const task =
      typeof reference === "string" ? tasks.find((candidate) => candidate.name === name) : undefined;
    if (task) return task;
    const suggestion = suggest(
      name,
      tasks.map((candidate) => candidate.name),
    );
    throw new GlacierError(
      [report("unknownTask", { task: name, pipeline: this.name, suggestion })],
      boundary,
    );
  }

  #stale(detail: string): Diagnostic {
    return report("staleBuild", { pipeline: this.name, detail });
  }
}

/** What to call a function that is no task of the pipeline: the name of its export, else its own. */
function nameOf(run: TaskFunction): string {
  const exported = taskMetadata(run)?.id?.split("#").at(-1);
  return exported ?? (run.name.replace(/^(bound )+/, "") || "(anonymous)");
}

/** The place in the source that the manifest remembers: file and line of a declaration. */
function declaredLocation(graph: UncheckedGraph, place: GraphPlace): Location {
  const id =
    place.kind === "element" ? taskId(elementsOf(graph.pipeline)[place.position]?.task ?? "") : undefined;
  const task = id ?? ("task" in place ? place.task : undefined);
  const declared = task === undefined ? graph.pipeline.declared : getTask(graph, task).manifest.declared;
  const colon = declared.lastIndexOf(":");
  return { file: declared.slice(0, colon), line: Number(declared.slice(colon + 1)), column: 1 };
}
