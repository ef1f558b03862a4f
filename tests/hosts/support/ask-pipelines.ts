/** Imports modules of the corpus in one process, and asks their pipelines for their tasks. */
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import type { Manifest } from "@glacier-ts/core";
import { tempFolder, writeFiles } from "../../analyzer/support/temp-project.js";
import { runNode } from "./tspc.js";

/** Prints by module what is thrown, or the task names of its pipelines. */
const script = `
const found = {};
for (const url of JSON.parse(process.argv[2])) {
  try {
    const pipelines = Object.values(await import(url)).filter((value) => value?.constructor?.name === "Pipeline");
    found[url] = pipelines.map((pipeline) => [pipeline.name, [...pipeline.executionOrder()].sort()])
      .sort(([one], [other]) => one < other ? -1 : 1);
  } catch (error) {
    found[url] = error.stack;
  }
}
(await import("node:fs")).writeFileSync("found.json", JSON.stringify(found));
`;

/** @returns by URL: the names of pipelines with those of their tasks, or the stack of what was thrown */
export async function askPipelines(
  urls: readonly string[],
  nodeOptions: readonly string[] = [],
): Promise<ReadonlyMap<string, unknown>> {
  const folder = tempFolder();
  writeFiles(folder, { "ask.mjs": script });
  await runNode(folder, [...nodeOptions, "ask.mjs", JSON.stringify(urls)]);
  return new Map(Object.entries(JSON.parse(readFileSync(path.join(folder, "found.json"), "utf8"))));
}

/** The names of the pipelines of a module and those of their tasks, as a stored manifest has them. */
export function storedPipelines(text: string): readonly unknown[] {
  const { pipelines, tasks } = JSON.parse(text) as Manifest;
  return Object.values(pipelines)
    .map(({ name, tasks: elements }) => [name, elements.map(({ task }) => tasks[task]?.name).sort()] as const)
    .sort(([one], [other]) => (one < other ? -1 : 1));
}

/** The source file with the pipelines, absolute. */
export function entryOf(folder: string): string {
  const source = path.join(folder, "src");
  const [file = ""] = readdirSync(source).sort(
    (a, b) => Number(b.startsWith("pipeline")) - Number(a.startsWith("pipeline")),
  );
  return path.join(source, file);
}
