import { createHash } from "node:crypto";
import { realpathSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { type Diagnostic, report, type TaskId, type TaskModule } from "@glacier-ts/core";
import type { TaskEntry } from "./bundle-tasks.js";
import { type CachedTask, type CodeCache, type CodeVersion, currentPart } from "./code-cache.js";
import { InstalledPackages } from "./installed-packages.js";

export type { CodeCache, CodeVersion } from "./code-cache.js";

export interface CodeVersionOptions {
  /** The project's folder, absolute. */
  readonly projectRoot: string;
  /** What was learned before, also of other tasks. */
  readonly cache?: CodeCache | undefined;
}

export interface CodeVersions {
  /** Without those of tasks that cannot be bundled. */
  readonly versions: ReadonlyMap<TaskId, CodeVersion>;
  /** For the next time. */
  readonly cache: CodeCache;
  /** The package.json files of the packages that the versions go by, absolute. */
  readonly packageFiles: readonly string[];
  /** GLA5039, a warning, for each task that cannot be bundled. */
  readonly problems: readonly Diagnostic[];
}

/**
 * Tells which tasks do the same as before. The version of a task is a hash of the bundle of it alone: of its function and
 * everything that it uses in the project's emitted JavaScript and in linked packages, and of the versions of the
 * installed packages that are left in it, with all that those depend on. Comments, formatting, types, other tasks and the
 * task's own options are not part of it. Without a cache, all tasks are bundled; else those that a change can concern.
 *
 * What a bundler cannot follow is not part of it either: files that are read and modules whose names are computed at run
 * time. A CommonJS module and an object or class that holds tasks are taken as a whole.
 *
 * @param tasks where the functions are exported
 */
export async function codeVersions(
  tasks: ReadonlyMap<TaskId, TaskModule>,
  { projectRoot, cache = { tasks: {}, files: {} } }: CodeVersionOptions,
): Promise<CodeVersions> {
  const root = realpathSync(projectRoot);
  const installed = new InstalledPackages(root);
  const current = currentPart(cache, root, installed);
  const entries = Array.from(tasks, ([id, { url, path: names }]): TaskEntry => {
    const file = realFile(fileURLToPath(url));
    return { id, file: path.relative(root, file).split(path.sep).join("/"), path: names };
  });
  const isKnown = ({ id, file, path: names }: TaskEntry) => {
    const known = current.tasks[id];
    return known?.file === file && known.path.join("\n") === names.join("\n");
  };
  const unknown = entries.filter((entry) => !isKnown(entry));
  if (unknown.length === 0) {
    const versions = versionsOf(tasks, current);
    return { versions, cache: current, packageFiles: installed.files(), problems: [] };
  }

  // A bundler takes long to load.
  const { bundleTasks } = await import("./bundle-tasks.js");
  const bundled = await bundleTasks(unknown, root, installed);
  const learned = unknown.flatMap(({ id, file, path: names }): [TaskId, CachedTask][] => {
    const bundle = bundled.tasks.get(id);
    return bundle ? [[id, { file, path: names, code: versionOf(bundle.hash, bundle.packages) }]] : [];
  });
  const next: CodeCache = {
    tasks: { ...current.tasks, ...Object.fromEntries(learned) },
    files: { ...current.files, ...Object.fromEntries(bundled.files) },
  };
  const problems = Array.from(bundled.failures, ([id, why]) => report("codeUnknown", { task: id, why }));
  return { versions: versionsOf(tasks, next), cache: next, packageFiles: installed.files(), problems };
}

function versionOf(own: string, packages: readonly string[]): CodeVersion {
  const version = createHash("sha256")
    .update(JSON.stringify([own, packages]))
    .digest("hex");
  return { version, own, packages };
}

function versionsOf(
  tasks: ReadonlyMap<TaskId, TaskModule>,
  cache: CodeCache,
): ReadonlyMap<TaskId, CodeVersion> {
  const known = Array.from(tasks.keys(), (id) => [id, cache.tasks[id]?.code] as const);
  return new Map(known.flatMap(([id, code]) => (code ? [[id, code]] : [])));
}

/** A file behind symbolic links; one that is not there as it is. */
function realFile(file: string): string {
  try {
    return realpathSync(file);
  } catch {
    return file;
  }
}
