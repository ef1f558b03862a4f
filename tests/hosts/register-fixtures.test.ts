/** The loader over the corpus: it says of every program what the analyzer says, and wires those that are correct. */
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";
import type { Manifest } from "@glacier-ts/core";
import { beforeAll, describe, expect, it } from "vitest";
import { type FixtureCase, fixtureCases } from "../analyzer/support/fixture-cases.js";
import { tempFolder, writeFiles } from "../analyzer/support/temp-project.js";
import { projectOfCase, runNode } from "./support/tspc.js";

/** The first reporting case of every entry, and the correct programs; type errors are not the loader's. */
function chosenCases(): readonly FixtureCase[] {
  const seen = new Set<string>();
  return fixtureCases().filter(({ name, expects, expectedFile, hasPackages }) => {
    if (hasPackages) return false;
    // Its options are of values that are only declared.
    if (name === "programs/dynamic-options") return false;
    if (expects === "manifest") return name.startsWith("programs/");
    if (/ error TS\d/.test(readFileSync(expectedFile, "utf8"))) return false;
    const entry = name.split("/").slice(0, 3).join("/");
    const isFirst = !seen.has(entry);
    seen.add(entry);
    return isFirst;
  });
}

/** Imports the modules, and prints by module what is thrown, or the task names of its pipelines. */
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
const cases = chosenCases();
let found: ReadonlyMap<string, unknown>;

beforeAll(async () => {
  const urls = new Map(cases.map((fixture) => [entryOf(projectOfCase(fixture)), fixture.name]));
  const folder = tempFolder();
  writeFiles(folder, { "ask.mjs": script });
  const register = import.meta.resolve("@glacier-ts/plugin/register");
  await runNode(folder, ["--import", register, "ask.mjs", JSON.stringify([...urls.keys()])]);
  const answers = JSON.parse(readFileSync(path.join(folder, "found.json"), "utf8")) as Record<
    string,
    unknown
  >;
  found = new Map(Object.entries(answers).map(([url, answer]) => [urls.get(url) ?? url, answer]));
});

describe("reports as the analyzer does", () => {
  it.each(cases.filter(({ expects }) => expects === "diagnostics"))("$name", ({ name, expectedFile }) => {
    expect(found.get(name)).toContain(`GlacierError: ${readFileSync(expectedFile, "utf8").trimEnd()}`);
  });
});

describe("knows the stored graph", () => {
  it.each(cases.filter(({ expects }) => expects === "manifest"))("$name", ({ name, expectedFile }) => {
    expect(found.get(name)).toEqual(storedPipelines(readFileSync(expectedFile, "utf8")));
  });
});

/** The names of the pipelines of a module and those of their tasks, as a stored manifest has them. */
function storedPipelines(text: string): readonly unknown[] {
  const { pipelines, tasks } = JSON.parse(text) as Manifest;
  return Object.values(pipelines)
    .map(({ name, tasks: elements }) => [name, elements.map(({ task }) => tasks[task]?.name).sort()] as const)
    .sort(([one], [other]) => (one < other ? -1 : 1));
}

/** The module with the pipelines. */
function entryOf(folder: string): string {
  const source = path.join(folder, "src");
  const file = readdirSync(source).sort(
    (a, b) => Number(b.startsWith("pipeline")) - Number(a.startsWith("pipeline")),
  )[0];
  return pathToFileURL(path.join(source, file ?? "")).href;
}
