import type { RunEvent } from "@glacier-ts/core";
import type { Terminal } from "../terminal.js";
import { JsonView } from "./json-view.js";
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
export async function openRunView(terminal: Terminal, tracker: RunTracker): Promise<RunView> {
  if (terminal.isJson) return new JsonView(terminal);
  if (!terminal.isLive) return new PlainView(terminal, tracker);
  // What draws over itself takes long to load.
  const { LiveView } = await import("./live-view.js");
  return new LiveView(terminal, tracker);
}
