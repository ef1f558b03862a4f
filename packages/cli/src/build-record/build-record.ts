/** What the last successful build read and gave, so that a run after which nothing changed needs no compiler. */
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import process from "node:process";
import type { Compiler, Project } from "@glacier-ts/analyzer";
import { type Manifest, parseManifest } from "@glacier-ts/core";
import type { CodeCache, CodeVersions } from "@glacier-ts/runtime";
import type { Problem } from "../problem.js";
import { buildInputs } from "./build-inputs.js";
import {
  isChangedSince,
  isSameFile,
  isSameFolder,
  isSource,
  type Stamp,
  sourceFiles,
  stampFile,
  stampFolder,
} from "./stamp.js";

/** A build that has just succeeded. */
export interface FinishedBuild {
  /** Not closed yet. */
  readonly project: Project;
  readonly manifest: Manifest;
  /** What there was to say of it, which is no error. */
  readonly warnings: readonly Problem[];
  /** The files that were written, absolute. */
  readonly outputs: readonly string[];
  readonly code: CodeVersions;
  /** The compiler that was asked for. */
  readonly compiler: Compiler | undefined;
  /** When the build began, before anything was read; milliseconds since 1970. */
  readonly startedAtMs: number;
}

/** JSON; paths are relative to the project's folder, with `/`. */
interface StoredBuild {
  readonly version: string;
  readonly configFile: string;
  readonly compiler: Compiler | null;
  readonly files: Readonly<Record<string, Stamp>>;
  readonly folders: Readonly<Record<string, Stamp>>;
  readonly manifestFile: string;
  /** What to import for the modules of tasks and resources. */
  readonly modules: Readonly<Record<string, string>>;
  readonly warnings: readonly Problem[];
  readonly code: CodeCache;
}

export class BuildRecord {
  /** The project's folder, absolute. */
  readonly root: string;
  readonly #stored: StoredBuild;

  constructor(root: string, stored: StoredBuild) {
    this.root = root;
    this.#stored = stored;
  }

  /** Whether a build would read and write the same. What cannot be told counts as changed. */
  isCurrent(): boolean {
    const { files, folders } = this.#stored;
    try {
      return (
        Object.entries(files).every(([file, stamp]) => isSameFile(path.resolve(this.root, file), stamp)) &&
        Object.entries(folders).every(([folder, stamp]) =>
          isSameFolder(path.resolve(this.root, folder), stamp),
        )
      );
    } catch {
      return false;
    }
  }

  /** The code of tasks; also where the record is not current it is worth something. */
  get code(): CodeCache {
    return this.#stored.code;
  }

  get warnings(): readonly Problem[] {
    return this.#stored.warnings;
  }

  /** Absolute. */
  get manifestFile(): string {
    return path.resolve(this.root, this.#stored.manifestFile);
  }

  /** The project's manifest as it was written last. */
  manifest(): Manifest {
    const manifest = parseManifest(readFileSync(this.manifestFile, "utf8"), this.manifestFile);
    if (!manifest.ok) throw new Error(`Internal error: ${manifest.failure.message}`);
    return manifest.value;
  }

  /** As `Project.outputFile`, for the modules of tasks and resources. */
  outputFile(module: string): string | undefined {
    const { modules } = this.#stored;
    return Object.hasOwn(modules, module) ? path.resolve(this.root, modules[module] ?? "") : undefined;
  }

  /** As `Project.readSource`. */
  readSource(file: string): string | undefined {
    try {
      return readFileSync(path.resolve(this.root, file), "utf8");
    } catch {
      return undefined;
    }
  }
}

/**
 * The record of a project's last build; undefined where there is none, or one of another Glacier or compiler.
 * @param configFile the tsconfig, absolute
 */
export function readBuildRecord(configFile: string, compiler: Compiler | undefined): BuildRecord | undefined {
  const root = path.dirname(configFile);
  try {
    const stored: StoredBuild = JSON.parse(readFileSync(recordFile(root), "utf8"));
    const isOurs =
      stored.version === recordVersion() &&
      stored.configFile === path.basename(configFile) &&
      stored.compiler === (compiler ?? null);
    return isOurs ? new BuildRecord(root, stored) : undefined;
  } catch {
    // There is none, or it is damaged.
    return undefined;
  }
}

/**
 * Records a build, in `.glacier/build.json`.
 * @returns false where it cannot be recorded: something was changed in the meantime, or it cannot be told what was read
 */
export function writeBuildRecord(build: FinishedBuild): boolean {
  try {
    const stored = describeBuild(build);
    return stored !== undefined && replaceFile(recordFile(build.project.root), JSON.stringify(stored));
  } catch (error) {
    // A file that is not to be read, or a full disk; a run does without a record.
    if ((error as NodeJS.ErrnoException).code === undefined) throw error;
    return false;
  }
}

function describeBuild(build: FinishedBuild): StoredBuild | undefined {
  const { project, manifest, warnings, code, compiler } = build;
  const { root } = project;
  const stamps = stampInputs(build);
  if (!stamps) return undefined;
  const relative = (file: string) => path.relative(root, file).split(path.sep).join("/");
  const byPath = (stamped: ReadonlyMap<string, Stamp>) =>
    Object.fromEntries(Array.from(stamped, ([at, stamp]) => [relative(at), stamp]));
  const resources = Object.values(manifest.pipelines).flatMap((pipeline) => pipeline.resources ?? []);
  const ids = [...Object.keys(manifest.tasks), ...resources.map(({ id }) => id)];
  const modules = new Set(ids.map((id) => id.slice(0, id.lastIndexOf("#"))));
  const outputFiles = [...modules].flatMap((module) => {
    const file = project.outputFile(module);
    return file === undefined ? [] : [[module, relative(file)]];
  });
  return {
    version: recordVersion(),
    configFile: path.basename(project.configFile),
    compiler: compiler ?? null,
    files: byPath(stamps.files),
    folders: byPath(stamps.folders),
    manifestFile: relative(project.manifestFile),
    modules: Object.fromEntries(outputFiles),
    warnings,
    code: code.cache,
  };
}

/** Everything that has to stay for the record to be current; undefined where something has changed since the build began. */
function stampInputs({ project, outputs, code, startedAtMs }: FinishedBuild) {
  const inputs = buildInputs(project);
  if (!inputs) return undefined;
  const files = new Map<string, Stamp>(outputs.map((file) => [file, stampFile(file)]));
  const codeFiles = Object.keys(code.cache.files).map((file) => path.resolve(project.root, file));
  for (const file of [...inputs.files, ...codeFiles, ...code.packageFiles]) {
    if (files.has(file)) continue;
    const stamp = stampFile(file);
    if (isChangedSince(stamp, startedAtMs)) return undefined;
    files.set(file, stamp);
  }
  if (inputs.files.some((file) => isSource(file) && files.get(file) === null)) return undefined;
  // Folders change as outputs are written; a source that came after the compiler looked is what matters.
  const isNew = (file: string) => !files.has(file) && isChangedSince(stampFile(file), startedAtMs);
  const folders = new Map(inputs.folders.map((folder) => [folder, stampFolder(folder)]));
  return sourceFiles(inputs.folders).some(isNew) ? undefined : { files, folders };
}

const recordFile = (root: string) => path.join(root, ".glacier", "build.json");

/** A record is read only by what has written it. */
function recordVersion(): string {
  const text = readFileSync(new URL("../../package.json", import.meta.url), "utf8");
  return `1 ${(JSON.parse(text) as { version: string }).version}`;
}

/** In one step: a reader sees the former content or the new one. */
function replaceFile(file: string, content: string): boolean {
  const aside = `${file}.${process.pid}.tmp`;
  try {
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(aside, content);
    renameSync(aside, file);
    return true;
  } catch {
    rmSync(aside, { force: true });
    return false;
  }
}
