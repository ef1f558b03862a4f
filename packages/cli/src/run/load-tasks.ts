import { existsSync } from "node:fs";
import process from "node:process";
import { fileURLToPath, pathToFileURL } from "node:url";
import {
  errorText,
  fail,
  GlacierError,
  type Graph,
  getTask,
  isIdOf,
  type ManifestResource,
  type ResourceDeclaration,
  type Result,
  type RunRequest,
  renderStack,
  report,
  succeed,
  type TaskFunction,
  type TaskId,
  taskMetadata,
} from "@glacier-ts/core";
import { type Exports, errorInfo, findExport, isFunction } from "@glacier-ts/runtime";
import type { BuiltProject } from "../built-project.js";
import type { Problem } from "../problem.js";
import { fromWorkingDirectory } from "../render-problems.js";

/** What a run calls. */
export type LoadedTasks = Required<Pick<RunRequest, "functions" | "resources">>;

/**
 * Imports the modules of tasks and of the resources that they take, never the pipeline's own: that one may run the
 * pipeline by itself.
 *
 * @returns the function of every task and the declaration of every resource; or, for every module, GLA4011 (it cannot be
 *   loaded) or GLA4004 (the task or resource is not in it)
 */
export async function loadTasks(
  graph: Graph,
  tasks: ReadonlySet<TaskId>,
  { moduleOf }: Pick<BuiltProject, "moduleOf">,
): Promise<Result<LoadedTasks, readonly Problem[]>> {
  // Stacks of their code then name the TypeScript source. For modules of Glacier the maps would be read in vain.
  process.setSourceMapsEnabled(true);
  const problems: Problem[] = [];
  const functions = new Map<TaskId, TaskFunction>();
  const resources = new Map<string, ResourceDeclaration<string, {}>>();
  for (const [module, wanted] of wantedByModule(graph, tasks)) {
    const [first] = [...wanted.tasks, ...wanted.resources.map(({ id }) => id)].map((id) => moduleOf(id));
    const file = first && fileURLToPath(first.url);
    if (file === undefined || !existsSync(file)) {
      problems.push(report("moduleUnloadable", { module, why: notEmitted }));
      continue;
    }
    const loaded = await importModule(file);
    if (!loaded.ok) {
      problems.push(loaded.failure);
      continue;
    }
    for (const id of wanted.tasks) {
      const run = findExport(loaded.value, moduleOf(id)?.path ?? [], isFunction);
      const compiledId = run && (taskMetadata(run)?.id ?? id);
      if (run && compiledId !== undefined && isIdOf(compiledId, id)) functions.set(id, run);
      else problems.push(staleTask(graph, id, file, compiledId));
    }
    for (const { id, name } of wanted.resources) {
      const declaration = findExport(loaded.value, moduleOf(id)?.path ?? [], isDeclaration);
      if (declaration?.name === name) resources.set(name, declaration);
      else problems.push(staleResource(graph, name, file));
    }
  }
  return problems.length > 0 ? fail(problems) : succeed({ functions, resources });
}

/**
 * Tasks that are imported when one of them is called: for a run of which everything is current, unless a result is gone
 * when it is to be read.
 */
export function loadTasksLater(
  graph: Graph,
  tasks: ReadonlySet<TaskId>,
  project: Parameters<typeof loadTasks>[2],
): ReadonlyMap<TaskId, TaskFunction> {
  let loading: ReturnType<typeof loadTasks> | undefined;
  const later =
    (id: TaskId): TaskFunction =>
    async (...inputs) => {
      loading ??= loadTasks(graph, tasks, project);
      const loaded = await loading;
      if (!loaded.ok) throw new GlacierError(loaded.failure);
      return loaded.value.functions.get(id)?.(...inputs);
    };
  return new Map(Array.from(tasks, (id) => [id, later(id)]));
}

const notEmitted =
  "the project writes no JavaScript for it; check `noEmit`, `emitDeclarationOnly` and `include` in the tsconfig";

/** `src/tasks.ts` of `src/tasks.ts#Sales.clean`. */
const moduleName = (id: string) => id.slice(0, id.lastIndexOf("#"));

interface Wanted {
  readonly tasks: TaskId[];
  readonly resources: ManifestResource[];
}

function wantedByModule(graph: Graph, tasks: ReadonlySet<TaskId>): ReadonlyMap<string, Wanted> {
  const modules = new Map<string, Wanted>();
  const wantedOf = (id: string) => {
    const wanted = modules.get(moduleName(id)) ?? { tasks: [], resources: [] };
    modules.set(moduleName(id), wanted);
    return wanted;
  };
  const taken = new Set<string>();
  for (const id of graph.order) {
    if (!tasks.has(id)) continue;
    wantedOf(id).tasks.push(id);
    for (const { name } of getTask(graph, id).manifest.resources ?? []) taken.add(name);
  }
  for (const resource of graph.pipeline.resources ?? []) {
    if (taken.has(resource.name)) wantedOf(resource.id).resources.push(resource);
  }
  return modules;
}

async function importModule(file: string): Promise<Result<Exports, Problem>> {
  try {
    return succeed((await import(pathToFileURL(file).href)) as Exports);
  } catch (thrown) {
    const error = errorInfo(thrown);
    const details = { module: fromWorkingDirectory("", file), why: errorText(error) };
    return fail({ ...report("moduleUnloadable", details), stack: renderStack(error) });
  }
}

function isDeclaration(value: unknown): value is ResourceDeclaration<string, {}> {
  const { options } = (value ?? {}) as Partial<ResourceDeclaration<string, {}>>;
  return isFunction(options?.open);
}

function staleTask(graph: Graph, id: TaskId, file: string, compiledId: string | undefined): Problem {
  const found = compiledId === undefined ? "has no such function" : `has task '${compiledId}' there`;
  const name = id.slice(moduleName(id).length + 1);
  return stale(graph, `the manifest has '${name}', '${fromWorkingDirectory("", file)}' ${found}`);
}

function staleResource(graph: Graph, name: string, file: string): Problem {
  const place = fromWorkingDirectory("", file);
  return stale(graph, `the manifest has resource '${name}', '${place}' has no such declaration`);
}

function stale(graph: Graph, detail: string): Problem {
  return report("staleBuild", { pipeline: graph.name, detail });
}
