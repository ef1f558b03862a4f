import type { RunOutcome } from "@glacier-ts/core";
import type { Channel, Style } from "../channel.js";
import { checkTable } from "../check-table.js";
import { escapeText } from "../escape.js";
import { renderTable } from "../table.js";
import { countText, durationText, numberText, sizeText } from "../units.js";
import type { RunTracker, TrackedTask } from "./run-tracker.js";
import { previewValue } from "./value-preview.js";

const shownTasks = 20;

/** What came of a run, for people: its tasks and checks, the datasets that it read and wrote, and the values that it returned. */
export async function renderRunSummary(
  tracker: RunTracker,
  outcome: RunOutcome,
  channel: Channel,
): Promise<string> {
  const sections = [
    taskSection(tracker, channel),
    datasetSection(tracker, channel),
    tracker.checks.length > 0 ? checkTable(tracker.checks, channel) : "",
  ];
  for (const [name, value] of outcome.datasets) {
    if (value === null && outcome.status !== "succeeded") continue;
    sections.push(`${channel.paint("strong", escapeText(name))}\n${await previewValue(value, channel)}`);
  }
  sections.push(statusLine(tracker, outcome, channel));
  return sections.filter((section) => section !== "").join("\n\n");
}

/** The tasks in order of execution; of many, those that did not succeed and those that took longest. */
function taskSection(tracker: RunTracker, channel: Channel): string {
  const tasks = [...tracker.tasks.values()];
  const isWhole = tasks.length <= shownTasks;
  const isBad = (task: TrackedTask) => Number(task.status !== "succeeded" && task.status !== "cached");
  const byInterest = (a: TrackedTask, b: TrackedTask) =>
    isBad(b) - isBad(a) || (b.durationMs ?? 0) - (a.durationMs ?? 0);
  const shown = isWhole ? tasks : tasks.toSorted(byInterest).slice(0, shownTasks);
  const text = renderTable({
    header: ["task", "status", "duration"],
    rows: shown.map((task) => [escapeText(task.name), statusText(task, channel), taskDuration(task)]),
    channel,
    amounts: ["duration"],
  });
  const more = tasks.length - shown.length;
  return more > 0 ? `${text}\n${channel.paint("faint", `… and ${countText(more, "faster task")}`)}` : text;
}

function statusText(task: TrackedTask, channel: Channel): string {
  const styles: Partial<Record<TrackedTask["status"], Style>> = {
    succeeded: "good",
    failed: "error",
    cancelled: "warning",
  };
  const style = styles[task.status] ?? "faint";
  const attempts = task.attempt > 1 ? ` (${countText(task.attempt, "attempt")})` : "";
  return `${channel.paint(style, task.status)}${attempts}`;
}

function taskDuration(task: TrackedTask): string {
  return task.durationMs === undefined ? "" : durationText(task.durationMs);
}

function datasetSection(tracker: RunTracker, channel: Channel): string {
  if (tracker.datasets.length === 0) return "";
  return renderTable({
    header: ["dataset", "", "rows", "size", "place"],
    rows: tracker.datasets.map(({ dataset, direction, place, rows, sizeBytes }) => [
      escapeText(dataset),
      direction,
      rows === undefined ? "" : numberText(rows),
      sizeBytes === undefined ? "" : sizeText(sizeBytes),
      escapeText(place),
    ]),
    channel,
    amounts: ["rows", "size"],
    isWhole: true,
  });
}

/** `analytics succeeded: 3 tasks in 1.2 s.` */
function statusLine(tracker: RunTracker, outcome: RunOutcome, channel: Channel): string {
  const style = { succeeded: "good", failed: "error", cancelled: "warning", "timed-out": "error" } as const;
  const counts = (["cached", "failed", "cancelled", "skipped"] as const)
    .map((status) => ({ status, amount: tracker.count(status) }))
    .filter(({ amount }) => amount > 0)
    .map(({ status, amount }) => `, ${numberText(amount)} ${status}`)
    .join("");
  const status = channel.paint(style[outcome.status], outcome.status);
  const total = countText(tracker.tasks.size, "task");
  return `${escapeText(tracker.pipeline)} ${status}: ${total}${counts} in ${durationText(outcome.durationMs)}.`;
}
