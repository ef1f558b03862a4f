/** Tasks of a run of which everything is current are imported only when one is called after all. */
import { pathToFileURL } from "node:url";
import type { TaskFunction } from "@glacier-ts/core";
import { expect, it } from "vitest";
import { loadTasksLater } from "../../packages/cli/dist/run/load-tasks.js";
import { makeProject } from "../rig/temp-project.js";
import { idOf, makePipeline } from "../runtime/make-graph.js";

const add = idOf("add");
const { graph } = makePipeline([{ name: "add", run: () => {} }]);

function laterFrom(text: string) {
  const project = makeProject({ "tasks.mjs": text });
  const url = pathToFileURL(project.path("tasks.mjs")).href;
  const tasks = loadTasksLater(graph, new Set([add]), { moduleOf: () => ({ url, path: ["add"] }) } as never);
  return tasks.get(add) as TaskFunction as (...numbers: number[]) => Promise<unknown>;
}

it("imports a module at the first call, and once", async () => {
  const imports = globalThis as { imported?: number };
  delete imports.imported;
  const call = laterFrom(
    "globalThis.imported = (globalThis.imported ?? 0) + 1; export const add = (a, b) => a + b;",
  );
  expect(imports.imported).toBeUndefined();
  expect(await Promise.all([call(1, 2), call(3, 4)])).toEqual([3, 7]);
  expect(imports.imported).toBe(1);
});

it("fails with what is wrong in the module", async () => {
  await expect(laterFrom("throw new Error('no');")()).rejects.toThrow(/GLA4011: .*Error: no/);
});
