import { fail, getTask, type Result, report, succeed, suggest, type TaskId } from "@glacier-ts/core";
import { type Forecast, forecast } from "@glacier-ts/runtime";
import { State } from "@glacier-ts/runtime/state";
import { buildProject, stateFolder } from "../built-project.js";
import type { NamedProject } from "../checked-project.js";
import { escapeText } from "../escape.js";
import type { ExitCode } from "../exit-code.js";
import type { Problem } from "../problem.js";
import { forecastJson, reasonText } from "../run/forecast-text.js";
import { type PlannedRun, type PlanOptions, planRun } from "../run/plan-run.js";
import type { Terminal } from "../terminal.js";

export interface WhyCommandOptions extends Pick<PlanOptions, "param"> {
  /** The pipeline's name; not needed where there is only one. */
  readonly pipeline?: string;
}

/** `glacier why`: what `glacier run` would do with a task, and what is the reason. */
export async function why(
  named: NamedProject,
  task: string,
  { pipeline, ...options }: WhyCommandOptions,
  terminal: Terminal,
): Promise<ExitCode> {
  const built = await buildProject(named);
  if (!built.ok) return terminal.report(built.failure);
  const project = built.value;
  const opened = State.open(stateFolder(project));
  if (!opened.ok) return terminal.report({ problems: [opened.failure] });
  const { state } = opened.value;
  try {
    const planned = planRun(project, state, pipeline, options);
    if (!planned.ok) return terminal.report({ problems: planned.failure, sources: project });
    const found = findTask(planned.value, task);
    if (!found.ok) return terminal.report({ problems: [found.failure] });
    const { graph, params } = planned.value;
    const forecasts = await forecast(
      { state, codeVersions: project.codeVersions },
      {
        graph,
        functions: new Map(),
        projectRoot: project.root,
        params: new Map(Object.entries(params)),
        keep: [],
      },
    );
    const answer = forecasts.get(found.value) as Forecast;
    const name = escapeText(getTask(graph, found.value).name);
    const does = { run: "would run", skip: "would be skipped", "use-again": "would not run" }[answer.does];
    return terminal.report({
      problems: opened.value.warnings,
      text: `${terminal.stdout.paint("strong", name)} ${does}: ${escapeText(reasonText(answer))}.`,
      json: { task: found.value, ...forecastJson(answer) },
    });
  } finally {
    state.close();
  }
}

function findTask({ graph }: PlannedRun, wanted: string): Result<TaskId, Problem> {
  const tasks = [...graph.tasks.values()];
  const found = tasks.find(({ id, name }) => name === wanted || id === wanted);
  if (found) return succeed(found.id);
  const suggestion = suggest(
    wanted,
    tasks.map(({ name }) => name),
  );
  return fail(report("unknownTask", { task: wanted, pipeline: graph.name, suggestion }));
}
