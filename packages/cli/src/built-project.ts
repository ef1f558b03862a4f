import { existsSync, statSync } from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";
import {
  fail,
  inEnvironment,
  type Manifest,
  type Result,
  succeed,
  type TaskId,
  type TaskModule,
  taskId,
} from "@glacier-ts/core";
import { readBuildRecord } from "./build-record/build-record.js";
import type { NamedProject } from "./checked-project.js";
import { chooseEnvironment } from "./config/choose-environment.js";
import type { Problem } from "./problem.js";
import type { Sources } from "./render-problems.js";

/** A project that is checked and built. */
export interface BuiltProject extends Sources {
  /** Absolute path of the tsconfig. */
  readonly configFile: string;
  readonly manifest: Manifest;
  readonly warnings: readonly Problem[];
  /** Versions of the tasks' code; without those of tasks whose code cannot be followed. */
  readonly codeVersions: ReadonlyMap<string, string>;
  /** Where a task or a resource can be imported from, by its id; undefined where no JavaScript is emitted for it. */
  moduleOf(id: string): TaskModule | undefined;
}

/** Where the project's state is, or will be. */
export const stateFolder = (project: BuiltProject) => path.join(project.root, ".glacier");

/** Why a project is not built. */
export interface NotBuilt {
  readonly problems: readonly Problem[];
  readonly sources?: Sources;
}

/**
 * Checks a project and writes its JavaScript and manifest, unless nothing has changed since that was done last. Its
 * datasets live in the environment that was asked for.
 */
export async function buildProject(named: NamedProject): Promise<Result<BuiltProject, NotBuilt>> {
  const built = useLastBuild(named) ?? (await build(named));
  if (!built.ok) return built;
  const project = built.value;
  const chosen = await chooseEnvironment(project.configFile, named.environment);
  if (!chosen.ok) return fail({ problems: [...project.warnings, ...chosen.failure], sources: project });
  if (!chosen.value) return built;
  return succeed({ ...project, manifest: inEnvironment(project.manifest, chosen.value.config) });
}

/** From the record of the last build, without a compiler. */
function useLastBuild({ path: at, compiler }: NamedProject): Result<BuiltProject, NotBuilt> | undefined {
  const configFile = configFileOf(at);
  const record = readBuildRecord(configFile, compiler);
  if (!record?.isCurrent()) return undefined;
  const tasks = Object.entries(record.code.tasks);
  return succeed({
    root: record.root,
    configFile,
    manifest: record.manifest(),
    warnings: record.warnings,
    codeVersions: new Map(tasks.map(([id, { code }]) => [id, code.version])),
    moduleOf: (id) => moduleOfId(id, (module) => record.outputFile(module)),
    readSource: (file) => record.readSource(file),
  });
}

async function build(named: NamedProject): Promise<Result<BuiltProject, NotBuilt>> {
  const startedAtMs = Date.now();
  // The compiler takes longer to load than a run takes of which everything is current.
  const { openCheckedProject } = await import("./checked-project.js");
  const opened = openCheckedProject(named);
  if (!opened.ok) return fail({ problems: opened.failure });
  const { project, manifest, problems, hasErrors } = opened.value;
  if (hasErrors) return fail({ problems, sources: project });
  const outputs = project.emit();
  const moduleOf = (id: string) => moduleOfId(id, (module) => project.outputFile(module));
  const code = await versionsOf(manifest, project.root, named, moduleOf);
  const warnings = [...problems, ...code.problems];
  const { writeBuildRecord } = await import("./build-record/write-build-record.js");
  writeBuildRecord({ project, manifest, warnings, outputs, code, compiler: named.compiler, startedAtMs });
  project.close();
  return succeed({
    root: project.root,
    configFile: project.configFile,
    manifest,
    warnings,
    codeVersions: new Map(Array.from(code.versions, ([id, { version }]) => [id, version])),
    moduleOf,
    readSource: (file) => project.readSource(file),
  });
}

async function versionsOf(
  manifest: Manifest,
  projectRoot: string,
  { path: at, compiler }: NamedProject,
  moduleOf: BuiltProject["moduleOf"],
) {
  const { codeVersions } = await import("@glacier-ts/runtime");
  const modules = Object.keys(manifest.tasks).flatMap((id): [TaskId, TaskModule][] => {
    const module = moduleOf(taskId(id));
    return module && existsSync(new URL(module.url)) ? [[taskId(id), module]] : [];
  });
  const cache = readBuildRecord(configFileOf(at), compiler)?.code;
  return codeVersions(new Map(modules), { projectRoot, cache });
}

function moduleOfId(id: string, outputFile: (module: string) => string | undefined): TaskModule | undefined {
  const hash = id.lastIndexOf("#");
  const file = outputFile(id.slice(0, hash));
  return file === undefined
    ? undefined
    : { url: pathToFileURL(file).href, path: id.slice(hash + 1).split(".") };
}

/** Absolute path of the tsconfig that a command line names. */
export function configFileOf(at: string): string {
  const isFolder = statSync(at, { throwIfNoEntry: false })?.isDirectory();
  return path.resolve(isFolder ? path.join(at, "tsconfig.json") : at);
}
