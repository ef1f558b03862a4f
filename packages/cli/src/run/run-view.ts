import type { RunEvent } from "@glacier-ts/core";
import type { Terminal } from "../terminal.js";
import { JsonView } from "./json-view.js";
import { LiveView } from "./live-view.js";
import { PlainView } from "./plain-view.js";
import type { RunTracker } from "./run-tracker.js";

/** Shows a run while it goes on. From its making until it is closed, it also decides what becomes of user output. */
export interface RunView {
  /** Called after the tracker has taken the event in. */
  show(event: RunEvent): void;
  /** Says something beside the events. */
  note(text: string): void;
  /** Gives the standard streams back; further calls do nothing. */
  close(): void;
}

/** For programs, for somebody who watches, or for a log. */
export function openRunView(terminal: Terminal, tracker: RunTracker): RunView {
  if (terminal.isJson) return new JsonView(terminal);
  return terminal.isLive ? new LiveView(terminal, tracker) : new PlainView(terminal, tracker);
}
