import {
  checkParams,
  type Diagnostic,
  fail,
  type Graph,
  parseParam,
  type Result,
  report,
  resultDatasets,
  selectTasks,
  succeed,
  suggest,
  type TaskId,
} from "@glacier-ts/core";
import { isCodeChanged } from "@glacier-ts/runtime";
import type { RunRecord, State } from "@glacier-ts/runtime/state";
import type { BuiltProject } from "../built-project.js";
import { choosePipeline, readGraph } from "../choose-pipeline.js";
import { findRun } from "../recorded-run.js";
import { fromWorkingDirectory } from "../render-problems.js";
import { GivenSecrets } from "./given-secrets.js";

export interface PlanOptions {
  /** Datasets to return besides those that no task reads. */
  readonly keep?: readonly string[];
  /** A file with secrets, for those that the environment does not have. */
  readonly secrets?: string;
  /** Run parameters as text, by name. */
  readonly param?: Readonly<Record<string, string>>;
  /** Expressions that say which tasks to run. */
  readonly select?: readonly string[];
  readonly exclude?: readonly string[];
  /** A run to go on with; true for the last one of the pipeline. */
  readonly resume?: string | true;
}

/** What to run, and what it is given. */
export interface PlannedRun {
  readonly graph: Graph;
  readonly params: Readonly<Record<string, unknown>>;
  readonly secrets: GivenSecrets;
  /** Undefined for all tasks. */
  readonly selected: ReadonlySet<TaskId> | undefined;
  /** The datasets to return. */
  readonly keep: readonly string[];
  /** The id of the run to go on with. */
  readonly resume: string | undefined;
}

/** Reads what the command line asks for; or says what is wrong with it. */
export function planRun(
  project: BuiltProject,
  state: State,
  name: string | undefined,
  options: PlanOptions,
): Result<PlannedRun, readonly Diagnostic[]> {
  const resumed = options.resume === undefined ? undefined : findResumed(state, options.resume, name);
  if (resumed && !resumed.ok) return fail([resumed.failure]);
  const run = resumed?.value;
  const wanted = name ?? run?.pipelineId;
  const { manifest, configFile } = project;
  const chosen = choosePipeline(manifest, wanted, fromWorkingDirectory("", configFile));
  if (!chosen.ok) return fail([chosen.failure]);
  const read = readGraph(manifest, chosen.value);
  if (!read.ok) return read;
  const graph = read.value;
  const selected = chooseTasks(graph, project, state, options, run);
  const keep = chooseDatasets(graph, options.keep ?? [], selected.ok ? selected.value : undefined);
  const params = { ...run?.params, ...readParams(graph, options.param ?? {}) };
  const secrets = GivenSecrets.read(options.secrets);
  const problems = [
    ...(selected.ok ? [] : selected.failure),
    ...(keep.ok ? [] : keep.failure),
    ...checkParams(graph, params),
    ...(secrets.ok ? [] : [secrets.failure]),
  ];
  if (problems.length > 0 || !selected.ok || !keep.ok || !secrets.ok) return fail(problems);
  const resume = run?.id;
  return succeed({
    graph,
    params,
    secrets: secrets.value,
    selected: selected.value,
    keep: keep.value,
    resume,
  });
}

function findResumed(
  state: State,
  resume: string | true,
  pipeline: string | undefined,
): Result<RunRecord, Diagnostic> {
  if (resume !== true) return findRun(state, resume);
  const last = state.runs().find((run) => pipeline === undefined || run.pipeline === pipeline);
  return findRun(state, last?.id ?? "last");
}

function chooseTasks(
  graph: Graph,
  { codeVersions }: BuiltProject,
  state: State,
  { select = [], exclude = [] }: PlanOptions,
  resumed: RunRecord | undefined,
): Result<ReadonlySet<TaskId> | undefined, readonly Diagnostic[]> {
  if (select.length === 0 && exclude.length === 0) {
    const before = new Set(resumed?.selected);
    return succeed(
      before.size > 0 ? new Set([...graph.tasks.keys()].filter((id) => before.has(id))) : undefined,
    );
  }
  const isChanged = (id: TaskId) => isCodeChanged({ state, codeVersions }, graph.id, id);
  return selectTasks(graph, select, { exclude, isChanged });
}

/** Results of the selected tasks, and what else is asked for. */
function chooseDatasets(
  graph: Graph,
  keep: readonly string[],
  selected: ReadonlySet<TaskId> | undefined,
): Result<readonly string[], readonly Diagnostic[]> {
  const { name: pipeline, datasets } = graph;
  const known = [...datasets.values()].filter(({ producers }) => producers.length > 0);
  const names = known.map((dataset) => dataset.name);
  const unknown = keep.filter((dataset) => !names.includes(dataset));
  if (unknown.length > 0) {
    return fail(
      unknown.map((dataset) =>
        report("unknownDataset", { dataset, pipeline, suggestion: suggest(dataset, names) }),
      ),
    );
  }
  return succeed([...new Set([...resultDatasets(graph, selected), ...keep])]);
}

function readParams(graph: Graph, given: Readonly<Record<string, string>>) {
  const declared = graph.pipeline.params ?? {};
  return Object.fromEntries(
    Object.entries(given).map(([key, text]) => [key, parseParam(declared[key]?.schema ?? {}, text)]),
  );
}
