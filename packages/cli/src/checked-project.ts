import { type Compiler, openProject, type Project } from "@glacier-ts/analyzer";
import { fail, type Manifest, type Result, succeed } from "@glacier-ts/core";
import { distinctProblems, type Problem, sortProblems } from "./problem.js";
import { countText } from "./units.js";

/** The project that a command line names. */
export interface NamedProject {
  /** A tsconfig, or a folder with one. */
  readonly path: string;
  /** By default the project's own. */
  readonly compiler: Compiler | undefined;
  /** By default that of `GLACIER_ENV`, else the config's own. */
  readonly environment: string | undefined;
}

/** A project with everything that the compiler and the analyzer have to say about it. */
export interface CheckedProject {
  readonly project: Project;
  /** Complete only without errors. */
  readonly manifest: Manifest;
  readonly problems: readonly Problem[];
  readonly hasErrors: boolean;
}

/**
 * Opens a project and checks its types and its pipelines. Every command does both: the types are the wiring, so where
 * they are wrong the manifest may be.
 *
 * @returns the project, or GLA4008 or GLA4031
 */
export function openCheckedProject(named: NamedProject): Result<CheckedProject, readonly Problem[]> {
  const opened = openProject(named.path, named);
  if (!opened.ok) return fail([opened.failure]);
  const project = opened.value;
  const { manifest, diagnostics } = project.analyze();
  const problems = sortProblems(distinctProblems([...project.typeErrors(), ...diagnostics]));
  const hasErrors = problems.some((problem) => problem.severity === "error");
  return succeed({ project, manifest, problems, hasErrors });
}

/** `2 pipelines with 12 tasks and 3 checks`. */
export function manifestSize({ pipelines, tasks }: Manifest): string {
  const all = Object.values(tasks);
  const checks = all.filter((task) => task.check).length;
  const counts = `${countText(Object.keys(pipelines).length, "pipeline")} with ${countText(all.length - checks, "task")}`;
  return checks > 0 ? `${counts} and ${countText(checks, "check")}` : counts;
}
