/** What a build depends on. */
import { realpathSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import type { Project } from "@glacier-ts/analyzer";
import { readConfigFiles } from "./config-files.js";
import { sourceEntries } from "./stamp.js";

/** Absolute paths; what is not there is listed, too, as it may come to be there. */
export interface BuildInputs {
  readonly files: readonly string[];
  readonly folders: readonly string[];
}

/** What package managers write: a change of what is installed changes one of them. */
const lockFiles = [
  "package-lock.json",
  "npm-shrinkwrap.json",
  "node_modules/.package-lock.json",
  "yarn.lock",
  "node_modules/.yarn-integrity",
  "node_modules/.yarn-state.yml",
  "pnpm-lock.yaml",
  "node_modules/.modules.yaml",
  "bun.lock",
  "bun.lockb",
];

/** The packages that a compiler may be installed as. */
const compilers = ["typescript", "typescript7"];

/**
 * The inputs of a project: sources, declarations, tsconfigs, package.json files, lockfiles, compilers, and the folders in
 * which a new file would be part of it. Of an installed package, its package.json stands for all of its files.
 *
 * @returns undefined where they cannot be told
 */
export function buildInputs(project: Pick<Project, "inputs" | "configFile">): BuildInputs | undefined {
  const configs = readConfigFiles(project.configFile);
  if (!configs) return undefined;
  const files = new Set<string>();
  const folders = new Set<string>();
  for (const file of project.inputs()) {
    const [packageFolder] = /^.*[\\/]node_modules[\\/](@[^\\/]+[\\/])?[^\\/]+/.exec(file) ?? [];
    files.add(packageFolder === undefined || isData(file) ? file : path.join(packageFolder, "package.json"));
    if (packageFolder === undefined) folders.add(path.dirname(file));
  }
  for (const folder of nestedFolders(configs.folders)) folders.add(folder);
  for (const folder of withParents(folders)) files.add(path.join(folder, "package.json"));
  for (const folder of withParents([path.dirname(project.configFile)])) {
    for (const name of lockFiles) files.add(path.join(folder, name));
    for (const name of compilers) files.add(path.join(folder, "node_modules", name, "package.json"));
  }
  for (const file of [...configs.files, ...ownCompilers()]) files.add(file);
  return { files: [...files], folders: [...folders] };
}

/** Such as the manifest of a package. */
const isData = (file: string) => file.endsWith(".json");

/** Folders and all in them, behind symbolic links as well. */
function nestedFolders(roots: readonly string[]): ReadonlySet<string> {
  const folders = new Set(roots);
  const seen = new Set<string>();
  for (const folder of folders) {
    if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory() || seen.has(realpathSync(folder)))
      continue;
    seen.add(realpathSync(folder));
    for (const entry of sourceEntries(folder)) {
      if (!entry.isFile()) folders.add(path.join(folder, entry.name));
    }
  }
  return folders;
}

function withParents(folders: Iterable<string>): ReadonlySet<string> {
  const all = new Set(folders);
  for (const folder of all) all.add(path.dirname(folder));
  return all;
}

/** The compilers that Glacier itself has. */
function ownCompilers(): readonly string[] {
  const require = createRequire(createRequire(import.meta.url).resolve("@glacier-ts/analyzer"));
  return compilers.flatMap((name) => {
    try {
      return require.resolve(`${name}/package.json`);
    } catch {
      return [];
    }
  });
}
