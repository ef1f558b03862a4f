import { existsSync } from "node:fs";
import { pathToFileURL } from "node:url";
import type { Project } from "@glacier-ts/analyzer";
import {
  errorText,
  fail,
  type Graph,
  isIdOf,
  type Result,
  renderStack,
  report,
  succeed,
  type TaskFunction,
  type TaskId,
  taskMetadata,
} from "@glacier-ts/core";
import { errorInfo } from "@glacier-ts/runtime";
import type { Problem } from "../problem.js";
import { fromWorkingDirectory } from "../render-problems.js";

/**
 * Imports the modules of a graph's tasks, never the pipeline's own: that one may run the pipeline by itself.
 *
 * @returns the function of every task; or, for every module, GLA4011 (it cannot be loaded) or GLA4004 (the task is not in it)
 */
export async function loadTasks(
  graph: Graph,
  project: Project,
): Promise<Result<ReadonlyMap<TaskId, TaskFunction>, readonly Problem[]>> {
  const problems: Problem[] = [];
  const functions = new Map<TaskId, TaskFunction>();
  for (const [module, tasks] of tasksByModule(graph)) {
    const file = project.outputFile(module);
    if (file === undefined || !existsSync(file)) {
      problems.push(report("moduleUnloadable", { module, why: notEmitted }));
      continue;
    }
    const loaded = await importModule(file);
    if (!loaded.ok) {
      problems.push(loaded.failure);
      continue;
    }
    for (const id of tasks) {
      const run = findExport(loaded.value, id.slice(module.length + 1).split("."));
      const compiledId = run && (taskMetadata(run)?.id ?? id);
      if (run && compiledId !== undefined && isIdOf(compiledId, id)) functions.set(id, run);
      else problems.push(stale(graph, id, file, compiledId));
    }
  }
  return problems.length > 0 ? fail(problems) : succeed(functions);
}

const notEmitted =
  "the project writes no JavaScript for it; check `noEmit`, `emitDeclarationOnly` and `include` in the tsconfig";

/** `src/tasks.ts` of `src/tasks.ts#Sales.clean`. */
function moduleOf(id: TaskId): string {
  return id.slice(0, id.lastIndexOf("#"));
}

function tasksByModule(graph: Graph): ReadonlyMap<string, readonly TaskId[]> {
  const modules = new Map<string, TaskId[]>();
  for (const id of graph.order) {
    const tasks = modules.get(moduleOf(id)) ?? [];
    modules.set(moduleOf(id), tasks);
    tasks.push(id);
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

type Exports = Readonly<Record<string, unknown>>;

/** The function at a path of names. Of a CommonJS module, the exports are in the namespace or in its `default`. */
function findExport(namespace: Exports, path: readonly string[]): TaskFunction | undefined {
  for (const root of [namespace, namespace.default]) {
    let at: unknown = root;
    for (const name of path) at = (at as Exports | null | undefined)?.[name];
    if (typeof at === "function") return at as TaskFunction;
  }
  return undefined;
}

function stale(graph: Graph, id: TaskId, file: string, compiledId: string | undefined): Problem {
  const place = fromWorkingDirectory("", file);
  const name = id.slice(moduleOf(id).length + 1);
  const found = compiledId === undefined ? "has no such function" : `has task '${compiledId}' there`;
  return report("staleBuild", {
    pipeline: graph.name,
    detail: `the manifest has '${name}', '${place}' ${found}`,
  });
}
