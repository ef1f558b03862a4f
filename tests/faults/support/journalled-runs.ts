/** Runs of a journalled project, which may be killed. */
import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { JsonObject } from "@glacier-ts/core";
import { glacier, type RunningCommand, startGlacier } from "../../rig/glacier.js";
import { jsonLines } from "../../rig/output.js";
import { type Files, makeProject, type TempProject } from "../../rig/temp-project.js";

/** When to kill: at an event and some turns of a loop later, or before an operation of the system. */
export type Moment = { readonly event: number; readonly spins: number } | { readonly operation: number };

export interface KilledRun {
  /** The events that came out. */
  readonly events: readonly JsonObject[];
  /** Whether it was still going on at that moment. */
  readonly wasKilled: boolean;
}

export interface RunResult {
  readonly runId: string;
  readonly status: string;
  readonly diagnostics: readonly JsonObject[];
  readonly tasks: Readonly<Record<string, string>>;
  readonly datasets: Readonly<Record<string, unknown>>;
}

const dieAt = new URL("die-at.mjs", import.meta.url).href;

export class JournalledRuns {
  readonly project: TempProject;
  readonly #keep: readonly string[];

  /** @param keep datasets that every run returns */
  constructor(files: Files, keep: readonly string[]) {
    this.project = makeProject(files);
    this.#keep = keep;
  }

  /** Runs to the end. @param journal a name for the file that tasks write to */
  async run(journal: string, args: readonly string[]): Promise<RunResult> {
    const { stdout, stderr, code } = await this.#start(journal, args).finished;
    const result = jsonLines(stdout).at(-1) as unknown as RunResult;
    if (stderr !== "" || code !== 0)
      throw new Error(`exit code ${code}: ${stderr} ${JSON.stringify(result.diagnostics)}`);
    return result;
  }

  /** How many moments of each kind there are. */
  async countMoments(journal: string, args: readonly string[]) {
    const file = this.project.path("operations");
    const { stdout } = await this.#start(journal, args, { OPERATIONS: file }).finished;
    return { events: jsonLines(stdout).length - 1, operations: Number(readFileSync(file, "utf8")) };
  }

  async runUntil(moment: Moment, journal: string, args: readonly string[]): Promise<KilledRun> {
    const events: JsonObject[] = [];
    const isEvent = "event" in moment;
    const running = this.#start(journal, args, isEvent ? {} : { DIE_AT: String(moment.operation) });
    running.onLine((line) => {
      const event = JSON.parse(line) as JsonObject;
      if (event.type !== "result") events.push(event);
      if (!isEvent || events.length !== moment.event) return;
      for (let spin = 0; spin < moment.spins; spin++);
      running.kill();
    });
    const { code } = await running.finished;
    return { events, wasKilled: code === null };
  }

  /** The answer of another command, as JSON. */
  async ask(...args: readonly string[]): Promise<JsonObject> {
    const { stdout, stderr, code } = await glacier(this.project.folder, [...args, "--json"]);
    if (stderr !== "" || code !== 0)
      throw new Error(`${args.join(" ")}: exit code ${code}: ${stderr} ${stdout}`);
    return JSON.parse(stdout);
  }

  /** The lines that a task has written, without process ids. */
  journal(name: string, task: string): readonly string[] {
    const lines = readFileSync(this.#journalFile(name), "utf8").split("\n");
    return lines.map((line) => line.replace(/ \d+$/, "")).filter((line) => line.endsWith(` ${task}`));
  }

  remove(file: string): void {
    rmSync(this.project.path(file), { force: true });
  }

  /** Files in a folder of the project and below, relative to the folder. */
  filesIn(folder: string): readonly string[] {
    const at = this.project.path(folder);
    if (!existsSync(at)) return [];
    return readdirSync(at, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(at.length + 1))
      .sort();
  }

  #start(
    journal: string,
    args: readonly string[],
    env: Readonly<Record<string, string>> = {},
  ): RunningCommand {
    const isCounted = Object.keys(env).length > 0;
    const words = ["run", "--json", "--concurrency", "4", ...args, "--keep", ...this.#keep];
    return startGlacier(this.project.folder, words, {
      env: { JOURNAL: this.#journalFile(journal), ...env },
      nodeArgs: isCounted ? ["--import", dieAt] : [],
    });
  }

  #journalFile(name: string): string {
    return this.project.path(`journal-${name}`);
  }
}
