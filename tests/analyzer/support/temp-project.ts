/** Projects in a folder of their own, for what needs files, packages or a compiler process. */
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { openProject } from "@glacier-ts/analyzer";
import { diagnosticText } from "@glacier-ts/core";
import { afterAll } from "vitest";
import type { FixtureCase } from "./fixture-cases.js";
import { repository } from "./paths.js";

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

/** An empty folder that is removed after the file's tests. */
export function tempFolder(): string {
  const folder = realpathSync(mkdtempSync(path.join(tmpdir(), "glacier-")));
  folders.push(folder);
  return folder;
}

/** Writes files, by their paths. */
export function writeFiles(folder: string, files: Readonly<Record<string, string>>): void {
  for (const [name, text] of Object.entries(files)) {
    const file = path.join(folder, name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
}

/**
 * Copies a case that has packages of its own into a new folder and installs them: those in `packages` as npm does, those
 * in `workspace` by links. A package with a tsconfig is built first, and published without its sources.
 */
export function installCase({ folder }: FixtureCase): string {
  const project = tempFolder();
  cpSync(folder, project, { recursive: true });
  installCore(project, "0.1.0");
  for (const name of foldersIn(path.join(project, "packages"))) {
    const from = path.join(project, "packages", name);
    const target = path.join(project, "node_modules", packageJson(from).name);
    cpSync(from, target, { recursive: true });
    installPackage(target);
    if (buildProject(target))
      for (const source of ["src", "tsconfig.json"]) rmSync(path.join(target, source), { recursive: true });
  }
  rmSync(path.join(project, "packages"), { recursive: true, force: true });
  for (const name of foldersIn(path.join(project, "workspace"))) {
    const target = path.join(project, "workspace", name);
    const link = path.join(project, "node_modules", packageJson(target).name);
    mkdirSync(path.dirname(link), { recursive: true });
    symlinkSync(target, link, "dir");
    buildProject(target);
  }
  return project;
}

interface PackageJson {
  readonly name: string;
  readonly dependencies?: Readonly<Record<string, string>>;
}

function packageJson(folder: string): PackageJson {
  return JSON.parse(readFileSync(path.join(folder, "package.json"), "utf8"));
}

/** A package that asks for another version of core gets a copy of its own. */
function installPackage(folder: string): void {
  const version = packageJson(folder).dependencies?.["@glacier-ts/core"];
  if (version !== undefined) installCore(folder, version);
}

/** Writes a package's JavaScript, declarations and manifest, where it has a tsconfig. */
export function buildProject(folder: string): boolean {
  if (!existsSync(path.join(folder, "tsconfig.json"))) return false;
  const opened = openProject(folder);
  if (!opened.ok) throw new Error(opened.failure.message);
  const problems = [...opened.value.typeErrors(), ...opened.value.analyze().diagnostics];
  if (problems.length > 0) throw new Error(problems.map(diagnosticText).join("\n"));
  opened.value.emit();
  return true;
}

/** Names of the folders in a folder, in order. */
function foldersIn(folder: string): readonly string[] {
  return existsSync(folder) ? readdirSync(folder).sort() : [];
}

/** Copies core, with the types that it depends on, into a folder's `node_modules`; under another version, as the compiler takes equal ones for the same. */
function installCore(folder: string, version: string): void {
  const core = path.join(repository, "packages/core");
  const target = path.join(folder, "node_modules/@glacier-ts/core");
  cpSync(path.join(core, "dist"), path.join(target, "dist"), { recursive: true });
  const manifest = JSON.parse(readFileSync(path.join(core, "package.json"), "utf8"));
  writeFileSync(path.join(target, "package.json"), JSON.stringify({ ...manifest, version }));
  const spec = "node_modules/@standard-schema/spec";
  cpSync(path.join(repository, spec), path.join(folder, spec), { recursive: true });
}

/** Lets a folder use the packages of this repository. */
export function linkPackages(folder: string): void {
  const link = path.join(folder, "node_modules");
  if (existsSync(link)) return;
  mkdirSync(folder, { recursive: true });
  symlinkSync(path.join(repository, "node_modules"), link, "dir");
}
