import { type CheckOutcome, describeTaskFailure, type RunEvent, renderStack } from "@glacier-ts/core";
import type { RecordedStatus, RecordedTask, RunRecord, RunSummary, State } from "@glacier-ts/runtime/state";
import type { Channel, Style } from "../channel.js";
import { checkTable } from "../check-table.js";
import { escapeText } from "../escape.js";
import type { ExitCode } from "../exit-code.js";
import type { Problem } from "../problem.js";
import { reportOnState } from "../project-state.js";
import { findRun, nameOfId, shortRunId } from "../recorded-run.js";
import { renderProblems } from "../render-problems.js";
import { renderPairs, renderTable } from "../table.js";
import type { Terminal } from "../terminal.js";
import { durationText, timeText } from "../units.js";

export interface RunsLsCommandOptions {
  readonly limit: number;
}

/** `glacier runs ls`: the newest runs. */
export function listRuns(at: string, { limit }: RunsLsCommandOptions, terminal: Terminal): ExitCode {
  return reportOnState(at, terminal, (state) => {
    const runs = state?.runs(limit) ?? [];
    return {
      problems: [],
      text: runs.length === 0 ? "There is no run yet." : runTable(runs, terminal.stdout),
      json: { runs },
    };
  });
}

/** `glacier runs show`: a run with its tasks, checks and failures. */
export function showRun(at: string, id: string, terminal: Terminal): ExitCode {
  return reportOnState(at, terminal, (state) => {
    const found = findRun(state, id);
    if (!found.ok) return { problems: [found.failure] };
    const run = found.value;
    const failures = failuresOf(run, state);
    const checks = state?.checks(run.id) ?? [];
    return {
      problems: [],
      text: renderRun(run, checks, failures, terminal.stdout),
      json: { run: { ...run, ...(checks.length > 0 && { checks }), failures } },
    };
  });
}

function runTable(runs: readonly RunSummary[], channel: Channel): string {
  return renderTable({
    header: ["run", "pipeline", "status", "started", "duration", "succeeded", "failed", "cached"],
    rows: runs.map((run) => [
      escapeText(shortRunId(run.id)),
      escapeText(run.pipeline),
      statusText(run.status, channel),
      timeText(run.startedAt),
      runDuration(run),
      run.counts.succeeded ?? 0,
      run.counts.failed ?? 0,
      run.counts.cached ?? 0,
    ]),
    channel,
    amounts: ["duration"],
  });
}

function renderRun(
  run: RunRecord,
  checks: readonly CheckOutcome[],
  failures: readonly Problem[],
  channel: Channel,
): string {
  const params = Object.entries(run.params);
  const facts: (readonly [string, string])[] = [
    ["run", escapeText(run.id)],
    ["pipeline", escapeText(run.pipeline)],
    ["status", statusText(run.status, channel)],
    ["started", timeText(run.startedAt)],
  ];
  if (runDuration(run) !== "") facts.push(["duration", runDuration(run)]);
  if (params.length > 0) {
    facts.push([
      "params",
      params.map(([name, value]) => escapeText(`${name}=${JSON.stringify(value)}`)).join(", "),
    ]);
  }
  if (run.selected)
    facts.push(["selected", run.selected.map((task) => escapeText(nameOfId(task))).join(", ")]);
  if (run.resumedFrom !== undefined) facts.push(["resumes", escapeText(run.resumedFrom)]);
  const sections = [renderPairs(facts, channel)];
  if (run.tasks.length > 0) sections.push(taskTable(run.tasks, channel));
  if (checks.length > 0) sections.push(checkTable(checks, channel));
  if (failures.length > 0) sections.push(renderProblems(failures, undefined, channel));
  return sections.join("\n\n");
}

function taskTable(tasks: readonly RecordedTask[], channel: Channel): string {
  return renderTable({
    header: ["task", "status", "attempts", "duration"],
    rows: tasks.map(({ id, status, attempts, durationMs, cachedFrom }) => [
      escapeText(nameOfId(id)),
      statusText(status, channel) +
        (cachedFrom === undefined ? "" : ` from ${escapeText(shortRunId(cachedFrom))}`),
      attempts,
      attempts === 0 ? "" : durationText(durationMs),
    ]),
    channel,
    amounts: ["duration"],
    isWhole: true,
  });
}

/** Why tasks failed, with the user's frames. */
function failuresOf(run: RunRecord, state: State | undefined): readonly Problem[] {
  const isFailed = (event: RunEvent) => event.type === "task-failed";
  return [...(state?.events(run.id) ?? [])].filter(isFailed).map(({ failure }): Problem => {
    const diagnostic = describeTaskFailure(nameOfId(failure.task), failure);
    return failure.reason === "task-threw"
      ? { ...diagnostic, stack: renderStack(failure.error) }
      : diagnostic;
  });
}

const styles: Readonly<Record<RecordedStatus | RecordedTask["status"], Style>> = {
  succeeded: "good",
  running: "place",
  failed: "error",
  "timed-out": "error",
  interrupted: "error",
  cancelled: "warning",
  cached: "faint",
  skipped: "faint",
};

const statusText = (status: keyof typeof styles, channel: Channel) => channel.paint(styles[status], status);

/** Of a run that was interrupted, nobody knows. */
function runDuration({ status, startedAt, finishedAt }: RunSummary): string {
  if (finishedAt === undefined && status !== "running") return "";
  const end = finishedAt === undefined ? Date.now() : Date.parse(finishedAt);
  return durationText(end - Date.parse(startedAt));
}
