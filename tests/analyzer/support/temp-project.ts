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

/** Copies a case that has packages of its own into a new folder and installs them, each with a copy of core of its own. */
export function installCase({ folder }: FixtureCase): string {
  const project = tempFolder();
  cpSync(folder, project, { recursive: true });
  installCore(project, "0.1.0");
  const packages = path.join(project, "packages");
  for (const name of readdirSync(packages)) {
    const target = path.join(project, "node_modules", name);
    cpSync(path.join(packages, name), target, { recursive: true });
    installCore(target, "0.0.9");
  }
  rmSync(packages, { recursive: true });
  return project;
}

/** Copies core into a folder's `node_modules`; under another version, as the compiler takes equal ones for the same. */
function installCore(folder: string, version: string): void {
  const core = path.join(repository, "packages/core");
  const target = path.join(folder, "node_modules/@glacier-ts/core");
  cpSync(path.join(core, "dist"), path.join(target, "dist"), { recursive: true });
  const manifest = JSON.parse(readFileSync(path.join(core, "package.json"), "utf8"));
  writeFileSync(path.join(target, "package.json"), JSON.stringify({ ...manifest, version }));
}

/** Lets a folder use the packages of this repository. */
export function linkPackages(folder: string): void {
  const link = path.join(folder, "node_modules");
  if (existsSync(link)) return;
  mkdirSync(folder, { recursive: true });
  symlinkSync(path.join(repository, "node_modules"), link, "dir");
}
