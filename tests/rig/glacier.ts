/** The real `glacier` command as a child process. */
import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";

/** What `glacier` starts. */
export const bin = fileURLToPath(new URL("../../packages/cli/bin/glacier.js", import.meta.url));

export interface GlacierOptions {
  /** Beside PATH; nothing else of the test's own environment is passed on. */
  readonly env?: Readonly<Record<string, string>>;
  /** Options of Node. */
  readonly nodeArgs?: readonly string[];
}

export interface GlacierResult {
  readonly stdout: string;
  readonly stderr: string;
  /** Null when a signal ended it. */
  readonly code: number | null;
}

/** Runs the command to its end. */
export function glacier(
  folder: string,
  args: readonly string[],
  options: GlacierOptions = {},
): Promise<GlacierResult> {
  return startGlacier(folder, args, options).finished;
}

/** Runs the command in a shell, where `glacier` stands for it: for pipes. */
export function glacierInShell(
  folder: string,
  command: string,
  options: GlacierOptions = {},
): Promise<GlacierResult> {
  const script = `glacier() { "${process.execPath}" "${bin}" "$@"; }; ${command}`;
  return new RunningCommand("bash", ["--norc", "-c", script], folder, options).finished;
}

/** Runs the command in a pseudo-terminal of 80 columns; its output, of both streams, is stdout. */
export function startGlacierInTerminal(
  folder: string,
  args: readonly string[],
  options: GlacierOptions = {},
): RunningCommand {
  const command = [process.execPath, bin, ...args].map((word) => `'${word}'`).join(" ");
  const sized = `stty cols 80 rows 24; exec ${command}`;
  const env = { TERM: "xterm-256color", ...options.env };
  return new RunningCommand("script", ["-qec", sized, "/dev/null"], folder, { env });
}

/** Starts the command. */
export function startGlacier(
  folder: string,
  args: readonly string[],
  options: GlacierOptions = {},
): RunningCommand {
  return new RunningCommand(process.execPath, [...(options.nodeArgs ?? []), bin, ...args], folder, options);
}

/** A process whose output can be waited for; it is ended with its test. */
export class RunningCommand {
  readonly finished: Promise<GlacierResult>;
  readonly #child: ChildProcessWithoutNullStreams;
  #stdout = "";
  #stderr = "";
  readonly #waiting = new Set<() => void>();

  constructor(file: string, args: readonly string[], folder: string, { env = {} }: GlacierOptions) {
    const child = spawn(file, args, { cwd: folder, env: { PATH: process.env.PATH, ...env } });
    this.#child = child;
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      this.#stdout += text;
      for (const check of this.#waiting) check();
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      this.#stderr += text;
      for (const check of this.#waiting) check();
    });
    this.finished = new Promise((resolve, reject) => {
      child.on("error", reject);
      child.on("close", (code) => resolve({ stdout: this.#stdout, stderr: this.#stderr, code }));
    });
    onTestFinished(() => {
      child.kill("SIGKILL");
    });
  }

  /** Settles when one of the streams has the text; rejects when the process ends without it. */
  output(text: string): Promise<void> {
    const has = () => this.#stdout.includes(text) || this.#stderr.includes(text);
    return new Promise((resolve, reject) => {
      const check = () => {
        if (!has()) return;
        this.#waiting.delete(check);
        resolve();
      };
      this.#waiting.add(check);
      check();
      this.finished.then(({ stdout, stderr }) => {
        if (!has()) reject(new Error(`ended without '${text}':\n${stdout}\n${stderr}`));
      }, reject);
    });
  }

  /** Calls back with each whole line of stdout as soon as it comes; to be called at once. */
  onLine(callback: (line: string) => void): void {
    let rest = "";
    this.#child.stdout.on("data", (text: string) => {
      const lines = (rest + text).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) callback(line);
    });
  }

  interrupt(): void {
    this.#child.kill("SIGINT");
  }

  /** Ends the process at this moment, whatever it does. */
  kill(): void {
    this.#child.kill("SIGKILL");
  }

  /** Types into the terminal. */
  type(text: string): void {
    this.#child.stdin.write(text);
  }
}
