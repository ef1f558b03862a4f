import process from "node:process";
import {
  describeFailure,
  fail,
  type Graph,
  type Result,
  type RunOutcome,
  renderStack,
  report,
  resultDatasets,
  succeed,
  suggest,
} from "@glacier-ts/core";
import { LocalExecutor } from "@glacier-ts/runtime";
import { type CheckedProject, openCheckedProject } from "../checked-project.js";
import { choosePipeline, readGraph } from "../choose-pipeline.js";
import { type ExitCode, exitCode, exitCodeOf } from "../exit-code.js";
import type { Problem } from "../problem.js";
import { fromWorkingDirectory } from "../render-problems.js";
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
}

/** `glacier run`: checks and builds, imports the tasks, runs them, shows what came of it. */
export async function run(
  path: string,
  name: string | undefined,
  options: RunCommandOptions,
  terminal: Terminal,
): Promise<ExitCode> {
  const opened = openCheckedProject(path);
  if (!opened.ok) return await refuse(opened.failure, undefined, terminal);
  const { project, problems, hasErrors } = opened.value;
  if (hasErrors) return await refuse(problems, project, terminal);
  const planned = planRun(opened.value, name, options.keep ?? []);
  if (!planned.ok) return await refuse([...problems, ...planned.failure], project, terminal);
  terminal.tellProblems(problems, project);
  project.emit();

  const graph = planned.value;
  const tracker = new RunTracker(graph);
  const view = openRunView(terminal, tracker);
  const stopWatching = watchForStrayErrors((problem) => {
    view.close();
    void refuse([problem], project, terminal);
  });
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
        keep: [...new Set([...resultDatasets(graph), ...(options.keep ?? [])])],
        signal,
        onEvent: (event) => {
          tracker.apply(event);
          view.show(event);
        },
      }),
    );
    return await finish(graph, outcome, problems, tracker, view, terminal);
  } finally {
    stopWatching();
    view.close();
  }
}

/** The graph to run; or GLA4006, GLA4007 or GLA4010. */
function planRun(
  { project, manifest }: CheckedProject,
  name: string | undefined,
  keep: readonly string[],
): Result<Graph, readonly Problem[]> {
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
  return unknown.length > 0 ? fail(unknown) : succeed(graph.value);
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
