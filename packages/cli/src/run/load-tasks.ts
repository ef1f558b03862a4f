import { existsSync } from "node:fs";
import { fileURLToPath, pathToFileURL } from "node:url";
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
import { type Exports, errorInfo, findExport } from "@glacier-ts/runtime";
import type { BuiltProject } from "../built-project.js";
import type { Problem } from "../problem.js";
import { fromWorkingDirectory } from "../render-problems.js";

/**
 * Imports the modules of tasks, never the pipeline's own: that one may run the pipeline by itself.
 *
 * @returns the function of every task; or, for every module, GLA4011 (it cannot be loaded) or GLA4004 (the task is not in it)
 */
export async function loadTasks(
  graph: Graph,
  tasks: ReadonlySet<TaskId>,
  { moduleOf }: Pick<BuiltProject, "moduleOf">,
): Promise<Result<ReadonlyMap<TaskId, TaskFunction>, readonly Problem[]>> {
  const problems: Problem[] = [];
  const functions = new Map<TaskId, TaskFunction>();
  for (const [module, ids] of byModule(graph.order.filter((id) => tasks.has(id)))) {
    const found = ids.map((id) => moduleOf(id));
    const file = found[0] && fileURLToPath(found[0].url);
    if (file === undefined || !existsSync(file)) {
      problems.push(report("moduleUnloadable", { module, why: notEmitted }));
      continue;
    }
    const loaded = await importModule(file);
    if (!loaded.ok) {
      problems.push(loaded.failure);
      continue;
    }
    for (const [index, id] of ids.entries()) {
      const run = findExport(loaded.value, found[index]?.path ?? []);
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
const moduleName = (id: TaskId) => id.slice(0, id.lastIndexOf("#"));

function byModule(ids: readonly TaskId[]): ReadonlyMap<string, readonly TaskId[]> {
  const modules = new Map<string, TaskId[]>();
  for (const id of ids) {
    const tasks = modules.get(moduleName(id)) ?? [];
    modules.set(moduleName(id), tasks);
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

function stale(graph: Graph, id: TaskId, file: string, compiledId: string | undefined): Problem {
  const place = fromWorkingDirectory("", file);
  const name = id.slice(moduleName(id).length + 1);
  const found = compiledId === undefined ? "has no such function" : `has task '${compiledId}' there`;
  return report("staleBuild", {
    pipeline: graph.name,
    detail: `the manifest has '${name}', '${place}' ${found}`,
  });
}
