import process from "node:process";
import {
  checkParams,
  describeFailure,
  fail,
  GlacierError,
  type Graph,
  parseParam,
  type Result,
  type RunOutcome,
  renderStack,
  report,
  resultDatasets,
  succeed,
  suggest,
} from "@glacier-ts/core";
import { LocalExecutor } from "@glacier-ts/runtime";
import { type CheckedProject, type NamedProject, openCheckedProject } from "../checked-project.js";
import { choosePipeline, readGraph } from "../choose-pipeline.js";
import { type ExitCode, exitCode, exitCodeOf } from "../exit-code.js";
import type { Problem } from "../problem.js";
import { fromWorkingDirectory } from "../render-problems.js";
import { GivenSecrets } from "../run/given-secrets.js";
import { listenForInterrupts } from "../run/interrupts.js";
import { loadTasks } from "../run/load-tasks.js";
import { writeRunResult } from "../run/run-result.js";
import { renderRunSummary } from "../run/run-summary.js";
import { RunTracker } from "../run/run-tracker.js";
import { openRunView, type RunView } from "../run/run-view.js";
import { watchForStrayErrors } from "../run/stray-errors.js";
import type { Terminal } from "../terminal.js";

export interface RunCommandOptions {
  /** Tasks that run at the same time, at most. */
  readonly concurrency?: number;
  /** Datasets to return besides those that no task reads. */
  readonly keep?: readonly string[];
  /** A file with secrets, for those that the environment does not have. */
  readonly secrets?: string;
  /** Run parameters as text, by name. */
  readonly param?: Readonly<Record<string, string>>;
}

/** `glacier run`: checks and builds, imports the tasks, runs them, shows what came of it. */
export async function run(
  named: NamedProject,
  name: string | undefined,
  options: RunCommandOptions,
  terminal: Terminal,
): Promise<ExitCode> {
  const opened = openCheckedProject(named);
  if (!opened.ok) return await refuse(opened.failure, undefined, terminal);
  const { project, problems, hasErrors } = opened.value;
  if (hasErrors) return await refuse(problems, project, terminal);
  const planned = planRun(opened.value, name, options);
  if (!planned.ok) return await refuse([...problems, ...planned.failure], project, terminal);
  const { graph, params, secrets } = planned.value;
  terminal.tellProblems(problems, project);
  project.emit();
  project.close();

  const tracker = new RunTracker(graph);
  const view = openRunView(terminal, tracker);
  const stopWatching = watchForStrayErrors(
    (error) => secrets.redact(error),
    (problem) => {
      view.close();
      void refuse([problem], project, terminal);
    },
  );
  try {
    const loaded = await loadTasks(graph, project);
    if (!loaded.ok) {
      view.close();
      return await refuse(loaded.failure, project, terminal);
    }
    const exitAtOnce = () => {
      stopWatching();
      view.close();
      process.exit(exitCode.problems);
    };
    const outcome = await withInterrupts(view, exitAtOnce, (signal) =>
      new LocalExecutor(
        options.concurrency === undefined ? {} : { concurrency: options.concurrency },
      ).execute({
        graph,
        functions: loaded.value,
        projectRoot: project.root,
        params: new Map(Object.entries(params)),
        secrets: secrets.provide,
        keep: [...new Set([...resultDatasets(graph), ...(options.keep ?? [])])],
        signal,
        onEvent: (event) => {
          tracker.apply(event);
          view.show(event);
        },
      }),
    );
    return await finish(graph, outcome, problems, tracker, view, terminal);
  } catch (error) {
    // What an executor finds before anything runs, such as a missing secret.
    if (!(error instanceof GlacierError)) throw error;
    view.close();
    return await refuse(error.diagnostics, project, terminal);
  } finally {
    stopWatching();
    view.close();
  }
}

/** What to run, and with which parameters. */
interface PlannedRun {
  readonly graph: Graph;
  readonly params: Readonly<Record<string, unknown>>;
  readonly secrets: GivenSecrets;
}

/** The graph to run and what it is given; or GLA4006, GLA4007, GLA4010, GLA4012, GLA5015 to GLA5017 or GLA5020. */
function planRun(
  { project, manifest }: CheckedProject,
  name: string | undefined,
  { keep = [], param = {}, secrets: file }: RunCommandOptions,
): Result<PlannedRun, readonly Problem[]> {
  const chosen = choosePipeline(manifest, name, fromWorkingDirectory("", project.configFile));
  if (!chosen.ok) return fail([chosen.failure]);
  const graph = readGraph(manifest, chosen.value);
  if (!graph.ok) return graph;
  const { name: pipeline, datasets } = graph.value;
  const produced = [...datasets.values()].filter((dataset) => dataset.producers.length > 0);
  const known = produced.map((dataset) => dataset.name);
  const unknown = keep
    .filter((dataset) => !known.includes(dataset))
    .map((dataset) => report("unknownDataset", { dataset, pipeline, suggestion: suggest(dataset, known) }));
  const declared = graph.value.pipeline.params ?? {};
  const params = Object.fromEntries(
    Object.entries(param).map(([key, text]) => [key, parseParam(declared[key]?.schema ?? {}, text)]),
  );
  const secrets = GivenSecrets.read(file);
  const problems = [...unknown, ...checkParams(graph.value, params)];
  if (!secrets.ok) return fail([...problems, secrets.failure]);
  return problems.length > 0
    ? fail(problems)
    : succeed({ graph: graph.value, params, secrets: secrets.value });
}

/** The first Ctrl-C cancels the run, and tasks may tidy up; the second does not wait for them. */
async function withInterrupts<T>(
  view: RunView,
  exitAtOnce: () => void,
  run: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  const stopListening = listenForInterrupts(() => {
    view.note("Cancelling: tasks are asked to stop. Press Ctrl-C again to exit at once.");
    controller.abort();
  }, exitAtOnce);
  try {
    return await run(controller.signal);
  } finally {
    stopListening();
  }
}

/** Shows the outcome and every failure, with the user's frames. */
async function finish(
  graph: Graph,
  outcome: RunOutcome,
  warnings: readonly Problem[],
  tracker: RunTracker,
  view: RunView,
  terminal: Terminal,
): Promise<ExitCode> {
  const failures = outcome.failures.map((failure): Problem => {
    const diagnostic = describeFailure(graph, failure);
    return failure.reason === "task-threw"
      ? { ...diagnostic, stack: renderStack(failure.error) }
      : diagnostic;
  });
  if (outcome.status === "cancelled" && failures.length === 0) {
    failures.push(report("runCancelled", { pipeline: graph.name }));
  }
  if (terminal.isJson) {
    await writeRunResult(outcome, [...warnings, ...failures], terminal.stdout);
    view.close();
  } else {
    view.close();
    terminal.stdout.writeLine(await renderRunSummary(tracker, outcome, terminal.stdout));
    if (failures.length > 0) terminal.stderr.writeLine("");
    terminal.tellProblems(failures, undefined);
  }
  return outcome.status === "succeeded" ? exitCode.fine : exitCode.problems;
}

/** Ends a run that could not begin, or broke off. */
async function refuse(
  problems: readonly Problem[],
  sources: CheckedProject["project"] | undefined,
  terminal: Terminal,
): Promise<ExitCode> {
  if (terminal.isJson) await writeRunResult(undefined, problems, terminal.stdout);
  else terminal.tellProblems(problems, sources);
  return exitCodeOf(problems);
}
