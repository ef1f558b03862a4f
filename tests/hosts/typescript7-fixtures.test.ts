/**
 * The host over TypeScript 7 on the whole corpus: the same manifests and diagnostics, to the byte, as over TypeScript 6.
 * What the compilers themselves report is left out: their texts and the places they name differ here and there.
 */
import { readFileSync } from "node:fs";
import path from "node:path";
import { openProject, type Project } from "@glacier-ts/analyzer";
import { findTypescript7, Typescript7Process } from "@glacier-ts/analyzer/typescript7";
import { renderDiagnostic, renderManifest } from "@glacier-ts/core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { fixtureCases } from "../analyzer/support/fixture-cases.js";
import { repository } from "../analyzer/support/paths.js";
import { projectOfCase } from "./support/tspc.js";

const cases = fixtureCases();
const examples = ["simple-pipeline", "complex-dag", "flights"];
let compiler: Typescript7Process;
let projects: ReadonlyMap<string, Project>;

beforeAll(() => {
  const installed = findTypescript7(repository);
  if (!installed) throw new Error("TypeScript 7 is not installed");
  compiler = new Typescript7Process(installed);
  // One process and one question for all of them: to start one for each would take minutes.
  const folders = new Map([
    ...cases.map((fixture) => [fixture.name, projectOfCase(fixture)] as const),
    ...examples.map((example) => [example, path.join(repository, "examples", example)] as const),
  ]);
  const opened = compiler.openProjects([...folders.values()].map((folder) => `${folder}/tsconfig.json`));
  const names = [...folders.keys()];
  projects = new Map(
    opened.flatMap((project, index) => (project.ok ? [[names[index] ?? "", project.value]] : [])),
  );
});
afterAll(() => compiler.close());

function open(name: string): Project {
  const project = projects.get(name);
  if (!project) throw new Error(`${name} was not opened`);
  return project;
}

describe("says of a program what is stored", () => {
  it.each(cases)("$name", ({ name, expects, expectedFile }) => {
    const project = open(name);
    const { manifest, diagnostics } = project.analyze();
    const readSource = (file: string) => project.readSource(file);
    const texts = diagnostics.map((diagnostic) => `${renderDiagnostic(diagnostic, { readSource })}\n`);
    const stored = readFileSync(expectedFile, "utf8");
    if (expects === "diagnostics") expect(texts.join("\n")).toBe(withoutTypeErrors(stored));
    else expect({ texts, manifest: renderManifest(manifest) }).toEqual({ texts: [], manifest: stored });
  });
});

it.each(examples)("knows the manifest of examples/%s", (name) => {
  const other = openProject(path.join(repository, "examples", name), { compiler: 6 });
  if (!other.ok) throw new Error(other.failure.message);
  const { manifest, diagnostics } = open(name).analyze();
  expect(diagnostics).toEqual([]);
  expect(renderManifest(manifest)).toBe(renderManifest(other.value.analyze().manifest));
});

/** Stored diagnostics, but for those of TypeScript itself: each begins with its place, which nothing else does. */
function withoutTypeErrors(text: string): string {
  return text
    .split(/(?<=\n)\n(?=\S.* - (?:error|warning) )/)
    .filter((diagnostic) => !/^\S.* - error TS\d+: /.test(diagnostic))
    .join("\n");
}
