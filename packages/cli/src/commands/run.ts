import process from "node:process";
import {
  type Diagnostic,
  describeFailure,
  describeStop,
  GlacierError,
  type Graph,
  getTask,
  type RunOutcome,
  type RunRequest,
  renderStack,
  succeed,
  type TaskId,
} from "@glacier-ts/core";
import { type Forecast, forecast, LocalExecutor, type LocalState } from "@glacier-ts/runtime";
import { State } from "@glacier-ts/runtime/state";
import { type BuiltProject, buildProject, stateFolder } from "../built-project.js";
import type { NamedProject } from "../checked-project.js";
import { type ExitCode, exitCode, exitCodeOf } from "../exit-code.js";
import type { Problem } from "../problem.js";
import type { Sources } from "../render-problems.js";
import { forecastJson, renderForecast } from "../run/forecast-text.js";
import { listenForInterrupts } from "../run/interrupts.js";
import { loadTasks, loadTasksLater } from "../run/load-tasks.js";
import { type PlannedRun, type PlanOptions, planRun } from "../run/plan-run.js";
import { writeRunResult } from "../run/run-result.js";
import { renderRunSummary } from "../run/run-summary.js";
import { RunTracker } from "../run/run-tracker.js";
import { openRunView, type RunView } from "../run/run-view.js";
import { watchForStrayErrors } from "../run/stray-errors.js";
import type { Terminal } from "../terminal.js";

export interface RunCommandOptions extends PlanOptions {
  /** Tasks that run at the same time, at most. */
  readonly concurrency?: number;
  /** Say what would run, and why; run nothing. */
  readonly dryRun?: boolean;
  /** Run tasks although a former result is current. */
  readonly force?: boolean;
  /** Go on with what does not depend on a failed task. */
  readonly keepGoing?: boolean;
  /** How long the run may take, in milliseconds. */
  readonly timeout?: number;
  /** Run each task in a process of its own. */
  readonly isolate?: boolean;
}

/** What a run needs to begin. */
interface PreparedRun extends PlannedRun {
  readonly project: BuiltProject;
  readonly local: LocalState;
  readonly warnings: readonly Problem[];
  /** What to ask the executor for, but for functions and listeners. */
  readonly request: Omit<RunRequest, "functions">;
  /** By task in the run. */
  readonly forecasts: ReadonlyMap<TaskId, Forecast>;
}

/** `glacier run`: checks and builds, imports the tasks that have to run, runs them, shows what came of it. */
export async function run(
  named: NamedProject,
  name: string | undefined,
  options: RunCommandOptions,
  terminal: Terminal,
): Promise<ExitCode> {
  const built = await buildProject(named);
  if (!built.ok) return await refuse(built.failure.problems, built.failure.sources, terminal);
  const project = built.value;
  const opened = State.open(stateFolder(project));
  if (!opened.ok) return await refuse([...project.warnings, opened.failure], project, terminal);
  const { state } = opened.value;
  const warnings = [...project.warnings, ...opened.value.warnings];
  try {
    const planned = planRun(project, state, name, options);
    if (!planned.ok) return await refuse([...warnings, ...planned.failure], project, terminal);
    const prepared = await prepare(project, state, planned.value, options, warnings);
    if (options.dryRun) return tellForecast(prepared, terminal);
    terminal.tellProblems(warnings, project);
    return await runPrepared(prepared, options, terminal);
  } catch (error) {
    // Of the state, or what an executor finds before anything runs, such as a missing secret.
    if (!(error instanceof GlacierError)) throw error;
    return await refuse(error.diagnostics, project, terminal);
  } finally {
    state.close();
  }
}

async function prepare(
  project: BuiltProject,
  state: State,
  planned: PlannedRun,
  { force = false, keepGoing = false, timeout }: RunCommandOptions,
  warnings: readonly Problem[],
): Promise<PreparedRun> {
  const { graph, params, keep, selected, resume } = planned;
  const local: LocalState = {
    state,
    codeVersions: project.codeVersions,
    force,
    ...(resume !== undefined && { resume }),
  };
  const request = {
    graph,
    projectRoot: project.root,
    params: new Map(Object.entries(params)),
    keep,
    keepGoing,
    moduleOf: (task: TaskId) => project.moduleOf(task),
    ...(selected && { selected }),
    ...(timeout !== undefined && { timeoutMs: timeout }),
  };
  const forecasts = await forecast(local, { ...request, functions: new Map() });
  const current = new Map(
    Array.from(forecasts).flatMap(([id, found]) => (found.does === "use-again" ? [[id, found.result]] : [])),
  );
  return { ...planned, project, local: { ...local, current }, warnings, request, forecasts };
}

/** `--dry-run`. */
function tellForecast({ graph, forecasts, warnings, project }: PreparedRun, terminal: Terminal): ExitCode {
  return terminal.report({
    problems: warnings,
    sources: project,
    text: renderForecast(graph, forecasts, terminal.stdout),
    json: { tasks: Object.fromEntries(Array.from(forecasts, ([id, found]) => [id, forecastJson(found)])) },
  });
}

async function runPrepared(
  prepared: PreparedRun,
  options: RunCommandOptions,
  terminal: Terminal,
): Promise<ExitCode> {
  const { graph, project, local, secrets, request, warnings } = prepared;
  const tracker = new RunTracker(graph, prepared.forecasts.keys());
  const view = await openRunView(terminal, tracker);
  const stopWatching = watchForStrayErrors(
    (error) => secrets.redact(error),
    (problem) => {
      view.close();
      void refuse([problem], project, terminal);
    },
  );
  try {
    const loaded = await loadNeeded(prepared);
    if (!loaded.ok) {
      view.close();
      return await refuse(loaded.failure, project, terminal);
    }
    const exitAtOnce = () => {
      stopWatching();
      view.close();
      process.exit(exitCode.problems);
    };
    const { concurrency, isolate = false } = options;
    const executor = new LocalExecutor({
      state: local,
      validates: true,
      isolate,
      ...(concurrency !== undefined && { concurrency }),
    });
    const outcome = await withInterrupts(view, exitAtOnce, (signal) =>
      executor.execute({
        ...request,
        ...loaded.value,
        secrets: secrets.provide,
        signal,
        onEvent: (event) => {
          tracker.apply(event);
          view.show(event);
        },
      }),
    );
    return await finish(graph, outcome, warnings, tracker, view, terminal);
  } finally {
    stopWatching();
    view.close();
  }
}

/** The functions of the run's tasks, and their resources. Where nothing has to run, no module is imported. */
async function loadNeeded({ graph, forecasts, project }: PreparedRun) {
  const tasks = new Set(forecasts.keys());
  const isNeeded = ([id, { does }]: [TaskId, Forecast]) =>
    does === "run" || getTask(graph, id).manifest.resources !== undefined;
  return [...forecasts].some(isNeeded)
    ? loadTasks(graph, tasks, project)
    : succeed({ functions: loadTasksLater(graph, tasks, project), resources: new Map() });
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
    return failure.reason === "task-threw" || failure.reason === "resource-unavailable"
      ? { ...diagnostic, stack: renderStack(failure.error) }
      : diagnostic;
  });
  if (outcome.status !== "succeeded" && failures.length === 0) failures.push(describeStop(graph, outcome));
  const problems = [...(outcome.warnings ?? []), ...failures];
  if (terminal.isJson) {
    await writeRunResult(outcome, [...warnings, ...problems], terminal.stdout);
    view.close();
  } else {
    view.close();
    terminal.stdout.writeLine(await renderRunSummary(tracker, outcome, terminal.stdout));
    if (problems.length > 0) terminal.stderr.writeLine("");
    terminal.tellProblems(problems, undefined);
  }
  return outcome.status === "succeeded" ? exitCode.fine : exitCode.problems;
}

/** Ends a run that could not begin, or broke off. */
async function refuse(
  problems: readonly Diagnostic[],
  sources: Sources | undefined,
  terminal: Terminal,
): Promise<ExitCode> {
  if (terminal.isJson) await writeRunResult(undefined, problems, terminal.stdout);
  else terminal.tellProblems(problems, sources);
  return exitCodeOf(problems);
}
