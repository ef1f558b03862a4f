import type { Channel } from "../channel.js";
import { escapeText } from "../escape.js";
import { countText, durationText, numberText } from "../units.js";
import type { RunTracker, TrackedTask } from "./run-tracker.js";
import { failureText } from "./task-text.js";

export interface LiveFrameOptions {
  readonly nowMs: number;
  /** Lines that the frame may take. */
  readonly rows: number;
  readonly channel: Channel;
}

const spinner = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"];
const spinnerMs = 80;
const barColumns = 20;
/** Pipelines up to this size are shown whole; of larger ones, what is on the way. */
const wholeTasks = 12;

/** Renders the state of a run: a header with counts, and a line for each task that is worth one. */
export function renderLiveFrame(tracker: RunTracker, options: LiveFrameOptions): readonly string[] {
  const tasks = [...tracker.tasks.values()];
  const isWhole = tasks.length <= Math.min(wholeTasks, options.rows - 1);
  const isOnTheWay = (task: TrackedTask) => task.status === "running" || task.status === "retrying";
  const shown = isWhole ? tasks : tasks.filter(isOnTheWay);
  const room = Math.max(1, options.rows - 2);
  const more = shown.length - Math.min(shown.length, room);
  return [
    headerText(tracker, options),
    ...shown.slice(0, room).map((task) => taskLine(task, options)),
    ...(more > 0 ? [options.channel.paint("faint", `  … and ${numberText(more)} more`)] : []),
  ];
}

/** `analytics  3/12 tasks · 2 running · 1 failed · 4.2 s`. */
function headerText(tracker: RunTracker, { channel, nowMs }: LiveFrameOptions): string {
  const done = tracker.count("succeeded", "cached", "failed", "skipped", "cancelled");
  const part = (amount: number, word: string, paint = (text: string) => text) =>
    amount === 0 ? [] : [paint(`${numberText(amount)} ${word}`)];
  const parts = [
    `${numberText(done)}/${countText(tracker.tasks.size, "task")}`,
    ...part(tracker.count("running"), "running"),
    ...part(tracker.count("retrying"), "retrying", (text) => channel.paint("warning", text)),
    ...part(tracker.count("failed"), "failed", (text) => channel.paint("error", text)),
    ...part(tracker.count("cached"), "cached"),
    ...part(tracker.count("skipped"), "skipped"),
    ...part(tracker.count("cancelled"), "cancelled"),
    channel.paint("faint", durationText(Math.max(0, nowMs - tracker.startedAtMs))),
  ];
  return `${channel.paint("strong", escapeText(tracker.pipeline))}  ${parts.join(" · ")}`;
}

function taskLine(task: TrackedTask, { channel, nowMs }: LiveFrameOptions): string {
  const elapsedMs = task.startedAtMs === undefined ? 0 : Math.max(0, nowMs - task.startedAtMs);
  const name = escapeText(task.name);
  const line = (sign: string, ...notes: readonly string[]) => `${sign} ${[name, ...notes].join("  ")}`;
  const faint = (text: string) => channel.paint("faint", text);
  switch (task.status) {
    case "waiting":
      return faint(line("·"));
    case "running": {
      const sign = channel.paint("place", spinner[Math.floor(elapsedMs / spinnerMs) % spinner.length] ?? "");
      const attempt = task.attempt > 1 ? [`attempt ${task.attempt}`] : [];
      const progress = task.progress ? [progressText(task.progress)] : [];
      return line(sign, faint(durationText(elapsedMs)), ...attempt, ...progress);
    }
    case "retrying": {
      const waitMs = Math.max(0, (task.nextAttemptAtMs ?? nowMs) - nowMs);
      const why = task.failure ? failureText(task.failure) : "";
      return line(
        channel.paint("warning", "↻"),
        `attempt ${task.attempt + 1} in ${durationText(waitMs)}`,
        faint(why),
      );
    }
    case "succeeded":
      return line(channel.paint("good", "✓"), faint(durationText(task.durationMs ?? 0)));
    case "cached":
      return faint(line("✓", "cached"));
    case "failed":
      return line(channel.paint("error", "✗"), faint(durationText(task.durationMs ?? 0)));
    case "skipped":
    case "cancelled":
      return line(faint("-"), faint(task.status));
    default:
      return task.status satisfies never;
  }
}

/** `█████░░░░░ 45% (450/1,000)`. */
function progressText({ done, total }: { readonly done: number; readonly total: number }): string {
  const share = total > 0 ? Math.min(1, Math.max(0, done / total)) : 0;
  const full = Math.round(share * barColumns);
  const bar = "█".repeat(full) + "░".repeat(barColumns - full);
  return `${bar} ${Math.floor(share * 100)}% (${numberText(done)}/${numberText(total)})`;
}
