/** Written apart from what is read, so that a run after which nothing changed need not load what finds a build's inputs. */
import { mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import process from "node:process";
import type { Compiler, Project } from "@glacier-ts/analyzer";
import type { Manifest } from "@glacier-ts/core";
import type { CodeVersions } from "@glacier-ts/runtime";
import type { Problem } from "../problem.js";
import { buildInputs } from "./build-inputs.js";
import { recordFile, recordVersion, type StoredBuild } from "./build-record.js";
import { isChangedSince, isSource, type Stamp, sourceFiles, stampFile, stampFolder } from "./stamp.js";

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
