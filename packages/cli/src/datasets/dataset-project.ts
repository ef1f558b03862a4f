import {
  type Diagnostic,
  fail,
  type JsonObject,
  type ManifestDataset,
  type Result,
  report,
  succeed,
  suggest,
} from "@glacier-ts/core";
import { type Materialization, State } from "@glacier-ts/runtime/state";
import { type BuiltProject, buildProject, stateFolder } from "../built-project.js";
import type { NamedProject } from "../checked-project.js";
import type { ExitCode } from "../exit-code.js";
import type { Report, Terminal } from "../terminal.js";

/** A dataset of a project, with what is remembered of it. */
export interface KnownDataset {
  readonly project: BuiltProject;
  readonly state: State;
  readonly name: string;
  readonly manifest: ManifestDataset;
  readonly schema: JsonObject | undefined;
  /** Newest first. */
  readonly materializations: readonly Materialization[];
}

/** What a command about one dataset answers; or what is wrong. */
type Answer = (dataset: KnownDataset) => Promise<Result<Omit<Report, "problems">, readonly Diagnostic[]>>;

/** Builds a project, finds one of its datasets, and reports what a command answers about it. */
export async function reportOnDataset(
  named: NamedProject,
  name: string,
  terminal: Terminal,
  answer: Answer,
): Promise<ExitCode> {
  const built = await buildProject(named);
  if (!built.ok) return terminal.report(built.failure);
  const project = built.value;
  const opened = State.open(stateFolder(project));
  if (!opened.ok) return terminal.report({ problems: [...project.warnings, opened.failure] });
  const { state, warnings } = opened.value;
  try {
    const found = findDataset(project, state, name);
    const answered = found.ok ? await answer(found.value) : fail([found.failure]);
    const problems = [...project.warnings, ...warnings];
    return terminal.report(
      answered.ok
        ? { ...answered.value, problems, sources: project }
        : { problems: [...problems, ...answered.failure], sources: project },
    );
  } finally {
    state.close();
  }
}

/** @returns GLA4024 where there is no such dataset */
function findDataset(project: BuiltProject, state: State, name: string): Result<KnownDataset, Diagnostic> {
  const { datasets, schemas } = project.manifest;
  const manifest = Object.hasOwn(datasets, name) ? datasets[name] : undefined;
  if (!manifest) {
    return fail(
      report("datasetNotFound", { dataset: name, suggestion: suggest(name, Object.keys(datasets)) }),
    );
  }
  return succeed({
    project,
    state,
    name,
    manifest,
    schema: schemas[manifest.schema.slice("#/schemas/".length)],
    materializations: state.materializations(name),
  });
}
