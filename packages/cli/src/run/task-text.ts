import { crashText, errorText, expectation, type Failure } from "@glacier-ts/core";
import type { Channel } from "../channel.js";
import { escapeText } from "../escape.js";
import { durationText } from "../units.js";
import type { TrackedTask } from "./run-tracker.js";

/** `✓ clean  12 ms`: a task that is done, on one line. */
export function finishedTaskText(task: TrackedTask, channel: Channel): string {
  const line = (sign: string, ...notes: readonly string[]) =>
    [`${sign} ${escapeText(task.name)}`, ...notes.filter((note) => note !== "")].join("  ");
  switch (task.status) {
    case "succeeded":
      return line(channel.paint("good", "✓"), effortText(task, channel));
    case "failed": {
      const why = task.failure ? failureText(task.failure) : "";
      return line(channel.paint("error", "✗"), effortText(task, channel), why);
    }
    case "cached":
      return line(channel.paint("faint", "✓"), channel.paint("faint", "cached"));
    case "skipped":
      return line(channel.paint("faint", "-"), `skipped: '${escapeText(task.missing ?? "")}' is null`);
    case "cancelled":
      return line(channel.paint("warning", "-"), "cancelled");
    case "waiting":
    case "running":
    case "retrying":
      throw new Error(`Internal error: task '${task.name}' is not finished`);
    default:
      return task.status satisfies never;
  }
}

/** `12 ms, attempt 2`. */
function effortText({ durationMs, attempt }: TrackedTask, channel: Channel): string {
  const attempts = attempt > 1 ? [`attempt ${attempt}`] : [];
  const duration = durationMs === undefined ? [] : [durationText(durationMs)];
  const text = [...duration, ...attempts].join(", ");
  return text === "" ? "" : channel.paint("faint", text);
}

/** `↻ clean  attempt 1 failed: Error: refused; the next one in 2.0 s`. */
export function retryingTaskText(task: TrackedTask, delayMs: number, channel: Channel): string {
  const why = task.failure ? failureText(task.failure) : "it failed";
  const sign = channel.paint("warning", "↻");
  return `${sign} ${escapeText(task.name)}  attempt ${task.attempt} failed: ${why}; the next one in ${durationText(delayMs)}`;
}

/** The failure in a few words on one line; the whole of it is reported at the end. */
export function failureText(failure: Failure): string {
  switch (failure.reason) {
    case "task-threw":
      return escapeText(errorText(failure.error));
    case "task-timed-out":
      return `took longer than ${durationText(failure.timeoutMs)}`;
    case "task-crashed":
      return escapeText(crashText(failure.cause));
    case "check-failed":
      return escapeText(failure.message ?? `'${failure.check}' did not pass`);
    case "input-changed":
      return escapeText(`tried to change '${failure.datasets.join("' or '")}'`);
    case "not-transferable":
      return escapeText(`${failure.what} cannot be sent to or from where the task runs`);
    case "output-invalid":
      return escapeText(`returned ${failure.found} for '${failure.dataset}', ${expectation(failure)}`);
    case "output-missing":
      return `returned nothing for '${escapeText(failure.dataset)}'`;
    case "dataset-unavailable":
    case "resource-unavailable":
    case "state-unavailable":
      return `${failure.diagnostic.code}: ${escapeText(failure.diagnostic.message)}`;
    default:
      return failure satisfies never;
  }
}
