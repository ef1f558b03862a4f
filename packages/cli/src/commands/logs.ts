import {
  type Diagnostic,
  fail,
  type Result,
  type RunEvent,
  report,
  succeed,
  suggest,
  type TaskLogged,
} from "@glacier-ts/core";
import type { State } from "@glacier-ts/runtime/state";
import type { Channel, Style } from "../channel.js";
import { escapeText } from "../escape.js";
import { type ExitCode, exitCode } from "../exit-code.js";
import { openProjectState } from "../project-state.js";
import { findRun, nameOfId } from "../recorded-run.js";
import type { Terminal } from "../terminal.js";
import { timeText } from "../units.js";

/** What `glacier logs` is asked for. */
export interface AskedLogs {
  /** A run's id or the beginning of it, or `last`. */
  readonly id: string;
  /** A task's name or id. */
  readonly task: string | undefined;
}

/** `glacier logs`: what the tasks of a run have logged; as JSON, an event a line. */
export async function showLogs(at: string, asked: AskedLogs, terminal: Terminal): Promise<ExitCode> {
  const opened = openProjectState(at);
  if (!opened.ok) return terminal.report({ problems: [opened.failure] });
  const { state, warnings } = opened.value;
  try {
    const events = findEvents(state, asked);
    if (!events.ok) return terminal.report({ problems: [...warnings, events.failure] });
    for (const event of events.value) {
      const text = terminal.isJson ? JSON.stringify(event) : logText(event, terminal.stdout);
      await terminal.stdout.writeInTurn(`${text}\n`);
    }
    return exitCode.fine;
  } finally {
    state?.close();
  }
}

/** @returns GLA5028 or GLA5029 where there is no such run, or no such task in it */
function findEvents(
  state: State | undefined,
  { id, task: asked }: AskedLogs,
): Result<Iterable<TaskLogged>, Diagnostic> {
  const run = findRun(state, id);
  if (!run.ok) return run;
  const events = () => state?.events(run.value.id) ?? [];
  if (asked === undefined) return succeed(loggedEvents(events(), () => true));
  const isAsked = (task: string) => task === asked || nameOfId(task) === asked;
  const tasks = new Set<string>();
  for (const event of events()) if ("task" in event) tasks.add(event.task);
  if ([...tasks].some(isAsked)) return succeed(loggedEvents(events(), isAsked));
  const suggestion = suggest(asked, [...tasks].map(nameOfId));
  return fail(report("taskNotInRun", { task: asked, run: run.value.id, suggestion }));
}

function* loggedEvents(
  events: Iterable<RunEvent>,
  isAsked: (task: string) => boolean,
): Generator<TaskLogged> {
  for (const event of events) if (event.type === "task-logged" && isAsked(event.task)) yield event;
}

const styles: Readonly<Record<TaskLogged["level"], Style>> = {
  debug: "faint",
  info: "good",
  warn: "warning",
  error: "error",
};

/** `2026-11-20 18:05:00 info clean: 3 rows are empty {"rows":3}`; a message of several lines takes several. */
function logText({ at, level, task, message, fields }: TaskLogged, channel: Channel): string {
  const name = escapeText(nameOfId(task));
  const head = `${channel.paint("faint", timeText(at))} ${channel.paint(styles[level], level.padEnd(5))} ${name}:`;
  const tail = fields === undefined ? "" : ` ${channel.paint("faint", escapeText(JSON.stringify(fields)))}`;
  const lines = message.split(/\r?\n/).map((line) => `${head} ${escapeText(line)}`);
  return lines.join("\n") + tail;
}
