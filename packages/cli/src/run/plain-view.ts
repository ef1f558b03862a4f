import type { RunEvent } from "@glacier-ts/core";
import type { Channel } from "../channel.js";
import { escapeText } from "../escape.js";
import type { Terminal } from "../terminal.js";
import type { RunTracker } from "./run-tracker.js";
import type { RunView } from "./run-view.js";
import { finishedTaskText, retryingTaskText } from "./task-text.js";
import { takeWrites } from "./user-output.js";

/** A line for each task that is done, for logs and pipes: nothing moves. */
export class PlainView implements RunView {
  readonly #tracker: RunTracker;
  readonly #channel: Channel;

  readonly #release: () => void;
  readonly #stdout: Channel;
  #isInsideLine = false;

  constructor(terminal: Terminal, tracker: RunTracker) {
    this.#tracker = tracker;
    this.#channel = terminal.stderr;
    this.#stdout = terminal.stdout;
    this.#release = takeWrites(this.#stdout.stream, (text) => {
      if (text !== "") this.#isInsideLine = !text.endsWith("\n");
      this.#stdout.write(text);
    });
  }

  show(event: RunEvent): void {
    const line = eventLine(event, this.#tracker, this.#channel);
    if (line !== undefined) this.#channel.writeLine(line);
  }

  note(text: string): void {
    this.#channel.writeLine(text);
  }

  /** The summary begins on a line of its own. */
  close(): void {
    this.#release();
    if (this.#isInsideLine) this.#stdout.write("\n");
    this.#isInsideLine = false;
  }
}

/** What happened, where it is worth a line of its own. */
export function eventLine(event: RunEvent, tracker: RunTracker, channel: Channel): string | undefined {
  switch (event.type) {
    case "task-succeeded":
    case "task-failed":
    case "task-skipped":
    case "task-cancelled":
      return finishedTaskText(tracker.task(event.task), channel);
    case "task-retrying":
      return retryingTaskText(tracker.task(event.task), event.delayMs, channel);
    case "task-logged":
      return event.message
        .split("\n")
        .map(
          (line) =>
            `${channel.paint("faint", `${escapeText(tracker.task(event.task).name)}:`)} ${escapeText(line)}`,
        )
        .join("\n");
    case "datasets-checked":
      return event.passed || event.severity === "error"
        ? undefined
        : `${channel.paint("warning", "!")} ${escapeText([event.check, event.message ?? "did not pass"].join("  "))}`;
    case "run-started":
    case "task-started":
    case "task-progressed":
    // Of many tasks that is most often most; the summary counts them.
    case "task-cached":
    case "dataset-loaded":
    case "dataset-stored":
    case "dataset-versioned":
    case "resource-opened":
    case "resource-closed":
    case "run-finished":
      return undefined;
    default:
      return event satisfies never;
  }
}
