import process from "node:process";
import type { RunEvent } from "@glacier-ts/core";
import { createLogUpdate } from "log-update";
import type { Channel } from "../channel.js";
import type { Terminal } from "../terminal.js";
import { truncateText } from "../text-width.js";
import { renderLiveFrame } from "./live-frame.js";
import { eventLine } from "./plain-view.js";
import type { RunTracker } from "./run-tracker.js";
import type { RunView } from "./run-view.js";
import { takeLines } from "./user-output.js";

const frameMs = 80;
const hideCursor = "\u001b[?25l";
const showCursor = "\u001b[?25h";
/** Of a terminal that does not say. */
const defaultSize = { columns: 80, rows: 24 };

/** A display that is drawn over and over at the bottom of a terminal; lines for good go above it. */
export class LiveView implements RunView {
  readonly #tracker: RunTracker;
  readonly #channel: Channel;
  readonly #display: ReturnType<typeof createLogUpdate>;
  readonly #timer: NodeJS.Timeout;
  readonly #releases: readonly (() => void)[];
  #note = "";
  #isClosed = false;

  constructor(terminal: Terminal, tracker: RunTracker) {
    this.#tracker = tracker;
    this.#channel = terminal.stderr;
    // Its own hiding of the cursor would come in as user output, and go out again.
    this.#display = createLogUpdate(ownStream(terminal.stderr), { showCursor: true });
    this.#channel.write(hideCursor);
    // User code may end the process.
    process.once("exit", this.#showCursor);
    const above = (line: string) => this.#persist(line);
    this.#releases = [takeLines(terminal.stdout.stream, above), takeLines(terminal.stderr.stream, above)];
    // Unreferenced: a run that waits for nothing must be able to end.
    this.#timer = setInterval(() => this.#draw(), frameMs).unref();
    this.#draw();
  }

  show(event: RunEvent): void {
    const line = isWorthKeeping(event) ? eventLine(event, this.#tracker, this.#channel) : undefined;
    if (line !== undefined) this.#persist(line);
  }

  note(text: string): void {
    this.#note = text;
    this.#draw();
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    clearInterval(this.#timer);
    for (const release of this.#releases) release();
    this.#display.clear();
    this.#display.done();
    process.off("exit", this.#showCursor);
    this.#showCursor();
  }

  // A property, as the process takes it as a listener.
  readonly #showCursor = (): void => this.#channel.write(showCursor);

  #persist(line: string): void {
    this.#display.persist(line);
    if (!this.#isClosed) this.#draw();
  }

  #draw(): void {
    const { columns = defaultSize.columns, rows = defaultSize.rows } = this.#channel;
    // The last column and the last row stay free, or terminals begin to wrap and to scroll.
    const lines = renderLiveFrame(this.#tracker, {
      nowMs: Date.now(),
      rows: rows - 2,
      channel: this.#channel,
    });
    const note = this.#note === "" ? [] : [this.#note];
    this.#display([...lines, ...note].map((line) => truncateText(line, columns - 1)).join("\n"));
  }
}

/** Success shows in the frame, and in the summary; what went wrong and what the user logs stays. */
function isWorthKeeping(event: RunEvent): boolean {
  return event.type === "task-failed" || event.type === "task-retrying" || event.type === "task-logged";
}

/** A stream for log-update with the channel's own `write`: user writes are taken elsewhere. */
function ownStream(channel: Channel): NodeJS.WritableStream {
  return Object.create(channel.stream, {
    write: {
      value: (text: string) => {
        channel.write(text);
        return true;
      },
    },
    columns: { get: () => channel.columns ?? defaultSize.columns },
    rows: { get: () => channel.rows ?? defaultSize.rows },
  }) as NodeJS.WritableStream;
}
