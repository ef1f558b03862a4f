import process from "node:process";
import { Channel } from "./channel.js";
import { type ExitCode, exitCode, exitCodeOf } from "./exit-code.js";
import type { Problem } from "./problem.js";
import { renderProblems, type Sources } from "./render-problems.js";

export interface TerminalOptions {
  /** Only JSON leaves through stdout, and nothing for people is written. */
  readonly isJson: boolean;
  /** False for `--no-color`. */
  readonly hasColor: boolean;
}

/** What a command found, for people and for programs. */
export interface Report {
  readonly problems: readonly Problem[];
  readonly sources?: Sources | undefined;
  /** The problems are what the command was asked for: they go to stdout. */
  readonly areProblemsAnswer?: boolean;
  /** The answer for people, to stdout. */
  readonly text?: string;
  /** The answer for programs, beside `ok` and `diagnostics`. */
  readonly json?: object;
}

/** Where a command writes: its answer to stdout, everything about its way there to stderr. */
export class Terminal {
  readonly isJson: boolean;
  readonly stdout: Channel;
  readonly stderr: Channel;

  constructor({ isJson, hasColor }: TerminalOptions) {
    this.isJson = isJson;
    this.stdout = new Channel(process.stdout, hasColor);
    this.stderr = new Channel(process.stderr, hasColor);
  }

  /** Whether somebody watches, and the cursor may move. */
  get isLive(): boolean {
    const isWatched = this.stdout.isTerminal && this.stderr.isTerminal && process.env.TERM !== "dumb";
    return isWatched && !this.isJson && !isContinuousIntegration(process.env.CI);
  }

  /** Writes a command's report: one line of JSON, or texts. @returns what the process then tells its caller */
  report(report: Report): ExitCode {
    const code = exitCodeOf(report.problems);
    if (this.isJson) {
      const head = { ok: code === exitCode.fine, diagnostics: report.problems };
      this.stdout.writeLine(JSON.stringify({ ...head, ...report.json }));
      return code;
    }
    this.tellProblems(report.problems, report.sources, report.areProblemsAnswer ? this.stdout : this.stderr);
    if (report.text) this.stdout.writeLine(report.text);
    return code;
  }

  /** Writes problems for people, not in JSON. */
  tellProblems(problems: readonly Problem[], sources: Sources | undefined, channel = this.stderr): void {
    if (this.isJson || problems.length === 0) return;
    channel.writeLine(renderProblems(problems, sources, channel));
  }

  async flush(): Promise<void> {
    await Promise.all([this.stdout.flush(), this.stderr.flush()]);
  }
}

function isContinuousIntegration(value: string | undefined): boolean {
  return value !== undefined && value !== "" && value !== "0" && value !== "false";
}
