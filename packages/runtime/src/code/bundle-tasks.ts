import { createHash } from "node:crypto";
import path from "node:path";
import type { TaskId } from "@glacier-ts/core";
import {
  type BuildFailure,
  type BuildOptions,
  build,
  type Message,
  type Metafile,
  type Plugin,
} from "esbuild";
import { BundledFiles, packageNames, relative } from "./bundled-files.js";
import type { CodeFile } from "./code-cache.js";
import type { InstalledPackages } from "./installed-packages.js";

/** Where a task is. */
export interface TaskEntry {
  readonly id: TaskId;
  /** As in `CodeCache`. */
  readonly file: string;
  /** Names on the way to the function. */
  readonly path: readonly string[];
}

export interface Bundles {
  readonly tasks: ReadonlyMap<TaskId, TaskBundle>;
  /** Why there is no bundle, for tasks that have none. */
  readonly failures: ReadonlyMap<TaskId, string>;
  /** Every file that was read, as in `CodeCache`. */
  readonly files: ReadonlyMap<string, CodeFile>;
}

interface TaskBundle {
  /** SHA-256 of the code. */
  readonly hash: string;
  /** The packages that the code imports, as `FoundPackage` identifies them; sorted. */
  readonly packages: readonly string[];
}

/** Bundles are held in memory until they are hashed. */
const batchSize = 250;

/**
 * Bundles each task by itself: tree-shaken, without comments, with packages left outside.
 *
 * @param root the project's folder, absolute, behind symbolic links
 */
export async function bundleTasks(
  entries: readonly TaskEntry[],
  root: string,
  installed: InstalledPackages,
): Promise<Bundles> {
  const tasks = new Map<TaskId, TaskBundle>();
  const failures = new Map<TaskId, string>();
  const files = new Map<string, CodeFile>();
  const open: (readonly TaskEntry[])[] = [];
  for (let at = 0; at < entries.length; at += batchSize) open.push(entries.slice(at, at + batchSize));
  for (let batch = open.pop(); batch; batch = open.pop()) {
    try {
      const bundled = await bundleBatch(batch, root, installed);
      for (const [id, bundle] of bundled.tasks) tasks.set(id, bundle);
      for (const [file, known] of bundled.files) files.set(file, known);
    } catch (error) {
      const { errors } = error as Partial<BuildFailure>;
      const [first, second] = batch;
      if (!errors || !first) throw error;
      // One wrong file ends a whole build: the tasks that have nothing to do with it are found by halves.
      const half = batch.length >> 1;
      if (second) open.push(batch.slice(0, half), batch.slice(half));
      else failures.set(first.id, describe(errors[0]));
    }
  }
  return { tasks, failures, files };
}

const options = {
  write: false,
  metafile: true,
  bundle: true,
  treeShaking: true,
  format: "esm",
  platform: "node",
  minifyWhitespace: true,
  minifySyntax: true,
  legalComments: "none",
  logLevel: "silent",
  // As Node resolves, whatever a tsconfig says.
  tsconfigRaw: {},
  conditions: [],
  mainFields: ["main"],
  resolveExtensions: [".js", ".json", ".node"],
} satisfies BuildOptions;

/** @throws BuildFailure where one of the tasks cannot be bundled */
async function bundleBatch(
  entries: readonly TaskEntry[],
  root: string,
  installed: InstalledPackages,
): Promise<Omit<Bundles, "failures">> {
  const sources = new BundledFiles(root, installed);
  const { metafile, outputFiles } = await build({
    ...options,
    entryPoints: entries.map((_, index) => ({ in: `${entryPrefix}${index}`, out: `${index}` })),
    outdir: root,
    // Paths are in the bundles of CommonJS modules: they are to be the same on every machine.
    absWorkingDir: root,
    plugins: [taskPlugin(entries, root, sources)],
  });
  const files = sources.remember(metafile);
  const tasks = new Map<TaskId, TaskBundle>();
  for (const { path: output, contents } of outputFiles) {
    const entry = entries[Number(path.basename(output, ".js"))];
    if (!entry) throw new Error(`Internal error: a bundle '${output}' of no task`);
    const { imports = [] } = metafile.outputs[relative(root, output)] ?? {};
    const hash = createHash("sha256").update(contents).digest("hex");
    tasks.set(entry.id, { hash, packages: packagesOf(entry, imports, files) });
  }
  return { tasks, files };
}

const entryNamespace = "glacier-task";
const entryPrefix = `${entryNamespace}:`;

function taskPlugin(entries: readonly TaskEntry[], root: string, sources: BundledFiles): Plugin {
  return {
    name: entryNamespace,
    setup: ({ onResolve, onLoad }) => {
      onResolve({ filter: /^glacier-task:/ }, ({ path: name }) => ({
        path: name.slice(entryPrefix.length),
        namespace: entryNamespace,
      }));
      onLoad({ filter: /^/, namespace: entryNamespace }, ({ path: index }) => {
        const entry = entries[Number(index)];
        return entry && { contents: entryText(entry, root), resolveDir: root };
      });
      onResolve({ filter: /^[^./]/, namespace: "file" }, ({ path: specifier, importer }) =>
        sources.resolve(specifier, importer),
      );
      onLoad({ filter: /^/, namespace: "file" }, ({ path: file }) => sources.load(file));
    },
  };
}

/** A module that has the task as its one export. */
function entryText({ file, path: [name, ...names] }: TaskEntry, root: string): string {
  const holder = `import { ${JSON.stringify(name)} as holder } from ${JSON.stringify(path.resolve(root, file))};`;
  return `${holder} export const run = holder${names.map((member) => `[${JSON.stringify(member)}]`).join("")};`;
}

/** The packages that are left in a bundle, as the files that it was made of see them. */
function packagesOf(
  entry: TaskEntry,
  left: Metafile["outputs"][string]["imports"],
  files: ReadonlyMap<string, CodeFile>,
): readonly string[] {
  const names = new Set(packageNames(left.map(({ path }) => path)));
  const identities = new Set<string>();
  const reached = new Set(names.size > 0 ? [entry.file] : []);
  for (const file of reached) {
    const { imports = [], packages = {} } = files.get(file) ?? {};
    for (const [name, identity] of Object.entries(packages)) {
      if (names.has(name) && identity !== "") identities.add(identity);
    }
    for (const imported of imports) reached.add(imported);
  }
  return [...identities].sort();
}

function describe(message: Message | undefined): string {
  const { text = "the bundler does not say why", location } = message ?? {};
  return location ? `${text} (${location.file}:${location.line})` : text;
}
